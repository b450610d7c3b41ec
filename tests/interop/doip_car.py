"""The car with DoIP (vehicles/vinterberg-aurora.yaml) for the official client and independent testers."""

from openobd_protocol.Communication.Messages.Doip_pb2 import DoipChannel
from openobd_protocol.Configuration.Messages import DoipBus_pb2
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration

TICKET = "7848166"
VIN = "VBGAUR80XRN031174"
GATEWAY, CHARGER, BATTERY, INFOTAINMENT, SEAT = 0x1001, 0x1636, 0x1635, 0x1801, 0x1744


def doip_bus(option=DoipBus_pb2.DOIP_OPTION_2, network=DoipBus_pb2.DOIP_NETWORK_CONFIGURATION_2):
    definition = DoipBus_pb2.DoipBus(doip_option=option, doip_network_configuration=network)
    return BusConfiguration(bus_name="ethernet", doip_bus=definition)


def doip_channel(ecu=CHARGER, gateway=GATEWAY, tester=0x0E80, bus="ethernet"):
    return DoipChannel(bus_name=bus, gateway_id=gateway, tester_id=tester, ecu_id=ecu)


def charger_key(level, seed, params):
    """Key of the charger, as udsoncan asks for it."""
    word = int.from_bytes(seed, "big") ^ 0x41555230
    return (((word << 5) | (word >> 27)) & 0xFFFFFFFF).to_bytes(4, "big")
