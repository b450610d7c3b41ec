"""The simulated cars judged from outside: python-can, can-isotp and udsoncan on the engine's socketcand."""

import socket as sockets

import can
import isotp
import pytest
import udsoncan
from car import IsotpTester, can_bus, channel, configure, join, open_socket, success, text
from client_side import claim
from conftest import ROOT
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Isotp_pb2 import IsotpMessage
from patience import PATIENCE_S, wait_until
from udsoncan.client import Client
from udsoncan.connections import PythonIsoTpConnection

pytestmark = pytest.mark.engine("--socketcand", "0")

ENGINE = {"txid": 0x7E0, "rxid": 0x7E8}


def normal(txid, rxid):
    mode = isotp.AddressingMode.Normal_29bits if txid > 0x7FF else isotp.AddressingMode.Normal_11bits
    return isotp.Address(mode, txid=txid, rxid=rxid)


@pytest.fixture
def diagnosis(engine):
    """The diagnosis bus of the car on the first connector."""
    with join(engine, f"{engine.connector}.diagnosis") as bus:
        yield bus


@pytest.fixture
def tester(engine):
    """Makes testers on a bus of a connector; all are closed at the end of the test."""
    made = []

    def make(address, connector=0, bus="diagnosis", **parameters):
        joined = join(engine, f"{engine.connectors[connector]}.{bus}")
        one = IsotpTester(joined, address, **parameters)
        made.append((one, joined))
        return one

    yield make
    for one, joined in made:
        one.close()
        joined.shutdown()


# @proves Protocol and engine: python-can, can-isotp and udsoncan agree with the car over socketcand
def test_udsoncan_identifies_the_car(diagnosis):
    stack = isotp.CanStack(diagnosis, address=normal(**ENGINE))
    config = dict(udsoncan.configs.default_client_config)
    config["data_identifiers"] = {0xF190: udsoncan.AsciiCodec(17), 0xF187: udsoncan.AsciiCodec(11), 0xF189: udsoncan.AsciiCodec(4)}
    config.update(p2_timeout=PATIENCE_S, use_server_timing=False)
    with Client(PythonIsoTpConnection(stack), request_timeout=PATIENCE_S, config=config) as client:
        assert client.read_data_by_identifier(0xF190).service_data.values[0xF190] == "WFKZZZ8C9MA204417"
        both = client.read_data_by_identifier([0xF187, 0xF189]).service_data.values
        assert (both[0xF187], both[0xF189]) == ("04L906056KQ", "9214")
        limits = client.change_session(3).service_data
        assert (limits.p2_server_max, limits.p2_star_server_max) == (0.05, 5)
        client.tester_present()
        with pytest.raises(udsoncan.exceptions.NegativeResponseException) as refused:
            client.request_upload(udsoncan.MemoryLocation(0, 1, 16, 16))
        assert refused.value.response.code == udsoncan.ResponseCode.ResponseCode.ServiceNotSupported


def test_udsoncan_waits_for_an_ecu_that_promises_its_answer(diagnosis):
    stack = isotp.CanStack(diagnosis, address=normal(0x7E1, 0x7E9))
    config = dict(udsoncan.configs.default_client_config)
    config.update(data_identifiers={0xF189: udsoncan.AsciiCodec(4)}, p2_timeout=PATIENCE_S, use_server_timing=False)
    with Client(PythonIsoTpConnection(stack), request_timeout=PATIENCE_S, config=config) as client:
        assert client.read_data_by_identifier(0xF189).service_data.values[0xF189] == "1407"


@pytest.mark.parametrize("parameters", [
    {"blocksize": 0, "stmin": 0},
    {"blocksize": 1, "stmin": 0},
    {"blocksize": 7, "stmin": 2},
    {"blocksize": 3, "stmin": 0xF3},
    {"tx_padding": 0x55},
    {"tx_data_min_length": 8},
    {"wftmax": 4},
])
def test_long_answers_arrive_whole_with_every_flow_control(tester, parameters):
    one = tester(
        isotp.Address(isotp.AddressingMode.Extended_11bits, txid=0x6F1, rxid=0x663, source_address=0xF1, target_address=0x63),
        connector=2, **parameters,
    )
    answer = one.request("22D0E1")
    assert answer == "62D0E1" + (b"RADIO MARE ".hex().upper() * 264)[: 2900 * 2]
    assert not one.errors


