"""Bytes decoded by Scapy, as plain values for JSON."""

from scapy.contrib.automotive.kwp import KWP
from scapy.contrib.automotive.obd.obd import OBD
from scapy.contrib.automotive.uds import UDS
from scapy.fields import FlagValue
from scapy.packet import NoPayload, Packet

NEGATIVE_RESPONSE = 0x7F
HIGHEST_OBD_SERVICE = 0x0A


def decoded(payload, is_kwp=False):
    """The meaning of a diagnostic payload. Raises ValueError for an empty one."""
    packet = layer_of(payload, is_kwp)(payload)
    fields = {}
    below = packet.payload
    while not isinstance(below, NoPayload):
        fields.update(fields_of(below))
        below = below.payload
    return {
        "protocol": type(packet).__name__,
        "service": plain(packet, "service"),
        "fields": fields,
        "payload": payload.hex().upper(),
    }


def layer_of(payload, is_kwp=False):
    """The Scapy protocol of a payload."""
    if not payload:
        raise ValueError("A message without a byte has no service.")
    refused = payload[0] == NEGATIVE_RESPONSE and len(payload) > 1
    service = payload[1] if refused else payload[0] & ~0x40
    if service <= HIGHEST_OBD_SERVICE:
        return OBD
    return KWP if is_kwp else UDS


def fields_of(packet):
    """The present fields by name: names of values where Scapy has one, flags as lists, bytes as hex."""
    return {name: plain(packet, name) for name in packet.fields}


def plain(packet, name):
    names = getattr(packet.get_field(name), "i2s", {})
    value = packet.fields[name]
    return names[value] if isinstance(value, int) and value in names else plain_value(value)


def plain_value(value):
    if isinstance(value, FlagValue):
        return str(value).split("+") if value else []
    if isinstance(value, Packet):
        return {**fields_of(value), **fields_of(value.payload)}
    if isinstance(value, list):
        return [plain_value(one) for one in value]
    return value.hex().upper() if isinstance(value, bytes) else value
