"""Function streams message by message: what a host may say, what the broker says back, and how calls travel."""

import queue
import threading

import grpc
import pytest
from openobd import (
    Authenticate,
    EmptyMessage,
    FunctionBrokerToken,
    FunctionCall,
    FunctionDetails,
    FunctionId,
    FunctionRegistration,
    FunctionRegistrationState,
    FunctionUpdate,
    FunctionUpdateResponse,
    FunctionUpdateType,
    FunctionVisibility,
    OpenOBDComposition,
    Result,
    SessionInfo,
)
from openobd.core.exceptions import OpenOBDException
from openobd.functions.function_exceptions import (
    OpenOBDFunctionDeadlineExceededException,
    OpenOBDFunctionPermissionDeniedException,
    OpenOBDFunctionUnavailableException,
)
from openobd_protocol.FunctionBroker.FunctionBrokerServices_pb2_grpc import functionBrokerStub

from function_side import bearer, session_of_child
from workshop_side import module

MANUAL = pytest.mark.engine("--clock", "manual")
REQUEST = FunctionUpdateType.FUNCTION_UPDATE_TYPE_REQUEST
RESPONSE = FunctionUpdateType.FUNCTION_UPDATE_TYPE_RESPONSE
ONLINE = FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_ONLINE
OFFLINE = FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_OFFLINE
UNAVAILABLE = FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_UNAVAILABLE
DASHBOARD = FunctionVisibility.FUNCTION_VISIBILITY_DASHBOARD
INTERNAL = FunctionVisibility.FUNCTION_VISIBILITY_INTERNAL
ANSWER = FunctionUpdateResponse


class Broker:
    """The function broker of an engine, with a broker token of the partner."""

    def __init__(self, engine):
        self.stub = functionBrokerStub(engine.channel)
        credentials = Authenticate(
            client_id=engine.client_id, client_secret=engine.client_secret, cluster_id=engine.cluster_id
        )
        self.token = self.stub.getFunctionBrokerToken(credentials, timeout=10).value

    def state(self, function_id, provider_id=None):
        return self.registration(function_id, provider_id).state

    def registration(self, function_id, provider_id=None):
        request = FunctionId(value=function_id, provider_id=provider_id)
        return self.stub.getFunctionRegistration(request, metadata=bearer(self.token), timeout=10)

    def run(self, session_info, function_id="f-1", **fields):
        """A call in flight."""
        call = FunctionCall(id=function_id, session_info=session_info, **fields)
        return self.stub.runFunction.future(call, metadata=bearer(self.token), timeout=20)

    def refusal(self, session_info, function_id="f-1", **fields):
        with pytest.raises(grpc.RpcError) as raised:
            self.run(session_info, function_id, **fields).result()
        return raised.value.code().name, raised.value.details()


class Host:
    """A host that says exactly what a test wants."""

    def __init__(self, broker, token=None):
        self._outgoing = queue.Queue()
        self._call = broker.stub.openFunctionStream(
            iter(self._outgoing.get, None), metadata=bearer(token or broker.token)
        )
        self.incoming = queue.Queue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for update in self._call:
                self.incoming.put(update)
        except grpc.RpcError:
            pass
        self.incoming.put(None)

    def say(self, **update):
        self._outgoing.put(FunctionUpdate(**update))

    def hear(self, timeout=10):
        update = self.incoming.get(timeout=timeout)
        assert update is not None, f"the stream ended with {self._call.code()}"
        return update

    def hear_end(self, timeout=10):
        assert self.incoming.get(timeout=timeout) is None
        return self._call.code()

    def offer(self, function_id="f-1", state=ONLINE, **fields):
        """Registers a function; returns the broker's answer."""
        self.say(type=REQUEST, function_registration=registration(function_id, state, **fields))
        answer = self.hear()
        assert answer.type == RESPONSE and answer.function_registration.details.id == function_id
        return answer

    def acknowledge(self, update, response=ANSWER.FUNCTION_UPDATE_SUCCESS, description=None):
        self.say(
            type=RESPONSE,
            function_call=update.function_call,
            response=response,
            response_description=description,
        )

    def half_close(self):
        self._outgoing.put(None)

    def vanish(self):
        self._call.cancel()
        self._thread.join(5)


def registration(function_id="f-1", state=ONLINE, visibility=DASHBOARD, **details):
    given = {"name": "Reset the service interval", "version": "1.0", "description": "Sets it back.", **details}
    return FunctionRegistration(details=FunctionDetails(id=function_id, **given), state=state, visibility=visibility)


@pytest.fixture
def broker(engine):
    return Broker(engine)


@pytest.fixture
def host(broker):
    host = Host(broker)
    yield host
    host.vanish()


@pytest.fixture
def available(engine, openobd):
    return openobd.start_session_on_ticket(engine.ticket)


@pytest.fixture
def handed_over(available):
    """The session info of a child context, as the official client sends it: without a port, with a stale state."""
    context = available.start_context()
    return SessionInfo(
        id=available.id(),
        state="available",
        created_at=available.session_info.created_at,
        grpc_endpoint="of.long.ago",
        authentication_token=context.authentication_token,
    )


def catalogue(engine):
    messages = module("workbench.v1.catalogue_pb2")
    stub = module("workbench.v1.catalogue_pb2_grpc").catalogueStub(engine.channel)
    reply = stub.listFunctions(messages.ListFunctionsRequest(), metadata=engine.bearer, timeout=10)
    return {one.details.id: one.state for one in reply.functions}


