"""The lines of the older car (vehicles/brinkmann-heide.yaml) for the official client."""

from car import can_bus
from openobd_protocol.Configuration.Messages import CanBus_pb2, KlineBus_pb2
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration

OLDER_CAR = "900101066"

SLOW = KlineBus_pb2.KLINE_PROTOCOL_ISO14230_SLOW
FAST = KlineBus_pb2.KLINE_PROTOCOL_ISO14230_FAST
KLINE_RATES = {
    9600: KlineBus_pb2.KLINE_BIT_RATE_9600,
    10400: KlineBus_pb2.KLINE_BIT_RATE_10400,
    15625: KlineBus_pb2.KLINE_BIT_RATE_15625,
}


def kline_bus(protocol=FAST, rate=9600, name="body", pin=7):
    definition = KlineBus_pb2.KlineBus(pin=pin, kline_protocol=protocol, kline_bit_rate=KLINE_RATES[rate])
    return BusConfiguration(bus_name=name, kline_bus=definition)


def tp20_bus(name="drive"):
    return can_bus(name, protocol=CanBus_pb2.CAN_PROTOCOL_TP20)
