"""Every kind of fault, from a scenario file and from the laboratory, for the official client.

Each row is a function of `bench`: it gets ready, lets the fault begin (`bench.begin`), looks, and mostly lets it end
(`bench.end`) and looks again. Clocks are manual, so that a scenario begins and ends at exactly that point.
"""

import contextlib
import json
import re

import grpc
import partner_api_rows  # noqa: F401 (its rows register themselves)
import pytest
from broker_side import OFFLINE, ONLINE, Broker, Host
from car import FRAMES, can_bus, listen, open_socket, text
from fault_bench import AFTER_S, ROWS, Bench, row, status_of_refusal, token_stream_broken_with
from older_car import OLDER_CAR, tp20_bus
from openobd import SessionId, Terminal15Socket
from openobd.communication.response_exceptions import NoResponseException
from openobd.communication.tp20_socket import Tp20Socket
from openobd.core.exceptions import OpenOBDException, OpenOBDStreamTimeoutException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Tp20_pb2 import Tp20Channel
from patience import PATIENCE_S

MANUAL_ENGINE = ("--lab", "--clock", "manual", "--partner-api", "0")
VIN = "WFKZZZ8C9MA204417"


@row("ecu-asleep", ecu="Engine")
@row("ecu-asleep", ecu="0x7E0")
@row("connector-unplugged")
@row("bus-off")
@row("voltage-drop", volts=5)
@row("frames-lost", id="0x7E8")
def the_ecu_is_silent_then_answers_again(bench):
    socket = open_socket(bench.car())
    assert text(socket.request("22F190")) == VIN
    bench.begin()
    with pytest.raises(NoResponseException):
        socket.request("22F190", timeout=0.4)
    bench.end()
    assert text(socket.request("22F190", timeout=PATIENCE_S)) == VIN


@row("frames-lost", id="0x7E8", frames="consecutive")
@row("frames-duplicated", id="0x7E8", frames="consecutive")
@row("frames-reordered", id="0x7E8", frames="consecutive")
@row("frames-late", id="0x7E8", frames="consecutive", delayMs=2000)
@row("frames-wrong-sequence", id="0x7E8")
def long_answers_break_and_short_ones_do_not(bench):
    socket = open_socket(bench.car())
    bench.begin()
    with pytest.raises(NoResponseException):
        socket.request("22F190", timeout=0.4)
    assert socket.request("3E00", timeout=PATIENCE_S) == "7E00"
    bench.end()
    assert text(socket.request("22F190", timeout=PATIENCE_S)) == VIN


DOORS, DOORS_SAY = 0x3D0, "00010000"
PART_NUMBER = "5A9B" + b"038906019HJ 1.9l R4 EDC G000SG".hex().upper()


def car_with_an_ear(bench):
    """A conversation with the engine ECU, and an open channel for the doors' broadcasts, ten a second."""
    session = bench.car(can_bus("comfort", pins=(3, 11), protocol=FRAMES))
    return open_socket(session), listen(session, DOORS)


def broadcasts(bench, ear):
    """The broadcasts of 0.3 seconds, and whether a fourth message, one too many, arrives."""
    bench.engine.control.advance(bus_s=0.3)
    heard = [ear.receive(timeout=PATIENCE_S) for _ in range(3)]
    with pytest.raises(OpenOBDStreamTimeoutException):
        heard.append(ear.receive(timeout=0.2))
    return heard


@row("frames-lost")
@row("frames-duplicated")
@row("frames-reordered")
@row("frames-late", delayMs=2000)
@row("frames-wrong-sequence")
def long_answers_break_and_broadcasts_go_on(bench):
    socket, ear = car_with_an_ear(bench)
    assert text(socket.request("22F190")) == VIN
    bench.begin()
    with pytest.raises(NoResponseException):
        socket.request("22F190", timeout=0.4)
    assert broadcasts(bench, ear) == [DOORS_SAY] * 3
    bench.end()
    assert text(socket.request("22F190", timeout=PATIENCE_S)) == VIN


@row("frames-lost", traffic="broadcasts")
def broadcasts_are_lost_and_answers_are_not(bench):
    socket, ear = car_with_an_ear(bench)
    assert broadcasts(bench, ear) == [DOORS_SAY] * 3
    bench.begin()
    bench.engine.control.advance(bus_s=1)
    with pytest.raises(OpenOBDStreamTimeoutException):
        ear.receive(timeout=0.4)
    assert text(socket.request("22F190")) == VIN
    bench.end()
    assert ear.receive(timeout=PATIENCE_S) == DOORS_SAY


def answer_over_tp20(bench, socket, looks=200):
    """The part number of the older engine, for which the clock of its bus has to advance; None after so many tries."""
    socket.send("1A9B")
    for _ in range(looks):
        bench.engine.control.advance(bus_s=0.1)
        with contextlib.suppress(NoResponseException):
            return socket.receive(timeout=0.1)
    return None


def open_tp20(bench):
    return Tp20Socket(bench.older_car(OLDER_CAR, tp20_bus()), Tp20Channel(bus_name="drive", logical_address=0x01))


