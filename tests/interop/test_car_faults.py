"""Faults of a car set by the laboratory, for the official client on a running clock."""

import pytest
from car import open_socket, text
from openobd.communication.response_exceptions import (
    NoResponseException,
    RequestCorrectlyReceivedResponsePendingException,
)
from patience import wait_until


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
    assert text(socket.request("22F190", timeout=3, tries=10)) == "WFKZZZ8C9MA204417"


def test_a_storm_of_promises_ends_in_the_timeout_and_the_ecu_recovers(car, engine):
    socket = open_socket(car)
    engine.control.set_fault("pending-storm", ecu="0x7E0", everyMs=20)
    with pytest.raises(RequestCorrectlyReceivedResponsePendingException):
        socket.request("22F190", timeout=3)
    engine.control.clear_faults()
    wait_until(lambda: socket.request("22F187", silent=True, timeout=3) != "7F2221", "the ECU took requests again")
    assert text(socket.request("22F187")) == "04L906056KQ"


def test_a_busy_ecu_is_busy_until_the_fault_is_cleared(car, engine):
    engine.control.set_fault("ecu-busy", ecu="Engine")
    socket = open_socket(car)
    assert socket.request("22F190", silent=True, timeout=3) == "7F2221"
    engine.control.clear_faults()
    assert text(socket.request("22F190")) == "WFKZZZ8C9MA204417"
