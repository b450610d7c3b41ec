"""gRPC's interop cases on openOBD services: calls of every shape, compression, credentials and metadata.

Names follow gRPC's interop-test-descriptions; docs/grpc-interop.md says which rpc stands for which case. The official client
calls; where it cannot express a case, the stubs that it carries are called directly.
"""

import random
import threading

import grpc
import pytest
from car import can_bus, channel, configure, open_socket
from function_side import bearer
from mirror import (
    OK,
    five_buses,
    function_variable,
    living,
    named_variable,
    refusal,
    session_over,
    wait_for_rest,
)
from openobd import EmptyMessage, Label, SessionTokenHandler, UiHandler, YesNo
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Isotp_pb2 import IsotpMessage
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from openobd_protocol.Configuration.Messages.Terminal15Bus_pb2 import Terminal15Bus
from openobd_protocol.Logging.Messages.LogMessage_pb2 import LogMessage
from openobd_protocol.UserInterface.Messages.UserInterface_pb2 import Control
from patience import PATIENCE_S, wait_until
from workshop_side import ScriptedMechanic

LARGE = random.Random(300).randbytes(300 * 1024)
# Shrinks to a hundredth, so that the number of bytes shows whether it was compressed.
SHRINKABLE = b"tyre pressure 2.4 bar; " * 13_000
ENCODINGS = [grpc.Compression.Gzip, grpc.Compression.Deflate]
MANUAL = pytest.mark.engine("--clock", "manual")


def test_empty_unary_asks_whether_a_claim_is_possible_and_changes_nothing(engine, openobd):
    session = openobd.start_session_on_ticket(engine.ticket)
    ask = session.session.assertAuthenticationPossible
    token = bearer(session.authentication_token)
    for _ in range(2):
        assert ask(EmptyMessage(), metadata=token, timeout=10).SerializeToString() == b""
    SessionTokenHandler(session)
    refused = (grpc.StatusCode.PERMISSION_DENIED, "session already authenticated")
    assert refusal(ask, EmptyMessage(), metadata=token, timeout=10) == refused


def test_large_unary_brings_300_kib_both_ways_byte_for_byte(session):
    session.set_context_variable("recording", function_variable("", LARGE).object)
    assert session.get_context_variable("recording").object.value == LARGE
    assert session.get_context_variable("recording").object.type_url == "type.googleapis.com/somebody.Recording"


def test_large_unary_above_4_mib_is_refused_alone(session):
    session.set_context_variable("small", "before")
    too_large = function_variable("large", bytes(4 * 1024 * 1024))
    code, _ = refusal(session.function.setVariable, too_large, metadata=session.metadata(), timeout=20)
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert session.get_context_variable("small").value == "before"
    code, _ = refusal(session.function.getVariable, named_variable("large"), metadata=session.metadata(), timeout=20)
    assert code == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_client_compressed_unary_is_understood(session, proxy, encoding):
    same = session_over(proxy.port, session)

    def sent(key, compression):
        before = proxy.bytes_to_engine
        variable = function_variable(key, SHRINKABLE)
        same.function.setVariable(variable, metadata=same.metadata(), compression=compression, timeout=20)
        return proxy.bytes_to_engine - before

    assert sent("plain", grpc.Compression.NoCompression) > len(SHRINKABLE)
    assert sent("compressed", encoding) < len(SHRINKABLE) / 10
    assert session.get_context_variable("compressed").object.value == SHRINKABLE


