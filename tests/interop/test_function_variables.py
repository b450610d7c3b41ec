"""Variables of the session, of one context and of the connection, with texts and with messages of unknown types."""

import os

import grpc
import pytest
from openobd import ContextType, FunctionDetails, SessionId, VariableSelection
from openobd.core.exceptions import OpenOBDException
from openobd.functions.function_context_variables import ContextVariables

from function_side import SUCCESS, arguments_of, bearer, packed, results_of, run_child, session_of_child, variable

GLOBAL = ContextType.GLOBAL_CONTEXT
FUNCTION = ContextType.FUNCTION_CONTEXT
CONNECTION = ContextType.CONNECTION_CONTEXT


def refusal(call, *arguments):
    with pytest.raises(OpenOBDException) as raised:
        call(*arguments)
    return raised.value.status


def test_global_variables_are_shared_by_all_contexts_and_function_variables_by_none(engine, session):
    ContextVariables(session, GLOBAL)["mileage"] = "150012"
    ContextVariables(session, FUNCTION)["step"] = "1"
    child = session_of_child(engine, session, session.start_context())
    assert dict(ContextVariables(child, GLOBAL)) == {"mileage": "150012"}
    assert dict(ContextVariables(child, FUNCTION)) == {}
    ContextVariables(child, GLOBAL)["mileage"] = "150013"
    ContextVariables(child, FUNCTION)["step"] = "7"
    child.finish(SUCCESS)
    assert dict(ContextVariables(session, GLOBAL)) == {"mileage": "150013"}
    assert dict(ContextVariables(session, FUNCTION)) == {"step": "1"}


def test_global_variables_do_not_outlive_their_session(engine, openobd, session):
    ContextVariables(session, GLOBAL)["mileage"] = "150012"
    session.finish(SUCCESS)
    following = openobd.start_session_on_ticket(engine.ticket)
    assert ContextVariables(following, GLOBAL)["mileage"] is None


@pytest.mark.parametrize("kind", [GLOBAL, FUNCTION])
def test_a_variable_is_written_replaced_listed_by_prefix_and_deleted(session, kind):
    variables = ContextVariables(session, kind)
    variables["ecu:7e0"] = "Engine"
    variables["ecu:7e1"] = "Transmission"
    variables["note"] = ""
    variables["ecu:7e0"] = "Engine control"
    assert variables.get_variables("ecu:") == {"ecu:7e0": "Engine control", "ecu:7e1": "Transmission"}
    assert variables.get_variables("") == {"ecu:7e0": "Engine control", "ecu:7e1": "Transmission", "note": ""}
    assert variables["note"] == ""
    listed = session.function.getVariableList(VariableSelection(type=kind), metadata=session.metadata())
    assert {one.type for one in listed.variables} == {kind}
    del variables["ecu:7e0"]
    assert variables["ecu:7e0"] is None
    assert refusal(session.delete_context_variable, "ecu:7e0", kind) == 5


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("kind", [GLOBAL, FUNCTION])
@pytest.mark.parametrize("make", [lambda: "x" * MEGABYTE, lambda: packed("some.Type", b"\x00" * MEGABYTE)])
def test_a_list_of_variables_never_grows_too_long_to_be_read(session, kind, make):
    variables = ContextVariables(session, kind)
    variables["first"], variables["second"] = make(), make()
    assert refusal(session.set_context_variable, "third", make(), kind) == 8
    assert set(variables.get_variables("")) == {"first", "second"}
    # A replaced value does not count twice.
    variables["second"] = make()
    del variables["first"]
    variables["third"] = make()
    assert set(variables.get_variables("")) == {"second", "third"}


def test_arguments_and_results_never_grow_too_long_to_be_read(engine, session):
    context = session.start_context()
    for key in ("first", "second"):
        session.set_function_argument(key, "x" * MEGABYTE)
    assert refusal(session.set_function_argument, "third", "x" * MEGABYTE) == 8
    child = session_of_child(engine, session, context)
    assert set(arguments_of(child)) == {"first", "second"}
    for key in ("first", "second"):
        child.set_function_result(key, "x" * MEGABYTE)
    assert refusal(child.set_function_result, "third", "x" * MEGABYTE) == 8
    child.finish(SUCCESS)
    assert set(results_of(session)) == {"first", "second"}


@pytest.mark.parametrize("kind", [GLOBAL, FUNCTION, CONNECTION])
def test_a_key_that_is_not_there_is_not_found(session, kind):
    assert refusal(session.get_context_variable, "nothing", kind) == 5
    assert ContextVariables(session, kind)["nothing"] is None


@pytest.mark.parametrize("kind", [ContextType.UNDEFINED_CONTEXT, 9])
def test_a_variable_of_no_kind_is_refused(session, kind):
    assert refusal(session.set_context_variable, "key", "value", kind) == 3
    assert refusal(session.get_context_variable, "key", kind) == 3
    assert refusal(session.get_context_variable_list, "", kind) == 3
    assert refusal(session.delete_context_variable, "key", kind) == 3


