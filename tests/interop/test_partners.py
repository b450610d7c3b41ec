"""Two partners in one workshop, each with the official client: ownership of sessions and functions."""

import json

import grpc
import pytest
from broker_side import ANSWER, DASHBOARD, INTERNAL, OFFLINE, ONLINE, UNAVAILABLE, Broker, Host, catalogue
from car import can_bus, configure, open_socket, success, text
from client_side import claim, refusal
from function_process import outcomes, start_process  # noqa: F401
from openobd import FunctionId, OpenOBDComposition, Result, SessionId, SessionInfo
from openobd.functions.function_exceptions import OpenOBDFunctionPermissionDeniedException

GARAGE = {"clientId": "garage", "clientSecret": "secret of the garage"}
RIVAL = {"clientId": "rival", "clientSecret": "secret of the rival"}
ADD_NUMBERS = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20001"
COUNT_FROM_INSIDE = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20008"
WAIT_FOR_EVER = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b2000a"
HOSTED = 11
PERMISSION_DENIED, NOT_FOUND = 7, 5


class Composed(OpenOBDComposition):
    """A composition of this process."""

    def run(self):
        pass


@pytest.fixture
def garage(start_engine, tmp_path):
    """The engine for its first partner."""
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps({**GARAGE, "otherPartners": [RIVAL]}), encoding="utf-8")
    return start_engine("--lab", "--credentials-file", str(file))


@pytest.fixture
def rival(garage):
    """The same engine for its second partner."""
    return garage.as_partner(RIVAL["clientId"], RIVAL["clientSecret"])


@pytest.fixture
def rivals_host(rival):
    """A host of the second partner that offers one function to everybody and one to its own callers."""
    host = Host(Broker(rival))
    assert host.offer("shown", visibility=DASHBOARD).response == ANSWER.FUNCTION_UPDATE_SUCCESS
    assert host.offer("inside", visibility=INTERNAL).response == ANSWER.FUNCTION_UPDATE_SUCCESS
    yield host
    host.vanish()


@pytest.fixture
def rivals_provider(rival, rivals_host):
    return registration_of(rival, "shown").details.provider_id


@pytest.fixture
def served(rival, start_process):  # noqa: F811
    """The functions of the folder, hosted by the unmodified program of the official client for the second partner."""
    process = start_process(rival, "serve", "--modules", "functions")
    process.wait_for("registration was successful", HOSTED)
    return process


def registration_of(engine, function_id, provider_id=None):
    broker = engine.openobd().function_broker
    return broker.get_function_registration(FunctionId(value=function_id, provider_id=provider_id))


def handed_over(session):
    """The session info of a new child context."""
    return SessionInfo(id=session.id(), authentication_token=session.start_context().authentication_token)


def composition(engine):
    openobd = engine.openobd()
    composed = Composed()
    composed.initialize(openobd.start_session_on_ticket(engine.ticket), openobd.function_broker)
    return composed


def claimed(engine, ticket):
    return claim(engine.openobd().start_session_on_ticket(ticket))


# @proves The whole protocol: Several partners: sessions belong to their partner, functions can be internal, `provider_id`
def test_an_internal_function_of_another_partner_is_denied_and_its_host_hears_nothing(
    garage, rival, rivals_host, rivals_provider
):
    openobd = garage.openobd()
    info = handed_over(openobd.start_session_on_ticket(garage.ticket))
    expected = (PERMISSION_DENIED, "the function is internal to another provider")
    assert refusal(openobd.run_function, "inside", info, rivals_provider) == expected
    assert rivals_host.incoming.empty()
    own = rival.openobd()
    call = Broker(rival).run(handed_over(own.start_session_on_ticket(garage.tickets[1])), "inside")
    rivals_host.acknowledge(rivals_host.hear())
    assert call.result().response == ANSWER.FUNCTION_UPDATE_SUCCESS


def test_a_dashboard_function_of_another_partner_is_started_under_its_provider_id_only(
    garage, rivals_host, rivals_provider
):
    openobd = garage.openobd()
    session = openobd.start_session_on_ticket(garage.ticket)
    info = handed_over(session)
    unknown = (NOT_FOUND, "no function has been registered with that id")
    assert refusal(openobd.run_function, "shown", info, None) == unknown
    assert rivals_host.incoming.empty()
    call = Broker(garage).run(info, "shown", provider_id=rivals_provider)
    update = rivals_host.hear()
    assert update.function_call.provider_id == rivals_provider
    assert update.function_call.caller_id not in ("", rivals_provider)
    assert update.function_call.session_info.authentication_token == info.authentication_token
    rivals_host.acknowledge(update)
    assert call.result().response == ANSWER.FUNCTION_UPDATE_SUCCESS


def test_a_served_function_of_another_partner_runs_to_its_result(garage, rival, served):
    provider = registration_of(rival, ADD_NUMBERS).details.provider_id
    with composition(garage) as composed:
        results = composed.function_call(ADD_NUMBERS, provider_id=provider, left="40", right="2")
        assert results["sum"] == "42"
        with pytest.raises(OpenOBDFunctionPermissionDeniedException):
            composed.function_call(WAIT_FOR_EVER, provider_id=provider)
        assert composed.function_call(ADD_NUMBERS, provider_id=provider, left="1", right="1")["sum"] == "2"
    assert "Waiting for ever." not in served.output


