"""The openOBD mirror of gRPC's interop cases about load: many large calls at once, and clients that do not read their answers."""

import contextlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import can
import grpc
import pytest
from car import can_bus, configure, join, open_socket
from mirror import OK, function_variable, isotp, label, living, named_variable, session_over, wait_for_rest, wait_until
from openobd import SessionTokenHandler
from openobd_protocol.Communication.CommunicationServices_pb2_grpc import canStub


def test_concurrent_large_unary_calls_each_get_their_own_bytes(session):
    contents = {f"recording {index}": random.Random(index).randbytes(300 * 1024) for index in range(50)}

    def there_and_back(item):
        key, content = item
        session.function.setVariable(function_variable(key, content), metadata=session.metadata(), timeout=60)
        answer = session.function.getVariable(named_variable(key), metadata=session.metadata(), timeout=60)
        return answer.key == key and answer.object.value == content

    with ThreadPoolExecutor(50) as threads:
        assert list(threads.map(there_and_back, contents.items())) == [True] * 50


class Flood:
    """Messages that are made as they are taken, so that the count tells how many the peer was willing to take."""

    def __init__(self, count, make):
        self.count = count
        self.taken = 0
        self._make = make
        self._may_close = threading.Event()

    def __iter__(self):
        for index in range(self.count):
            self.taken += 1
            yield self._make(index)
        self._may_close.wait(60)

    def close(self):
        self._may_close.set()


def wait_until_held_back(count, most, ask):
    """Waits until `count()` does not grow during thirty answers to somebody else, short of `most`."""
    unchanged = 0
    while unchanged < 30:
        seen = count()
        ask()
        unchanged = unchanged + 1 if count() == seen else 0
        assert count() < most, "nothing was held back, though nobody reads the answers"


def other_session(engine, openobd):
    """A session on another car, with a conversation of its own."""
    other = openobd.start_session_on_ticket(engine.tickets[1])
    SessionTokenHandler(other)
    return other


def test_flow_control_holds_back_who_does_not_read_its_echoes_and_loses_nothing(engine, openobd, session):
    other = other_session(engine, openobd)
    flood = Flood(8_000, lambda index: label(f"{index} {'x' * 8_000}"))
    slow = session_over(engine.port, session)
    echoes = slow.ui.openControlStream(iter(flood), metadata=slow.metadata())
    wait_until_held_back(lambda: flood.taken, flood.count, other.get_connector_information)
    # 64 MB wait at the client; of what it has handed over, buffers on the way hold the smaller part.
    assert flood.taken < flood.count / 4
    for index in range(flood.count):
        assert next(echoes).control_label.label.startswith(f"{index} ")
    flood.close()
    assert (list(echoes), echoes.code()) == ([], OK)


@pytest.mark.engine("--socketcand", "0")
def test_flow_control_of_isotp_keeps_requests_off_the_bus_until_answers_are_read(engine, openobd, session):
    configure(session, can_bus())
    other = other_session(engine, openobd)
    configure(other, can_bus())
    socket = open_socket(other)
    turns = {"3E00": "7E", "1003": "50"}
    flood = Flood(3_000, lambda index: isotp([*turns][index % 2]))
    # A window as small as gRPC allows, because the answers of a car are small too.
    options = [("grpc.http2.lookahead_bytes", 1), ("grpc.http2.bdp_probe", 0), ("grpc.enable_http_proxy", 0)]
    with (
        grpc.insecure_channel(f"{engine.host}:{engine.port}", options=options) as narrow,
        requests_on_the_bus(engine) as requested,
    ):
        answers = canStub(narrow).openIsotpStream(iter(flood), metadata=session.metadata())
        wait_until(lambda: requested, "the conversation is under way")
        wait_until_held_back(lambda: len(requested), flood.count, lambda: socket.request("3E00"))
        received = [next(answers).payload[:2] for _ in range(flood.count)]
        assert received == [*turns.values()] * (flood.count // 2)
        wait_until(lambda: len(requested) == flood.count, "every request was on the bus")
        flood.close()
        assert (list(answers), answers.code()) == ([], OK)


@contextlib.contextmanager
def requests_on_the_bus(engine):
    """The frames to the engine's ECU that a foreign listener sees, as they come."""
    seen = []

    def listen(frame):
        if frame.arbitration_id == 0x7E0:
            seen.append(frame)

    with join(engine, f"{engine.connector}.diagnosis") as bus:
        notifier = can.Notifier(bus, [listen], timeout=0.05)
        try:
            yield seen
        finally:
            notifier.stop()


def test_flow_control_lets_a_cancel_through(engine, openobd, session):
    before = living(engine)
    flood = Flood(8_000, lambda index: label(f"{index} {'x' * 8_000}"))
    echoes = session.ui.openControlStream(iter(flood), metadata=session.metadata())
    wait_until_held_back(lambda: flood.taken, flood.count, openobd.get_session_list)
    echoes.cancel()
    flood.close()
    wait_for_rest(engine, before)
