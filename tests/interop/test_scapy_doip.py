"""The DoIP gateway of the car judged by Scapy in a process of its own, beside doipclient and the official client."""

import threading

import pytest
from car import configure
from client_side import claim
from doip_car import BATTERY, CHARGER, SEAT, TICKET, VIN, charger_key, doip_bus, doip_channel
from doipclient import DoIPClient
from openobd import DoipSocket
from patience import PATIENCE_S, wait_until
from scapy_side import ScapyTester

pytestmark = pytest.mark.engine("--doip", "0")
# The gateway waits half a second of the bus clock for an alive check.
UNHURRIED = pytest.mark.engine("--doip", "0", "--clock", "manual")

TESTER, STRANGER, EVERYBODY, UNKNOWN = 0x0E00, 0x0F00, 0xE000, 0x2222
ACTIVATION, ALIVE, DIAGNOSTIC = 0x0005, 0x0008, 0x8001
ACK, NACK, MESSAGE = "Diagnostic message ACK", "Diagnostic message NACK", "Diagnostic message"
DENIED = "Routing activation denied"
IN_USE = f"{DENIED} because the SA is already registered and active on a different TCP_DATA socket."
ALL_USED = f"{DENIED} because all concurrently supported TCP_DATA sockets are registered and active."


@pytest.fixture(scope="module")
def scapy():
    tester = ScapyTester()
    yield tester
    tester.close()


class Testers:
    """Scapy's connections to one gateway, by name."""

    __test__ = False

    def __init__(self, scapy, port):
        self._scapy = scapy
        self.port = port
        self.names = []

    def connect(self, name):
        self._scapy.connect(name=name, port=self.port)
        self.names.append(name)

    def activate(self, name="first", source=TESTER, target=CHARGER, kind=0):
        """None when routing is active, or Scapy's error text."""
        answer = self._scapy.activate(name=name, port=self.port, source=source, target=target, kind=kind)
        if "refused" in answer:
            return answer["refused"]
        self.names.append(name)
        return None

    def say(self, name, **fields):
        self._scapy.say(name=name, **fields)

    def apply(self, name, source=TESTER, kind=0, **fields):
        self.say(name, payload_type=ACTIVATION, source_address=source, activation_type=kind, **fields)

    def is_alive(self, name, source=TESTER):
        self.say(name, payload_type=ALIVE, source_address=source)

    def send(self, payload, name="first", source=TESTER, target=CHARGER):
        self.say(name, payload_type=DIAGNOSTIC, source_address=source, target_address=target, payload=payload)

    def hear(self, name="first", *names, patience_s=PATIENCE_S):
        heard = self._scapy.hear(name=name, patience_s=patience_s)
        return tuple(heard[one] for one in names) if names else heard

    def ask(self, payload, name="first"):
        answer = self._scapy.ask(name=name, payload=payload)
        return answer and (answer["payload"], answer["fields"])

    def verdict(self, name):
        return self.hear(name, "routing_activation_response")[0]

    def leave(self):
        for name in self.names:
            self._scapy.leave(name=name)


@pytest.fixture
def testers(engine, scapy):
    made = Testers(scapy, engine.doip)
    yield made
    made.leave()


@pytest.fixture
def session(openobd):
    session = claim(openobd.start_session_on_ticket(TICKET))
    configure(session, doip_bus())
    return session


# @proves The whole protocol: DoIP, judged by doipclient and scapy, beside openOBD sessions
@pytest.mark.parametrize(
    "how", [{"payload_type": 1}, {"payload_type": 2, "eid": "02B0A51E0317"}, {"payload_type": 3, "vin": VIN}]
)
def test_scapy_and_doipclient_are_introduced_to_the_same_gateway(engine, scapy, how):
    client = DoIPClient("127.0.0.1", CHARGER, tcp_port=engine.doip, udp_port=engine.doip, client_logical_address=TESTER)
    theirs = client.request_vehicle_identification()
    status, power = client.request_entity_status(), client.request_diagnostic_power_mode()
    client.close()
    ours = scapy.datagram(port=engine.doip, **how)
    assert bytes.fromhex(ours["vin"]).decode() == theirs.vin == VIN
    identity = (ours["logical_address"], bytes.fromhex(ours["eid"]), bytes.fromhex(ours["gid"]), ours["further_action"])
    assert identity == (theirs.logical_address, theirs.eid, theirs.gid, "No further action required")
    entity = scapy.datagram(port=engine.doip, payload_type=0x4001)
    assert (entity["node_type"], entity["max_open_sockets"]) == ("DoIP gateway", status.max_concurrent_sockets)
    assert entity["max_data_size"] == status.max_data_size
    ready = scapy.datagram(port=engine.doip, payload_type=0x4003)["diagnostic_power_mode"]
    assert (ready, power.diagnostic_power_mode) == ("ready", 1)


