"""Configuration of buses and ISO-TP conversations, as the official client has them with the simulated cars."""

import threading
import time

import pytest
from car import can_bus, channel, configure, open_socket, success, text
from conftest import ROOT
from openobd import IsotpSocket, RawSocket, SessionTokenHandler, Terminal15Socket
from openobd.communication.response_exceptions import (
    NoResponseException,
    RequestCorrectlyReceivedResponsePendingException,
    RequestOutOfRangeException,
    ServiceNotSupportedException,
)
from openobd.core.exceptions import OpenOBDException, OpenOBDStreamStoppedException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Isotp_pb2 import KEEP_ALIVE_ENABLED, PADDING_DISABLED, IsotpMessage
from openobd_protocol.Communication.Messages.Raw_pb2 import RawChannel, RawFrame
from openobd_protocol.Configuration.Messages import CanBus_pb2, KlineBus_pb2
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from openobd_protocol.Configuration.Messages.Terminal15Bus_pb2 import Terminal15Bus

INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION = 3, 5, 7, 8, 9


def kline_bus(name, pin):
    return BusConfiguration(
        bus_name=name,
        kline_bus=KlineBus_pb2.KlineBus(
            pin=pin,
            kline_protocol=KlineBus_pb2.KLINE_PROTOCOL_ISO14230_FAST,
            kline_bit_rate=KlineBus_pb2.KLINE_BIT_RATE_10400,
        ),
    )


def test_a_configuration_is_empty_then_as_configured_then_replaced(session):
    assert not session.get_configuration().buses
    buses = [can_bus(), kline_bus("k", 7)]
    configure(session, *buses)
    assert list(session.get_configuration().buses) == buses
    configure(session, can_bus("other"))
    assert [bus.bus_name for bus in session.get_configuration().buses] == ["other"]
    configure(session)
    assert not session.get_configuration().buses


@pytest.mark.parametrize(
    ("buses", "status", "words"),
    [
        ([can_bus("")], INVALID_ARGUMENT, "bus_name is empty"),
        ([BusConfiguration(bus_name="b")], INVALID_ARGUMENT, "set one of can_bus"),
        ([can_bus("a"), can_bus("b")], INVALID_ARGUMENT, "already used"),
        ([can_bus("a", pins=(6, 17))], INVALID_ARGUMENT, "pin 17"),
        ([can_bus("a", protocol=CanBus_pb2.CAN_PROTOCOL_UNDEFINED)], INVALID_ARGUMENT, "can_protocol"),
        ([kline_bus(f"k{pin}", pin) for pin in (1, 2, 3, 7, 8)], RESOURCE_EXHAUSTED, "4"),
    ],
)
def test_an_impossible_configuration_is_refused_and_changes_nothing(session, buses, status, words):
    configure(session, can_bus("before"))
    with pytest.raises(OpenOBDException) as raised:
        configure(session, *buses)
    assert raised.value.status == status
    assert words in raised.value.details
    assert [bus.bus_name for bus in session.get_configuration().buses] == ["before"]


def test_muting_and_unmuting_may_be_repeated(session):
    for call in (session.mute_locals, session.mute_locals, session.unmute_locals, session.unmute_locals):
        call()


def test_nothing_can_be_configured_before_the_claim(openobd, engine):
    unclaimed = openobd.start_session_on_ticket(engine.ticket)
    with pytest.raises(OpenOBDException) as raised:
        configure(unclaimed, can_bus())
    assert raised.value.status == PERMISSION_DENIED


@pytest.fixture
def start_session(openobd, engine):
    """Starts and claims sessions on the connectors of the workshop, by position."""

    def start(position):
        session = openobd.start_session_on_connector(engine.connectors[position])
        session.token_handler = SessionTokenHandler(session)
        return session

    return start


@pytest.fixture
def car(session):
    configure(session, can_bus())
    return session


def test_identification_is_read_over_isotp(car):
    socket = open_socket(car)
    assert text(socket.request("22F190")) == "WFKZZZ8C9MA204417"
    assert text(socket.request("22f187")) == "04L906056KQ"
    assert socket.request("22F187F189") == "62F187" + b"04L906056KQ".hex().upper() + "F189" + b"9214".hex()
    socket.stop_stream()


def test_refusals_of_the_ecu_become_the_exceptions_of_the_client(car):
    socket = open_socket(car)
    with pytest.raises(RequestOutOfRangeException):
        socket.request("22ABCD")
    with pytest.raises(ServiceNotSupportedException):
        socket.request("A5")
    assert socket.request("22ABCD", silent=True) == "7F2231"


