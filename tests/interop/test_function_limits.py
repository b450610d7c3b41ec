"""Time limits of function contexts, on a manual clock."""

from broker_side import MANUAL
from client_side import refusal
from function_side import SUCCESS, Monitor, claimed_child, session_of_child
from openobd import Result, SessionId, SessionTokenHandler
from openobd.core.stream_handler import StreamHandler
from patience import wait_until


@MANUAL
def test_a_child_that_nobody_claims_within_a_minute_is_closed_with_a_reason(engine, available):
    monitor = Monitor(available, available.start_context())
    monitor.wait_for_messages(1)
    engine.control.advance(session_s=59.9)
    assert monitor.is_open and not monitor.messages[-1].finished
    engine.control.advance(session_s=0.2)
    final = monitor.final()
    assert list(final.service_result.result) == [Result.RESULT_FAILURE]
    assert final.service_result.description == "not claimed within 60 s"
    available.update_authentication_token(final.authentication_token)
    SessionTokenHandler(available)


# @proves The whole protocol: Limits of 60 s, two minutes, one hour, four hours
@MANUAL
def test_the_claim_limit_of_a_parent_stands_still_while_its_child_runs_and_starts_anew_after_it(engine, openobd, available):
    state = lambda: openobd.get_session(SessionId(value=available.id())).state
    engine.control.advance(session_s=50)
    context = available.start_context()
    monitor = Monitor(available, context)
    child = claimed_child(engine, available, context)
    for _ in range(5):
        engine.control.advance(session_s=120)
    child.finish(SUCCESS)
    available.update_authentication_token(monitor.final().authentication_token)
    engine.control.advance(session_s=59)
    assert state() == "available"
    engine.control.advance(session_s=2)
    assert state() == "failed"


@MANUAL
def test_a_child_whose_process_vanished_gives_the_session_back_to_its_parent(engine, available):
    context = available.start_context()
    monitor = Monitor(available, context)
    child = session_of_child(engine, available, context)
    child.update_session_token(child.authenticate().value)
    engine.control.advance(session_s=299)
    assert monitor.is_open
    engine.control.advance(session_s=2)
    final = monitor.final()
    assert list(final.service_result.result) == [Result.RESULT_FAILURE]
    assert "vanished" in final.service_result.description
    available.update_authentication_token(final.authentication_token)
    SessionTokenHandler(available)


# @proves The whole protocol: Limits of 60 s, two minutes, one hour, four hours
@MANUAL
def test_four_hours_end_a_session_with_all_its_contexts(engine, available):
    context = available.start_context()
    monitor = Monitor(available, context)
    claimed_child(engine, available, context)
    for _ in range(4 * 30):
        engine.control.advance(session_s=119.9)
        assert monitor.is_open
    engine.control.advance(session_s=13)
    assert list(monitor.final().service_result.result) == [Result.RESULT_FAILURE]
    openobd = engine.openobd()  # the official client would keep its controller token, which has expired meanwhile
    assert openobd.get_session(SessionId(value=available.id())).state == "failed"
    engine.control.advance(session_s=121)
    assert refusal(openobd.get_session, SessionId(value=available.id()))[0] == 5


# @proves The whole protocol: Limits of 60 s, two minutes, one hour, four hours
@MANUAL
def test_an_hour_without_an_answer_in_a_child_ends_the_whole_session(engine, openobd, available):
    from openobd import Control, YesNo

    context = available.start_context()
    monitor = Monitor(available, context)
    child = claimed_child(engine, available, context)
    stream = StreamHandler(child.open_control_stream)
    stream.send(Control(control_yesno=YesNo(label="Is anybody there?")))
    engine.control.wait_for_counters(prompts_on_display=1)
    for _ in range(31):
        engine.control.advance(session_s=119)
    assert "idle" in monitor.final().service_result.description
    assert openobd.get_session(SessionId(value=available.id())).state == "failed"


@MANUAL
def test_an_active_parent_gets_session_tokens_while_its_child_runs(engine, session):
    context = session.start_context()
    monitor = Monitor(session, context)
    child = claimed_child(engine, session, context)
    for _ in range(5):
        before = {session.session_token, child.session_token}
        engine.control.advance(session_s=120)
        wait_until(lambda: not {session.session_token, child.session_token} & before, "both have new tokens")
    assert session.get_vehicle_details().vin == child.get_vehicle_details().vin
    child.finish(SUCCESS)
    assert monitor.final().authentication_token == ""
    session.finish(SUCCESS)