@pytest.mark.parametrize("how", [{"payload_type": 2, "eid": "02B0A51E0318"}, {"payload_type": 3, "vin": VIN[::-1]}])
def test_a_gateway_that_is_not_meant_is_silent(engine, scapy, how):
    assert scapy.datagram(port=engine.doip, patience_s=0.3, **how) == "nothing"


@pytest.mark.parametrize(
    ("source", "kind", "code", "words"),
    [
        (STRANGER, 0x00, 0x0, f"{DENIED} due to unknown source address."),
        (TESTER, 0x16, 0x6, f"{DENIED} due to unsupported routing activation type."),
        (TESTER, 0xE0, 0x6, f"{DENIED} due to unsupported routing activation type."),
    ],
)
def test_who_may_not_come_in_is_told_why_and_cut_off(testers, source, kind, code, words):
    refused = testers.activate(source=source, kind=kind)
    assert refused == f"DoIPSocket activate_routing failed with routing_activation_response 0x{code:x}!"
    testers.connect("again")
    testers.apply("again", source, kind)
    assert testers.hear("again", "logical_address_tester", "routing_activation_response") == (source, words)
    assert testers.hear("again") is None


@pytest.mark.parametrize("kind", [0x00, 0x01])
def test_scapys_own_socket_activates_routing_and_learns_the_address_of_the_gateway(testers, kind):
    assert testers.activate(target=0, kind=kind) is None
    payload, fields = testers.ask("22F197")
    assert bytes.fromhex(fields["load"]).decode() == "Central gateway"


def test_a_request_is_acknowledged_before_it_is_answered(testers):
    testers.activate()
    testers.send("3E00")
    ways = [testers.hear("first", "payload_type", "source_address", "target_address") for _ in range(2)]
    assert ways == [(ACK, CHARGER, TESTER), (MESSAGE, CHARGER, TESTER)]
    testers.send("224901", target=BATTERY)
    assert testers.hear("first", "payload_type", "ack_code") == (ACK, "ACK")
    assert [testers.hear("first", "payload")[0] for _ in range(2)] == ["7F2278", "62490103C8"]


def test_an_unknown_target_is_refused_and_a_dead_one_is_acknowledged_and_silent(testers):
    testers.activate()
    testers.send("3E00", target=UNKNOWN)
    assert testers.hear("first", "payload_type", "nack_code") == (NACK, "Unknown target address")
    testers.send("3E00", target=SEAT)
    assert testers.hear("first", "payload_type", "source_address") == (ACK, SEAT)
    assert testers.hear("first", patience_s=0.3) == "nothing"
    assert testers.ask("3E00")[0] == "7E00"


def test_a_request_under_a_wrong_name_is_refused_and_the_connection_ends(testers):
    testers.activate()
    testers.send("3E00", source=TESTER + 1)
    assert testers.hear("first", "payload_type", "nack_code") == (NACK, "Invalid source address")
    assert testers.hear("first") is None


def test_a_request_to_everybody_is_acknowledged_once_and_answered_by_every_living_ecu(testers):
    testers.activate()
    testers.send("3E00", target=EVERYBODY)
    assert testers.hear("first", "payload_type") == (ACK,)
    answers = [testers.hear("first", "source_address", "payload") for _ in range(9)]
    assert {payload for _, payload in answers} == {"7E00"}
    assert len({source for source, _ in answers} - {SEAT}) == 9


@UNHURRIED
def test_a_tester_that_is_alive_keeps_its_address(testers):
    testers.activate()
    testers.connect("second")
    testers.apply("second")
    assert testers.hear("first", "payload_type") == ("Alive check request",)
    testers.is_alive("first")
    assert testers.verdict("second") == IN_USE
    assert testers.hear("second") is None
    assert testers.ask("3E00")[0] == "7E00"


