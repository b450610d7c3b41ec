"""Terminal 15 for the official client."""

import pytest
from car import can_bus, configure
from client_side import claim
from conftest import ROOT
from openobd import Terminal15Socket
from openobd.core.exceptions import OpenOBDException
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from openobd_protocol.Configuration.Messages.Terminal15Bus_pb2 import Terminal15Bus

FAILED_PRECONDITION = 9


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
    session = claim(engine.openobd().start_session_on_ticket(engine.ticket))
    configure(session, *terminal_15(asked))
    socket = Terminal15Socket(session)
    assert socket.receive() == state
    socket.stop_stream()


# @proves The whole protocol: Bare CAN frames, extended and 29-bit addresses, 32 channels, four buses, keep-alive that shows nothing, terminal 15
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
