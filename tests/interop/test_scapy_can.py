"""Scapy as a tester of its own at the simulated cars, over the engine's socketcand."""

import pytest
from car import can_bus, configure, open_socket
from client_side import claim
from scapy_side import ScapyTester

pytestmark = pytest.mark.engine("--socketcand", "0")

ENGINE = {"tx_id": 0x7E0, "rx_id": 0x7E8}
GEARBOX = {"tx_id": 0x7E1, "rx_id": 0x7E9}
HEAD_UNIT = {"tx_id": 0x6F1, "rx_id": 0x663, "ext_address": 0x63, "rx_ext_address": 0xF1}


@pytest.fixture(scope="module")
def scapy():
    tester = ScapyTester()
    yield tester
    tester.close()


@pytest.fixture
def bus_of(engine):
    """Address of a bus for Scapy; the connector is given by position."""
    return lambda connector, bus="diagnosis": {
        "port": engine.socketcand,
        "channel": f"{engine.connectors[connector]}.{bus}",
    }


@pytest.mark.parametrize(
    ("connector", "bus", "addresses", "fields", "payloads"),
    [
        (0, "diagnosis", ENGINE, {}, ["22F190", "22" + "F187" * 8, "1902FF", "22ABCD"]),
        (0, "diagnosis", GEARBOX, {}, ["22F189", "2314000800000E"]),
        (0, "diagnosis", {"tx_id": 0x17FC0076, "rx_id": 0x17FE0076}, {}, ["22F187", "22F187F18CF190F197"]),
        (
            2,
            "diagnosis",
            HEAD_UNIT,
            {"extended_request_address": 0x63, "extended_response_address": 0xF1},
            ["22D0E1", "22F190"],
        ),
    ],
    ids=["long and short", "promises", "29 bit", "extended"],
)
def test_scapy_and_the_official_client_get_the_same_answers(
    openobd, engine, scapy, bus_of, connector, bus, addresses, fields, payloads
):
    theirs = [
        answer["payload"] for answer in scapy.ask_over_can(**bus_of(connector, bus), payloads=payloads, **addresses)
    ]
    session = claim(openobd.start_session_on_connector(engine.connectors[connector]))
    configure(session, can_bus())
    socket = open_socket(session, addresses["tx_id"], addresses["rx_id"], **fields)
    assert [socket.request(payload, silent=True) for payload in payloads] == theirs


def test_an_ecu_that_is_dead_is_silent_to_scapy(scapy, bus_of):
    answers = scapy.ask_over_can(**bus_of(0), payloads=["3E00"], tx_id=0x70A, rx_id=0x774, patience_s=0.3)
    assert answers == [None]


def test_scapys_scanner_finds_the_living_ecus_of_the_vehicle_file_and_no_others(scapy, bus_of):
    # Between them the file has an ECU that never answers (0x70A).
    assert scapy.find_ecus(**bus_of(0), first=0x709, last=0x70E) == [[0x70E, 0x778]]


@pytest.mark.parametrize(
    ("addresses", "services"),
    [
        (ENGINE, [0x10, 0x11, 0x14, 0x19, 0x22, 0x27, 0x28, 0x2E, 0x2F, 0x31, 0x3E]),
        (GEARBOX, [0x10, 0x11, 0x14, 0x19, 0x22, 0x23, 0x27, 0x34, 0x35, 0x36, 0x37, 0x3E]),
        ({"tx_id": 0x712, "rx_id": 0x77C}, [0x10, 0x22, 0x3E]),
    ],
    ids=["engine", "gearbox", "steering"],
)
def test_scapys_scanner_finds_the_services_that_the_vehicle_file_gives_an_ecu(scapy, bus_of, addresses, services):
    assert scapy.find_services(**bus_of(0), first=0x10, last=0x3F, **addresses) == services


def test_scapys_scanner_finds_the_data_identifiers_that_everybody_may_read(scapy, bus_of):
    found = scapy.find_identifiers(**bus_of(0), first=0xF180, last=0xF1A5, **ENGINE)
    assert found == [0xF187, 0xF188, 0xF189, 0xF18C, 0xF190, 0xF191, 0xF195, 0xF197, 0xF1A2]
    assert scapy.find_identifiers(**bus_of(0), first=0x2100, last=0x2105, **GEARBOX) == [0x2103]
