"""Calls of functions message by message: the messages to the host, and the result of the caller when the function is not started."""

import threading

import grpc
import pytest
from broker_side import ANSWER, MANUAL, ONLINE, REQUEST, RESPONSE
from function_side import session_of_child
from openobd import FunctionDetails, OpenOBDComposition, Result, SessionInfo
from openobd.core.exceptions import OpenOBDException
from openobd.functions.function_exceptions import (
    OpenOBDFunctionDeadlineExceededException,
    OpenOBDFunctionPermissionDeniedException,
    OpenOBDFunctionUnavailableException,
)
from patience import PATIENCE_S


# @proves The whole protocol: Function broker: registrations, calls with endpoint and port, acknowledgements, pings, announced reconnect, catalogue
def test_a_call_reaches_the_host_with_endpoint_port_caller_and_child_token(engine, broker, host, available, handed_over):
    host.offer()
    running = broker.run(handed_over)
    forwarded = host.hear()
    assert (forwarded.type, forwarded.WhichOneof("FunctionData")) == (REQUEST, "function_call")
    call = forwarded.function_call
    info = call.session_info
    assert (call.id, info.id, info.state) == ("f-1", available.id(), "available")
    assert (info.grpc_endpoint, info.grpc_port) == (engine.host, engine.port)
    assert info.authentication_token == handed_over.authentication_token
    assert call.caller_id == call.provider_id == broker.registration("f-1").details.provider_id
    assert not running.done()
    host.acknowledge(forwarded)
    reply = running.result()
    assert (reply.type, reply.response) == (RESPONSE, ANSWER.FUNCTION_UPDATE_SUCCESS)


def test_the_broker_registers_the_details_of_the_function_before_it_forwards(broker, host, available, handed_over, viewer):
    host.offer()
    running = broker.run(handed_over)
    host.acknowledge(host.hear())
    running.result()
    assert viewer.record(available.id()).contexts[1].details.name == "Reset the service interval"


def test_details_of_another_function_make_the_call_fail(engine, broker, host, available):
    context = available.start_context()
    session_of_child(engine, available, context).register_function_details(FunctionDetails(id="f-2", name="Other"))
    host.offer()
    info = SessionInfo(id=available.id(), authentication_token=context.authentication_token)
    assert broker.refusal(info)[0] == "ALREADY_EXISTS"
    assert host.incoming.empty()


@pytest.mark.parametrize("response, code", [
    (ANSWER.FUNCTION_UPDATE_FAILED, "ABORTED"),
    (ANSWER.FUNCTION_UPDATE_UNAVAILABLE, "UNAVAILABLE"),
    (ANSWER.FUNCTION_UPDATE_UNAUTHORIZED, "PERMISSION_DENIED"),
    (ANSWER.FUNCTION_UPDATE_UNDEFINED, "ABORTED"),
])
def test_a_host_that_refuses_makes_an_error_of_the_call(broker, host, handed_over, response, code):
    host.offer()
    running = broker.run(handed_over)
    host.acknowledge(host.hear(), response, "Function f-1 unknown!")
    with pytest.raises(grpc.RpcError) as raised:
        running.result()
    assert (raised.value.code().name, raised.value.details()) == (code, "Function f-1 unknown!")


@MANUAL
def test_a_host_that_does_not_react_within_ten_seconds_makes_a_deadline_error(engine, broker, host, handed_over):
    host.offer()
    running = broker.run(handed_over)
    late = host.hear()
    engine.control.advance(session_s=10)
    with pytest.raises(grpc.RpcError) as raised:
        running.result()
    assert raised.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    host.acknowledge(late)
    assert broker.state("f-1") == ONLINE


def test_a_host_that_vanishes_with_a_call_makes_it_unavailable(broker, host, handed_over):
    host.offer()
    running = broker.run(handed_over)
    host.hear()
    host.vanish()
    with pytest.raises(grpc.RpcError) as raised:
        running.result()
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE


def test_an_unknown_function_is_not_found_and_an_offline_one_unavailable(engine, broker, host, handed_over):
    assert broker.refusal(handed_over, "f-9") == ("NOT_FOUND", "no function has been registered with that id")
    host.offer()
    assert broker.refusal(handed_over, provider_id="somebody-else")[0] == "NOT_FOUND"
    host.vanish()
    engine.control.wait_for_counters(open_streams=0)
    assert broker.refusal(handed_over) == ("UNAVAILABLE", "the function is offline")


