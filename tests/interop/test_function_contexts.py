"""Function contexts of the official client: handing a session over and taking it back, with all failures."""

import grpc
import pytest
from client_side import refusal
from function_side import (
    FAILURE,
    SUCCESS,
    Monitor,
    arguments_of,
    claimed_child,
    results_of,
    run_child,
    session_of_child,
)
from openobd import FunctionDetails, Result, ServiceResult, SessionId, SessionTokenHandler
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from patience import PATIENCE_S, wait_until


def test_an_available_parent_gets_a_fresh_token_when_its_child_finishes(engine, available):
    before = available.authentication_token
    final = run_child(engine, available, {"vin": "WVWZZZ1KZAW000001"})
    assert final.authentication_token not in ("", before)
    assert list(final.service_result.result) == [Result.RESULT_SUCCESS]
    assert results_of(available) == {"vin": "WVWZZZ1KZAW000001"}
    SessionTokenHandler(available)
    available.finish(SUCCESS)


def test_an_active_parent_keeps_its_session_token_and_gets_no_other(engine, session):
    final = run_child(engine, session, {"done": "yes"})
    assert final.authentication_token == ""
    assert results_of(session) == {"done": "yes"}
    assert session.get_vehicle_details().vin != ""
    session.finish(SUCCESS)


# @proves The whole protocol: Function contexts: a stack, parent available or active, a child without user interface, finish by the parent
def test_a_child_of_an_active_parent_has_no_user_interface_but_everything_else(engine, session):
    child = claimed_child(engine, session, session.start_context())
    stream = StreamHandler(child.open_control_stream)
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=PATIENCE_S)
    assert raised.value.status == grpc.StatusCode.PERMISSION_DENIED.value[0]
    assert child.get_vehicle_details().name != ""
    grandchild = claimed_child(engine, child, child.start_context())
    stream = StreamHandler(grandchild.open_control_stream)
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=PATIENCE_S)
    assert raised.value.status == grpc.StatusCode.PERMISSION_DENIED.value[0]


def test_a_child_of_an_available_parent_may_ask_the_mechanic(engine, available, viewer):
    from openobd import Label, UiHandler

    child = claimed_child(engine, available, available.start_context())
    handler = UiHandler(child)
    assert handler.show_ui(Label(label="Working")) is None
    assert viewer.wait_for_prompt("control_label", "Working", answered=True).context_id == viewer.record(
        available.id()
    ).contexts[1].id
    child.finish(SUCCESS)


def test_the_session_is_active_while_only_a_child_is(engine, openobd, available):
    state = lambda: openobd.get_session(SessionId(value=available.id())).state
    context = available.start_context()
    assert state() == "available"
    monitor = Monitor(available, context)
    child = claimed_child(engine, available, context)
    assert state() == "active"
    child.finish(SUCCESS)
    monitor.final()
    assert state() == "available"


# @proves The whole protocol: Function contexts: a stack, parent available or active, a child without user interface, finish by the parent
def test_finish_by_the_parent_ends_the_open_child_and_not_the_parent(engine, openobd, available):
    context = available.start_context()
    monitor = Monitor(available, context)
    available.finish(FAILURE)
    final = monitor.final()
    assert list(final.service_result.result) == [Result.RESULT_FAILURE]
    assert openobd.get_session(SessionId(value=available.id())).state == "available"
    assert refusal(session_of_child(engine, available, context).authenticate)[0] == 9
    available.update_authentication_token(final.authentication_token)
    available.finish(SUCCESS)
    assert openobd.get_session(SessionId(value=available.id())).state == "finished"


def test_finish_by_the_parent_ends_a_claimed_child_too(engine, available):
    context = available.start_context()
    monitor = Monitor(available, context)
    child = claimed_child(engine, available, context)
    available.finish(FAILURE)
    assert monitor.final().authentication_token != ""
    assert refusal(child.get_vehicle_details)[0] == 9


def test_finish_from_far_below_ends_the_top_of_the_stack_first(engine, available, viewer):
    context = available.start_context()
    child = session_of_child(engine, available, context)
    grandchild = child.start_context()
    monitors = [Monitor(available, context), Monitor(child, grandchild)]
    available.finish(FAILURE)
    assert monitors[1].final().finished
    assert monitors[0].is_open
    assert [one.state for one in viewer.record(available.id()).contexts] == ["available", "available", "ended"]
    available.finish(FAILURE)
    assert monitors[0].final().finished


def test_a_parent_with_an_open_child_can_neither_claim_nor_start_another(available):
    available.start_context()
    assert refusal(available.start_context)[0] == 9
    assert refusal(available.authenticate)[0] == 9


