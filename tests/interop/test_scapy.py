"""Conversations of the official client with simulated cars, decoded from the bus log by Scapy."""

import threading
from importlib.util import find_spec

import pytest
from car import IsotpTester, can_bus, join, open_socket
from isotp import Address, AddressingMode
from older_car import OLDER_CAR, tp20_bus
from openobd.communication.tp20_socket import Tp20Socket
from openobd_protocol.Communication.Messages.Tp20_pb2 import Tp20Channel
from patience import PATIENCE_S
from scapy_side import DecoderError, decode, meant_on, said_on

HEAD_UNIT = {"extended_request_address": 0x63, "extended_response_address": 0xF1}


def is_promise(payload):
    return payload.startswith("7F") and payload.endswith("78")


# @proves The whole protocol: A second decoder reads in the bus log what the official client has said and heard, by meaning, too
@pytest.mark.parametrize(
    ("connector", "bus", "request_id", "response_id", "fields", "payloads"),
    [
        (
            0,
            can_bus(),
            0x7E0,
            0x7E8,
            {},
            ["22F190", "22F187F189F1A2", "3E00", "1902FF", "22ABCD", "22" + "F187" * 8, "0902"],
        ),
        (0, can_bus(), 0x713, 0x77D, {}, ["22F187F188F189F18CF190F191F195F197", "22" + "F187" * 40, "22F195"]),
        (0, can_bus(), 0x17FC0076, 0x17FE0076, {}, ["22F187", "22F187F18CF190F197", "A5"]),
        (1, can_bus(pins=(3, 11), kbit=125), 0x744, 0x74C, {}, ["22F187", "22F187F188", "22F1"]),
        (2, can_bus(), 0x6F1, 0x663, HEAD_UNIT, ["22F190", "22D0E1", "22F187F188F189F18CF191F197", "3E00"]),
        (3, can_bus(kbit=250), 0x18DA00F1, 0x18DAF100, {}, ["22F190", "22F187F18C", "10"]),
    ],
    ids=["one bus", "blocks of eight", "29 bit", "slow bus", "extended", "29 bit that takes time"],
)
def test_both_read_the_same_bytes(overhear, connector, bus, request_id, response_id, fields, payloads):
    overheard = overhear()
    socket = open_socket(overheard.session(connector, bus), request_id, response_id, **fields)
    answers = [socket.request(payload, silent=True) for payload in payloads]
    is_extended = bool(fields)
    lines = overheard.lines(extended=[request_id, response_id] if is_extended else [])
    sender, answerer = ((f"{one:03X}" if one < 0x800 else f"{one:08X}") for one in (request_id, response_id))
    assert None not in answers
    assert said_on(lines, sender) == payloads
    assert [one for one in said_on(lines, answerer) if not is_promise(one)] == answers
    addresses = ("63", "F1") if is_extended else (None, None)
    assert {(line["id"], line["address"]) for line in lines} == set(zip((sender, answerer), addresses, strict=True))
    assert {line["bus"].split(".")[0] for line in lines} == {overheard.engine.connectors[connector]}


def test_scapy_hears_the_promises_and_repetitions_that_the_client_hides(first_car):
    gearbox, steering = open_socket(first_car.bus, 0x7E1, 0x7E9), open_socket(first_car.bus, 0x712, 0x77C)
    version, serial = gearbox.request("22F189"), steering.request("22F18C")
    lines = first_car.lines()
    assert said_on(lines, "7E9") == ["7F2278", version]
    assert said_on(lines, "77C") == ["7F2221", serial]
    assert said_on(lines, "712") == ["22F18C", "22F18C"]
    named = [
        fields["negativeResponseCode"] for service, fields in (meant_on(lines, "7E9")[0], meant_on(lines, "77C")[0])
    ]
    assert named == ["requestCorrectlyReceived-ResponsePending", "busyRepeatRequest"]


@pytest.mark.parametrize(
    ("request_id", "response_id", "asker", "answering"),
    [
        (0x7DF, 0x7E8, "7DF", {"7E8", "7E9", "77D", "77C", "77E", "77F", "778", "77A"}),
        (0x17FC0700, 0x17FE0076, "17FC0700", {"17FE0076"}),
    ],
)
def test_one_request_to_everybody_is_followed_by_the_answer_of_everybody(
    first_car, request_id, response_id, asker, answering
):
    assert open_socket(first_car.bus, request_id, response_id).request("3E00") == "7E00"
    lines = first_car.lines()
    assert said_on(lines, asker) == ["3E00"]
    assert {line["id"]: line["payload"] for line in lines if line["id"] != asker} == dict.fromkeys(answering, "7E00")


