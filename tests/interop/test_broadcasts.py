"""Broadcasts and returning trouble codes of the shipped cars, on a manual clock."""

import pytest
from car import FRAMES, can_bus, join, listen, open_socket
from patience import PATIENCE_S

pytestmark = pytest.mark.engine("--clock", "manual", "--socketcand", "0")

DOORS, LIGHTS, ODOMETER = 0x3D0, 0x470, 0x6B2
BODY_ELECTRONICS = (0x70E, 0x778)
TRAILER = (0x17FC0076, 0x17FE0076)


@pytest.fixture
def comfort(engine):
    """A foreign tool on the comfort CAN of the car on the first connector."""
    with join(engine, f"{engine.connector}.comfort") as bus:
        yield bus


def heard_in_a_second(bus, engine):
    """The identifiers within a second, which ends with the once-a-second frame of the instrument cluster."""
    engine.control.advance(bus_s=1)
    identifiers = []
    while not identifiers or identifiers[-1] != ODOMETER:
        message = bus.recv(PATIENCE_S)
        assert message, "the instrument cluster is silent"
        identifiers.append(message.arbitration_id)
    return identifiers


@pytest.mark.parametrize(
    ("position", "kbit", "identifier", "payload", "seconds", "times"),
    [
        (0, 500, DOORS, "00010000", 0.3, 3),
        (0, 500, LIGHTS, "8000000000", 0.6, 3),
        (0, 500, ODOMETER, "0242F3000C4E0000", 2, 2),
        (1, 125, 0x1B0, "6400", 1, 4),
        (1, 125, 0x2C4, "010000", 1, 2),
    ],
)
def test_a_session_hears_what_nobody_asked_for(
    start_session, engine, position, kbit, identifier, payload, seconds, times
):
    session = start_session(position, can_bus("comfort", pins=(3, 11), kbit=kbit, protocol=FRAMES))
    socket = listen(session, identifier)
    engine.control.advance(bus_s=seconds)
    assert [socket.receive(timeout=PATIENCE_S) for _ in range(times)] == [payload] * times
    assert socket.receive(block=False) is None
    socket.stop_stream()


def test_the_body_electronics_is_silenced_and_the_others_go_on(start_session, engine, comfort):
    body = open_socket(start_session(0, can_bus()), *BODY_ELECTRONICS)
    assert set(heard_in_a_second(comfort, engine)) == {DOORS, LIGHTS, ODOMETER}
    body.request("1003")
    assert body.request("280301") == "6803"
    heard_in_a_second(comfort, engine)
    assert heard_in_a_second(comfort, engine) == [ODOMETER]
    assert body.request("280001") == "6800"
    assert set(heard_in_a_second(comfort, engine)) == {DOORS, LIGHTS, ODOMETER}


def test_the_silence_ends_with_the_diagnostic_session(start_session, engine, comfort):
    body = open_socket(start_session(0, can_bus()), *BODY_ELECTRONICS)
    body.request("1003")
    body.request("280301")
    assert heard_in_a_second(comfort, engine) == [ODOMETER]
    engine.control.advance(bus_s=4)
    for _ in range(4):
        while comfort.recv(PATIENCE_S).arbitration_id != ODOMETER:
            pass
    assert set(heard_in_a_second(comfort, engine)) == {DOORS, LIGHTS, ODOMETER}


def test_the_indicator_of_the_trailer_is_found_broken_again_after_two_seconds(start_session, engine):
    trailer = open_socket(start_session(0, can_bus()), *TRAILER)
    broken, nothing = "5902FF9160132F", "5902FF"
    assert trailer.request("190208") == broken
    assert trailer.request("14FFFFFF") == "54"
    engine.control.advance(bus_s=1.9)
    assert trailer.request("190208") == nothing
    engine.control.advance(bus_s=0.1)
    assert trailer.request("190208") == broken


def test_it_is_not_found_while_the_fault_memory_is_switched_off(start_session, engine):
    trailer = open_socket(start_session(0, can_bus()), *TRAILER)
    trailer.request("1003")
    assert trailer.request("8502") == "C502"
    trailer.request("14FFFFFF")
    engine.control.advance(bus_s=4)
    assert trailer.request("190208") == "5902FF"
    assert trailer.request("8501") == "C501"
    assert trailer.request("190208") == "5902FF9160132F"
