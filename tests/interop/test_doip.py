"""DoIP judged from both sides: doipclient and udsoncan on the gateway of the car, the official client over openDoipStream."""

import socket as network
import threading

import grpc
import pytest
import udsoncan
from car import can_bus, configure, success
from client_side import claim
from doip_car import BATTERY, CHARGER, GATEWAY, INFOTAINMENT, SEAT, TICKET, VIN, charger_key, doip_bus, doip_channel
from doipclient import DoIPClient
from doipclient.connectors import DoIPClientUDSConnector
from doipclient.messages import RoutingActivationResponse
from openobd import DoipSocket
from openobd.core.exceptions import OpenOBDException
from openobd_protocol.Communication.Messages.Doip_pb2 import DoipMessage
from openobd_protocol.Configuration.Messages import DoipBus_pb2
from patience import PATIENCE_S, wait_for_answer, wait_until
from udsoncan.client import Client
from udsoncan.exceptions import NegativeResponseException

pytestmark = pytest.mark.engine("--doip", "0")


@pytest.fixture
def session(openobd):
    """A claimed session on the car with DoIP."""
    session = claim(openobd.start_session_on_ticket(TICKET))
    return session


@pytest.fixture
def doip(engine):
    """Makes independent DoIP testers at the gateway of the car."""
    made = []

    def make(ecu=CHARGER, tester=0x0E00, **fields):
        client = DoIPClient(
            "127.0.0.1", ecu, tcp_port=engine.doip, udp_port=engine.doip, client_logical_address=tester, **fields
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


def uds(client):
    config = dict(udsoncan.configs.default_client_config)
    config["data_identifiers"] = {
        0xF190: udsoncan.AsciiCodec(17),
        0x4901: ">H",
        0x4A01: "B",
        0x4A02: "B",
        0x4C01: "6000s",
    }
    config.update(p2_timeout=PATIENCE_S, request_timeout=PATIENCE_S, use_server_timing=False, security_algo=charger_key)
    return Client(DoIPClientUDSConnector(client), config=config)


def value(client, identifier):
    return client.read_data_by_identifier(identifier).service_data.values[identifier]


def hello(address, kind=0):
    return bytes.fromhex(f"02FD000500000007{address:04X}{kind:02X}00000000")


def detected(session):
    """The ECU list after detection."""
    return wait_for_answer(session.get_ecu_list, refused_with=OpenOBDException).ecus


def raw(engine):
    return network.create_connection((engine.host, engine.doip), timeout=PATIENCE_S)


def read_all(connection):
    heard = b""
    while chunk := connection.recv(1024):
        heard += chunk
    return heard


def test_the_gateway_introduces_itself(doip):
    client = doip()
    for how in ({}, {"vin": VIN}, {"eid": bytes.fromhex("02B0A51E0317")}):
        announced = client.request_vehicle_identification(**how)
        assert (announced.vin, announced.logical_address) == (VIN, GATEWAY)
    status = client.request_entity_status()
    assert (status.node_type, status.max_concurrent_sockets, status.currently_open_sockets) == (0, 4, 1)
    assert client.request_diagnostic_power_mode().diagnostic_power_mode == 1


@pytest.mark.parametrize("version", [2, 3])
def test_udsoncan_diagnoses_an_ecu_over_doip(doip, version):
    with uds(doip(protocol_version=version)) as client:
        assert value(client, 0xF190) == VIN
        client.change_session(3)
        with pytest.raises(NegativeResponseException):
            client.start_routine(0x0A01)
        client.unlock_security_access(1)
        client.start_routine(0x0A01)
        wait_until(lambda: client.get_routine_result(0x0A01) and value(client, 0x4A01) == (0,), "the routine is done")
        assert [code.id for code in client.get_dtc_by_status_mask(0x08).service_data.dtcs] == [0x0D5792]


def test_promises_and_long_answers_come_through(doip):
    with uds(doip(BATTERY)) as client:
        assert value(client, 0x4901) == (968,)
    with uds(doip(INFOTAINMENT, tester=0x0E01)) as client:
        assert value(client, 0x4C01)[0] == b"\x89PNG" * 1500


def test_strangers_are_not_let_in(engine, doip):
    with pytest.raises(ConnectionRefusedError):
        doip(tester=0x0F00)
    with raw(engine) as stranger:
        stranger.sendall(hello(0x0F00))
        assert read_all(stranger) == bytes.fromhex("02FD0006000000090F0010010000000000")


def test_an_unknown_target_is_refused_and_a_dead_one_is_silent(doip):
    client = doip()
    with pytest.raises(IOError, match="acknowledge code: 3"):
        client.send_diagnostic_to_address(0x2222, bytearray(b"\x3e\x00"))
    client.send_diagnostic_to_address(SEAT, bytearray(b"\x3e\x00"))
    with pytest.raises(TimeoutError):
        client.receive_diagnostic(timeout=0.3)
    assert client.request_activation(0).response_code == RoutingActivationResponse.ResponseCode.Success


@pytest.mark.parametrize(
    "nonsense",
    [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", bytes.fromhex("02FD8001FFFFFFFF"), bytes.fromhex("02FE000700000000")],
)
def test_nonsense_is_cut_off_and_harms_nobody(engine, doip, nonsense):
    with raw(engine) as hostile:
        hostile.sendall(nonsense)
        assert read_all(hostile)[2:4] == b"\x00\x00"
    with uds(doip()) as client:
        assert value(client, 0xF190) == VIN


def test_those_who_never_introduce_themselves_are_cut_off(engine, doip):
    with raw(engine) as silent, raw(engine) as slow:
        slow.sendall(hello(0x0E02)[:5])
        assert (read_all(silent), read_all(slow)) == (b"", b"")
    doip().request_vehicle_identification()


def test_a_crowd_is_kept_out_until_somebody_leaves(engine, doip):
    crowd = [raw(engine) for _ in range(40)]
    for one in crowd:
        one.close()

    def diagnose():
        with uds(doip()) as client:
            return value(client, 0xF190)

    assert wait_for_answer(diagnose, refused_with=OSError) == VIN


def test_the_official_client_reads_every_listed_ecu(session):
    configure(session, doip_bus())
    ecus = [ecu.doip_ecu for ecu in detected(session)]
    assert len(ecus) == 10
    assert {(ecu.doip_bus.doip_option, ecu.doip_bus.doip_network_configuration) for ecu in ecus} == {(2, 3002)}
    alive = [ecu for ecu in ecus if ecu.ecu_id != SEAT]
    sockets = [DoipSocket(session, doip_channel(ecu.ecu_id, ecu.gateway_id, ecu.tester_id)) for ecu in alive]
    for socket in sockets:
        assert bytes.fromhex(socket.request("22F190"))[3:].decode() == VIN
    assert len(session.get_configuration().channels) == 9


def test_the_official_client_waits_for_promises(session):
    configure(session, doip_bus())
    assert DoipSocket(session, doip_channel(BATTERY)).request("224901") == "6249010" + "3C8"


@pytest.mark.parametrize(
    ("bus", "channel"),
    [
        (doip_bus(option=DoipBus_pb2.DOIP_OPTION_1), doip_channel()),
        (doip_bus(network=DoipBus_pb2.DOIP_NETWORK_CONFIGURATION_5), doip_channel()),
        (doip_bus(), doip_channel(gateway=0x1002)),
        (doip_bus(), doip_channel(tester=0x0F00)),
        (doip_bus(), doip_channel(SEAT)),
        (doip_bus(), doip_channel(0x1FFF)),
    ],
    ids=["pins", "network", "gateway", "tester", "dead", "unknown"],
)
def test_what_does_not_fit_the_car_is_silent(session, bus, channel):
    configure(session, bus)
    socket = DoipSocket(session, channel)
    assert socket.request("22F190", timeout=0.5, silent=True) is None


@pytest.mark.parametrize(
    ("bus", "channel", "code"),
    [
        (doip_bus(), doip_channel(bus="nowhere"), grpc.StatusCode.NOT_FOUND),
        (can_bus("ethernet"), doip_channel(), grpc.StatusCode.FAILED_PRECONDITION),
        (doip_bus(), doip_channel(0x10000), grpc.StatusCode.INVALID_ARGUMENT),
    ],
    ids=["unknown bus", "wrong bus", "wrong address"],
)
def test_a_channel_that_cannot_be_is_refused(session, bus, channel, code):
    configure(session, bus)
    answers = session.open_doip_stream(iter([DoipMessage(channel=channel, payload="")]))
    with pytest.raises(grpc.RpcError) as refused:
        list(answers)
    assert refused.value.code() == code


# @proves The whole protocol: DoIP, judged by doipclient and scapy, beside openOBD sessions
def test_both_sides_talk_to_the_same_ecu_at_the_same_time(session, doip):
    configure(session, doip_bus())
    ours = DoipSocket(session, doip_channel(CHARGER))
    failures = []

    def diagnose():
        try:
            with uds(doip(CHARGER)) as theirs:
                for _ in range(50):
                    assert value(theirs, 0xF190) == VIN
        except BaseException as failure:
            failures.append(failure)

    thread = threading.Thread(target=diagnose)
    thread.start()
    for _ in range(50):
        assert ours.request("224A01")[:6] == "624A01"
    thread.join(PATIENCE_S)
    assert (thread.is_alive(), failures) == (False, [])


def test_what_one_side_changes_the_other_reads(session, doip):
    configure(session, doip_bus())
    ours = DoipSocket(session, doip_channel(CHARGER))
    with uds(doip(CHARGER)) as theirs:
        theirs.change_session(3)
        theirs.unlock_security_access(1)
        theirs.write_data_by_identifier(0x4A02, (10,))
    assert ours.request("224A02") == "624A020A"


def test_an_address_in_use_stays_with_the_session(session, doip):
    configure(session, doip_bus())
    ours = DoipSocket(session, doip_channel(CHARGER))
    assert ours.request("3E00") == "7E00"
    with pytest.raises(ConnectionRefusedError):
        doip(tester=0x0E80)
    assert ours.request("3E00") == "7E00"


def test_doip_is_off_unless_asked_for(start_engine):
    assert start_engine().doip is None


def test_testers_that_leave_leave_nothing_behind(engine, doip):
    before = engine.control.counters()
    for number in range(6):
        client = doip(tester=0x0E00 + number)
        client.send_diagnostic(bytearray(b"\x3e\x00"))
        client.close()
    raw(engine).close()
    engine.control.wait_for_counters(pending_timers=before.pending_timers)


def test_a_session_on_doip_leaves_nothing_behind(engine, session, doip):
    configure(session, doip_bus())
    sockets = [DoipSocket(session, doip_channel(ecu)) for ecu in (CHARGER, BATTERY, SEAT)]
    assert [socket.request("3E00") for socket in sockets[:2]] == ["7E00", "7E00"]
    assert sockets[2].request("3E00", timeout=0.5, silent=True) is None
    session.finish(success())
    engine.control.wait_for_counters(configured_buses=0, open_channels=0, open_streams=0, open_sessions=0)
    client = doip(tester=0x0E80)
    assert client.request_entity_status().currently_open_sockets == 1


def test_a_sleeping_ecu_is_silent_to_everybody(engine, session, doip):
    configure(session, doip_bus())
    ours = DoipSocket(session, doip_channel(CHARGER))
    engine.control.set_fault("ecu-asleep", ecu="Charger")
    assert ours.request("3E00", timeout=0.5, silent=True) is None
    client = doip(CHARGER)
    client.send_diagnostic(bytearray(b"\x3e\x00"))
    with pytest.raises(TimeoutError):
        client.receive_diagnostic(timeout=0.3)
    engine.control.clear_faults()
    client.send_diagnostic(bytearray(b"\x3e\x00"))
    assert client.receive_diagnostic(timeout=PATIENCE_S) == b"\x7e\x00"


def test_an_unplugged_connector_reaches_no_gateway_and_others_do(engine, session, doip):
    configure(session, doip_bus())
    ours = DoipSocket(session, doip_channel(CHARGER))
    assert ours.request("3E00") == "7E00"
    engine.control.set_fault("connector-unplugged")
    assert ours.request("3E00", timeout=0.5, silent=True) is None
    with uds(doip(CHARGER)) as theirs:
        assert value(theirs, 0xF190) == VIN
    engine.control.clear_faults()
    assert ours.request("3E00") == "7E00"
