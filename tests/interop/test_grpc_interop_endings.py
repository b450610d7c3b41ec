"""gRPC's interop cases on openOBD services, about endings: cancels and deadlines.

After each of them the engine holds what it held before: streams, prompts, buses, channels and timers are counted.
"""

import queue

import pytest
from broker_side import Broker, Host
from car import can_bus, configure
from function_side import bearer
from mirror import CANCELLED, DEADLINE_EXCEEDED, OK, isotp, label, living, refusal, wait_for_rest
from openobd import EmptyMessage, FunctionCall, YesNo
from openobd_protocol.Logging.Messages.LogMessage_pb2 import LogMessage
from openobd_protocol.UserInterface.Messages.UserInterface_pb2 import Control
from patience import wait_until

MANUAL = pytest.mark.engine("--clock", "manual")


class Requests:
    """The messages of a stream, one by one until it is closed; counts those that gRPC has accepted."""

    def __init__(self, *first):
        self._waiting = queue.Queue()
        self.taken = 0
        for message in first:
            self.send(message)

    def send(self, message):
        self._waiting.put(message)

    def close(self):
        self._waiting.put(None)

    def __iter__(self):
        for message in iter(self._waiting.get, None):
            self.taken += 1
            yield message


@pytest.mark.parametrize("method", ["config.configureBus", "logging.openLogStream"])
def test_cancel_after_begin_leaves_nothing_behind(engine, session, method):
    before = living(engine)
    service, rpc = method.split(".")
    requests = Requests()
    call = getattr(getattr(session, service), rpc).future(iter(requests), metadata=session.metadata())
    engine.control.wait_for_counters(open_streams=before["open_streams"] + 1)
    call.cancel()
    assert call.code() == CANCELLED
    requests.close()
    wait_for_rest(engine, before)


def test_cancel_after_begin_configures_no_bus_that_was_already_sent(engine, session):
    configure(session, can_bus("before"))
    before = living(engine)
    for _ in range(20):
        requests = Requests(can_bus("half"))
        call = session.config.configureBus.future(iter(requests), metadata=session.metadata())
        wait_until(lambda: requests.taken == 1, "the bus was sent")
        engine.control.wait_for_counters(open_streams=before["open_streams"] + 1)
        call.cancel()
        requests.close()
        wait_for_rest(engine, before)
    assert [bus.bus_name for bus in session.get_configuration().buses] == ["before"]


def test_cancel_after_begin_keeps_the_log_lines_that_were_sent(engine, session, viewer):
    requests = Requests(LogMessage(content="sent before the cancel"))
    call = session.logging.openLogStream.future(iter(requests), metadata=session.metadata())
    viewer.wait_for(lambda: [event for event in viewer.events if event.HasField("script_log")])
    before = living(engine)
    call.cancel()
    requests.close()
    wait_for_rest(engine, {**before, "open_streams": before["open_streams"] - 1})


STREAMS = {
    "session tokens": lambda s, _: s.session.openSessionTokenStream(EmptyMessage(), metadata=s.metadata()),
    "link": lambda s, _: s.connector_monitor.openConnectorInformationStream(EmptyMessage(), metadata=s.metadata()),
    "controls": lambda s, requests: s.ui.openControlStream(iter(requests), metadata=s.metadata()),
    "isotp": lambda s, requests: s.can.openIsotpStream(iter(requests), metadata=s.metadata()),
}


def first_messages(name):
    """The message that makes a stream answer."""
    return {"controls": [label("Wait.")], "isotp": [isotp(""), isotp("3E00")]}.get(name, [])


@pytest.mark.parametrize("name", STREAMS)
def test_cancel_after_first_response_releases_what_the_stream_held(engine, session, name):
    configure(session, can_bus())
    before = living(engine)
    # An ECU keeps the timer of its limits for a second after the last frame.
    held = {what: count for what, count in before.items() if what != "pending_timers"}
    for _ in range(10):
        requests = Requests(*first_messages(name))
        call = STREAMS[name](session, requests)
        next(call)
        assert {what: living(engine)[what] for what in held} != held
        call.cancel()
        assert call.code() == CANCELLED
        requests.close()
        wait_for_rest(engine, held)
    wait_for_rest(engine, before)
    assert session.get_connector_information().connected