@row("frames-lost", connector=6, traffic="tp20")
@row("frames-wrong-sequence", connector=6, traffic="tp20")
@row("frames-wrong-sequence", connector=6, traffic="conversations")
def tp20_breaks_and_is_whole_again(bench):
    socket = open_tp20(bench)
    assert answer_over_tp20(bench, socket) == PART_NUMBER
    bench.begin()
    assert answer_over_tp20(bench, socket, looks=20) is None
    bench.end()
    assert answer_over_tp20(bench, socket) == PART_NUMBER


@row("frames-wrong-sequence", connector=6, traffic="isotp")
@row("frames-wrong-sequence", connector=6, traffic="tp20", count=1)
def tp20_is_whole_all_the_time(bench):
    socket = open_tp20(bench)
    bench.begin()
    assert [answer_over_tp20(bench, socket) for _ in range(3)] == [PART_NUMBER] * 3
    bench.end()
    assert answer_over_tp20(bench, socket) == PART_NUMBER


@row("ignition-off")
def the_ecu_is_silent_and_terminal_15_is_off(bench):
    session = bench.car()
    socket, terminal = open_socket(session), Terminal15Socket(session)
    assert (terminal.receive(), text(socket.request("22F190"))) == ("ON", VIN)
    bench.begin()
    assert terminal.receive() == "OFF"
    with pytest.raises(NoResponseException):
        socket.request("22F190", timeout=0.4)
    bench.end()
    assert terminal.receive() == "ON"
    assert text(socket.request("22F190", timeout=PATIENCE_S)) == VIN


@row("ecu-busy", ecu="Engine")
def every_answer_says_busy(bench):
    socket = open_socket(bench.car())
    bench.begin()
    assert socket.request("22F190", silent=True, timeout=3) == "7F2221"
    bench.end()
    assert text(socket.request("22F190", timeout=PATIENCE_S)) == VIN


@row("pending-storm", ecu="Engine", everyMs=100)
def promises_come_and_no_answer(bench):
    socket = open_socket(bench.car())
    socket.request("3E00")
    bench.begin()
    socket.send("22F190")
    promises = []
    # The bus clock is advanced until 0x78 has been received three times.
    for _ in range(150):
        bench.engine.control.advance(bus_s=0.1)
        with contextlib.suppress(NoResponseException):
            promises.append(socket.receive(timeout=0.2))
        if len(promises) == 3:
            break
    assert promises == ["7F2278"] * 3
    with pytest.raises(NoResponseException):
        while socket.receive(timeout=0.3) == "7F2278":
            pass


@row("token-stream-cut")
def the_token_stream_breaks_and_a_new_one_works(bench):
    session = bench.session()
    old = session.session_token
    bench.begin()
    assert token_stream_broken_with(session) == grpc.StatusCode.UNAVAILABLE.value[0]
    assert StreamHandler(session.open_session_token_stream).receive(timeout=PATIENCE_S).value != old
    assert bench.state(session) == "active"


@row("token-stream-refused")
def no_token_stream_opens_until_it_is_over(bench):
    session = bench.session()
    bench.begin()
    with pytest.raises(OpenOBDException) as raised:
        StreamHandler(session.open_session_token_stream).receive(timeout=PATIENCE_S)
    assert raised.value.status == grpc.StatusCode.UNAVAILABLE.value[0]
    bench.end()
    assert StreamHandler(session.open_session_token_stream).receive(timeout=PATIENCE_S).value != ""


@row("tokens-silent", lasts_s=600)
def the_session_fails_five_minutes_after_its_last_token(bench):
    session = bench.session()
    bench.begin()
    bench.engine.control.advance(session_s=290)
    assert bench.state(session) == "active"
    bench.engine.control.advance(session_s=10)
    assert bench.state(session) == "failed"


@row("tokens-expire")
def the_current_token_is_refused(bench):
    session = bench.session()
    session.get_connector_information()
    bench.begin()
    assert status_of_refusal(session.get_connector_information) == grpc.StatusCode.UNAUTHENTICATED.value[0]


@row("connector-offline")
def the_link_is_disconnected_and_no_session_starts(bench):
    session = bench.session()
    bench.begin()
    assert not session.get_connector_information().connected
    bench.openobd.interrupt_session(SessionId(value=session.id()))
    assert status_of_refusal(bench.openobd.start_session_on_ticket, bench.engine.ticket) == grpc.StatusCode.UNAVAILABLE.value[0]
    bench.end()
    assert bench.session().get_connector_information().connected


@row("latency", lasts_s=30, baseMs=900)
def the_link_turns_unhealthy_and_recovers(bench):
    session = bench.session()
    bench.begin()
    bench.engine.control.advance(session_s=10)
    information = session.get_connector_information()
    assert (information.connected, information.healthy, information.latency) == (True, False, 900)
    bench.end()
    bench.engine.control.advance(session_s=15)
    assert session.get_connector_information().healthy


@row("ecu-list-not-ready")
def the_list_of_ecus_is_unavailable(bench):
    session = bench.session()
    bench.begin()
    assert status_of_refusal(session.get_ecu_list) == grpc.StatusCode.UNAVAILABLE.value[0]
    bench.end()
    assert len(session.get_ecu_list().ecus) > 0