def test_client_compressed_unary_that_grows_above_4_mib_is_refused_alone(session):
    bomb = function_variable("bomb", bytes(5 * 1024 * 1024))
    more = {"metadata": session.metadata(), "compression": grpc.Compression.Gzip, "timeout": 20}
    assert refusal(session.function.setVariable, bomb, **more)[0] == grpc.StatusCode.RESOURCE_EXHAUSTED
    session.set_context_variable("small", "after")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_client_compressed_streaming_keeps_every_line_in_order(session, viewer, proxy, encoding):
    same = session_over(proxy.port, session)
    lines = [f"{number}: {'x' * 2_000}" for number in range(100)]
    messages = (LogMessage(content=line) for line in lines)
    same.logging.openLogStream(messages, metadata=same.metadata(), compression=encoding, timeout=20)
    assert proxy.bytes_to_engine < sum(map(len, lines)) / 2

    def written():
        return [event.script_log.content for event in viewer.events if event.HasField("script_log")]

    viewer.wait_for(lambda: len(written()) >= len(lines))
    assert written() == lines


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_server_compressed_unary_is_offered_and_the_answer_is_right(engine, session, encoding):
    """grpc-js never compresses what a server sends; a client that offers to decompress gets the answer uncompressed."""
    session.set_context_variable("recording", function_variable("", SHRINKABLE).object)
    options = [("grpc.default_compression_algorithm", encoding.value), ("grpc.enable_http_proxy", 0)]
    with grpc.insecure_channel(f"{engine.host}:{engine.port}", options=options) as offering:
        get = offering.unary_unary("/openOBD.v1.function/getVariable", lambda one: one.SerializeToString())
        answer = get(named_variable("recording"), metadata=session.metadata(), timeout=20)
    assert SHRINKABLE in answer


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_server_compressed_streaming_is_offered_and_every_echo_is_right(session, encoding):
    """As with unary calls: all answers arrive, uncompressed."""
    labels = [f"{number}: {'y' * 5_000}" for number in range(50)]
    controls = (Control(control_label=Label(label=label)) for label in labels)
    more = {"metadata": session.metadata(), "compression": encoding, "timeout": 30}
    assert [echo.control_label.label for echo in session.ui.openControlStream(controls, **more)] == labels


def test_client_streaming_configures_every_bus_in_order(session):
    buses = [
        can_bus("drive"),
        can_bus("body", pins=(3, 11), kbit=125),
        BusConfiguration(bus_name="t15", terminal15_bus=Terminal15Bus(pin=1)),
    ]
    configure(session, *buses)
    assert list(session.get_configuration().buses) == buses


def test_client_streaming_with_one_bus_too_many_changes_nothing(session):
    configure(session, can_bus("before"))
    code, _ = refusal(session.config.configureBus, iter(five_buses()), metadata=session.metadata(), timeout=10)
    assert code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert [bus.bus_name for bus in session.get_configuration().buses] == ["before"]


@MANUAL
def test_server_streaming_brings_every_change_of_the_link_in_order(engine, session):
    stream = StreamHandler(session.open_connector_information_stream, outgoing_stream=False)
    stream.receive(timeout=PATIENCE_S)
    sent = [900, 200, 700, 300]
    received = []
    for latency in sent:
        fault = engine.control.set_fault("latency", connector=engine.connector, baseMs=latency, jitterMs=0)
        engine.control.advance(session_s=1)
        engine.control.clear_faults(fault.id)
    for _ in sent:
        received.append(stream.receive(timeout=PATIENCE_S).latency)
    assert received == sent
    stream.stop_stream()


def test_ping_pong_of_isotp_keeps_every_turn_in_order(session):
    configure(session, can_bus())
    socket = open_socket(session)
    turns = ["22F190", "3E00", "1003", "1001"] * 25
    answers = [socket.request(turn) for turn in turns]
    assert [answer[:2] for answer in answers] == ["62", "7E", "50", "50"] * 25
    assert [answer[2:4] for answer in answers] == ["F1", "00", "03", "01"] * 25
    socket.stop_stream()


def test_ping_pong_of_controls_keeps_every_turn_in_order(session, viewer):
    ui = UiHandler(session)
    mechanic = ScriptedMechanic(viewer, [("control_yesno", {"yesno": turn % 3 == 0}) for turn in range(30)])
    answers = []
    for turn in range(30):
        ui.show_ui(Label(label=f"step {turn}"))
        answers.append(ui.show_ui(YesNo(label=f"Is step {turn} done?")))
    mechanic.done()
    assert answers == [turn % 3 == 0 for turn in range(30)]


