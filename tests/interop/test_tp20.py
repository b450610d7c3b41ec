"""TP2.0 conversations of the official client with the older car."""

from concurrent.futures import ThreadPoolExecutor

import can
import pytest
from car import can_bus, channel, configure, success
from client_side import claim
from older_car import OLDER_CAR, kline_bus, tp20_bus
from openobd import IsotpSocket
from openobd.communication.response_exceptions import (
    NegativeResponseException,
    NoResponseException,
    RequestOutOfRangeException,
    ServiceNotSupportedException,
)
from openobd.communication.tp20_socket import Tp20Socket
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Tp20_pb2 import Tp20Channel, Tp20Message
from openobd_protocol.Configuration.Messages import CanBus_pb2
from patience import PATIENCE_S, wait_for_answer

INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION = 3, 5, 9


@pytest.fixture
def old_car(openobd):
    session = claim(openobd.start_session_on_connector(OLDER_CAR))
    configure(session, tp20_bus())
    return session


def open_tp20(session, address=0x01, bus="drive", **options):
    return Tp20Socket(session, Tp20Channel(bus_name=bus, logical_address=address), **options)


def test_the_list_of_ecus_names_the_ones_with_tp20(old_car, engine):
    ecus = wait_for_answer(old_car.get_ecu_list, refused_with=OpenOBDException).ecus
    listed = {ecu.tp20_ecu.logical_address: ecu.tp20_ecu.can_bus for ecu in ecus if ecu.HasField("tp20_ecu")}
    assert sorted(listed) == [0x01, 0x02, 0x03, 0x15, 0x17]
    assert listed[0x01].can_protocol == CanBus_pb2.CAN_PROTOCOL_TP20
    assert (listed[0x01].pin_plus, listed[0x01].pin_min) == (6, 14)


def test_an_ecu_is_identified_and_its_faults_are_read(old_car):
    socket = open_tp20(old_car)
    assert socket.request("1089") == "5089"
    assert bytes.fromhex(socket.request("1a9b"))[2:].decode("ascii") == "038906019HJ 1.9l R4 EDC G000SG"
    assert socket.request("1802FF00") == "5802" + "04012F" + "06702F"
    assert socket.request("2101") == "610101C82004642A050ABE"
    with pytest.raises(ServiceNotSupportedException):
        socket.request("A5")
    socket.stop_stream()


def test_a_write_by_local_identifier_changes_other_values(old_car):
    socket = open_tp20(old_car)
    assert socket.request("010C") == "410C1AF8"
    with pytest.raises(RequestOutOfRangeException):
        socket.request("3B3204")
    assert socket.request("1089") == "5089"
    assert socket.request("3B3204") == "7B32"
    assert socket.request("2132") == "613204"
    assert socket.request("2101") == "610101C82404642A050ABE"
    assert socket.request("010C") == "410C1E78"


def test_a_value_is_taken_over_and_a_routine_runs_by_local_identifier(old_car):
    socket = open_tp20(old_car)
    assert socket.request("1089") == "5089"
    assert socket.request("300B0701C8201400001400FF") == "700B0701C8201400001400FF"
    assert socket.request("300B00") == "700B0001C82012FA6812FA5C"
    assert socket.request("31B8") == "71B800"
    results = wait_for_answer(lambda: socket.request("33B8"), refused_with=NegativeResponseException)
    assert results == "73B8000F"


def test_two_ecus_are_asked_in_turn_over_two_channels(old_car):
    engine_socket, gearbox = open_tp20(old_car, 0x01), open_tp20(old_car, 0x02)
    for _ in range(3):
        assert engine_socket.request("1A9B").startswith("5A9B303338")
        assert gearbox.request("1A9B").startswith("5A9B303941")
    channels = [item.tp20_channel.logical_address for item in old_car.get_configuration().channels]
    assert sorted(channels) == [0x01, 0x02]


