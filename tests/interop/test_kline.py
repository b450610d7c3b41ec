"""K-line conversations of the official client with the older car."""


import pytest
from car import configure
from client_side import claim
from older_car import FAST, KLINE_RATES, OLDER_CAR, SLOW, kline_bus, tp20_bus
from openobd.communication.kline_socket import KlineSocket
from openobd.communication.response_exceptions import NoResponseException, SecurityAccessDeniedException
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Communication.Messages.Kline_pb2 import Keyword, KlineChannel, KlineMessage
from patience import PATIENCE_S, wait_for_answer

INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION = 3, 5, 9


@pytest.fixture
def old_car(openobd):
    return claim(openobd.start_session_on_connector(OLDER_CAR))


def open_kline(session, ecu, **fields):
    return KlineSocket(session, KlineChannel(bus_name="body", ecu_id=ecu, **fields))


def test_the_list_of_ecus_names_the_ones_on_the_kline(old_car):
    ecus = wait_for_answer(old_car.get_ecu_list, refused_with=OpenOBDException).ecus
    listed = {ecu.kline_ecu.ecu_id: ecu.kline_ecu.kline_bus for ecu in ecus if ecu.HasField("kline_ecu")}
    assert {ecu: (bus.pin, bus.kline_protocol, bus.kline_bit_rate) for ecu, bus in listed.items()} == {
        0x08: (7, SLOW, KLINE_RATES[10400]),
        0x35: (7, FAST, KLINE_RATES[9600]),
        0x77: (7, FAST, KLINE_RATES[15625]),
        0x25: (7, SLOW, KLINE_RATES[9600]),
        0x69: (7, FAST, KLINE_RATES[10400]),
    }


# @proves The whole protocol: K-line, slow and fast, three bit rates, with bytes on which independent public sources agree
@pytest.mark.parametrize(
    ("protocol", "rate", "ecu", "text"),
    [
        (SLOW, 10400, 0x08, "1J1907044P CLIMATRONIC C 2.0"),
        (FAST, 9600, 0x35, "1C0959799 ZENTRAL-SG KOMF 0001"),
        (FAST, 15625, 0x77, "7D0035729 TELEFON H-F-A 0230"),
    ],
)
def test_an_ecu_is_identified_at_its_own_rate(old_car, protocol, rate, ecu, text):
    configure(old_car, kline_bus(protocol, rate))
    socket = open_kline(old_car, ecu)
    assert bytes.fromhex(socket.request("1a9b"))[2:].decode("ascii") == text
    assert old_car.get_configuration().channels[0].kline_channel.ecu_id == ecu
    socket.stop_stream()


def test_a_write_by_local_identifier_changes_another_value(old_car):
    configure(old_car, kline_bus(SLOW, 10400))
    socket = open_kline(old_car, 0x08)
    assert socket.request("2101") == "6101216480216412"
    assert socket.request("3B027C") == "7B02"
    assert socket.request("2102") == "61027C"
    assert socket.request("2101") == "610121647C216412"


def test_key_bytes_that_allow_it_carry_long_answers(old_car):
    configure(old_car, kline_bus(FAST, 15625))
    answer = open_kline(old_car, 0x77).request("222201")
    assert answer == "622201" + bytes.fromhex("4F6D61202B343920").hex().upper() * 20


@pytest.mark.parametrize(
    ("protocol", "rate", "ecu"),
    [(FAST, 10400, 0x35), (FAST, 15625, 0x35), (FAST, 10400, 0x08), (FAST, 9600, 0x36), (FAST, 10400, 0x69)],
)
def test_a_wrong_rate_a_wrong_wake_up_and_a_dead_ecu_are_silent(old_car, protocol, rate, ecu):
    configure(old_car, kline_bus(protocol, rate))
    with pytest.raises(NoResponseException):
        open_kline(old_car, ecu).request("1A9B", timeout=2)


def test_another_pin_is_silent(old_car):
    configure(old_car, kline_bus(pin=8))
    with pytest.raises(NoResponseException):
        open_kline(old_car, 0x35).request("1A9B", timeout=2)


def test_a_quiet_conversation_stays_awake_and_leaks_nothing(old_car):
    configure(old_car, kline_bus())
    stream = StreamHandler(old_car.open_kline_stream, outgoing_stream=True)
    channel = KlineChannel(bus_name="body", ecu_id=0x35)
    stream.send(KlineMessage(channel=channel, payload="1A9B"))
    assert stream.receive(timeout=PATIENCE_S).payload.startswith("5A9B")
    with pytest.raises(OpenOBDException):
        stream.receive(timeout=6)
    stream.send(KlineMessage(channel=channel, payload="3E01"))
    assert stream.receive(timeout=PATIENCE_S).payload == "7E"


def test_refusals_become_the_exceptions_of_the_client(old_car):
    configure(old_car, kline_bus(SLOW, 9600))
    with pytest.raises(SecurityAccessDeniedException):
        open_kline(old_car, 0x25).request("2116")


@pytest.mark.parametrize(
    ("bus", "channel", "payload", "status", "words"),
    [
        (kline_bus(), KlineChannel(bus_name="other", ecu_id=1), "3E00", NOT_FOUND, "other"),
        (tp20_bus("body"), KlineChannel(bus_name="body", ecu_id=1), "3E00", FAILED_PRECONDITION, "can_bus"),
        (kline_bus(), KlineChannel(bus_name="body", ecu_id=0x100), "3E00", INVALID_ARGUMENT, "ecu_id"),
        (
            kline_bus(),
            KlineChannel(bus_name="body", ecu_id=1, keyword=Keyword(key_byte_1=0x1E9, key_byte_2=0x8F)),
            "3E00",
            INVALID_ARGUMENT,
            "key_byte_1",
        ),
        (kline_bus(), KlineChannel(bus_name="body", ecu_id=1), "1A9", INVALID_ARGUMENT, "odd"),
        (kline_bus(), KlineChannel(bus_name="body", ecu_id=1), "1A 9B", INVALID_ARGUMENT, "hex"),
        (kline_bus(), KlineChannel(bus_name="body", ecu_id=1), "11" * 256, INVALID_ARGUMENT, "255"),
    ],
)
def test_an_impossible_channel_ends_the_stream_with_a_reason(old_car, bus, channel, payload, status, words):
    configure(old_car, bus)
    stream = StreamHandler(old_car.open_kline_stream, outgoing_stream=True)
    stream.send(KlineMessage(channel=channel, payload=payload))
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=PATIENCE_S)
    assert raised.value.status == status
    assert words in raised.value.details