@row("no-free-resources")
@row("resource-in-use")
def no_session_starts_until_it_is_over(bench):
    bench.begin()
    assert status_of_refusal(bench.openobd.start_session_on_ticket, bench.engine.ticket) == grpc.StatusCode.UNAVAILABLE.value[0]
    bench.end()
    assert bench.session().session_token


@row("session-lost")
def the_session_is_unknown_and_its_streams_break(bench):
    session = bench.session()
    bench.begin()
    assert token_stream_broken_with(session) == grpc.StatusCode.UNAVAILABLE.value[0]
    assert status_of_refusal(session.get_vehicle_details) == grpc.StatusCode.UNAUTHENTICATED.value[0]
    assert status_of_refusal(bench.openobd.get_session, SessionId(value=session.id())) == grpc.StatusCode.NOT_FOUND.value[0]


@row("server-restart", connector=None)
def everything_is_unknown_and_a_new_session_works(bench):
    session = bench.session()
    bench.openobd.get_session_list()
    broker = Broker(bench.engine)
    host = Host(broker)
    host.offer()
    bench.begin()
    bench.engine.forget_bearer()
    assert token_stream_broken_with(session) == grpc.StatusCode.UNAVAILABLE.value[0]
    assert host.hear_end() == grpc.StatusCode.UNAVAILABLE
    assert status_of_refusal(session.get_vehicle_details) == grpc.StatusCode.UNAUTHENTICATED.value[0]
    # The client's controller token is unknown too.
    assert status_of_refusal(bench.openobd.get_session_list) == grpc.StatusCode.UNAUTHENTICATED.value[0]
    bench.openobd = bench.engine.openobd()
    assert status_of_refusal(bench.openobd.get_session, SessionId(value=session.id())) == grpc.StatusCode.NOT_FOUND.value[0]
    assert Broker(bench.engine).state("f-1") == OFFLINE
    assert text(open_socket(bench.car()).request("22F190")) == VIN


@row("interrupted-by-operator")
def the_session_is_interrupted_and_its_calls_are_refused(bench):
    session = bench.session()
    bench.begin()
    assert bench.state(session) == "interrupted"
    assert status_of_refusal(session.get_vehicle_details) == grpc.StatusCode.FAILED_PRECONDITION.value[0]


@row("broker-reconnect", connector=None, seconds=30)
def hosts_are_asked_to_come_back_and_stay_online(bench):
    broker = Broker(bench.engine)
    host = Host(broker)
    host.offer()
    bench.begin()
    assert host.hear().function_broker_reconnect.seconds_until_disconnect == 30
    assert broker.state("f-1") == ONLINE
    host.vanish()


@row("broker-restart", connector=None)
def the_streams_of_hosts_break_and_functions_go_offline(bench):
    broker = Broker(bench.engine)
    host = Host(broker)
    host.offer()
    bench.begin()
    assert host.hear_end() == grpc.StatusCode.UNAVAILABLE
    assert broker.state("f-1") == OFFLINE


def registered_kinds(engine):
    """All kinds of the engine, from its error for an unknown kind."""
    with pytest.raises(grpc.RpcError) as raised:
        engine.control.set_fault("no-such-fault")
    return set(re.search("known are (.*)$", raised.value.details()).group(1).split(", "))


# @proves The whole protocol: Every kind of fault, from a scenario and from the laboratory, as the official client sees it
def test_every_registered_kind_of_fault_has_a_row(engine):
    assert registered_kinds(engine) == {kind for kind, *_ in ROWS.values()}


# @proves The whole protocol: Every kind of fault, from a scenario and from the laboratory, as the official client sees it
@pytest.mark.parametrize("name", ROWS)
def test_a_fault_of_the_laboratory(start_engine, name):
    kind, look, _, connector, parameters = ROWS[name]
    engine = start_engine(*MANUAL_ENGINE)
    where = {} if connector is None else {"connector": engine.connectors[connector]}
    look(Bench(engine, lambda: engine.control.set_fault(kind, **where, **parameters), engine.control.clear_faults))


# @proves The whole protocol: Every kind of fault, from a scenario and from the laboratory, as the official client sees it
@pytest.mark.parametrize("name", ROWS)
def test_a_fault_of_a_scenario(start_engine, tmp_path, name):
    kind, look, lasts_s, connector, parameters = ROWS[name]
    where = {} if connector is None else {"connector": f"90010106{connector}"}
    fault = {"kind": kind, "afterSeconds": AFTER_S, "forSeconds": lasts_s, "parameters": parameters, **where}
    scenario = tmp_path / "scenario.yaml"
    # JSON is YAML.
    scenario.write_text(json.dumps({"name": name, "faults": [fault]}), encoding="utf-8")
    engine = start_engine(*MANUAL_ENGINE, "--scenario", str(scenario))
    look(
        Bench(
            engine,
            lambda: engine.control.advance(session_s=AFTER_S),
            lambda: engine.control.advance(session_s=lasts_s),
        )
    )
