"""Function streams: who may open one, what keeps it open, and how it ends."""

import grpc
import pytest
from broker_side import ANSWER, MANUAL, OFFLINE, ONLINE, REQUEST, RESPONSE, Broker, Host
from openobd import Authenticate, FunctionBrokerToken, FunctionCall


@MANUAL
def test_a_host_whose_functions_were_all_taken_over_is_closed_after_a_while(engine, broker, host):
    host.offer()
    newer = Host(broker)
    newer.offer()
    assert host.hear().response == ANSWER.FUNCTION_UPDATE_UNAVAILABLE
    engine.control.advance(session_s=10)
    assert host.hear_end() == grpc.StatusCode.OK
    assert broker.state("f-1") == ONLINE
    newer.vanish()


@MANUAL
def test_a_stream_that_offers_nothing_is_closed_with_ok_after_a_while(engine, broker, host):
    idle = Host(broker)
    host.offer()
    idle.offer("f-2")
    idle.offer("f-2", state=OFFLINE)
    engine.control.advance(session_s=9.9)
    assert idle.incoming.empty()
    engine.control.advance(session_s=0.2)
    assert idle.hear_end() == grpc.StatusCode.OK
    assert broker.state("f-1") == ONLINE


@MANUAL
def test_pings_bring_fresh_tokens_every_minute(engine, broker, host):
    host.offer()
    tokens = set()
    for _ in range(12):
        engine.control.advance(session_s=60)
        ping = host.hear()
        assert ping.type == REQUEST and ping.WhichOneof("FunctionData") == "function_broker_token"
        host.answer_ping(ping)
        broker.token = ping.function_broker_token.value
        tokens.add(broker.token)
        assert broker.state("f-1") == ONLINE
    assert len(tokens) == 12


@MANUAL
def test_a_host_that_misses_two_pings_is_dropped_and_one_that_misses_one_is_not(engine, broker, host):
    host.offer()
    for _ in range(4):
        engine.control.advance(session_s=60)
        host.hear()
        engine.control.advance(session_s=60)
        ping = host.hear()
        host.answer_ping(ping)
        broker.token = ping.function_broker_token.value
        assert broker.state("f-1") == ONLINE
    for _ in range(2):
        engine.control.advance(session_s=60)
        host.hear()
    engine.control.advance(session_s=60)
    assert host.hear_end() == grpc.StatusCode.OK
    broker = Broker(engine)
    assert broker.state("f-1") == OFFLINE


# @proves The whole protocol: Function broker: registrations, calls with endpoint and port, acknowledgements, pings, announced reconnect, catalogue
# @proves Faults: 20 broker sends reconnect(seconds); what a person sees: nothing, because calls wait for the new stream
@MANUAL
def test_an_announced_reconnect_keeps_functions_online_and_lets_calls_wait(engine, broker, host, handed_over):
    host.offer()
    engine.control.set_fault("broker-reconnect", seconds=30)
    asked = host.hear()
    assert asked.type == REQUEST and asked.function_broker_reconnect.seconds_until_disconnect == 30
    host.vanish()
    assert broker.state("f-1") == ONLINE
    running = broker.run(handed_over)
    newer = Host(broker)
    newer.offer()
    newer.acknowledge(newer.hear())
    assert running.result().response == ANSWER.FUNCTION_UPDATE_SUCCESS
    engine.control.advance(session_s=31)
    assert broker.state("f-1") == ONLINE
    newer.vanish()


@MANUAL
def test_a_host_that_does_not_come_back_in_time_is_offline_and_its_old_stream_ends(engine, broker, host, handed_over):
    host.offer()
    engine.control.set_fault("broker-reconnect", seconds=30)
    host.hear()
    running = broker.run(handed_over)
    engine.control.advance(session_s=29)
    assert host.incoming.empty() and not running.done()
    engine.control.advance(session_s=1)
    assert host.hear_end() == grpc.StatusCode.OK
    with pytest.raises(grpc.RpcError) as raised:
        running.result()
    assert raised.value.code() == grpc.StatusCode.UNAVAILABLE
    assert broker.state("f-1") == OFFLINE


def test_a_restart_without_a_word_breaks_the_streams_and_takes_functions_offline(engine, broker, host):
    host.offer()
    engine.control.set_fault("broker-restart")
    assert host.hear_end() == grpc.StatusCode.UNAVAILABLE
    assert broker.state("f-1") == OFFLINE


def test_messages_that_mean_nothing_are_ignored(broker, host, handed_over):
    host.say()
    host.say(type=REQUEST)
    host.say(type=RESPONSE)
    host.say(type=7)
    host.say(type=RESPONSE, function_call=FunctionCall(id="f-1"), response=ANSWER.FUNCTION_UPDATE_SUCCESS)
    host.say(type=RESPONSE, function_broker_token=FunctionBrokerToken(value="stolen"))
    host.say(type=REQUEST, function_call=FunctionCall(id="f-1", session_info=handed_over))
    assert host.offer().response == ANSWER.FUNCTION_UPDATE_SUCCESS
    assert host.incoming.empty()


@pytest.mark.parametrize("token", ["None", "nonsense"])
def test_the_broker_needs_a_broker_token(engine, broker, token):
    assert Host(broker, token).hear_end() == grpc.StatusCode.UNAUTHENTICATED
    controller_token = engine.bearer[0][1].removeprefix("Bearer ")
    assert Host(broker, controller_token).hear_end() == grpc.StatusCode.UNAUTHENTICATED
    broker.token = token
    for refused in (lambda: broker.state("f-1"), lambda: broker.run(None).result()):
        with pytest.raises(grpc.RpcError) as raised:
            refused()
        assert raised.value.code() == grpc.StatusCode.UNAUTHENTICATED


def test_wrong_credentials_get_no_broker_token(engine, broker):
    with pytest.raises(grpc.RpcError) as raised:
        broker.stub.getFunctionBrokerToken(
            Authenticate(client_id=engine.client_id, client_secret="guess", cluster_id=engine.cluster_id), timeout=10
        )
    assert (raised.value.code().name, raised.value.details()) == ("INVALID_ARGUMENT", "invalid client")


def test_hosts_and_calls_leave_nothing_behind(engine, broker, openobd):
    before = engine.control.counters()
    for _ in range(20):
        host = Host(broker)
        host.offer()
        host.vanish()
    engine.control.wait_for_counters(open_streams=0, pending_timers=before.pending_timers)