def test_a_variable_without_key_or_value_is_refused(session):
    assert refusal(session.set_context_variable, "", "value") == 3
    assert refusal(session.get_context_variable, "") == 3
    assert refusal(session.delete_context_variable, "") == 3
    for rpc in (session.function.setVariable, session.function.setFunctionResult):
        with pytest.raises(grpc.RpcError) as raised:
            rpc(variable(type=FUNCTION, key="key"), metadata=session.metadata(), timeout=10)
        assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT


# @proves The whole protocol: Variables of session, context and connection, texts and packed messages
@pytest.mark.parametrize(
    "value",
    [
        packed("acme.v7.Unheard", bytes(range(256))),
        packed("acme.v7.Empty", b""),
        packed("google.protobuf.StringValue", b"\x0a\x02hi"),
        packed("acme.v7.Large", os.urandom(300 * 1024)),
    ],
    ids=["every byte", "no bytes", "known to everybody", "300 KiB"],
)
def test_packed_messages_come_back_byte_for_byte(engine, session, value):
    session.set_context_variable("packed", value, GLOBAL)
    assert session.get_context_variable("packed", GLOBAL).object == value
    context = session.start_context()
    session.set_function_argument("packed", value)
    child = session_of_child(engine, session, context)
    assert arguments_of(child) == {"packed": value}
    child.set_function_result("packed", value)
    child.finish(SUCCESS)
    assert results_of(session) == {"packed": value}


@pytest.mark.parametrize("text", ["", "ä → 🚗", "a\0b", "‮drow", "x" * 100_000], ids=len)
def test_texts_come_back_as_they_were(engine, session, text):
    session.set_context_variable("text", text, FUNCTION)
    assert session.get_context_variable("text", FUNCTION).value == text
    run_child(engine, session, {"text": text})
    assert results_of(session) == {"text": text}


@pytest.mark.parametrize("key", ["__proto__", "constructor", "<FUNCTION_SINGLE_RETURN_VALUE>", " ", "k" * 5000], ids=len)
def test_every_key_is_only_a_key(session, key):
    variables = ContextVariables(session, GLOBAL)
    assert variables[key] is None
    variables[key] = "1"
    assert dict(variables) == {key: "1"}


def test_connection_variables_know_the_car_and_the_ticket(session):
    connection = ContextVariables(session, CONNECTION)
    assert connection["vehicle:info:vin"] == session.get_vehicle_details().vin
    assert connection["ticket:id"] == session.get_ticket_details().id
    volts = connection["vehicle:info:voltage"]
    assert 10 < float(volts) < 16 and len(volts.split(".")[1]) == 1
    assert set(connection.get_variables("vehicle:")) == {"vehicle:info:vin", "vehicle:info:voltage"}


def test_connection_variables_know_nothing_of_a_car_that_is_not_plugged_in(engine, session):
    engine.control.set_fault("connector-unplugged", connector=engine.connector)
    connection = ContextVariables(session, CONNECTION)
    assert connection["vehicle:info:vin"] is None and connection["vehicle:info:voltage"] is None


# @proves The whole protocol: Variables of session, context and connection, texts and packed messages
def test_connection_variables_outlive_the_session_and_stay_with_their_ticket(engine, openobd, session):
    ContextVariables(session, CONNECTION)["key:learned"] = "2"
    session.finish(SUCCESS)
    following = openobd.start_session_on_ticket(engine.ticket)
    assert ContextVariables(following, CONNECTION)["key:learned"] == "2"
    openobd.interrupt_session(SessionId(value=following.id()))
    on_connector = openobd.start_session_on_connector(engine.connector)
    assert ContextVariables(on_connector, CONNECTION)["key:learned"] is None
    assert ContextVariables(on_connector, CONNECTION)["ticket:id"] is None
    ContextVariables(on_connector, CONNECTION)["key:learned"] = "of the connector"
    elsewhere = openobd.start_session_on_ticket(engine.tickets[1])
    assert ContextVariables(elsewhere, CONNECTION)["key:learned"] is None


def test_connection_variables_are_texts_of_limited_number_and_length_and_cannot_be_deleted(session):
    assert refusal(session.set_context_variable, "packed", packed("acme.v7.Unheard", b"1"), CONNECTION) == 3
    assert refusal(session.set_context_variable, "k" * 300, "1", CONNECTION) == 3
    assert refusal(session.set_context_variable, "long", "v" * 5000, CONNECTION) == 3
    assert refusal(session.delete_context_variable, "ticket:id", CONNECTION) == 3
    with pytest.raises(OpenOBDException) as raised:
        for number in range(1000):
            session.set_context_variable(f"key {number}", "1", CONNECTION)
    assert raised.value.status == grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]


def test_variables_work_before_the_session_is_claimed(engine, openobd):
    session = openobd.start_session_on_ticket(engine.ticket)
    ContextVariables(session, GLOBAL)["early"] = "1"
    session.register_function_details(FunctionDetails(id="f"))
    session.update_session_token(session.authenticate().value)
    assert ContextVariables(session, GLOBAL)["early"] == "1"


@pytest.mark.parametrize("token", ["", "None", "nonsense"])
def test_variables_need_a_token_of_the_session(session, token):
    with pytest.raises(grpc.RpcError) as raised:
        session.function.setVariable(variable(type=GLOBAL, key="k", value="v"), metadata=bearer(token), timeout=10)
    assert raised.value.code() == grpc.StatusCode.UNAUTHENTICATED