# @proves The whole protocol: A second decoder reads in the bus log what the official client has said and heard, by meaning, too
@pytest.mark.parametrize(
    ("kind", "frames", "is_heard", "overheard"),
    [
        ("frames-lost", "first", False, []),
        ("frames-lost", "consecutive", False, ["unfinished"]),
        ("frames-reordered", "first", False, []),
        ("frames-reordered", "consecutive", False, ["unfinished"]),
        ("frames-duplicated", "first", True, ["unfinished", "whole"]),
        ("frames-duplicated", "consecutive", False, ["unfinished"]),
    ],
)
def test_a_disturbed_answer_is_never_a_wrong_message(first_car, kind, frames, is_heard, overheard):
    asked = [(0x7E0, 0x7E8, "22F190"), (0x710, 0x77A, "222A2A")]
    answers = {}
    for request_id, response_id, payload in asked:
        socket = open_socket(first_car.bus, request_id, response_id)
        answer = answers[f"{response_id:03X}"] = socket.request(payload)
        first_car.engine.control.set_fault(kind, id=f"0x{response_id:X}", frames=frames, count=1)
        disturbed = socket.request(payload, silent=True, timeout=PATIENCE_S if is_heard else 0.4)
        assert disturbed == (answer if is_heard else None)
        first_car.engine.control.clear_faults()
        assert socket.request(payload) == answer
    lines = first_car.lines()
    for identifier, answer in answers.items():
        told = [line.get("payload", "unfinished") for line in lines if line["id"] == identifier]
        assert told == [answer, *(answer if one == "whole" else one for one in overheard), answer]


def test_two_conversations_at_once_are_told_apart(overhear):
    overheard = overhear("--socketcand", "0")
    session = overheard.session(2, can_bus())
    ours = open_socket(session, 0x6F1, 0x612, extended_request_address=0x12, extended_response_address=0xF1)
    address = Address(AddressingMode.Extended_11bits, txid=0x6F1, rxid=0x663, source_address=0xF1, target_address=0x63)
    asked = [ours.request("22F190")]
    with join(overheard.engine, f"{overheard.engine.connectors[2]}.diagnosis") as bus:
        theirs = IsotpTester(bus, address, stmin=2)
        names = []
        thread = threading.Thread(target=lambda: names.append(theirs.request("22D0E1")))
        thread.start()
        while thread.is_alive():
            asked.append(ours.request("22F190"))
        thread.join()
        theirs.close()
    lines = overheard.lines(extended=[0x6F1, 0x612, 0x663])
    (long,) = [line for line in lines if line["id"] == "663"]
    during = [one for one in lines if long["startedAt"] < one["startedAt"] <= one["endedAt"] < long["endedAt"]]
    assert {line["id"] for line in during} == {"612", "6F1"}
    assert said_on(lines, "612") == asked
    assert said_on(lines, "663") == names
    by_address = {
        one: [line["payload"] for line in lines if line["id"] == "6F1" and line["address"] == one]
        for one in ("12", "63")
    }
    assert by_address == {"12": ["22F190"] * len(asked), "63": ["22D0E1"]}


def test_older_cars_say_nothing_that_scapy_takes_for_isotp(overhear):
    overheard = overhear()
    session = overheard.session(OLDER_CAR, tp20_bus())
    for address in (0x01, 0x02, 0x03, 0x15, 0x17):
        socket = Tp20Socket(session, Tp20Channel(bus_name="drive", logical_address=address))
        assert socket.request("1A9B").startswith("5A9B")
    lines = overheard.lines()
    assert [(line["bus"], line["tp20"][1]) for line in lines] == [
        (f"{OLDER_CAR}.drive", receives_on) for receives_on in ("740", "760", "764", "7A4", "7A0")
    ]


def test_pieces_of_two_broken_messages_are_not_joined(tmp_path):
    # The first message lost its first consecutive frame, the second its first frame.
    numbers = [*range(2, 18), *range(1, 18)]
    frames = [
        "107B622A2A010203",
        *(f"2{number % 16:X}" + f"{index:02X}" * 7 for index, number in enumerate(numbers)),
        "037E00AA",
    ]
    lines = [f"({index / 1000:.6f}) can0 77A#{frame}\n" for index, frame in enumerate(frames)]
    (tmp_path / "bus.log").write_text("".join(lines), encoding="ascii")
    broken, last = decode(tmp_path / "bus.log")
    assert (broken["unfinished"], last["payload"]) == (True, "7E00AA")


def test_a_file_that_is_no_bus_log_is_refused(tmp_path):
    (tmp_path / "bus.log").write_text("(0.000000) can0 7E0#0322F190\nnonsense\n", encoding="ascii")
    with pytest.raises(DecoderError):
        decode(tmp_path / "bus.log")


def test_nothing_of_the_tests_can_import_scapy():
    assert find_spec("scapy") is None