def test_empty_stream_of_log_lines_gets_one_empty_reply(engine, session, viewer):
    before = living(engine)
    reply = session.logging.openLogStream(iter(()), metadata=session.metadata(), timeout=10)
    assert reply.SerializeToString() == b""
    assert not [event for event in viewer.events if event.HasField("script_log")]
    wait_for_rest(engine, before)


@pytest.mark.parametrize("rpc", ["can.openIsotpStream", "can.openRawStream", "kline.openKlineStream", "ui.openControlStream"])
def test_empty_stream_in_both_directions_ends_with_ok_and_no_message(engine, session, rpc):
    before = living(engine)
    service, method = rpc.split(".")
    call = getattr(getattr(session, service), method)(iter(()), metadata=session.metadata(), timeout=10)
    assert list(call) == []
    assert call.code() == OK
    wait_for_rest(engine, before)


@MANUAL
def test_per_rpc_creds_change_while_streams_run_on(engine, session):
    configure(session, can_bus())
    link = StreamHandler(session.open_connector_information_stream, outgoing_stream=False)
    link.receive(timeout=PATIENCE_S)
    labels = UiHandler(session)
    tokens = [session.session_token]

    def is_accepted(token):
        try:
            session.connector_monitor.getConnectorInformation(EmptyMessage(), metadata=bearer(token), timeout=10)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.UNAUTHENTICATED
            return False
        return True

    for _ in range(4):
        engine.control.advance(session_s=120)
        tokens.append(wait_until(lambda: session.session_token not in tokens and session.session_token, "a token came"))
        # A token is valid for 300 s and a new one arrives every 120 s, so the newest three are valid at any time.
        assert [is_accepted(token) for token in tokens] == [age < 3 for age in reversed(range(len(tokens)))]
        labels.show_ui(Label(label="opened with the first token"))
    for _ in range(480):
        assert link.receive(timeout=PATIENCE_S).connected
    link.stop_stream()


@pytest.mark.parametrize("scheme", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer   {}"])
def test_custom_metadata_beside_the_bearer_disturbs_nothing(shared_session, scheme):
    foreign = (
        ("x-grpc-test-echo-initial", "kept by nobody"),
        ("x-trace-bin", bytes(range(256))),
        ("x-repeated", "one"),
        ("x-repeated", "two"),
        ("x-empty", ""),
        ("x-long", "z" * 4_000),
    )
    metadata = (*foreign, ("authorization", scheme.format(shared_session.session_token)))
    unary = shared_session.connector_monitor.getConnectorInformation
    assert unary(EmptyMessage(), metadata=metadata, timeout=10).connected
    configure(shared_session, can_bus())
    greeting = [IsotpMessage(channel=channel(), payload=payload) for payload in ("", "3E00")]
    answered = threading.Event()

    def requests():
        yield from greeting
        answered.wait(PATIENCE_S)

    stream = shared_session.can.openIsotpStream(requests(), metadata=metadata, timeout=PATIENCE_S)
    assert next(stream).payload == "7E00"
    answered.set()
    assert list(stream) == []


@pytest.mark.parametrize(
    "values",
    [(), ("Bearer ",), ("Bearer None",), ("Basic {}",), ("{}",), ("Token {}",), ("Bearer unknown", "Bearer {}")],
)
def test_custom_metadata_that_only_resembles_a_bearer_is_no_credential(shared_session, values):
    metadata = [("authorization", value.format(shared_session.session_token)) for value in values]
    metadata.append(("x-authorization", f"Bearer {shared_session.session_token}"))
    call = shared_session.connector_monitor.getConnectorInformation
    assert refusal(call, EmptyMessage(), metadata=metadata, timeout=10)[0] == grpc.StatusCode.UNAUTHENTICATED
