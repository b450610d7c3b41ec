"""gRPC's interop cases on openOBD services, about statuses: every denial by code and text, strange texts, unknown names."""

import grpc
import pytest
from broker_side import ANSWER, INTERNAL, Broker, Host
from car import can_bus, channel, configure, success
from function_side import bearer
from mirror import DEADLINE_EXCEEDED, five_buses, function_variable, living, named_variable, refusal, wait_for_rest
from openobd import ContextType, EmptyMessage, FunctionDetails, SessionId, SessionTokenHandler, Variable
from openobd_protocol.Communication.Messages.Isotp_pb2 import IsotpMessage
from openobd_protocol.SessionController.Messages.SessionController_pb2 import Authenticate, ConnectorId, TicketId
from openobd_protocol.UserInterface.Messages.UserInterface_pb2 import Control
from workshop_side import module

DENIALS = {}
STRANGE = "\t\nDruck prüfen: 2,4 bar\r\n胎压 ☺ und 🚗\u202e‮ \\0 %25 {}\n\t"


class Desk:
    """Raw stubs of the official client with a session that is claimed and one that is not."""

    def __init__(self, engine):
        self.engine = engine
        self.openobd = engine.openobd()
        self.controller = self.openobd.session_controller.session_controller
        self.session = self.openobd.start_session_on_ticket(engine.ticket)
        self.claim_token = self.session.authentication_token
        SessionTokenHandler(self.session)
        self.unclaimed = self.openobd.start_session_on_ticket(engine.tickets[1])
        self.broker = Broker(engine)

    def leave(self):
        """Ends faults and sessions, so that the next user finds the engine in its initial state."""
        self.engine.control.set_fault("interrupted-by-operator")
        self.engine.control.clear_faults()

    def control(self, method, request, token=None):
        metadata = self.engine.bearer if token is None else bearer(token)
        return refusal(getattr(self.controller, method), request, metadata=metadata, timeout=10)

    def call(self, service, method, request, token=None):
        metadata = self.session.metadata() if token is None else bearer(token)
        return refusal(getattr(getattr(self.session, service), method), request, metadata=metadata, timeout=10)

    def run(self, function_id="f-1"):
        return self.broker.refusal(self.unclaimed.session_info, function_id)


def denial(code, text):
    """Registers a refused call: `code` and a part of its text."""

    def register(ask):
        DENIALS[ask.__name__] = (code, text, ask)
        return ask

    return register


@denial("INVALID_ARGUMENT", "invalid client")
def wrong_credentials(desk):
    credentials = Authenticate(client_id=desk.engine.client_id, client_secret="wrong", cluster_id="001")
    return refusal(desk.controller.getSessionControllerToken, credentials, timeout=10)


@denial("INVALID_ARGUMENT", "cluster_id is missing")
def missing_cluster(desk):
    credentials = Authenticate(client_id=desk.engine.client_id, client_secret=desk.engine.client_secret)
    return refusal(desk.controller.getSessionControllerToken, credentials, timeout=10)


@denial("FAILED_PRECONDITION", "no ticket found with that number")
def unknown_ticket(desk):
    return desk.control("startSessionOnTicket", TicketId(value="1"))


@denial("UNAVAILABLE", "resource already in use")
def ticket_in_use(desk):
    return desk.control("startSessionOnTicket", TicketId(value=desk.engine.ticket))


@denial("UNAVAILABLE", "the connector is offline")
def connector_offline(desk):
    return desk.control("startSessionOnTicket", TicketId(value="7848140"))


@denial("UNAVAILABLE", "no free resources, try again in two minutes")
def platform_is_scaling_out(desk):
    desk.engine.control.set_fault("no-free-resources")
    return desk.control("startSessionOnTicket", TicketId(value=desk.engine.tickets[2]))


@denial("NOT_FOUND", "no connector found with that number")
def unknown_connector(desk):
    return desk.control("startSessionOnConnector", ConnectorId(value="1"))


@denial("NOT_FOUND", "session")
def unknown_session(desk):
    return desk.control("getSession", SessionId(value="nobody's"))


@denial("PERMISSION_DENIED", "only authenticate() is allowed now")
def service_before_the_claim(desk):
    return desk.call("config", "getConfiguration", EmptyMessage(), desk.unclaimed.authentication_token)


