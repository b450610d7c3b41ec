"""Every rpc of every openOBD.v1 service, called by the official client or its stubs: once as meant, once so that it is refused.

The list comes from the official descriptors, so an rpc of a later protocol fails here until it has a row. What really went
over the wire is noted by an interceptor in the client's channels: a row that forgets one of its two calls fails.
"""

import importlib
import threading
from pathlib import Path

import grpc
import openobd_protocol
import pytest
from car import can_bus, channel, configure, open_socket, success
from function_side import Monitor, bearer, claimed_child, packed
from openobd import (
    ContextType,
    DoipSocket,
    EmptyMessage,
    FunctionDetails,
    FunctionId,
    KlineSocket,
    SessionId,
    SessionTokenHandler,
    Terminal15Socket,
    Tp20Socket,
)
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Doip_pb2 import DoipChannel, DoipMessage
from openobd_protocol.Communication.Messages.Isotp_pb2 import IsotpMessage
from openobd_protocol.Communication.Messages.Kline_pb2 import KlineChannel, KlineMessage
from openobd_protocol.Communication.Messages.Raw_pb2 import RawChannel, RawFrame
from openobd_protocol.Communication.Messages.Tp20_pb2 import Tp20Channel, Tp20Message
from openobd_protocol.Configuration.Messages import CanBus_pb2, DoipBus_pb2, KlineBus_pb2
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from openobd_protocol.Configuration.Messages.Terminal15Bus_pb2 import Terminal15Bus
from openobd_protocol.Logging.Messages.LogMessage_pb2 import LogMessage
from openobd_protocol.UserInterface.Messages.UserInterface_pb2 import Control, InterfaceType, Label
from test_broker_hosts import Broker, Host

PACKAGE = "openOBD.v1"
ROWS = {}
# Lift and yard of the default workshop with an older car and one with DoIP.
OLDER_CAR, DOIP_TICKET = "900101066", "7848166"


def every_rpc():
    """Names such as session/authenticate, from the descriptors of openobd-protocol."""
    names = set()
    # The folders of the package have no __init__ files, so they are found by path.
    for root in map(Path, openobd_protocol.__path__):
        for file in root.rglob("*_pb2.py"):
            module = importlib.import_module(".".join(file.relative_to(root.parent).with_suffix("").parts))
            for service in module.DESCRIPTOR.services_by_name.values():
                if service.file.package == PACKAGE:
                    names |= {f"{service.name}/{method.name}" for method in service.methods}
    return names


