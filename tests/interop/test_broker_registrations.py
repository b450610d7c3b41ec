"""Registration by a host, and what others see of its functions."""

import pytest
from broker_side import ANSWER, DASHBOARD, INTERNAL, OFFLINE, ONLINE, RESPONSE, UNAVAILABLE, Host, catalogue
from function_side import bearer
from openobd import EmptyMessage, FunctionRegistrationState
from patience import PATIENCE_S
from workshop_side import module


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


def test_a_host_that_registers_twice_is_not_told_that_it_was_replaced(broker, host):
    host.offer()
    assert host.offer(name="Second").response == ANSWER.FUNCTION_UPDATE_SUCCESS
    assert broker.registration("f-1").details.name == "Second"
    assert host.incoming.empty()


# @proves The whole protocol: Function broker: registrations, calls with endpoint and port, acknowledgements, pings, announced reconnect, catalogue
def test_the_catalogue_lists_and_watches_every_change(engine, broker):
    messages = module("workbench.v1.catalogue_pb2")
    stub = module("workbench.v1.catalogue_pb2_grpc").catalogueStub(engine.channel)
    watch = stub.watchFunctions(messages.ListFunctionsRequest(), metadata=engine.bearer, timeout=PATIENCE_S)
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


def test_a_signature_is_still_given_to_those_who_ask(broker):
    one, other = (
        broker.stub.generateFunctionSignature(EmptyMessage(), metadata=bearer(broker.token), timeout=10) for _ in "12"
    )
    assert one.id != other.id and one.signature != ""
