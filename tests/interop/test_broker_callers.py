"""Misbehaving callers: they leave before the answer, or call twice for one function context."""

import grpc
import pytest
from broker_side import ANSWER, MANUAL, Host


@MANUAL
def test_a_call_whose_caller_left_while_it_waited_for_a_host_reaches_nobody(engine, broker, host, handed_over):
    host.offer()
    engine.control.set_fault("broker-reconnect", seconds=30)
    call = broker.run(handed_over)
    # Messages of one connection arrive in order: this request came after the call, and later after its end.
    broker.state("f-1")
    call.cancel()
    broker.state("f-1")
    newer = Host(broker)
    newer.offer("f-1")
    # A waiting call would be received before this answer.
    newer.offer("f-2")
    newer.vanish()


@MANUAL
def test_a_call_whose_caller_waits_on_reaches_the_new_host(engine, broker, host, handed_over):
    host.offer()
    engine.control.set_fault("broker-reconnect", seconds=30)
    call = broker.run(handed_over)
    broker.state("f-1")
    newer = Host(broker)
    newer.offer("f-1")
    newer.acknowledge(newer.hear())
    assert call.result().response == ANSWER.FUNCTION_UPDATE_SUCCESS
    newer.vanish()


def test_a_second_call_for_a_context_whose_function_is_being_started_is_refused(broker, host, handed_over):
    host.offer()
    first = broker.run(handed_over)
    update = host.hear()
    with pytest.raises(grpc.RpcError) as raised:
        broker.run(handed_over).result()
    assert raised.value.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert raised.value.details() == "the function is being started already"
    host.acknowledge(update)
    assert first.result().response == ANSWER.FUNCTION_UPDATE_SUCCESS