class Wire(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Notes with which status each call ended."""

    def __init__(self):
        self._noted = threading.Condition()
        self._codes = []

    def _follow(self, continuation, details, request):
        call = continuation(details, request)
        name = details.method.removeprefix(f"/{PACKAGE}.")
        call.add_done_callback(lambda done: self._note(name, done.code()))
        return call

    intercept_unary_unary = intercept_unary_stream = intercept_stream_unary = intercept_stream_stream = _follow

    def _note(self, name, code):
        with self._noted:
            self._codes.append((name, code))
            self._noted.notify_all()

    def wait_for(self, name, is_good, timeout=10):
        """Whether a call of this name ended well (OK, or left by the client) or was refused."""
        well = (grpc.StatusCode.OK, grpc.StatusCode.CANCELLED)
        with self._noted:
            return self._noted.wait_for(
                lambda: any(one == name and (code in well) == is_good for one, code in self._codes), timeout
            )


@pytest.fixture
def wire(monkeypatch):
    """Listens to every channel that is made from now on."""
    wire = Wire()
    make = grpc.insecure_channel
    monkeypatch.setattr(grpc, "insecure_channel", lambda *args, **more: grpc.intercept_channel(make(*args, **more), wire))
    return wire


class Workplace:
    """What rows work with."""

    def __init__(self, engine):
        self.engine = engine
        self.openobd = engine.openobd()
        self.broker = Broker(engine)
        self.session = self.claimed(engine.ticket)
        # Started but never claimed: nearly everything is refused.
        self.unclaimed = self.openobd.start_session_on_ticket(engine.tickets[1])

    def claimed(self, ticket):
        return self._claim(self.openobd.start_session_on_ticket(ticket))

    def claimed_on(self, connector):
        return self._claim(self.openobd.start_session_on_connector(connector))

    @staticmethod
    def _claim(session):
        session.token_handler = SessionTokenHandler(session)
        return session


def refused(status, call, *arguments, **more):
    """Makes a call of the official client or of a stub that has to be refused with this status."""
    with pytest.raises((OpenOBDException, grpc.RpcError)) as raised:
        call(*arguments, **more)
    code = raised.value.code().name if isinstance(raised.value, grpc.RpcError) else raised.value.status
    assert code in (status, grpc.StatusCode[status].value[0])


def refused_stream(status, open_stream, *messages):
    stream = StreamHandler(open_stream)

    def talk():
        for message in messages:
            stream.send(message)
        stream.receive(timeout=10)

    refused(status, talk)


def row(name):
    def register(look):
        ROWS[name] = look
        return look

    return register


@row("session/authenticate")
def authenticate(work):
    session = work.openobd.start_session_on_connector(work.engine.connectors[2])
    token = session.authentication_token
    assert session.authenticate().value
    session.update_authentication_token(token)
    refused("PERMISSION_DENIED", session.authenticate)


@row("session/assertAuthenticationPossible")
def assert_authentication_possible(work):
    def ask(token):
        return work.unclaimed.session.assertAuthenticationPossible(EmptyMessage(), metadata=bearer(token), timeout=10)

    ask(work.unclaimed.authentication_token)
    refused("UNAUTHENTICATED", ask, "no such token")


@row("session/openSessionTokenStream")
def open_session_token_stream(work):
    stream = StreamHandler(work.session.open_session_token_stream)
    assert stream.receive(timeout=10).value
    stream.stop_stream()
    refused_stream("PERMISSION_DENIED", work.unclaimed.open_session_token_stream)


@row("session/finish")
def finish(work):
    work.session.finish(success())
    refused("FAILED_PRECONDITION", work.session.finish, success())


@row("sessionController/getSessionControllerToken")
def get_session_controller_token(work):
    assert work.openobd.get_session_list() is not None
    refused("INVALID_ARGUMENT", work.engine.openobd(client_secret="wrong").get_session_list)


@row("sessionController/startSessionOnTicket")
def start_session_on_ticket(work):
    assert work.openobd.start_session_on_ticket(work.engine.tickets[2]).authentication_token
    refused("FAILED_PRECONDITION", work.openobd.start_session_on_ticket, "1")


@row("sessionController/startSessionOnConnector")
def start_session_on_connector(work):
    assert work.openobd.start_session_on_connector(work.engine.connectors[2]).authentication_token
    refused("NOT_FOUND", work.openobd.start_session_on_connector, "1")


@row("sessionController/getSession")
def get_session(work):
    assert work.openobd.get_session(SessionId(value=work.session.id())).id == work.session.id()
    refused("NOT_FOUND", work.openobd.get_session, SessionId(value="nobody's"))


@row("sessionController/interruptSession")
def interrupt_session(work):
    assert work.openobd.interrupt_session(SessionId(value=work.session.id())).state == "interrupted"
    refused("NOT_FOUND", work.openobd.interrupt_session, SessionId(value="nobody's"))


@row("sessionController/getSessionList")
def get_session_list(work):
    assert work.session.id() in [one.id for one in work.openobd.get_session_list().sessions]
    stub = work.openobd.session_controller.session_controller
    refused("UNAUTHENTICATED", stub.getSessionList, EmptyMessage(), metadata=bearer("no such token"), timeout=10)


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
    refused_stream("NOT_FOUND", work.session.open_isotp_stream, IsotpMessage(channel=channel(bus="nowhere")))


@row("can/openRawStream")
def open_raw_stream(work):
    configure(work.session, can_bus(protocol=CanBus_pb2.CAN_PROTOCOL_FRAMES))
    there = RawChannel(bus_name="diagnosis", request_id=0x7E0, response_id=0x7E8)
    stream = StreamHandler(work.session.open_raw_stream)
    stream.send(RawFrame(channel=there, payload="023E00"))
    assert stream.receive(timeout=10).payload.startswith("027E00")
    stream.stop_stream()
    nowhere = RawChannel(bus_name="nowhere", request_id=1)
    refused_stream("NOT_FOUND", work.session.open_raw_stream, RawFrame(channel=nowhere))


@row("can/openTp20Stream")
def open_tp20_stream(work):
    session = work.claimed_on(OLDER_CAR)
    configure(session, can_bus("drive", protocol=CanBus_pb2.CAN_PROTOCOL_TP20))
    socket = Tp20Socket(session, Tp20Channel(bus_name="drive", logical_address=1))
    assert socket.request("1089") == "5089"
    socket.stop_stream()
    nowhere = Tp20Channel(bus_name="nowhere", logical_address=1)
    refused_stream("NOT_FOUND", work.session.open_tp20_stream, Tp20Message(channel=nowhere))


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
    refused_stream("NOT_FOUND", work.session.open_kline_stream, KlineMessage(channel=nowhere))


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
    refused_stream("NOT_FOUND", work.session.open_doip_stream, DoipMessage(channel=nowhere))


@row("terminal15/openTerminal15Stream")
def open_terminal15_stream(work):
    refused_stream("FAILED_PRECONDITION", work.session.open_terminal15_stream)
    configure(work.session, BusConfiguration(bus_name="t15", terminal15_bus=Terminal15Bus(pin=1)))
    socket = Terminal15Socket(work.session)
    assert socket.receive() == "ON"
    socket.stop_stream()


@row("userInterface/openControlStream")
def open_control_stream(work):
    stream = StreamHandler(work.session.open_control_stream)
    stream.send(Control(target=InterfaceType.INTERFACE_USER, control_label=Label(label="Hello.")))
    assert stream.receive(timeout=10).control_label.label == "Hello."
    stream.stop_stream()
    refused_stream("PERMISSION_DENIED", work.unclaimed.open_control_stream)


@row("logging/openLogStream")
def open_log_stream(work):
    work.session.open_log_stream(iter([LogMessage(content="one line")]))
    refused("PERMISSION_DENIED", work.unclaimed.open_log_stream, iter([LogMessage(content="one line")]))


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


@row("function/startFunctionContext")
def start_function_context(work):
    assert work.session.start_context().monitor_token
    # Its first child is still open.
    refused("FAILED_PRECONDITION", work.session.start_context)


@row("function/monitorFunctionContext")
def monitor_function_context(work):
    context = work.session.start_context()
    monitor = Monitor(work.session, context)
    child = claimed_child(work.engine, work.session, context)
    child.finish(success())
    assert monitor.final().finished
    stream = work.session.function.monitorFunctionContext(context, metadata=bearer("no such token"), timeout=10)
    refused("UNAUTHENTICATED", next, stream)


@row("function/registerFunctionDetails")
def register_function_details(work):
    details = FunctionDetails(id="f-1", name="Measure", version="1.0")
    work.unclaimed.register_function_details(details)
    refused("PERMISSION_DENIED", work.session.register_function_details, details)


@row("function/getFunctionDetails")
def get_function_details(work):
    assert work.session.get_function_details().id
    work.session.session_token = "no such token"
    refused("UNAUTHENTICATED", work.session.get_function_details)


@row("function/setFunctionArgument")
def set_function_argument(work):
    work.session.start_context()
    work.session.set_function_argument("depth", "3")
    refused("INVALID_ARGUMENT", work.session.set_function_argument, "", "3")


@row("function/getFunctionArgumentList")
def get_function_argument_list(work):
    call = work.session.function.getFunctionArgumentList
    call(EmptyMessage(), metadata=work.session.metadata(), timeout=10)
    refused("UNAUTHENTICATED", call, EmptyMessage(), metadata=bearer("no such token"), timeout=10)


@row("function/setFunctionResult")
def set_function_result(work):
    work.session.set_function_result("depth", "3")
    refused("INVALID_ARGUMENT", work.session.set_function_result, "", "3")


@row("function/getFunctionResultList")
def get_function_result_list(work):
    call = work.session.function.getFunctionResultList
    call(EmptyMessage(), metadata=work.session.metadata(), timeout=10)
    refused("UNAUTHENTICATED", call, EmptyMessage(), metadata=bearer("no such token"), timeout=10)


@row("function/getVariableList")
def get_variable_list(work):
    work.session.set_context_variable("a:b", "c")
    assert [one.key for one in work.session.get_context_variable_list("a:").variables] == ["a:b"]
    undefined = ContextType.UNDEFINED_CONTEXT
    refused("INVALID_ARGUMENT", work.session.get_context_variable_list, "a:", undefined)


@row("function/setVariable")
def set_variable(work):
    work.session.set_context_variable("picture", packed("somebody.Picture", bytes(300 * 1024)))
    assert len(work.session.get_context_variable("picture").object.value) == 300 * 1024
    refused("INVALID_ARGUMENT", work.session.set_context_variable, "", "value")


@row("function/getVariable")
def get_variable(work):
    work.session.set_context_variable("key", "value")
    assert work.session.get_context_variable("key").value == "value"
    refused("NOT_FOUND", work.session.get_context_variable, "no such key")


@row("function/deleteVariable")
def delete_variable(work):
    work.session.set_context_variable("key", "value")
    work.session.delete_context_variable("key")
    refused("INVALID_ARGUMENT", work.session.delete_context_variable, "")


@row("functionBroker/getFunctionBrokerToken")
def get_function_broker_token(work):
    assert work.openobd.function_broker.function_broker_token.get_value()
    wrong = work.engine.openobd(client_secret="wrong").function_broker
    refused("INVALID_ARGUMENT", wrong.get_function_registration, FunctionId(value="f-1"))


@row("functionBroker/openFunctionStream")
def open_function_stream(work):
    host = Host(work.broker)
    host.offer()
    host.vanish()
    assert Host(work.broker, token="no such token").hear_end() == grpc.StatusCode.UNAUTHENTICATED


@row("functionBroker/runFunction")
def run_function(work):
    info = work.unclaimed.session_info
    refused("NOT_FOUND", work.broker.run(info).result)
    host = Host(work.broker)
    host.offer()
    running = work.broker.run(info)
    host.acknowledge(host.hear())
    assert running.result().function_call.id in ("", "f-1")
    host.vanish()


@row("functionBroker/getFunctionRegistration")
def get_function_registration(work):
    host = Host(work.broker)
    host.offer()
    assert work.broker.registration("f-1").details.id == "f-1"
    host.vanish()
    call = work.broker.stub.getFunctionRegistration
    refused("UNAUTHENTICATED", call, FunctionId(value="f-1"), metadata=bearer("no such token"), timeout=10)


@row("functionBroker/generateFunctionSignature")
def generate_function_signature(work):
    call = work.broker.stub.generateFunctionSignature
    assert call(EmptyMessage(), metadata=bearer(work.broker.token), timeout=10).id
    refused("UNAUTHENTICATED", call, EmptyMessage(), metadata=bearer("no such token"), timeout=10)


def test_every_rpc_of_the_official_descriptors_has_a_row():
    assert every_rpc() == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_an_rpc_works_and_is_refused(wire, engine, name):
    ROWS[name](Workplace(engine))
    assert wire.wait_for(name, is_good=False), "nothing was refused"
    assert wire.wait_for(name, is_good=True), "nothing went well"
