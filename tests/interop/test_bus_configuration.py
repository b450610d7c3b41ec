"""Configuration of buses with the official client and the simulated cars."""

import json

import pytest
from car import can_bus, configure, open_socket, text
from older_car import kline_bus
from openobd.communication.response_exceptions import NoResponseException
from openobd.core.exceptions import OpenOBDException
from openobd_protocol.Configuration.Messages import CanBus_pb2
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration

INVALID_ARGUMENT, PERMISSION_DENIED, RESOURCE_EXHAUSTED = 3, 7, 8


def test_a_configuration_is_empty_then_as_configured_then_replaced(session):
    assert not session.get_configuration().buses
    buses = [can_bus(), kline_bus(name="k")]
    configure(session, *buses)
    assert list(session.get_configuration().buses) == buses
    configure(session, can_bus("other"))
    assert [bus.bus_name for bus in session.get_configuration().buses] == ["other"]
    configure(session)
    assert not session.get_configuration().buses


# @proves Bad input: Pins used twice, more than four buses
@pytest.mark.parametrize(
    ("buses", "status", "words"),
    [
        ([can_bus("")], INVALID_ARGUMENT, "bus_name is empty"),
        ([BusConfiguration(bus_name="b")], INVALID_ARGUMENT, "set one of can_bus"),
        ([can_bus("a"), can_bus("b")], INVALID_ARGUMENT, "already used"),
        ([can_bus("a", pins=(6, 17))], INVALID_ARGUMENT, "pin 17"),
        ([can_bus("a", protocol=CanBus_pb2.CAN_PROTOCOL_UNDEFINED)], INVALID_ARGUMENT, "can_protocol"),
        ([kline_bus(name=f"k{pin}", pin=pin) for pin in (1, 2, 3, 7, 8)], RESOURCE_EXHAUSTED, "4"),
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


def test_a_mistyped_bus_is_refused_at_the_first_request_and_named_in_the_log(session, engine):
    configure(session, can_bus("diagnosis"), kline_bus(name="k"))
    attempts = 10
    details = []
    for _ in range(attempts):
        with pytest.raises(OpenOBDException) as raised:
            open_socket(session, bus="diagnosys").request("3E00", timeout=2)
        if not isinstance(raised.value, NoResponseException):
            details.append(raised.value.details)
    # The client's threads sometimes lose a refusal.
    assert len(details) >= attempts // 2, details
    assert set(details) == {'bus "diagnosys" is not configured: configured are "diagnosis", "k"'}
    lines = [json.loads(line) for line in engine.log.splitlines() if "a channel cannot be opened" in line]
    assert len(lines) == attempts
    assert {(line["bus"], *line["configured"]) for line in lines} == {("diagnosys", "diagnosis", "k")}
