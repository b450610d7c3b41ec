"""Monitor streams of function contexts: their tokens, late calls, and the final message."""

import grpc
import pytest
from broker_side import MANUAL
from function_side import SUCCESS, Monitor, bearer, claimed_child, results_of
from openobd import EmptyMessage, Result, SessionId


def refusal_of_stub(call, request, token):
    with pytest.raises(grpc.RpcError) as raised:
        call(request, metadata=bearer(token), timeout=10)
    return raised.value.code().name, raised.value.details()


# @proves The whole protocol: Monitor streams: tokens every two minutes, late calls, the final message with or without a token
def test_a_monitor_call_that_comes_after_the_end_still_gets_the_final_message(engine, available):
    context = available.start_context()
    child = claimed_child(engine, available, context)
    child.set_function_result("fast", "very")
    child.finish(SUCCESS)
    monitor = Monitor(available, context)
    final = monitor.final()
    assert len(monitor.messages) == 1
    assert list(final.service_result.result) == [Result.RESULT_SUCCESS]
    available.update_authentication_token(final.authentication_token)
    assert results_of(available) == {"fast": "very"}


def test_a_monitor_call_that_comes_after_the_end_of_the_session_gets_the_final_message(engine, openobd, available):
    context = available.start_context()
    openobd.interrupt_session(SessionId(value=available.id()))
    final = Monitor(available, context).final()
    assert list(final.service_result.result) == [Result.RESULT_FAILURE]
    assert final.authentication_token == ""


def test_an_interrupted_session_tells_who_monitors_without_a_token(openobd, available):
    monitor = Monitor(available, available.start_context())
    monitor.wait_for_messages(1)
    openobd.interrupt_session(SessionId(value=available.id()))
    final = monitor.final()
    assert final.authentication_token == ""
    assert final.service_result.description == "interruptSession"


@MANUAL
def test_the_stream_stays_open_for_two_seconds_after_the_final_message(engine, available):
    context = available.start_context()
    monitor = Monitor(available, context)
    claimed_child(engine, available, context).finish(SUCCESS)
    monitor.wait_for_messages(2)
    engine.control.advance(session_s=1.9)
    assert monitor.is_open
    engine.control.advance(session_s=0.2)
    assert monitor.wait_for_end() == grpc.StatusCode.OK


# @proves The whole protocol: Monitor streams: tokens every two minutes, late calls, the final message with or without a token
@MANUAL
def test_monitor_tokens_come_every_two_minutes_and_live_for_five(engine, available):
    context = available.start_context()
    monitor = Monitor(available, context)
    monitor.wait_for_messages(1)
    child = claimed_child(engine, available, context)
    for count in (2, 3):
        engine.control.advance(session_s=120)
        monitor.wait_for_messages(count)
    assert refusal_of_stub(lambda *a, **k: next(available.function.monitorFunctionContext(*a, **k)), context, "nonsense")
    engine.control.advance(session_s=61)
    first_message, *_, newest = monitor.messages
    expired = Monitor(available, context, context.monitor_token)
    assert expired.wait_for_end() == grpc.StatusCode.UNAUTHENTICATED
    again = Monitor(available, context, newest.monitor_token)
    again.wait_for_messages(1)
    child.finish(SUCCESS)
    assert monitor.final().finished and again.final().finished
    assert len({message.monitor_token for message in monitor.messages[:-1]}) == len(monitor.messages) - 1
    assert first_message.authentication_token == ""


def test_only_a_monitor_token_monitors_and_it_does_nothing_else(engine, session):
    context = session.start_context()
    for token in (session.session_token, context.authentication_token, ""):
        assert Monitor(session, context, token or "None").wait_for_end() == grpc.StatusCode.UNAUTHENTICATED
    for call in (session.function.startFunctionContext, session.session.authenticate, session.session.finish):
        request = SUCCESS if call is session.session.finish else EmptyMessage()
        assert refusal_of_stub(call, request, context.monitor_token)[0] == "UNAUTHENTICATED"