def answer_while_time_passes(engine, socket, payload):
    """The answer to a request, while the manual clock of the bus is moved in steps that are shorter than any time limit of TP2.0."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        answer = pool.submit(socket.request, payload)
        while not answer.done():
            engine.control.advance(bus_s=0.005)
        return answer.result()


# @proves The whole protocol: TP2.0 with bytes on which independent public sources agree
def test_an_ecu_that_is_not_ready_after_every_block_only_takes_longer(start_engine, tmp_path):
    log = tmp_path / "bus.log"
    # On the real clock of a busy computer a block may be sent again, because its acknowledgement came late.
    engine = start_engine("--lab", "--clock", "manual", "--bus-log", str(log))
    session = claim(engine.openobd().start_session_on_connector(OLDER_CAR))
    configure(session, tp20_bus())
    airbags = open_tp20(session, 0x15)
    for _ in range(3):
        answer = answer_while_time_passes(engine, airbags, "1A9B")
        assert bytes.fromhex(answer)[2:].decode("ascii") == "6Q0909605AH 5W AIRBAG VW5 0202"
    session.finish(success())
    engine.stop()
    answers = [bytes(frame.data).hex() for frame in can.CanutilsLogReader(str(log)) if frame.arbitration_id == 0x300]
    ready = [index for index, data in enumerate(answers) if data in ("b1", "b2", "b3")]
    assert len(ready) == 3
    assert all(answers[index - 1] == answers[index].replace("b", "9") for index in ready)


def test_an_ecu_that_is_not_there_is_silent(old_car):
    with pytest.raises(NoResponseException):
        open_tp20(old_car, 0x33).request("1A9B", timeout=1.5)


def test_lost_frames_never_give_a_wrong_answer(old_car, engine):
    engine.control.set_fault("frames-lost", OLDER_CAR, probability="0.1")
    socket = open_tp20(old_car)
    answers = {socket.request("1A9B", silent=True, timeout=3) for _ in range(10)}
    wanted = "5A9B" + b"038906019HJ 1.9l R4 EDC G000SG".hex().upper()
    assert wanted in answers
    assert answers <= {wanted, None}


@pytest.mark.parametrize(
    ("bus", "tp20_channel", "payload", "status", "words"),
    [
        (tp20_bus(), Tp20Channel(bus_name="other", logical_address=1), "3E00", NOT_FOUND, "other"),
        (can_bus("drive"), Tp20Channel(bus_name="drive", logical_address=1), "3E00", FAILED_PRECONDITION, "ISOTP"),
        (kline_bus(name="drive"), Tp20Channel(bus_name="drive", logical_address=1), "3E00", FAILED_PRECONDITION, "kline_bus"),
        (tp20_bus(), Tp20Channel(bus_name="drive"), "3E00", INVALID_ARGUMENT, "logical_address"),
        (tp20_bus(), Tp20Channel(bus_name="drive", logical_address=0xF0), "3E00", INVALID_ARGUMENT, "logical_address"),
        (tp20_bus(), Tp20Channel(bus_name="drive", logical_address=1), "1A9", INVALID_ARGUMENT, "odd"),
        (tp20_bus(), Tp20Channel(bus_name="drive", logical_address=1), "1A 9B", INVALID_ARGUMENT, "hex"),
    ],
)
def test_an_impossible_channel_ends_the_stream_with_a_reason(old_car, bus, tp20_channel, payload, status, words):
    configure(old_car, bus)
    stream = StreamHandler(old_car.open_tp20_stream, outgoing_stream=True)
    stream.send(Tp20Message(channel=tp20_channel, payload=payload))
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=PATIENCE_S)
    assert raised.value.status == status
    assert words in raised.value.details


def test_isotp_is_not_spoken_on_a_bus_with_tp20(old_car):
    socket = IsotpSocket(old_car, channel(bus="drive"))
    with pytest.raises(OpenOBDException) as raised:
        socket.request("22F190", timeout=PATIENCE_S)
    assert raised.value.status == FAILED_PRECONDITION
    assert "CAN_PROTOCOL_TP20" in raised.value.details