def test_an_ended_child_is_refused_everything(engine, available):
    context = available.start_context()
    child = claimed_child(engine, available, context)
    child.finish(SUCCESS)
    for call in (child.start_context, child.get_function_details, child.get_vehicle_details):
        assert refusal(call) == (9, "the function context has ended")
    assert refusal(child.finish, SUCCESS)[0] == 9


def test_functions_cannot_call_each_other_without_end(engine, available):
    current = available
    with pytest.raises(OpenOBDException) as raised:
        for _ in range(1000):
            current = session_of_child(engine, current, current.start_context())
    assert raised.value.status == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]


def test_arguments_belong_to_the_child_and_can_be_set_until_it_is_claimed(engine, available):
    assert refusal(available.set_function_argument, "early", "1")[0] == 9
    context = available.start_context()
    available.set_function_argument("speed", "30")
    available.set_function_argument("empty", "")
    available.set_function_argument("speed", "50")
    child = session_of_child(engine, available, context)
    assert arguments_of(child) == {"speed": "50", "empty": ""}
    assert arguments_of(available) == {}
    child.update_session_token(child.authenticate().value)
    assert arguments_of(child) == {"speed": "50", "empty": ""}
    assert refusal(available.set_function_argument, "late", "1")[0] == 9


# @proves The whole protocol: Arguments and results per call; an ended context keeps nothing but results, and those only while they can be read
def test_results_are_those_of_the_child_that_has_just_finished(engine, available):
    run_child(engine, available, {"first": "1"})
    assert results_of(available) == {"first": "1"}
    run_child(engine, available)
    assert results_of(available) == {}
    run_child(engine, available, {"third": "3"})
    available.start_context()
    assert results_of(available) == {}


def test_a_composition_sets_results_and_finishes_without_claiming(engine, available):
    context = available.start_context()
    monitor = Monitor(available, context)
    composition = session_of_child(engine, available, context)
    run_child(engine, composition, {"inner": "1"})
    composition.set_function_result("outer", "2")
    composition.finish(SUCCESS)
    available.update_authentication_token(monitor.final().authentication_token)
    assert results_of(available) == {"outer": "2"}


def details(function_id, name="Reset the service interval"):
    return FunctionDetails(id=function_id, version="1.0", name=name, description="Sets the counter back.")


def test_details_can_be_registered_again_for_the_same_function_only(available, viewer):
    available.register_function_details(details("f-1"))
    available.register_function_details(details("f-1", "Reset it"))
    assert refusal(available.register_function_details, details("f-2"))[0] == 6
    assert available.get_function_details().name == "Reset it"
    assert viewer.record(available.id()).contexts[0].details.name == "Reset it"
    available.update_session_token(available.authenticate().value)
    assert refusal(available.register_function_details, details("f-1")) == (7, "session already authenticated")
    assert available.get_function_details() == details("f-1", "Reset it")


def test_a_context_without_details_has_empty_ones_until_it_is_claimed_and_its_own_id_then(engine, available):
    context = available.start_context()
    child = session_of_child(engine, available, context)
    assert child.get_function_details() == FunctionDetails()
    child.update_session_token(child.authenticate().value)
    assert child.get_function_details().id == context.id


def test_details_without_an_id_are_refused(available):
    assert refusal(available.register_function_details, details(""))[0] == 3


def test_the_record_shows_every_context_with_details_and_result(engine, available, viewer):
    available.register_function_details(details("outer", "Outer"))
    context = available.start_context()
    session_of_child(engine, available, context).register_function_details(details("inner", "Inner"))
    monitor = Monitor(available, context)
    child = claimed_child(engine, available, context)
    result = ServiceResult(result=[Result.RESULT_NEEDS_VALIDATION], description="Please check on the road.")
    child.finish(result)
    monitor.final()
    root, inner = viewer.record(available.id()).contexts
    assert (root.details.name, root.state, root.parent_id) == ("Outer", "available", "")
    assert (inner.id, inner.parent_id, inner.details.name, inner.state) == (context.id, root.id, "Inner", "ended")
    assert inner.service_result.SerializeToString() == result.SerializeToString()
    assert inner.finished_at >= inner.started_at > 0


def test_no_stream_token_or_timer_is_left_when_contexts_have_come_and_gone(engine, openobd):
    before = engine.control.counters()
    session = openobd.start_session_on_ticket(engine.ticket)
    for _ in range(5):
        run_child(engine, session, {"x": "y"})
    session.finish(SUCCESS)
    engine.control.wait_for_counters(open_streams=before.open_streams, live_tokens=0, open_sessions=0)
    wait_until(lambda: engine.control.counters().pending_timers <= before.pending_timers + 1, "the timers are gone")