def test_a_slow_ecu_promises_its_answer_first(car):
    socket = open_socket(car, 0x7E1, 0x7E9)
    assert text(socket.request("22F189")) == "1407"
    with pytest.raises(RequestCorrectlyReceivedResponsePendingException):
        socket.request("22F189", timeout=0.6)


def test_a_busy_ecu_is_asked_again(car):
    socket = open_socket(car, 0x712, 0x77C)
    assert text(socket.request("22F18C")) == "EPS20477100318"


def test_a_silent_ecu_ends_in_the_timeout_of_the_client_and_the_stream_stays_open(car):
    socket = open_socket(car, 0x70A, 0x774)
    for _ in range(2):
        with pytest.raises(NoResponseException):
            socket.request("22F190", timeout=0.3)


def test_29_bit_identifiers_reach_their_ecu(car):
    assert text(open_socket(car, 0x17FC0076, 0x17FE0076).request("22F187")) == "3Q0907383K"


def test_extended_addresses_tell_ecus_of_one_identifier_apart(start_session):
    session = start_session(2)
    configure(session, can_bus())
    for address, response, part_number in ((0x12, 0x612, "8516220"), (0x63, 0x663, "9387660")):
        socket = open_socket(
            session, 0x6F1, response, extended_request_address=address, extended_response_address=0xF1
        )
        assert text(socket.request("22F187")) == part_number
    assert len(bytes.fromhex(socket.request("22D0E1"))) == 2903


def test_two_buses_of_one_car_are_used_at_the_same_time(start_session):
    session = start_session(1)
    configure(session, can_bus("fast"), can_bus("slow", pins=(3, 11), kbit=125))
    fast = open_socket(session, bus="fast")
    slow = open_socket(session, 0x744, 0x74C, bus="slow")
    assert text(fast.request("22F190")) == "NRL2CBA5XH1088236"
    assert text(slow.request("22F187")) == "31402677 AB"


@pytest.mark.parametrize("change", [{"kbit": 250}, {"pins": (14, 6)}, {"transceiver": CanBus_pb2.TRANSCEIVER_SPEED_LOW}])
def test_a_wrongly_configured_bus_meets_silence(session, change):
    configure(session, can_bus(**change))
    with pytest.raises(NoResponseException):
        open_socket(session).request("22F190", timeout=0.3)


@pytest.mark.parametrize(
    ("fields", "payload", "status", "words"),
    [
        ({}, "22F", INVALID_ARGUMENT, "odd number"),
        ({}, "22ZZ", INVALID_ARGUMENT, "not hex"),
        ({"padding": 9}, "", INVALID_ARGUMENT, "padding has to be one of"),
        ({"keep_alive": 9}, "", INVALID_ARGUMENT, "keep_alive has to be one of"),
        ({"bus": "nowhere"}, "", NOT_FOUND, '"nowhere" is not configured'),
        ({"bus": "frames"}, "", FAILED_PRECONDITION, "CAN_PROTOCOL_FRAMES"),
        ({"bus": "k"}, "", FAILED_PRECONDITION, "kline_bus"),
    ],
)
def test_what_cannot_be_sent_ends_the_stream_with_a_reason(session, fields, payload, status, words):
    frames = can_bus("frames", pins=(3, 11), protocol=CanBus_pb2.CAN_PROTOCOL_FRAMES)
    configure(session, can_bus(), frames, kline_bus("k", 7))
    stream = StreamHandler(session.open_isotp_stream, outgoing_stream=True)
    stream.send(IsotpMessage(channel=channel(**fields), payload=payload))
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=5)
    assert raised.value.status == status
    assert words in raised.value.details
    assert text(IsotpSocket(session, channel()).request("22F187")) == "04L906056KQ"


def test_one_stream_carries_several_channels(car):
    stream = StreamHandler(car.open_isotp_stream, outgoing_stream=True)
    channels = [channel(), channel(0x713, 0x77D)]
    for one in channels:
        stream.send(IsotpMessage(channel=one, payload="22F197"))
    answers = {message.channel.response_id: text(message.payload) for message in (stream.receive(timeout=5) for _ in channels)}
    assert answers == {0x7E8: "Engine R4 2.0 TDI", 0x77D: "Brakes ESC 9.1"}
    stream.stop_stream()