# @proves Protocol and engine: python-can, can-isotp and udsoncan agree with the car over socketcand
@pytest.mark.parametrize(("connector", "bus", "txid", "rxid", "did", "expected"), [
    (0, "diagnosis", 0x17FC0076, 0x17FE0076, "F187", "3Q0907383K"),
    (3, "vehicle", 0x18DA00F1, 0x18DAF100, "F190", "HLDAT12C4KR502986"),
    (1, "comfort", 0x744, 0x74C, "F187", "31402677 AB"),
    (1, "powertrain", 0x764, 0x76C, "F189", "ASDM-2.7"),
])
def test_can_isotp_reads_every_kind_of_ecu(tester, connector, bus, txid, rxid, did, expected):
    one = tester(normal(txid, rxid), connector=connector, bus=bus)
    answer = one.request(f"22{did}")
    while answer is not None and answer.startswith("7F2278"):
        answer = one.receive().hex().upper()
    assert text(answer) == expected


def test_long_requests_are_taken_with_the_flow_control_of_the_ecu(tester):
    one = tester(normal(0x713, 0x77D))
    assert one.request("22" + "F187" * 8).startswith("62F187")
    assert one.request("22" + "F187" * 40) == "7F2213"
    assert not one.errors


def test_a_request_longer_than_an_ecu_takes_is_refused_by_flow_control(tester):
    one = tester(normal(0x744, 0x74C), connector=1, bus="comfort")
    assert one.request("22" + "F187" * 200, timeout=1.5) is None
    wait_until(lambda: one.errors, "the refusal is noted")
    assert [type(error) for error in one.errors] == [isotp.errors.OverflowError]


# @proves Protocol and engine: Real ISO-TP: flow control, separation time, padding, 11 and 29 bit; lost, late and reordered frames fail as ISO 15765-2 says
def test_a_lost_consecutive_frame_is_a_failure_for_both_sides(tester, engine):
    engine.control.set_fault("frames-lost", id="0x7E8", frames="consecutive", count=1)
    one = tester(normal(**ENGINE))
    assert one.request("22F190", timeout=1.5) is None
    wait_until(lambda: isotp.errors.WrongSequenceNumberError in [type(error) for error in one.errors], "it is noticed")
    assert text(one.request("22F190")) == "WFKZZZ8C9MA204417"


def test_openobd_and_can_isotp_read_the_same_bytes(session, tester):
    configure(session, can_bus())
    for txid, rxid, dids in ((0x7E0, 0x7E8, ("F190", "F187", "F1A2", "1001")), (0x710, 0x77A, ("F197", "2A2A"))):
        answers = {did: open_socket(session, txid, rxid).request(f"22{did}") for did in dids}
        session_free = tester(normal(txid, rxid))
        assert {did: session_free.request(f"22{did}") for did in dids} == answers


def test_a_request_to_everybody_is_answered_by_all_awake_ecus(diagnosis):
    diagnosis.send(can.Message(arbitration_id=0x7DF, data=[2, 0x3E, 0], is_extended_id=False))
    answering = [diagnosis.recv(PATIENCE_S).arbitration_id for _ in range(8)]
    assert set(answering) == {0x7E8, 0x7E9, 0x77D, 0x77C, 0x77E, 0x77F, 0x778, 0x77A}
    assert diagnosis.recv(0.5) is None


def test_what_an_openobd_session_says_is_heard_on_the_bus(session, diagnosis):
    configure(session, can_bus())
    open_socket(session).request("3E00")
    frames = [diagnosis.recv(PATIENCE_S) for _ in range(2)]
    assert [(one.arbitration_id, bytes(one.data[:3]).hex()) for one in frames] == [(0x7E0, "023e00"), (0x7E8, "027e00")]
    assert frames[1].timestamp >= frames[0].timestamp > 1_700_000_000