def test_a_function_is_found_under_the_id_of_its_provider(broker, host, handed_over):
    host.offer()
    provider = broker.registration("f-1").details.provider_id
    assert broker.state("f-1", provider) == ONLINE
    running = broker.run(handed_over, provider_id=provider)
    host.acknowledge(host.hear())
    assert running.result().response == ANSWER.FUNCTION_UPDATE_SUCCESS


def test_a_session_that_cannot_be_claimed_is_not_handed_over(engine, broker, host, available, handed_over):
    host.offer()
    no_token = SessionInfo(id=available.id())
    assert broker.refusal(no_token)[0] == "UNAUTHENTICATED"
    assert broker.refusal(SessionInfo(id=available.id(), authentication_token="nonsense"))[0] == "UNAUTHENTICATED"
    parent = SessionInfo(id=available.id(), authentication_token=available.authentication_token)
    assert broker.refusal(parent)[0] == "FAILED_PRECONDITION"
    other = SessionInfo(id="another", authentication_token=handed_over.authentication_token)
    assert broker.refusal(other)[0] == "INVALID_ARGUMENT"
    assert broker.refusal(None)[0] == "INVALID_ARGUMENT"
    child = session_of_child(engine, available, handed_over)
    child.update_session_token(child.authenticate().value)
    assert broker.refusal(handed_over) == ("PERMISSION_DENIED", "session already authenticated")
    assert host.incoming.empty()


def test_calls_in_flight_are_told_apart_by_session(engine, openobd, broker, host):
    host.offer()
    infos = []
    for ticket in engine.tickets[:3]:
        session = openobd.start_session_on_ticket(ticket)
        infos.append(SessionInfo(id=session.id(), authentication_token=session.authentication_token))
    running = [broker.run(info) for info in infos]
    heard = {}
    for _ in infos:
        update = host.hear()
        heard[update.function_call.session_info.id] = update
    host.acknowledge(heard[infos[2].id])
    assert running[2].result().response == ANSWER.FUNCTION_UPDATE_SUCCESS
    host.acknowledge(heard[infos[0].id], ANSWER.FUNCTION_UPDATE_FAILED, "busy")
    with pytest.raises(grpc.RpcError):
        running[0].result()
    assert not running[1].done()
    host.acknowledge(heard[infos[1].id])
    assert running[1].result().response == ANSWER.FUNCTION_UPDATE_SUCCESS


@MANUAL
@pytest.mark.parametrize("response, raises", [
    (ANSWER.FUNCTION_UPDATE_FAILED, OpenOBDException),
    (ANSWER.FUNCTION_UPDATE_UNAVAILABLE, OpenOBDFunctionUnavailableException),
    (ANSWER.FUNCTION_UPDATE_UNAUTHORIZED, OpenOBDFunctionPermissionDeniedException),
    (None, OpenOBDFunctionDeadlineExceededException),
], ids=["failed", "unavailable", "unauthorised", "no reaction"])
def test_the_official_client_closes_the_child_and_goes_on_when_a_host_does_not_start_the_function(
    engine, openobd, broker, host, viewer, response, raises
):
    host.offer()

    def react():
        forwarded = host.hear()
        if response is None:
            engine.control.advance(session_s=10)
        else:
            host.acknowledge(forwarded, response, "cannot do that")

    class Composed(OpenOBDComposition):
        def run(self):
            pass

    composition = Composed()
    session = openobd.start_session_on_ticket(engine.ticket)
    composition.initialize(session, openobd.function_broker)
    thread = threading.Thread(target=react, daemon=True)
    thread.start()
    with composition:
        with pytest.raises(raises):
            composition.function_call("f-1")
        thread.join(PATIENCE_S)
        assert session.get_function_details().id == ""
    record = viewer.record(session.id())
    assert [one.state for one in record.contexts] == ["ended", "ended"]
    assert list(record.contexts[1].service_result.result) == [Result.RESULT_FAILURE]
    assert (record.state, list(record.service_result.result)) == ("finished", [Result.RESULT_SUCCESS])