def test_a_function_of_another_partner_may_call_its_own_functions_in_the_session_it_was_given(garage, rival, served):
    viewer = garage.viewer()
    provider = registration_of(rival, COUNT_FROM_INSIDE).details.provider_id
    composed = composition(garage)
    session_id = composed.openobd_session.id()
    with composed:
        assert composed.function_call(COUNT_FROM_INSIDE, provider_id=provider)["total"] == "6"
    record = viewer.record(session_id)
    assert [name for name, _ in outcomes(record)][1:] == ["Count from inside"] + ["Add numbers"] * 3
    assert (record.state, list(record.service_result.result)) == ("finished", [Result.RESULT_SUCCESS])


def test_a_session_that_was_not_handed_over_is_not_the_place_for_functions_of_another_partner(
    garage, rival, rivals_host
):
    info = handed_over(garage.openobd().start_session_on_ticket(garage.ticket))
    expected = (PERMISSION_DENIED, "the session belongs to another partner")
    assert refusal(rival.openobd().run_function, "shown", info, None) == expected
    assert rivals_host.incoming.empty()


def test_registrations_say_to_each_partner_what_it_may_know(garage, rival, rivals_host, rivals_provider):
    def seen_by(engine, function_id):
        known = registration_of(engine, function_id, rivals_provider)
        return known.state, known.visibility, known.details.name

    name = "Reset the service interval"
    assert seen_by(rival, "shown") == seen_by(garage, "shown") == (ONLINE, DASHBOARD, name)
    assert seen_by(rival, "inside") == (ONLINE, INTERNAL, name)
    assert seen_by(garage, "inside") == (UNAVAILABLE, 0, "") == seen_by(garage, "nothing")
    assert registration_of(garage, "shown").state == UNAVAILABLE


def test_the_catalogue_shows_to_each_partner_what_it_may_run(garage, rival, rivals_host):
    assert catalogue(rival) == {"shown": ONLINE, "inside": ONLINE}
    assert catalogue(garage) == {"shown": ONLINE}
    rivals_host.vanish()
    garage.control.wait_for_counters(open_streams=0)
    assert catalogue(rival) == {"shown": OFFLINE, "inside": OFFLINE}
    assert catalogue(garage) == {"shown": OFFLINE}


def test_the_same_function_id_is_another_function_at_each_partner(garage, rival, rivals_host, rivals_provider):
    broker = Broker(garage)
    host = Host(broker)
    host.offer("shown", name="Mine")
    assert broker.registration("shown").details.name == "Mine"
    assert broker.registration("shown", rivals_provider).details.name == "Reset the service interval"
    assert host.offer("other", provider_id=rivals_provider).response == ANSWER.FUNCTION_UPDATE_UNAUTHORIZED
    assert Broker(rival).state("other") == UNAVAILABLE
    assert rivals_host.incoming.empty()
    host.vanish()


# @proves The whole protocol: Several partners: sessions belong to their partner, functions can be internal, `provider_id`
def test_a_session_of_another_partner_can_neither_be_seen_nor_interrupted(garage, rival):
    session = claimed(rival, garage.ticket)
    openobd = garage.openobd()
    nothing = refusal(openobd.get_session, SessionId(value="nothing"))
    assert nothing[0] == NOT_FOUND
    assert list(openobd.get_session_list().sessions) == []
    assert refusal(openobd.get_session, SessionId(value=session.id())) == nothing
    assert refusal(openobd.interrupt_session, SessionId(value=session.id())) == nothing
    assert session.get_connector_information().connected
    assert [one.id for one in rival.openobd().get_session_list().sessions] == [session.id()]
    assert rival.openobd().interrupt_session(SessionId(value=session.id())).state == "interrupted"


def test_both_partners_work_on_different_cars_at_once(garage, rival):
    sessions = [claimed(garage, garage.tickets[0]), claimed(rival, garage.tickets[1])]
    for session in sessions:
        configure(session, can_bus())
    sockets = [open_socket(session) for session in sessions]
    for _ in range(3):
        vins = [text(socket.request("22F190")) for socket in sockets]
        assert vins == [session.get_vehicle_details().vin for session in sessions]
        assert vins[0] != vins[1]
    in_use = (14, "resource already in use")
    assert refusal(garage.openobd().start_session_on_ticket, garage.tickets[1]) == in_use
    assert refusal(rival.openobd().start_session_on_ticket, garage.tickets[0]) == in_use
    sessions[0].finish(success())
    assert sessions[1].get_connector_information().connected
    assert rival.openobd().start_session_on_ticket(garage.tickets[0]).session_info.state == "available"


def test_the_viewer_of_either_partner_sees_every_session_of_the_workshop(garage, rival):
    ids = [claimed(garage, garage.tickets[0]).id(), claimed(rival, garage.tickets[1]).id()]
    for viewer in (garage.viewer(), rival.viewer()):
        assert [one.session_id for one in viewer.snapshots[0].sessions] == ids
        assert [viewer.record(one).state for one in ids] == ["active", "active"]


@pytest.mark.parametrize(
    ("client_id", "client_secret"),
    [("rival", GARAGE["clientSecret"]), ("garage", RIVAL["clientSecret"]), ("nobody", RIVAL["clientSecret"])],
)
def test_no_partner_signs_in_with_the_secret_of_another(garage, client_id, client_secret):
    stranger = garage.as_partner(client_id, client_secret)
    assert refusal(stranger.openobd().get_session_list) == (3, "invalid client")
    with pytest.raises(grpc.RpcError) as raised:
        Broker(stranger)
    assert (raised.value.code(), raised.value.details()) == (grpc.StatusCode.INVALID_ARGUMENT, "invalid client")
