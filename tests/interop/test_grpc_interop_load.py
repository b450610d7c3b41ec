"""gRPC's interop cases on openOBD services, about load: many large calls at once, and clients that do not read their answers."""

import contextlib
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import can
import grpc
import pytest
from car import can_bus, configure, join, open_socket
from mirror import OK, function_variable, isotp, label, living, session_over, wait_for_rest
from openobd import ContextType, SessionTokenHandler, Variable
from openobd_protocol.Communication.CommunicationServices_pb2_grpc import canStub
from patience import wait_until


def test_concurrent_large_unary_calls_each_get_their_own_bytes(engine, openobd, session):
    """A list of variables has 3 MiB, so that three sessions share the fifty calls, each with variables of both kinds."""
    sessions = [session, *(other_session(openobd, ticket) for ticket in engine.tickets[1:3])]
    places = [(one, kind) for one in sessions for kind in (ContextType.GLOBAL_CONTEXT, ContextType.FUNCTION_CONTEXT)]

    def there_and_back(index):
        caller, kind = places[index % len(places)]
        content = random.Random(index).randbytes(300 * 1024)
        variable = function_variable(f"recording {index}", content)
        variable.type = kind
        caller.function.setVariable(variable, metadata=caller.metadata(), timeout=60)
        named = Variable(type=kind, key=variable.key)
        return caller.function.getVariable(named, metadata=caller.metadata(), timeout=60) == variable

    with ThreadPoolExecutor(50) as threads:
        assert list(threads.map(there_and_back, range(50))) == [True] * 50


class Flood:
    """Messages created on demand, so that the count is the number that the peer has accepted."""

    def __init__(self, count, make):
        self.count = count
        self.taken = 0
        self._make = make
        self._may_close = threading.Event()

    def __iter__(self):
        for index in range(self.count):
            self.taken += 1
            yield self._make(index)
        self._may_close.wait()

    def close(self):
        self._may_close.set()


def wait_until_held_back(count, most, ask):
    """Waits until `count()` does not grow during thirty other calls, below `most`."""
    unchanged = 0
    while unchanged < 30:
        seen = count()
        ask()
        unchanged = unchanged + 1 if count() == seen else 0
        assert count() < most, "nothing was held back, though nobody reads the answers"


def other_session(openobd, ticket):
    """A claimed session on another car."""
    other = openobd.start_session_on_ticket(ticket)
    SessionTokenHandler(other)
    return other


def test_flow_control_holds_back_who_does_not_read_its_echoes_and_loses_nothing(engine, openobd, session):
    other = other_session(openobd, engine.tickets[1])
    flood = Flood(8_000, lambda index: label(f"{index} {'x' * 8_000}"))
    slow = session_over(engine.port, session)
    echoes = slow.ui.openControlStream(iter(flood), metadata=slow.metadata())
    wait_until_held_back(lambda: flood.taken, flood.count, other.get_connector_information)
    # 64 MB wait at the client; buffers in between hold the smaller part.
    assert flood.taken < flood.count / 4
    for index in range(flood.count):
        assert next(echoes).control_label.label.startswith(f"{index} ")
    flood.close()
    assert (list(echoes), echoes.code()) == ([], OK)


@pytest.mark.engine("--socketcand", "0")
def test_flow_control_of_isotp_keeps_requests_off_the_bus_until_answers_are_read(engine, openobd, session):
    configure(session, can_bus())
    other = other_session(openobd, engine.tickets[1])
    configure(other, can_bus())
    socket = open_socket(other)
    turns = {"3E00": "7E", "1003": "50"}
    flood = Flood(3_000, lambda index: isotp([*turns][index % 2]))
    # The smallest window of gRPC, because the answers of a car are small too.
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
    """The frames to the engine ECU that a foreign listener receives."""
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
