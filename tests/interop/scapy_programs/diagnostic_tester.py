"""A tester with Scapy's sockets: DoIP over TCP and UDP, ISO-TP over socketcand.

Reads one step a line from standard input, {"do": name, …}, and answers each with one JSON line; ends with its input.
"""

import json
import os
import socket
import sys

from scapy.config import conf

conf.contribs["CANSocket"] = {"use-python-can": True}
conf.contribs["ISOTP"] = {"use-can-isotp-kernel-module": False}
conf.verb = 0

from plain import decoded, fields_of, layer_of  # noqa: E402
from scapy.contrib.automotive.doip import DoIP, DoIPSocket, UDS_DoIPSocket  # noqa: E402
from scapy.contrib.automotive.uds import UDS  # noqa: E402
from scapy.contrib.automotive.uds_scan import UDS_RDBIEnumerator, UDS_Scanner, UDS_ServiceEnumerator  # noqa: E402
from scapy.contrib.cansocket import CANSocket  # noqa: E402
from scapy.contrib.isotp import ISOTPSocket, isotp_scan  # noqa: E402

HOST = "127.0.0.1"
PATIENCE_S = 10


class Tester:
    """Every step is a method; connections have names."""

    def __init__(self):
        self._connections = {}

    def connect(self, name, port):
        """A DoIP connection whose routing is not active yet."""
        self._connections[name] = DoIPSocket(HOST, port=port, activate_routing=False)

    def activate(self, name, port, source, target, kind=0):
        """A connection on which Scapy's socket has activated routing, or its error text."""
        try:
            connection = UDS_DoIPSocket(
                HOST, port=port, source_address=source, target_address=target, activation_type=kind
            )
        except Exception as refused:
            return {"refused": str(refused)}
        self._connections[name] = connection
        return {"target": connection.target_address}

    def say(self, name, payload="", **fields):
        """Sends one DoIP message."""
        message = doip(**fields)
        self._connections[name].send(message / UDS(bytes.fromhex(payload)) if payload else message)

    def hear(self, name, patience_s=PATIENCE_S):
        """The next DoIP message; None when the gateway closed the connection, "nothing" after a time-out."""
        connection = self._connections[name]
        connection.ins.settimeout(patience_s)
        try:
            message = DoIPSocket.recv(connection)
        except TimeoutError:
            return "nothing"
        except ConnectionResetError:
            return None
        return message and doip_message(message)

    def ask(self, name, payload):
        """Sends a diagnostic request with Scapy's UDS socket; None without an answer."""
        answer = self._connections[name].sr1(UDS(bytes.fromhex(payload)), timeout=PATIENCE_S)
        return answer and decoded(bytes(answer))

    def leave(self, name):
        self._connections.pop(name).close()

    def datagram(self, port, patience_s=PATIENCE_S, **fields):
        """The answer to a DoIP message over UDP."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            datagrams.settimeout(patience_s)
            datagrams.sendto(bytes(doip(**fields)), (HOST, port))
            try:
                return doip_message(DoIP(datagrams.recv(1024)))
            except TimeoutError:
                return "nothing"

    def ask_over_can(self, port, channel, payloads, patience_s=PATIENCE_S, **addresses):
        """The answers of one ECU, in order, over Scapy's own ISO-TP socket on a bus of socketcand."""
        layer = layer_of(bytes.fromhex(payloads[0]))
        with can_bus(port, channel) as bus, ISOTPSocket(bus, basecls=layer, padding=True, **addresses) as ecu:
            answers = [ecu.sr1(layer(bytes.fromhex(one)), timeout=patience_s) for one in payloads]
        return [answer and decoded(bytes(answer)) for answer in answers]

    def find_ecus(self, port, channel, first, last, is_29_bit=False):
        """Pairs of ISO-TP identifiers found by Scapy's scanner."""
        with can_bus(port, channel) as bus:
            found = isotp_scan(
                bus,
                scan_range=range(first, last + 1),
                extended_can_id=is_29_bit,
                noise_listen_time=0,
                output_format="json",
                can_interface="bus",
            )
        return sorted([one["tx_id"], one["rx_id"]] for one in json.loads(found))

    def find_services(self, port, channel, first, last, **addresses):
        """Services that an ECU does not refuse as unknown."""
        answers = scanned(UDS_ServiceEnumerator, port, channel, range(first, last + 1), addresses)
        return [request[0] for request, answer in answers if answer != bytes([0x7F, request[0], 0x11])]

    def find_identifiers(self, port, channel, first, last, **addresses):
        """Data identifiers of an ECU that are readable without security access."""
        answers = scanned(UDS_RDBIEnumerator, port, channel, range(first, last + 1), addresses)
        return [
            int.from_bytes(request[1:], "big") for request, answer in answers if answer[:3] == b"\x62" + request[1:]
        ]


def scanned(enumerator, port, channel, scan_range, addresses):
    """Requests of one of Scapy's scans and their answers; a missing answer is empty."""
    options = {f"{enumerator.__name__}_kwargs": {"scan_range": scan_range, "timeout": PATIENCE_S}}
    with can_bus(port, channel) as bus, ISOTPSocket(bus, basecls=UDS, padding=True, **addresses) as ecu:
        scanner = UDS_Scanner(ecu, test_cases=[enumerator], **options)
        scanner.scan()
    results = scanner.configuration.test_cases[0].results
    return [(bytes(one.req), bytes(one.resp) if one.resp else b"") for one in results]


def can_bus(port, channel):
    return CANSocket(bustype="socketcand", host=HOST, port=port, channel=channel)


def doip(eid="", vin="", **fields):
    return DoIP(eid=bytes.fromhex(eid), vin=vin.encode(), **fields)


def doip_message(message):
    """A DoIP message by the names of its fields, and the payload that it carries."""
    carried = bytes(message.payload)
    fields = fields_of(message)
    return {**fields, **({"payload": carried.hex().upper()} if carried else {})}


def main():
    # Output of Scapy must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    tester = Tester()
    for line in sys.stdin:
        step = json.loads(line)
        answers.write(json.dumps(getattr(tester, step.pop("do"))(**step)) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
