"""`python -m openobd run`, unmodified: functions and nested compositions, without the function broker."""

import pytest
from openobd import Result

from function_process import first_session, outcomes, reports, run, start_process
from workshop_side import ScriptedMechanic

BYPASS = ("--modules", "functions", "--bypass-function-broker")


def test_a_function_runs_on_the_root_context(engine, viewer, start_process):
    process = run(start_process, engine, "add_numbers", "--bypass-function-broker")
    assert process.wait() == 0, process.output
    record = first_session(viewer)
    assert (record.state, record.accepted_finishes) == ("finished", 1)
    assert outcomes(record) == [("Add numbers", ["RESULT_SUCCESS"])]


def test_a_function_runs_without_bypass_and_without_details(engine, viewer, start_process):
    process = run(start_process, engine, "say_name")
    assert process.wait() == 0, process.output
    assert first_session(viewer).state == "finished"


def test_a_composition_calls_functions_one_after_the_other(engine, viewer, start_process):
    mechanic = ScriptedMechanic(viewer, [("control_yesno", {"yesno": True})], 45)
    process = run(start_process, engine, "inspect_car", *BYPASS)
    assert process.wait() == 0, process.output
    mechanic.done()
    record = first_session(viewer)
    assert record.state == "finished"
    assert [name for name, _ in outcomes(record)][0] == "Inspect the car"
    assert len(record.contexts) == 4
    assert {tuple(results) for _, results in outcomes(record)} == {("RESULT_SUCCESS",)}
    assert reports(engine) == {"report:inspection": "42 Falkenberg Corvo 2.0 TDI yes"}


# @proves The whole protocol: `python -m openobd run` and `serve`: nested compositions with and without the broker, a function that fails, Ctrl-C, both kinds of restart
@pytest.mark.timeout(120)
def test_compositions_nest(engine, viewer, start_process):
    mechanic = ScriptedMechanic(viewer, [("control_yesno", {"yesno": True}), ("control_yesno", {"yesno": False})], 45)
    process = run(start_process, engine, "inspect_twice", *BYPASS)
    assert process.wait(60) == 0, process.output
    mechanic.done()
    assert reports(engine)["report:twice"] == "yes no"
    assert len(first_session(viewer).contexts) == 9


def test_a_function_calls_others_while_it_holds_the_session(engine, viewer, start_process):
    process = run(start_process, engine, "count_from_inside", *BYPASS)
    assert process.wait() == 0, process.output
    assert reports(engine) == {"report:total": "6 Falkenberg Corvo 2.0 TDI"}
    assert {one.state for one in first_session(viewer).contexts} == {"ended"}


def test_a_function_that_raises_ends_with_a_runtime_error(engine, viewer, start_process):
    process = run(start_process, engine, "stumble", "--bypass-function-broker")
    assert process.wait() == 1
    record = first_session(viewer)
    assert record.state == "finished"
    assert outcomes(record) == [("Stumble", ["RESULT_FAILURE_RUNTIME_ERROR"])]
    assert "made of cheese" in record.service_result.description


def test_a_composition_survives_functions_that_fail(engine, viewer, start_process):
    process = run(start_process, engine, "cautious", *BYPASS)
    assert process.wait() == 0, process.output
    assert first_session(viewer).state == "finished"
    left = reports(engine)
    assert "RESULT_INVALID_PRECONDITIONS" in left["report:refuse"]
    assert "made of cheese" in left["report:stumble"]


def test_ctrl_c_in_a_running_function_finishes_its_session(engine, viewer, start_process):
    process = run(start_process, engine, "wait_for_ever", "--bypass-function-broker")
    process.wait_for("Waiting for ever.")
    process.interrupt()
    assert process.wait() != 0
    record = first_session(viewer)
    assert record.state == "finished"
    assert outcomes(record) == [("Wait for ever", ["RESULT_FAILURE_RUNTIME_ERROR"])]


def test_a_function_without_a_user_interface_is_told_so(engine, viewer, start_process):
    process = run(start_process, engine, "ask_from_inside", *BYPASS)
    assert process.wait() == 1
    assert "has no user interface" in process.output
    child = first_session(viewer).contexts[1]
    assert list(child.service_result.result) == [Result.RESULT_FAILURE_RUNTIME_ERROR]


@pytest.mark.parametrize("ticket, said", [("1", "no ticket found with that number"), ("", "the ticket number is empty")])
def test_an_unknown_ticket_is_an_error_with_a_reason(engine, start_process, ticket, said):
    process = start_process(engine, "run", "--file", "functions/add_numbers.py", "--ticket", ticket)
    assert process.wait() == 1
    assert said in process.output
