"""Function contexts, their variables, and the function broker."""

import grpc
from broker_side import Host
from car import success
from function_side import Monitor, bearer, claimed_child, packed
from openobd import ContextType, EmptyMessage, FunctionDetails, FunctionId

from rpc_rows.table import refused, row


@row("function/startFunctionContext")
def start_function_context(work):
    assert work.session.start_context().monitor_token
    # Its first child is still open.
    refused("FAILED_PRECONDITION", work.session.start_context)


@row("function/monitorFunctionContext")
def monitor_function_context(work):
    context = work.session.start_context()
    monitor = Monitor(work.session, context)
    child = claimed_child(work.engine, work.session, context)
    child.finish(success())
    assert monitor.final().finished
    stream = work.session.function.monitorFunctionContext(context, metadata=bearer("no such token"), timeout=10)
    refused("UNAUTHENTICATED", next, stream)


@row("function/registerFunctionDetails")
def register_function_details(work):
    details = FunctionDetails(id="f-1", name="Measure", version="1.0")
    work.unclaimed.register_function_details(details)
    refused("PERMISSION_DENIED", work.session.register_function_details, details)


@row("function/getFunctionDetails")
def get_function_details(work):
    assert work.session.get_function_details().id
    work.session.session_token = "no such token"
    refused("UNAUTHENTICATED", work.session.get_function_details)


@row("function/setFunctionArgument")
def set_function_argument(work):
    work.session.start_context()
    work.session.set_function_argument("depth", "3")
    refused("INVALID_ARGUMENT", work.session.set_function_argument, "", "3")


@row("function/getFunctionArgumentList")
def get_function_argument_list(work):
    call = work.session.function.getFunctionArgumentList
    call(EmptyMessage(), metadata=work.session.metadata(), timeout=10)
    refused("UNAUTHENTICATED", call, EmptyMessage(), metadata=bearer("no such token"), timeout=10)


@row("function/setFunctionResult")
def set_function_result(work):
    work.session.set_function_result("depth", "3")
    refused("INVALID_ARGUMENT", work.session.set_function_result, "", "3")


@row("function/getFunctionResultList")
def get_function_result_list(work):
    call = work.session.function.getFunctionResultList
    call(EmptyMessage(), metadata=work.session.metadata(), timeout=10)
    refused("UNAUTHENTICATED", call, EmptyMessage(), metadata=bearer("no such token"), timeout=10)


@row("function/getVariableList")
def get_variable_list(work):
    work.session.set_context_variable("a:b", "c")
    assert [one.key for one in work.session.get_context_variable_list("a:").variables] == ["a:b"]
    undefined = ContextType.UNDEFINED_CONTEXT
    refused("INVALID_ARGUMENT", work.session.get_context_variable_list, "a:", undefined)


@row("function/setVariable")
def set_variable(work):
    work.session.set_context_variable("picture", packed("somebody.Picture", bytes(300 * 1024)))
    assert len(work.session.get_context_variable("picture").object.value) == 300 * 1024
    refused("INVALID_ARGUMENT", work.session.set_context_variable, "", "value")


@row("function/getVariable")
def get_variable(work):
    work.session.set_context_variable("key", "value")
    assert work.session.get_context_variable("key").value == "value"
    refused("NOT_FOUND", work.session.get_context_variable, "no such key")


@row("function/deleteVariable")
def delete_variable(work):
    work.session.set_context_variable("key", "value")
    work.session.delete_context_variable("key")
    refused("INVALID_ARGUMENT", work.session.delete_context_variable, "")


@row("functionBroker/getFunctionBrokerToken")
def get_function_broker_token(work):
    assert work.openobd.function_broker.function_broker_token.get_value()
    wrong = work.engine.openobd(client_secret="wrong").function_broker
    refused("INVALID_ARGUMENT", wrong.get_function_registration, FunctionId(value="f-1"))


@row("functionBroker/openFunctionStream")
def open_function_stream(work):
    host = Host(work.broker)
    host.offer()
    host.vanish()
    assert Host(work.broker, token="no such token").hear_end() == grpc.StatusCode.UNAUTHENTICATED


@row("functionBroker/runFunction")
def run_function(work):
    info = work.unclaimed.session_info
    refused("NOT_FOUND", work.broker.run(info).result)
    host = Host(work.broker)
    host.offer()
    running = work.broker.run(info)
    host.acknowledge(host.hear())
    assert running.result().function_call.id in ("", "f-1")
    host.vanish()


@row("functionBroker/getFunctionRegistration")
def get_function_registration(work):
    host = Host(work.broker)
    host.offer()
    assert work.broker.registration("f-1").details.id == "f-1"
    host.vanish()
    call = work.broker.stub.getFunctionRegistration
    refused("UNAUTHENTICATED", call, FunctionId(value="f-1"), metadata=bearer("no such token"), timeout=10)


@row("functionBroker/generateFunctionSignature")
def generate_function_signature(work):
    call = work.broker.stub.generateFunctionSignature
    assert call(EmptyMessage(), metadata=bearer(work.broker.token), timeout=10).id
    refused("UNAUTHENTICATED", call, EmptyMessage(), metadata=bearer("no such token"), timeout=10)