def test_a_tester_that_gives_no_sign_of_life_loses_its_address(testers):
    testers.activate()
    testers.connect("second")
    testers.apply("second")
    assert testers.hear("first", "payload_type") == ("Alive check request",)
    assert testers.verdict("second") == "Routing successfully activated."
    assert testers.hear("first") is None


@UNHURRIED
def test_a_full_gateway_asks_around_and_keeps_the_next_one_out(testers, engine, scapy):
    names = [f"tester {number}" for number in range(4)]
    for number, name in enumerate(names):
        assert testers.activate(name, source=TESTER + number) is None
    testers.connect("fifth")
    testers.apply("fifth", source=TESTER + 9)
    for number, name in enumerate(names):
        assert testers.hear(name, "payload_type") == ("Alive check request",)
        testers.is_alive(name, source=TESTER + number)
    assert testers.verdict("fifth") == ALL_USED
    assert scapy.datagram(port=engine.doip, payload_type=0x4001)["cur_open_sockets"] == 4


@pytest.mark.parametrize(
    ("fields", "words", "is_cut_off"),
    [
        ({"payload_type": DIAGNOSTIC, "inverse_version": 0xFE}, "Incorrect pattern format", True),
        ({"payload_type": 0x0009}, "Unknown payload type", False),
        ({"payload_type": DIAGNOSTIC, "payload": "00" * 9000}, "Message too large", False),
        ({"payload_type": DIAGNOSTIC, "payload_length": 0x7FFFFFFF}, "Message too large", True),
        ({"payload_type": ALIVE, "payload_length": 1}, "Invalid payload length", True),
    ],
    ids=["pattern", "type", "too large", "hopelessly large", "length"],
)
def test_a_broken_header_is_answered_as_iso_13400_wants_it(testers, fields, words, is_cut_off):
    testers.activate()
    testers.say("first", **fields)
    assert testers.hear("first", "payload_type", "nack") == ("Generic DoIP header NACK", words)
    if is_cut_off:
        assert testers.hear("first") is None
    else:
        assert testers.ask("3E00")[0] == "7E00"


def test_a_newer_version_is_spoken_with_those_who_speak_it(testers):
    testers.connect("newer")
    testers.apply("newer", protocol_version=3, inverse_version=0xFC)
    assert testers.hear("newer", "protocol_version", "inverse_version") == ("ISO13400_2019", "ISO13400_2019")


def test_an_ecu_unlocked_by_scapy_shows_the_change_to_the_official_client(testers, session):
    ours = DoipSocket(session, doip_channel(CHARGER))
    assert ours.request("224A01") == "624A0111"
    testers.activate()
    testers.ask("1003")
    seed = testers.ask("2701")[1]["securitySeed"]
    key = charger_key(1, bytes.fromhex(seed), None).hex().upper()
    assert testers.ask(f"2702{key}")[0] == "6702"
    assert testers.ask("31010A01")[1] == {"routineControlType": "startRoutine", "routineIdentifier": 0x0A01}
    wait_until(lambda: testers.ask("31030A01") and ours.request("224A01") == "624A0100", "the routine is done")
    assert testers.ask("310100FF")[1] == {
        "requestServiceId": "RoutineControl",
        "negativeResponseCode": "requestOutOfRange",
    }


def test_scapy_and_the_official_client_ask_the_same_ecu_at_the_same_time(testers, session):
    ours = DoipSocket(session, doip_channel(CHARGER))
    testers.activate()
    answers = []
    thread = threading.Thread(target=lambda: answers.extend(ours.request("22F190") for _ in range(40)))
    thread.start()
    theirs = [testers.ask("22F187F18C")[0] for _ in range(40)]
    thread.join(PATIENCE_S)
    assert answers == ["62F190" + VIN.encode().hex().upper()] * 40
    assert set(theirs) == {"62F187" + b"32385210".hex() + "F18C" + b"OBC24011900058".hex().upper()}


def test_the_address_of_a_session_is_in_use_for_scapy(testers, session):
    ours = DoipSocket(session, doip_channel(CHARGER))
    assert ours.request("3E00") == "7E00"
    testers.connect("second")
    testers.apply("second", source=0x0E80)
    assert testers.verdict("second") == IN_USE
    assert ours.request("3E00") == "7E00"