def test_eight_ecus_are_asked_at_the_same_time(car):
    ids = [(0x7E0, 0x7E8), (0x713, 0x77D), (0x714, 0x77E), (0x715, 0x77F), (0x70E, 0x778), (0x710, 0x77A)]
    found = {}

    def ask(request, response):
        socket = open_socket(car, request, response)
        found[request] = [socket.request("22F18C") for _ in range(20)]

    threads = [threading.Thread(target=ask, args=one) for one in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert all(len(set(found[request])) == 1 for request, _ in ids)
    assert len({answers[0] for answers in found.values()}) == len(ids)


def test_channels_are_listed_while_open_and_released_with_their_stream(car, engine):
    sockets = [open_socket(car, padding=PADDING_DISABLED)]
    engine.control.wait_for_counters(open_channels=1, configured_buses=1)
    sockets.append(open_socket(car, 0x713, 0x77D))
    engine.control.wait_for_counters(open_channels=2, configured_buses=1)
    listed = [one.isotp_channel for one in car.get_configuration().channels]
    assert listed == [channel(padding=PADDING_DISABLED), channel(0x713, 0x77D)]
    for socket in sockets:
        socket.stop_stream()
    engine.control.wait_for_counters(open_channels=0, configured_buses=1)
    car.finish(success())
    engine.control.wait_for_counters(configured_buses=0, open_streams=0)


def test_32_channels_work_and_the_newest_ones_win(car, engine):
    sockets = [open_socket(car)] + [open_socket(car, 0x600 + index, 0x640 + index) for index in range(32)]
    engine.control.wait_for_counters(open_channels=32)
    assert len(car.get_configuration().channels) == 32
    assert text(sockets[0].request("22F187")) == "04L906056KQ"


@pytest.mark.engine("--clock", "manual")
def test_keep_alive_holds_the_diagnostic_session_and_shows_nothing(car, engine):
    socket = open_socket(car, 0x7E1, 0x7E9, keep_alive=KEEP_ALIVE_ENABLED)
    assert socket.request("1003") == "5003003201F4"
    engine.control.advance(bus_s=30)
    assert socket.stream_handler.receive(block=False) is None
    assert socket.request("222102") == "622102019C"


@pytest.mark.engine("--clock", "manual")
def test_without_keep_alive_the_diagnostic_session_ends(car, engine):
    socket = open_socket(car, 0x7E1, 0x7E9)
    assert socket.request("1003") == "5003003201F4"
    engine.control.advance(bus_s=5)
    with pytest.raises(RequestOutOfRangeException):
        socket.request("222102")


def test_a_finished_session_ends_its_streams_gracefully(car):
    socket = open_socket(car)
    socket.request("3E00")
    car.finish(success())
    with pytest.raises(OpenOBDStreamStoppedException):
        socket.stream_handler.receive(timeout=5)


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("ecu-asleep", {"ecu": "Engine"}),
        ("connector-unplugged", {}),
        ("bus-off", {}),
        ("ignition-off", {}),
        ("voltage-drop", {"volts": 5}),
        ("frames-lost", {"id": "0x7E8"}),
        ("frames-lost", {"id": "0x7E8", "frames": "consecutive"}),
        ("frames-duplicated", {"id": "0x7E8", "frames": "consecutive"}),
        ("frames-reordered", {"id": "0x7E8", "frames": "consecutive"}),
        ("frames-late", {"id": "0x7E8", "frames": "consecutive"}),
    ],
)
def test_a_fault_of_the_car_looks_like_a_silent_ecu_until_it_is_cleared(car, engine, kind, parameters):
    socket = open_socket(car)
    socket.request("22F190")
    engine.control.set_fault(kind, **parameters)
    with pytest.raises(NoResponseException):
        socket.request("22F190", timeout=0.4)
    engine.control.clear_faults()
    assert text(socket.request("22F190", timeout=3, tries=3)) == "WFKZZZ8C9MA204417"


def test_a_storm_of_promises_ends_in_the_timeout_and_the_ecu_recovers(car, engine):
    socket = open_socket(car)
    engine.control.set_fault("pending-storm", ecu="0x7E0", everyMs=20)
    with pytest.raises(RequestCorrectlyReceivedResponsePendingException):
        socket.request("22F190", timeout=0.5)
    engine.control.clear_faults()
    time_limit = time.monotonic() + 5
    while socket.request("22F187", silent=True, timeout=1) == "7F2221":
        assert time.monotonic() < time_limit
    assert text(socket.request("22F187")) == "04L906056KQ"


def test_a_busy_ecu_is_busy_until_the_fault_is_cleared(car, engine):
    engine.control.set_fault("ecu-busy", ecu="Engine")
    socket = open_socket(car)
    assert socket.request("22F190", silent=True, timeout=1) == "7F2221"
    engine.control.clear_faults()
    assert text(socket.request("22F190")) == "WFKZZZ8C9MA204417"