def test_a_registration_is_acknowledged_without_a_description(broker, host):
    answer = host.offer()
    assert answer.response == ANSWER.FUNCTION_UPDATE_SUCCESS
    assert not answer.HasField("response_description")
    known = broker.registration("f-1")
    assert (known.state, known.visibility, known.details.name) == (ONLINE, DASHBOARD, "Reset the service interval")
    assert known.details.provider_id != ""


@pytest.mark.parametrize("refused", [
    {"function_id": ""},
    {"name": ""},
    {"name": "n" * 256},
    {"version": "v" * 51},
    {"description": "d" * 1501},
    {"state": UNAVAILABLE},
    {"state": FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_UNDEFINED},
])
def test_a_registration_that_makes_no_sense_fails_with_a_description(broker, host, refused):
    answer = host.offer(**refused)
    assert answer.response == ANSWER.FUNCTION_UPDATE_FAILED
    assert answer.response_description != ""
    assert broker.state("f-1") == UNAVAILABLE


def test_a_function_of_another_provider_is_unauthorised(broker, host):
    answer = host.offer(provider_id="00000000-0000-4000-8000-000000000000")
    assert answer.response == ANSWER.FUNCTION_UPDATE_UNAUTHORIZED
    own = broker.registration("f-1").details.provider_id
    host.offer("f-2")
    own = broker.registration("f-2").details.provider_id
    assert host.offer(provider_id=own).response == ANSWER.FUNCTION_UPDATE_SUCCESS


def test_a_function_that_nobody_registered_is_unavailable(broker):
    known = broker.registration("f-9")
    assert (known.state, known.details.id) == (UNAVAILABLE, "f-9")


def test_a_function_goes_offline_when_its_host_says_so(broker, host):
    host.offer()
    host.offer("f-2")
    assert host.offer(state=OFFLINE).response == ANSWER.FUNCTION_UPDATE_SUCCESS
    assert (broker.state("f-1"), broker.state("f-2")) == (OFFLINE, ONLINE)


@pytest.mark.parametrize("leave", [Host.vanish, Host.half_close])
def test_functions_go_offline_with_their_stream(engine, broker, leave):
    host = Host(broker)
    host.offer()
    leave(host)
    engine.control.wait_for_counters(open_streams=0)
    assert broker.state("f-1") == OFFLINE


def test_the_newest_registration_wins_and_the_older_host_is_told(engine, broker, host):
    host.offer()
    newer = Host(broker)
    newer.offer(name="Reset it better")
    told = host.hear()
    assert (told.type, told.response) == (RESPONSE, ANSWER.FUNCTION_UPDATE_UNAVAILABLE)
    assert told.function_registration.details.id == "f-1"
    assert broker.registration("f-1").details.name == "Reset it better"
    host.vanish()
    engine.control.wait_for_counters(open_streams=1)
    assert broker.state("f-1") == ONLINE
    newer.vanish()
    engine.control.wait_for_counters(open_streams=0)
    assert broker.state("f-1") == OFFLINE


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


def test_a_host_that_registers_twice_is_not_told_that_it_was_replaced(broker, host):
    host.offer()
    assert host.offer(name="Second").response == ANSWER.FUNCTION_UPDATE_SUCCESS
    assert broker.registration("f-1").details.name == "Second"
    assert host.incoming.empty()


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
        host.say(type=RESPONSE, function_broker_token=ping.function_broker_token)
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
        host.say(type=RESPONSE, function_broker_token=ping.function_broker_token)
        broker.token = ping.function_broker_token.value
        assert broker.state("f-1") == ONLINE
    for _ in range(2):
        engine.control.advance(session_s=60)
        host.hear()
    engine.control.advance(session_s=60)
    assert host.hear_end() == grpc.StatusCode.OK
    broker = Broker(engine)
    assert broker.state("f-1") == OFFLINE


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
        thread.join(10)
        assert session.get_function_details().id == ""
    record = viewer.record(session.id())
    assert [one.state for one in record.contexts] == ["ended", "ended"]
    assert list(record.contexts[1].service_result.result) == [Result.RESULT_FAILURE]
    assert (record.state, list(record.service_result.result)) == ("finished", [Result.RESULT_SUCCESS])


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


def test_the_catalogue_lists_and_watches_every_change(engine, broker):
    messages = module("workbench.v1.catalogue_pb2")
    stub = module("workbench.v1.catalogue_pb2_grpc").catalogueStub(engine.channel)
    watch = stub.watchFunctions(messages.ListFunctionsRequest(), metadata=engine.bearer, timeout=20)
    states = lambda: {one.details.id: (one.state, one.visibility) for one in next(watch).functions}
    assert states() == {}
    host = Host(broker)
    host.offer()
    assert states() == {"f-1": (ONLINE, DASHBOARD)}
    host.offer("f-2", visibility=INTERNAL)
    assert states() == {"f-1": (ONLINE, DASHBOARD), "f-2": (ONLINE, INTERNAL)}
    host.vanish()
    assert states() == {"f-1": (OFFLINE, DASHBOARD), "f-2": (OFFLINE, INTERNAL)}
    assert catalogue(engine) == {"f-1": OFFLINE, "f-2": OFFLINE}
    watch.cancel()
    engine.control.wait_for_counters(open_streams=0)


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


def test_a_signature_is_still_given_to_those_who_ask(broker):
    one, other = (
        broker.stub.generateFunctionSignature(EmptyMessage(), metadata=bearer(broker.token), timeout=10) for _ in "12"
    )
    assert one.id != other.id and one.signature != ""


def test_hosts_and_calls_leave_nothing_behind(engine, broker, openobd):
    before = engine.control.counters()
    for _ in range(20):
        host = Host(broker)
        host.offer()
        host.vanish()
    after = engine.control.wait_for_counters(open_streams=0)
    assert after.pending_timers == before.pending_timers