# @proves The whole protocol: A foreign ECU on socketcand answers through `openIsotpStream`
@pytest.mark.engine("--socketcand", "0", "--clock", "manual")
def test_a_foreign_ecu_on_socketcand_answers_through_openobd(session, diagnosis):
    configure(session, can_bus())
    foreign = IsotpTester(diagnosis, normal(txid=0x7AF, rxid=0x7A0), tx_padding=0)
    stream = StreamHandler(session.open_isotp_stream, outgoing_stream=True)
    stream.send(IsotpMessage(channel=channel(0x7A0, 0x7AF), payload=""))
    stream.send(IsotpMessage(channel=channel(0x7A0, 0x7AF), payload="22F190" + "00" * 50))
    assert foreign.receive().hex() == "22f190" + "00" * 50
    foreign.stack.send(bytes.fromhex("62F190") + b"A FOREIGN CONTROL UNIT")
    assert text(stream.receive(timeout=PATIENCE_S).payload) == "A FOREIGN CONTROL UNIT"
    foreign.close()


def test_buses_are_numbered_too(engine):
    with join(engine, "can0") as bus:
        bus.send(can.Message(arbitration_id=0x7E0, data=[2, 0x3E, 0], is_extended_id=False))
        assert bus.recv(PATIENCE_S).arbitration_id == 0x7E8


@pytest.mark.parametrize(("said", "heard"), [
    ("< rawmode >", "< error unknown command >"),
    ("< send 7E0 1 0 >", "< error unknown command >"),
    ("< dance >", "< error unknown command >"),
    ("< echo > nonsense >", "< echo >"),
    ("< echo >", "< echo >"),
])
def test_nonsense_is_answered_with_an_error_and_the_connection_stays(engine, said, heard):
    with sockets.create_connection((engine.host, engine.socketcand), timeout=PATIENCE_S) as connection:
        assert connection.recv(100) == b"< hi >"
        connection.sendall(said.encode())
        answer = b""
        while len(answer) < len(heard):
            answer += connection.recv(200)
        assert answer.decode() == heard
        connection.sendall(b"< echo >")
        assert connection.recv(100) == b"< echo >"


def test_a_web_page_that_tries_its_luck_is_cut_off(engine, diagnosis):
    with sockets.create_connection((engine.host, engine.socketcand), timeout=PATIENCE_S) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\n\r\n< open can0 >< rawmode >< send 7E0 2 3E 0 >")
        heard = b""
        try:
            while received := connection.recv(200):
                heard += received
        except ConnectionResetError:
            pass
    assert heard in (b"", b"< hi >")
    assert diagnosis.recv(0.3) is None


def test_a_changed_vehicle_file_is_what_the_client_reads_and_the_bus_log_shows(start_engine, tmp_path):
    text_of_car = (ROOT / "vehicles" / "falkenberg-corvo.yaml").read_text(encoding="utf-8")
    changed = text_of_car.replace("WFKZZZ8C9MA204417", "WFKZZZ8C9MA999999").replace("04L906056KQ }", "04L906056XX }")
    (tmp_path / "car.yaml").write_text(changed, encoding="utf-8")
    log = tmp_path / "bus.log"
    engine = start_engine("--vehicle", str(tmp_path / "car.yaml"), "--bus-log", str(log))
    session = claim(engine.openobd().start_session_on_ticket(engine.ticket))
    configure(session, can_bus())
    socket = open_socket(session)
    assert text(socket.request("22F190")) == "WFKZZZ8C9MA999999"
    assert text(socket.request("22F187")) == "04L906056XX"
    assert session.get_vehicle_details().vin == "WFKZZZ8C9MA999999"
    session.finish(success())
    engine.stop()
    frames = [bytes(one.data) for one in can.CanutilsLogReader(str(log)) if one.arbitration_id == 0x7E8]
    assert any(b"999999" in frame for frame in frames)


def test_the_bus_log_is_what_python_can_reads(start_engine, tmp_path):
    log = tmp_path / "bus.log"
    engine = start_engine("--socketcand", "0", "--bus-log", str(log))
    with join(engine, "can0") as bus:
        bus.send(can.Message(arbitration_id=0x17FC0076, data=[3, 0x22, 0xF1, 0x97], is_extended_id=True))
        assert bus.recv(PATIENCE_S).arbitration_id == 0x17FE0076
    engine.stop()
    messages = list(can.CanutilsLogReader(str(log)))
    assert [(one.arbitration_id, one.is_extended_id, one.channel) for one in messages][:2] == [
        (0x17FC0076, True, f"{engine.connector}.diagnosis"),
        (0x17FE0076, True, f"{engine.connector}.diagnosis"),
    ]