def test_bare_frames_go_both_ways(session):
    configure(session, can_bus(protocol=CanBus_pb2.CAN_PROTOCOL_FRAMES))
    socket = RawSocket(session, RawChannel(bus_name="diagnosis", request_id=0x7E0, response_id=0x7E8))
    socket.send("0322f197")
    assert socket.receive(timeout=5) == "101462F197456E67"
    socket.send("300000")
    assert [socket.receive(timeout=5) for _ in range(2)] == ["21696E6520523420", "22322E3020544449"]
    assert socket.receive(block=False) is None
    listed = [one.raw_channel for one in session.get_configuration().channels]
    assert listed == [RawChannel(bus_name="diagnosis", request_id=0x7E0, response_id=0x7E8)]
    socket.stop_stream()


@pytest.mark.parametrize(
    ("fields", "payload", "status"),
    [
        ({"request_id": 1}, "00" * 9, INVALID_ARGUMENT),
        ({}, "", INVALID_ARGUMENT),
        ({"response_id": 1}, "00", INVALID_ARGUMENT),
        ({"request_id": 1, "bus_name": "isotp"}, "", FAILED_PRECONDITION),
        ({"request_id": 1, "bus_name": "nowhere"}, "", NOT_FOUND),
    ],
)
def test_impossible_frames_end_their_stream(session, fields, payload, status):
    configure(session, can_bus("frames", protocol=CanBus_pb2.CAN_PROTOCOL_FRAMES), can_bus("isotp", pins=(3, 11)))
    stream = StreamHandler(session.open_raw_stream, outgoing_stream=True)
    stream.send(RawFrame(channel=RawChannel(**{"bus_name": "frames", **fields}), payload=payload))
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=5)
    assert raised.value.status == status


def terminal_15(*pins):
    return [BusConfiguration(bus_name=f"t{pin}", terminal15_bus=Terminal15Bus(pin=pin)) for pin in pins]


def test_terminal_15_on_a_pin_without_it_is_off_whatever_the_ignition_does(session, engine):
    configure(session, *terminal_15(8))
    socket = Terminal15Socket(session)
    assert socket.receive() == "OFF"
    engine.control.set_fault("ignition-off")
    engine.control.clear_faults()
    configure(session, *terminal_15(8, 1))
    assert socket.receive() == "ON"
    configure(session, can_bus())
    configure(session, *terminal_15(8))
    assert socket.receive() == "OFF"
    socket.stop_stream()


@pytest.mark.parametrize(("asked", "state"), [(1, "OFF"), (8, "ON")])
def test_a_vehicle_file_says_where_terminal_15_is(start_engine, tmp_path, asked, state):
    text_of_car = (ROOT / "vehicles" / "falkenberg-corvo.yaml").read_text(encoding="utf-8")
    (tmp_path / "car.yaml").write_text(text_of_car + "ignitionPin: 8\n", encoding="utf-8")
    engine = start_engine("--vehicle", str(tmp_path / "car.yaml"))
    session = engine.openobd().start_session_on_ticket(engine.ticket)
    session.token_handler = SessionTokenHandler(session)
    configure(session, *terminal_15(asked))
    socket = Terminal15Socket(session)
    assert socket.receive() == state
    socket.stop_stream()


def test_terminal_15_is_told_at_once_and_after_every_change(session, engine):
    with pytest.raises(OpenOBDException) as raised:
        Terminal15Socket(session).receive()
    assert raised.value.status == FAILED_PRECONDITION
    configure(session, *terminal_15(1))
    socket = Terminal15Socket(session)
    assert socket.receive() == "ON"
    engine.control.set_fault("ignition-off")
    assert socket.receive() == "OFF"
    engine.control.clear_faults()
    assert socket.receive() == "ON"
    socket.stop_stream()


@pytest.mark.engine("--clock", "manual")
def test_a_local_tester_disturbs_only_while_it_is_not_muted(start_session, engine):
    session = start_session(1)
    configure(session, can_bus())
    socket = open_socket(session)
    socket.request("3E00")
    engine.control.advance(bus_s=2)
    assert socket.stream_handler.receive(block=False) is None
    session.unmute_locals()
    engine.control.advance(bus_s=0.5)
    assert text(socket.receive(timeout=5)) == "31452866 AA"
    session.mute_locals()
    engine.control.advance(bus_s=2)
    while socket.stream_handler.receive(block=False) is not None:
        pass
    engine.control.advance(bus_s=2)
    assert socket.stream_handler.receive(block=False) is None


def test_writing_changes_a_later_read_also_in_the_next_session(openobd, engine, car):
    socket = open_socket(car)
    assert socket.request("1003") == "5003003201F4"
    assert socket.request("2EF15A11223344") == "6EF15A"
    car.finish(success())
    again = openobd.start_session_on_ticket(engine.ticket)
    again.token_handler = SessionTokenHandler(again)
    configure(again, can_bus())
    assert open_socket(again).request("22F15A") == "62F15A11223344"