@denial("PERMISSION_DENIED", "session already authenticated")
def second_claim(desk):
    return desk.call("session", "authenticate", EmptyMessage(), desk.claim_token)


@denial("UNAVAILABLE", "detect")
def detection_still_running(desk):
    desk.engine.control.set_fault("ecu-list-not-ready", connector=desk.engine.connector)
    return desk.call("vehicle_info", "getEcuList", EmptyMessage())


@denial("UNAUTHENTICATED", "a bearer token is needed")
def no_token(desk):
    return desk.control("getSessionList", EmptyMessage(), token="")


@denial("UNAUTHENTICATED", "unknown or has expired")
def unknown_token(desk):
    return desk.call("session", "finish", success(), "no such token")


@denial("UNAUTHENTICATED", "needs a controller token, not a session token")
def token_of_another_kind(desk):
    return desk.control("getSessionList", EmptyMessage(), token=desk.session.session_token)


@denial("FAILED_PRECONDITION", "the session is finished")
def call_after_the_end(desk):
    desk.session.finish(success())
    return desk.call("vehicle_info", "getVehicleDetails", EmptyMessage())


@denial("NOT_FOUND", 'there is no variable "speed"')
def missing_variable(desk):
    return desk.call("function", "getVariable", named_variable("speed"))


@denial("INVALID_ARGUMENT", "GLOBAL_CONTEXT, FUNCTION_CONTEXT or CONNECTION_CONTEXT")
def variable_of_no_kind(desk):
    return desk.call("function", "setVariable", Variable(key="speed", value="3"))


@denial("INVALID_ARGUMENT", "a connection variable is a text")
def packed_variable_of_the_connection(desk):
    variable = function_variable("speed", b"\0")
    variable.type = ContextType.CONNECTION_CONTEXT
    return desk.call("function", "setVariable", variable)


@denial("FAILED_PRECONDITION", "context")
def second_child_at_once(desk):
    desk.session.start_context()
    return desk.call("function", "startFunctionContext", EmptyMessage())


@denial("ALREADY_EXISTS", "another function is registered")
def context_of_another_function(desk):
    token = desk.unclaimed.authentication_token
    desk.unclaimed.register_function_details(FunctionDetails(id="f-1", name="Measure", version="1"))
    return desk.call("function", "registerFunctionDetails", FunctionDetails(id="f-2", name="Other", version="1"), token)


@denial("RESOURCE_EXHAUSTED", "at most 4 buses")
def too_many_buses(desk):
    return desk.call("config", "configureBus", iter(five_buses()))


@denial("NOT_FOUND", "nowhere")
def stream_on_an_unknown_bus(desk):
    return desk.call("can", "openIsotpStream", iter([IsotpMessage(channel=channel(bus="nowhere"))]))


@denial("INVALID_ARGUMENT", "hex")
def stream_with_a_payload_that_is_not_hex(desk):
    configure(desk.session, can_bus())
    return desk.call("can", "openIsotpStream", iter([IsotpMessage(channel=channel(), payload="22F19")]))


@denial("INVALID_ARGUMENT", "control")
def control_of_no_type(desk):
    return desk.call("ui", "openControlStream", iter([Control()]))


@denial("NOT_FOUND", "no function has been registered with that id")
def unknown_function(desk):
    return desk.run(function_id="no such function")


@denial("UNAVAILABLE", "the function is offline")
def offline_function(desk):
    host = Host(desk.broker)
    host.offer()
    host.half_close()
    host.hear_end()
    return desk.run()


@denial("PERMISSION_DENIED", "not for you")
def function_whose_host_does_not_want_to(desk):
    return _answered(desk, ANSWER.FUNCTION_UPDATE_UNAUTHORIZED, "not for you")


@denial("ABORTED", "the vehicle is too old")
def function_whose_host_has_failed(desk):
    return _answered(desk, ANSWER.FUNCTION_UPDATE_FAILED, "the vehicle is too old")


