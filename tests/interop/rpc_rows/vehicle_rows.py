"""Buses and conversations with the car, and details of car, connector and ticket."""

from car import can_bus, channel, configure, open_socket
from openobd import DoipSocket, KlineSocket, Terminal15Socket, Tp20Socket
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Doip_pb2 import DoipChannel, DoipMessage
from openobd_protocol.Communication.Messages.Isotp_pb2 import IsotpMessage
from openobd_protocol.Communication.Messages.Kline_pb2 import KlineChannel, KlineMessage
from openobd_protocol.Communication.Messages.Raw_pb2 import RawChannel, RawFrame
from openobd_protocol.Communication.Messages.Tp20_pb2 import Tp20Channel, Tp20Message
from openobd_protocol.Configuration.Messages import CanBus_pb2, DoipBus_pb2, KlineBus_pb2
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from openobd_protocol.Configuration.Messages.Terminal15Bus_pb2 import Terminal15Bus

from rpc_rows.table import refused, refused_stream, row

# Lift and yard of the default workshop with an older car and one with DoIP.
OLDER_CAR, DOIP_TICKET = "900101066", "7848166"


@row("config/configureBus")
def configure_bus(work):
    configure(work.session, can_bus())
    refused("INVALID_ARGUMENT", configure, work.session, can_bus(""))


@row("config/getConfiguration")
def get_configuration(work):
    assert not work.session.get_configuration().buses
    refused("PERMISSION_DENIED", work.unclaimed.get_configuration)


@row("config/muteLocals")
def mute_locals(work):
    work.session.mute_locals()
    refused("PERMISSION_DENIED", work.unclaimed.mute_locals)


@row("config/unmuteLocals")
def unmute_locals(work):
    work.session.unmute_locals()
    refused("PERMISSION_DENIED", work.unclaimed.unmute_locals)


@row("can/openIsotpStream")
def open_isotp_stream(work):
    configure(work.session, can_bus())
    socket = open_socket(work.session)
    assert socket.request("3E00") == "7E00"
    socket.stop_stream()
    refused_stream("NOT_FOUND", work.session.open_isotp_stream, IsotpMessage(channel=channel(bus="nowhere"), payload="3E00"))


@row("can/openRawStream")
def open_raw_stream(work):
    configure(work.session, can_bus(protocol=CanBus_pb2.CAN_PROTOCOL_FRAMES))
    there = RawChannel(bus_name="diagnosis", request_id=0x7E0, response_id=0x7E8)
    stream = StreamHandler(work.session.open_raw_stream)
    stream.send(RawFrame(channel=there, payload="023E00"))
    assert stream.receive(timeout=10).payload.startswith("027E00")
    stream.stop_stream()
    nowhere = RawChannel(bus_name="nowhere", request_id=1)
    refused_stream("NOT_FOUND", work.session.open_raw_stream, RawFrame(channel=nowhere, payload="00"))


@row("can/openTp20Stream")
def open_tp20_stream(work):
    session = work.claimed_on(OLDER_CAR)
    configure(session, can_bus("drive", protocol=CanBus_pb2.CAN_PROTOCOL_TP20))
    socket = Tp20Socket(session, Tp20Channel(bus_name="drive", logical_address=1))
    assert socket.request("1089") == "5089"
    socket.stop_stream()
    nowhere = Tp20Channel(bus_name="nowhere", logical_address=1)
    refused_stream("NOT_FOUND", work.session.open_tp20_stream, Tp20Message(channel=nowhere, payload="3E00"))


@row("kline/openKlineStream")
def open_kline_stream(work):
    session = work.claimed_on(OLDER_CAR)
    line = KlineBus_pb2.KlineBus(
        pin=7,
        kline_protocol=KlineBus_pb2.KLINE_PROTOCOL_ISO14230_FAST,
        kline_bit_rate=KlineBus_pb2.KLINE_BIT_RATE_9600,
    )
    configure(session, BusConfiguration(bus_name="body", kline_bus=line))
    socket = KlineSocket(session, KlineChannel(bus_name="body", ecu_id=0x35))
    assert socket.request("1A9B").startswith("5A9B")
    socket.stop_stream()
    nowhere = KlineChannel(bus_name="nowhere", ecu_id=1)
    refused_stream("NOT_FOUND", work.session.open_kline_stream, KlineMessage(channel=nowhere, payload="3E00"))


@row("doip/openDoipStream")
def open_doip_stream(work):
    session = work.claimed(DOIP_TICKET)
    ethernet = DoipBus_pb2.DoipBus(
        doip_option=DoipBus_pb2.DOIP_OPTION_2,
        doip_network_configuration=DoipBus_pb2.DOIP_NETWORK_CONFIGURATION_2,
    )
    configure(session, BusConfiguration(bus_name="ethernet", doip_bus=ethernet))
    charger = DoipChannel(bus_name="ethernet", gateway_id=0x1001, tester_id=0xE80, ecu_id=0x1636)
    socket = DoipSocket(session, charger)
    assert socket.request("22F190").startswith("62F190")
    socket.stop_stream()
    nowhere = DoipChannel(bus_name="nowhere", gateway_id=1, tester_id=0xE80, ecu_id=2)
    refused_stream("NOT_FOUND", work.session.open_doip_stream, DoipMessage(channel=nowhere, payload="3E00"))


@row("terminal15/openTerminal15Stream")
def open_terminal15_stream(work):
    refused_stream("FAILED_PRECONDITION", work.session.open_terminal15_stream)
    configure(work.session, BusConfiguration(bus_name="t15", terminal15_bus=Terminal15Bus(pin=1)))
    socket = Terminal15Socket(work.session)
    assert socket.receive() == "ON"
    socket.stop_stream()


@row("connectionMonitor/getConnectorInformation")
def get_connector_information(work):
    assert work.session.get_connector_information().connected
    refused("PERMISSION_DENIED", work.unclaimed.get_connector_information)


@row("connectionMonitor/openConnectorInformationStream")
def open_connector_information_stream(work):
    stream = StreamHandler(work.session.open_connector_information_stream)
    assert stream.receive(timeout=10).connected
    stream.stop_stream()
    refused_stream("PERMISSION_DENIED", work.unclaimed.open_connector_information_stream)


@row("vehicleInfo/getEcuList")
def get_ecu_list(work):
    assert work.session.get_ecu_list().ecus
    work.session.session_token = "no such token"
    refused("UNAUTHENTICATED", work.session.get_ecu_list)


@row("vehicleInfo/getVehicleDetails")
def get_vehicle_details(work):
    assert work.session.get_vehicle_details().vin
    work.session.session_token = "no such token"
    refused("UNAUTHENTICATED", work.session.get_vehicle_details)


@row("productInfo/getProductList")
def get_product_list(work):
    assert work.session.get_product_list().products
    work.session.session_token = "no such token"
    refused("UNAUTHENTICATED", work.session.get_product_list)


@row("ticketInfo/getTicketDetails")
def get_ticket_details(work):
    assert str(work.session.get_ticket_details().number) == work.engine.ticket
    work.session.session_token = "no such token"
    refused("UNAUTHENTICATED", work.session.get_ticket_details)
