"""The K-line log during conversations of the official client with the older car, and at their end."""

import re

import can
import pytest
from car import configure, success
from client_side import claim
from older_car import FAST, OLDER_CAR, SLOW, kline_bus, tp20_bus
from openobd.communication.kline_socket import KlineSocket
from openobd.communication.tp20_socket import Tp20Socket
from openobd_protocol.Communication.Messages.Kline_pb2 import KlineChannel
from openobd_protocol.Communication.Messages.Tp20_pb2 import Tp20Channel
from openobd_protocol.SessionController.Messages.SessionController_pb2 import SessionId
from patience import wait_until

START, STARTED = "9600 8135F18128", "9600 83F135C1E98FE2"
STOP, STOPPED = "9600 8135F18229", "9600 81F135C269"


class LineLog:
    """The K-line log file."""

    FORM = re.compile(r"\(\d+\.\d{6}\) (\S+) (low \d+|\d+ (?:[0-9A-F]{2})+)")

    def __init__(self, path):
        self._path = path

    def read(self):
        """Line and event of every entry; fails when one has another form."""
        text = self._path.read_text(encoding="ascii") if self._path.exists() else ""
        complete = text[: text.rfind("\n") + 1]
        entries = [self.FORM.fullmatch(line) for line in complete.splitlines()]
        assert all(entries), text
        return [entry.groups() for entry in entries]

    @property
    def events(self):
        return [event for _, event in self.read()]

    def wait_for(self, *wanted):
        """Polls until the newest events are these."""
        return self.wait_until(lambda events: tuple(events[-len(wanted) :]) == wanted)

    def wait_until(self, is_there):
        """Polls until the events are as expected; returns them."""
        return wait_until(lambda: (events := self.events) and is_there(events) and events, "the events were logged")


@pytest.fixture
def engine(start_engine, tmp_path):
    return start_engine("--lab", "--bus-log", str(tmp_path / "bus.log"))


@pytest.fixture
def line_log(tmp_path):
    return LineLog(tmp_path / "bus.log.kline")


def session_at(openobd):
    return claim(openobd.start_session_on_connector(OLDER_CAR))


@pytest.fixture
def old_car(openobd):
    return session_at(openobd)


def locking(session):
    """The central locking, with fast initialisation at 9600 baud."""
    return KlineSocket(session, KlineChannel(bus_name="body", ecu_id=0x35))


# @proves The whole protocol: K-lines have a log of their own beside the bus log
def test_the_kline_has_a_file_of_its_own_and_the_bus_log_stays_one_of_candump(engine, old_car, line_log, tmp_path):
    configure(old_car, kline_bus(SLOW, 10400), tp20_bus())
    assert KlineSocket(old_car, KlineChannel(bus_name="body", ecu_id=0x08)).request("2101") == "6101216480216412"
    Tp20Socket(old_car, Tp20Channel(bus_name="drive", logical_address=1)).request("1A9B")
    old_car.finish(success())
    line_log.wait_for("10400 8108F182FC", "10400 81F108C23C")
    engine.stop()
    initialisation = ["5 08", "10400 55", "10400 E9", "10400 8F", "10400 70", "10400 F7"]
    assert line_log.events[:8] == [*initialisation, "10400 8208F121019D", "10400 88F10861012164802164127F"]
    assert {line for line, _ in line_log.read()} == {f"{OLDER_CAR}.body"}
    frames = list(can.CanutilsLogReader(str(tmp_path / "bus.log")))
    assert {frame.channel for frame in frames} == {f"{OLDER_CAR}.drive"}
    assert (0x200, bytes.fromhex("01C00010000301")) in [(frame.arbitration_id, bytes(frame.data)) for frame in frames]


def test_without_a_word_on_a_kline_there_is_no_second_file(engine, old_car, tmp_path):
    configure(old_car, kline_bus(), tp20_bus())
    Tp20Socket(old_car, Tp20Channel(bus_name="drive", logical_address=1)).request("1A9B")
    assert engine.stop() == 0
    assert [path.name for path in tmp_path.iterdir()] == ["bus.log"]


def test_a_stream_that_is_closed_puts_the_ecu_to_sleep_and_the_next_one_wakes_it(old_car, line_log):
    configure(old_car, kline_bus())
    for _ in range(2):
        socket = locking(old_car)
        assert socket.request("1A9B").startswith("5A9B")
        socket.stop_stream()
    # The file is written in batches: the last events may still be those of the first conversation.
    events = line_log.wait_until(lambda events: events.count(STOPPED) >= 2)
    counts = {event: events.count(event) for event in ("low 25", START, STARTED, STOP, STOPPED)}
    assert counts == dict.fromkeys(counts, 2)


def test_a_finished_session_puts_the_ecu_to_sleep_and_the_next_one_wakes_it(engine, openobd, line_log):
    for _ in range(2):
        session = session_at(openobd)
        configure(session, kline_bus())
        assert locking(session).request("1A9B").startswith("5A9B")
        session.finish(success())
    events = line_log.wait_until(lambda events: events.count(STOPPED) >= 2)
    assert events.count(START) == events.count(STOP) == 2
    engine.control.wait_for_counters(configured_buses=0, open_channels=0, open_streams=0, open_sessions=0)


def test_an_interrupted_session_says_nothing_more(openobd, old_car, line_log):
    configure(old_car, kline_bus())
    socket = locking(old_car)
    socket.request("1A9B")
    openobd.interrupt_session(SessionId(value=old_car.id()))
    session = session_at(openobd)
    configure(session, kline_bus(FAST, 15625))
    answer = KlineSocket(session, KlineChannel(bus_name="body", ecu_id=0x77)).request("1A9B")
    events = line_log.wait_until(lambda events: any(answer in event for event in events))
    assert START in events and STOP not in events


def test_a_function_that_says_stop_itself_gets_its_answer_and_can_go_on(old_car, line_log):
    configure(old_car, kline_bus())
    socket = locking(old_car)
    assert socket.request("1A9B").startswith("5A9B")
    assert socket.request("82") == "C2"
    answer = socket.request("1A9B")
    events = line_log.wait_until(lambda events: sum(answer in event for event in events) == 2)
    assert events[events.index(STOPPED) + 1 :][:3] == ["low 25", START, STARTED]


def test_conversations_with_several_ecus_of_one_line_take_turns_and_all_say_stop(old_car, line_log):
    configure(old_car, kline_bus(FAST, 9600))
    known, unknown = locking(old_car), KlineSocket(old_car, KlineChannel(bus_name="body", ecu_id=0x36))
    for _ in range(2):
        assert known.request("1A9B").startswith("5A9B")
        # There is no answer in this time; the engine keeps trying to wake the ECU, and the known one has to wait.
        assert unknown.request("1A9B", timeout=0.3, silent=True) is None
    old_car.finish(success())
    line_log.wait_for(STOP, STOPPED)