def _answered(desk, response, words):
    """The refusal of a call that its host refuses with its own text."""
    host = Host(desk.broker)
    host.offer(visibility=INTERNAL)
    running = desk.broker.run(desk.unclaimed.session_info)
    host.acknowledge(host.hear(), response, words)
    outcome = refusal(running.result)
    host.vanish()
    return outcome


@pytest.fixture
def desk(shared_engine):
    yield (desk := Desk(shared_engine))
    desk.leave()


@pytest.mark.parametrize("name", DENIALS)
def test_status_code_and_message_of_a_denial(desk, name):
    code, text, ask = DENIALS[name]
    seen_code, seen_text = ask(desk)
    assert (getattr(seen_code, "name", seen_code), text in seen_text) == (code, True), seen_text


def test_status_code_and_message_come_with_every_code_the_protocol_names():
    named = {"INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED"}
    named |= {"FAILED_PRECONDITION", "ABORTED", "UNAVAILABLE", "UNAUTHENTICATED"}
    assert {code for code, _, _ in DENIALS.values()} == named


@pytest.mark.parametrize("response", ["FUNCTION_UPDATE_FAILED", "FUNCTION_UPDATE_UNAVAILABLE"])
def test_special_status_message_of_a_host_arrives_as_it_was_written(desk, response):
    _, details = _answered(desk, getattr(ANSWER, response), STRANGE)
    assert details == STRANGE


def test_special_status_message_repeats_the_name_that_was_asked_for(shared_session):
    get = shared_session.function.getVariable
    details = refusal(get, named_variable(STRANGE), metadata=shared_session.metadata(), timeout=10)[1]
    assert details == f'there is no variable "{STRANGE}"'


def test_special_status_message_longer_than_headers_may_be_costs_nobody_else_anything(shared_session):
    call = shared_session.function.getVariable
    code, details = refusal(call, named_variable("ü" * 500), metadata=shared_session.metadata(), timeout=10)
    assert (code, "ü" * 500 in details) == (grpc.StatusCode.NOT_FOUND, True)
    assert refusal(call, named_variable("ü" * 100_000), metadata=shared_session.metadata(), timeout=10)[0] != DEADLINE_EXCEEDED
    assert shared_session.get_connector_information().connected


def raw(engine, path, shape="unary_unary"):
    return getattr(engine.channel, shape)(path, request_serializer=lambda text: text, response_deserializer=bytes)


SHAPES = ["unary_unary", "unary_stream", "stream_unary", "stream_stream"]


@pytest.mark.parametrize("shape", SHAPES)
def test_unimplemented_method_of_a_later_protocol_is_told_as_such(engine, session, shape):
    before = living(engine)
    request = iter([b"", b""]) if shape.startswith("stream") else b""
    call = raw(engine, "/openOBD.v1.session/fromTheFuture", shape)
    assert refusal(call, request, metadata=session.metadata(), timeout=10)[0] == grpc.StatusCode.UNIMPLEMENTED
    wait_for_rest(engine, before)
    assert session.get_connector_information().connected


@pytest.mark.parametrize("path", ["/openOBD.v1.lin/openLinStream", "/openOBD.v2.session/finish", "/openOBD.v1/finish", "/x"])
def test_unimplemented_service_is_told_as_such_whatever_its_name(shared_engine, shared_session, path):
    for shape in SHAPES:
        request = iter([b""]) if shape.startswith("stream") else b""
        code, _ = refusal(raw(shared_engine, path, shape), request, metadata=shared_session.metadata(), timeout=10)
        assert code == grpc.StatusCode.UNIMPLEMENTED
    assert shared_session.get_connector_information().connected


@pytest.mark.engine("--without", "workbench")
def test_unimplemented_service_is_the_workbench_when_it_is_left_out(engine, session):
    messages = module("workbench.v1.viewer_pb2")
    viewer = module("workbench.v1.viewer_pb2_grpc").viewerStub(engine.channel)
    for call, request in (
        (viewer.watchWorkshop, messages.WatchWorkshopRequest()),
        (viewer.getSessionRecord, messages.SessionRecordRequest(session_id=session.id())),
    ):
        assert refusal(call, request, metadata=engine.bearer, timeout=10)[0] == grpc.StatusCode.UNIMPLEMENTED
    configure(session, can_bus())
    session.finish(success())