def test_cancel_after_first_response_takes_the_question_off_the_screen(engine, session, viewer):
    before = living(engine)
    requests = Requests(label("Wait."), Control(control_yesno=YesNo(label="Is the ignition on?")))
    call = session.ui.openControlStream(iter(requests), metadata=session.metadata())
    next(call)
    prompt = viewer.wait_for_prompt("control_yesno")
    call.cancel()
    requests.close()
    assert viewer.wait_for_end(prompt) == "PROMPT_END_WITHDRAWN"
    assert viewer.answer(prompt, yesno=True)[0] == "ANSWER_WITHDRAWN"
    wait_for_rest(engine, before)


def test_cancel_by_the_operator_ends_every_stream_well_and_after_its_messages(engine, session, viewer):
    configure(session, can_bus())
    requests = {name: Requests(*first_messages(name)) for name in STREAMS}
    requests["controls"].send(label("The last words."))
    calls = {name: STREAMS[name](session, requests[name]) for name in STREAMS}
    viewer.wait_for_prompt("control_label", "The last words.", answered=True)
    firsts = {name: next(call) for name, call in calls.items()}
    assert firsts["isotp"].payload == "7E00"
    # The last label has been echoed and not read yet.
    engine.control.set_fault("interrupted-by-operator", session=session.id())
    rest = {name: list(call) for name, call in calls.items()}
    assert {call.code() for call in calls.values()} <= {OK, CANCELLED}
    assert [echo.control_label.label for echo in rest["controls"]] == ["The last words."]
    for one in requests.values():
        one.close()
    # The viewer's own stream remains.
    wait_for_rest(engine, {"open_streams": 1, "prompts_on_display": 0, "open_channels": 0, "configured_buses": 0})


def test_timeout_on_sleeping_server_ends_a_question_that_nobody_answers(engine, session):
    before = living(engine)
    requests = Requests(Control(control_yesno=YesNo(label="Anybody?")))
    call = session.ui.openControlStream(iter(requests), metadata=session.metadata(), timeout=1)
    assert refusal(lambda: call)[0] == DEADLINE_EXCEEDED
    requests.close()
    wait_for_rest(engine, before)


def test_timeout_on_sleeping_server_ends_the_wait_for_a_silent_ecu(engine, session):
    configure(session, can_bus())
    before = living(engine)
    requests = Requests(isotp("22F190", request=0x123, response=0x124))
    call = session.can.openIsotpStream(iter(requests), metadata=session.metadata(), timeout=1)
    assert refusal(lambda: call)[0] == DEADLINE_EXCEEDED
    requests.close()
    wait_for_rest(engine, before)


def test_timeout_on_sleeping_server_before_the_first_message_is_sent(engine, session):
    before = living(engine)
    requests = Requests()
    call = session.logging.openLogStream.future(iter(requests), metadata=session.metadata(), timeout=0.5)
    assert refusal(call.result)[0] == DEADLINE_EXCEEDED
    requests.close()
    wait_for_rest(engine, before)


@MANUAL
def test_timeout_on_sleeping_server_gives_up_a_call_that_its_host_never_acknowledges(engine, openobd):
    broker = Broker(engine)
    host = Host(broker)
    host.offer()
    info = openobd.start_session_on_ticket(engine.ticket).session_info
    before = living(engine)
    request = FunctionCall(id="f-1", session_info=info)
    call = broker.stub.runFunction.future(request, metadata=bearer(broker.token), timeout=3)
    assert refusal(call.result)[0] == DEADLINE_EXCEEDED
    assert host.hear().function_call.id == "f-1"
    # The engine itself stops waiting for the host after ten seconds.
    engine.control.advance(session_s=10)
    wait_for_rest(engine, before)
    assert broker.refusal(info, "no such function")[0] == "NOT_FOUND"
    host.vanish()
