"""ISO-TP conversations of the official client with the simulated cars."""

import threading

import pytest
from car import FRAMES, can_bus, channel, configure, open_socket, success, text
from client_side import claim
from older_car import kline_bus
from openobd import IsotpSocket
from openobd.communication.response_exceptions import (
    NoResponseException,
    RequestOutOfRangeException,
    ServiceNotSupportedException,
)
from openobd.core.exceptions import OpenOBDException, OpenOBDStreamStoppedException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Isotp_pb2 import KEEP_ALIVE_ENABLED, PADDING_DISABLED, IsotpMessage
from patience import PATIENCE_S

INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION = 3, 5, 9


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
    socket.send("22F189")
    assert socket.receive(timeout=PATIENCE_S) == "7F2278"
    assert text(socket.receive(timeout=PATIENCE_S)) == "1407"


# @proves Protocol and engine: ECUs with sessions, timing, 0x78, 0x21, negative answers, from a file
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


# @proves Bad input: Odd or non-hex payload, unknown bus
@pytest.mark.parametrize(
    ("fields", "payload", "status", "words"),
    [
        ({}, "22F", INVALID_ARGUMENT, "odd number"),
        ({}, "22ZZ", INVALID_ARGUMENT, "not hex"),
        ({"padding": 9}, "3E00", INVALID_ARGUMENT, "padding has to be one of"),
        ({"keep_alive": 9}, "3E00", INVALID_ARGUMENT, "keep_alive has to be one of"),
        ({"bus": "nowhere"}, "3E00", NOT_FOUND, '"nowhere" is not configured'),
        ({"bus": "frames"}, "3E00", FAILED_PRECONDITION, "CAN_PROTOCOL_FRAMES"),
        ({"bus": "k"}, "3E00", FAILED_PRECONDITION, "kline_bus"),
    ],
)
def test_what_cannot_be_sent_ends_the_stream_with_a_reason(session, fields, payload, status, words):
    frames = can_bus("frames", pins=(3, 11), protocol=FRAMES)
    configure(session, can_bus(), frames, kline_bus(name="k"))
    stream = StreamHandler(session.open_isotp_stream, outgoing_stream=True)
    stream.send(IsotpMessage(channel=channel(**fields), payload=payload))
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=PATIENCE_S)
    assert raised.value.status == status
    assert words in raised.value.details
    assert text(IsotpSocket(session, channel()).request("22F187")) == "04L906056KQ"


def test_one_stream_carries_several_channels(car):
    stream = StreamHandler(car.open_isotp_stream, outgoing_stream=True)
    channels = [channel(), channel(0x713, 0x77D)]
    for one in channels:
        stream.send(IsotpMessage(channel=one, payload="22F197"))
    answers = {message.channel.response_id: text(message.payload) for message in (stream.receive(timeout=PATIENCE_S) for _ in channels)}
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
        thread.join(PATIENCE_S)
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


# @proves The whole protocol: Bare CAN frames, extended and 29-bit addresses, 32 channels, four buses, keep-alive that shows nothing, terminal 15
def test_32_channels_work_and_the_newest_ones_win(car, engine):
    sockets = [open_socket(car)] + [open_socket(car, 0x600 + index, 0x640 + index) for index in range(32)]
    engine.control.wait_for_counters(open_channels=32)
    assert len(car.get_configuration().channels) == 32
    assert text(sockets[0].request("22F187")) == "04L906056KQ"


# @proves The whole protocol: Bare CAN frames, extended and 29-bit addresses, 32 channels, four buses, keep-alive that shows nothing, terminal 15
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
        socket.stream_handler.receive(timeout=PATIENCE_S)


# @proves The whole protocol: A local tester disturbs while it is not muted
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
    assert text(socket.receive(timeout=PATIENCE_S)) == "31452866 AA"
    session.mute_locals()
    # Earlier frames are received before the answer.
    socket.stream_handler.send(IsotpMessage(channel=channel(), payload="3E00"))
    while socket.receive(timeout=PATIENCE_S) != "7E00":
        pass
    engine.control.advance(bus_s=2)
    socket.stream_handler.send(IsotpMessage(channel=channel(), payload="3E00"))
    assert socket.receive(timeout=PATIENCE_S) == "7E00"


def test_writing_changes_a_later_read_also_in_the_next_session(openobd, engine, car):
    socket = open_socket(car)
    assert socket.request("1003") == "5003003201F4"
    assert socket.request("2EF15A11223344") == "6EF15A"
    car.finish(success())
    again = claim(openobd.start_session_on_ticket(engine.ticket))
    configure(again, can_bus())
    assert open_socket(again).request("22F15A") == "62F15A11223344"
