"""Sessions of the official client: start, claim, keep alive, finish, and every documented refusal."""

import threading

import grpc
import pytest
from client_side import broken_with, refusal
from function_side import SUCCESS
from openobd import Result, ServiceResult, SessionId, SessionTokenHandler, UserFeedback
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from patience import PATIENCE_S, wait_until


def state_of(openobd, session):
    return openobd.get_session(SessionId(value=session.id())).state


def test_a_session_goes_from_available_over_active_to_finished(engine, openobd, viewer):
    session = openobd.start_session_on_ticket(engine.ticket)
    assert session.session_info.state == "available"
    assert (session.session_info.grpc_endpoint, session.session_info.grpc_port) == (engine.host, engine.port)
    SessionTokenHandler(session)
    assert state_of(openobd, session) == "active"
    result = ServiceResult(
        result=[Result.RESULT_SUCCESS, Result.RESULT_NEEDS_VALIDATION],
        user_feedback=UserFeedback.USER_FEEDBACK_NOTHING,
        description="Calibrated; please check on the road.",
    )
    session.finish(result)
    assert state_of(openobd, session) == "finished"
    record = viewer.record(session.id())
    assert [(one.to, one.cause) for one in record.transitions] == [
        ("available", "start"),
        ("active", "authenticate"),
        ("finished", "finish"),
    ]
    assert record.accepted_finishes == 1
    assert record.service_result.SerializeToString() == result.SerializeToString()


def test_the_token_stream_ends_quietly_when_the_session_finishes(session):
    session.finish(SUCCESS)
    session.token_handler.refresh_session_token_thread.join(PATIENCE_S)
    assert not session.token_handler.refresh_session_token_thread.is_alive()
    assert session.token_handler.session_token_manager.received_exception is None


def test_a_session_without_claim_can_be_finished_with_the_authentication_token(engine, openobd):
    session = openobd.start_session_on_ticket(engine.ticket)
    session.finish(SUCCESS)
    assert state_of(openobd, session) == "finished"


def test_a_ticket_is_also_found_by_its_id_and_a_connector_by_its_number(engine, openobd, viewer):
    ticket = viewer.snapshots[0].tickets[0]
    openobd.start_session_on_ticket(ticket.id).finish(SUCCESS)
    session = openobd.start_session_on_connector(engine.connector)
    assert viewer.record(session.id()).ticket_number == ""


# @proves Bad input: Unknown or empty ticket or connector
@pytest.mark.parametrize(
    ("start", "value", "expected"),
    [
        ("start_session_on_ticket", "1", (9, "no ticket found with that number")),
        ("start_session_on_ticket", "", (3, "the ticket number is empty")),
        ("start_session_on_connector", "nowhere", (5, "no connector found with that number")),
        ("start_session_on_connector", "", (3, "the connector number is empty")),
        ("start_session_on_ticket", "7848140", (14, "the connector is offline")),
    ],
)
def test_an_impossible_start_is_refused(openobd, start, value, expected):
    assert refusal(getattr(openobd, start), value) == expected


# @proves Protocol and engine: Claim within 60 s, four hours at most, one session per connection
def test_a_connection_carries_one_session_at_a_time(engine, openobd):
    first = openobd.start_session_on_ticket(engine.ticket)
    assert refusal(openobd.start_session_on_ticket, engine.ticket) == (14, "resource already in use")
    assert refusal(openobd.start_session_on_connector, engine.connector) == (14, "resource already in use")
    openobd.interrupt_session(SessionId(value=first.id()))
    assert openobd.start_session_on_ticket(engine.ticket).session_info.state == "available"


def test_of_many_clients_that_race_for_a_ticket_exactly_one_gets_it(engine, openobd):
    outcomes = []

    def start():
        try:
            outcomes.append(openobd.start_session_on_ticket(engine.ticket).session_info.state)
        except OpenOBDException as error:
            outcomes.append(error.details)

    threads = [threading.Thread(target=start) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(outcomes) == ["available"] + ["resource already in use"] * 15


def test_wrong_credentials_are_an_invalid_client(engine):
    assert refusal(engine.openobd(client_secret="wrong").get_session_list) == (3, "invalid client")


@pytest.mark.parametrize("missing", ["client_id", "client_secret", "cluster_id"])
def test_every_credential_field_is_required(engine, openobd, missing):
    setattr(openobd.session_controller, missing, "")
    assert refusal(openobd.get_session_list) == (3, f"{missing} is missing")


# @proves Bad input: Second claim; service call before the claim
def test_session_services_are_refused_before_the_claim(engine, openobd):
    session = openobd.start_session_on_ticket(engine.ticket)
    expected = (7, "only authenticate() is allowed now")
    assert refusal(session.get_connector_information) == expected
    assert refusal(session.get_configuration) == expected
    assert refusal(session.mute_locals) == expected
    stream = StreamHandler(session.open_control_stream, outgoing_stream=True)
    with pytest.raises(OpenOBDException) as raised:
        stream.receive(timeout=PATIENCE_S)
    assert (raised.value.status, raised.value.details) == expected


# @proves Bad input: Second claim; service call before the claim
def test_a_second_claim_is_refused(engine, openobd):
    session = openobd.start_session_on_ticket(engine.ticket)
    authentication_token = session.authentication_token
    SessionTokenHandler(session)
    assert refusal(session.authenticate) == (7, "session already authenticated")
    session.update_authentication_token(authentication_token)
    assert refusal(session.authenticate) == (7, "session already authenticated")


def test_an_interrupted_session_refuses_everything(session, openobd):
    info = openobd.interrupt_session(SessionId(value=session.id()))
    assert info.state == "interrupted"
    assert refusal(session.get_connector_information) == (9, "the session is interrupted")
    assert refusal(session.finish, SUCCESS) == (9, "the session is interrupted")
    assert refusal(openobd.interrupt_session, SessionId(value=session.id())) == (9, "the session is interrupted")


def test_a_second_finish_is_refused_and_changes_nothing(session, viewer):
    session.finish(SUCCESS)
    failure = ServiceResult(result=[Result.RESULT_FAILURE])
    assert refusal(session.finish, failure) == (9, "the session is finished")
    record = viewer.record(session.id())
    assert record.accepted_finishes == 1
    assert list(record.service_result.result) == [Result.RESULT_SUCCESS]


def test_a_result_list_must_not_be_empty(session, openobd):
    assert refusal(session.finish, ServiceResult())[0] == 3
    assert state_of(openobd, session) == "active"


def test_an_unknown_session_is_not_found(openobd):
    assert refusal(openobd.get_session, SessionId(value="no such session"))[0] == 5


def test_the_list_is_empty_before_the_first_session(openobd):
    assert list(openobd.get_session_list().sessions) == []


@pytest.mark.engine("--clock", "manual")
class TestWithManualClock:
    def test_tokens_rotate_every_two_minutes_and_the_first_one_is_refused_after_five(self, engine, session):
        first = session.session_token
        seen = {first}
        for _ in range(3):
            engine.control.advance(session_s=110)
            engine.control.advance(session_s=10)
            wait_until(lambda: session.session_token not in seen, "a new token came")
            seen.add(session.session_token)
        session.get_connector_information()
        session.session_token = first
        assert refusal(session.get_connector_information) == (16, "the token is unknown or has expired")

    def test_the_first_token_is_accepted_until_just_before_its_end(self, engine, session):
        session.token_handler.session_token_manager.stop_stream()
        token = session.session_token
        session.session_token = token
        engine.control.wait_for_counters(open_streams=0)
        engine.control.advance(session_s=299)
        session.get_connector_information()

    # @proves Protocol and engine: Claim within 60 s, four hours at most, one session per connection
    def test_a_session_that_nobody_claims_fails_after_a_minute(self, engine, openobd, viewer):
        session = openobd.start_session_on_ticket(engine.ticket)
        engine.control.advance(session_s=59)
        assert state_of(openobd, session) == "available"
        engine.control.advance(session_s=1)
        assert state_of(openobd, session) == "failed"
        assert viewer.record(session.id()).transitions[-1].cause == "not claimed within 60 s"
        assert refusal(session.authenticate)[0] == 9
        assert openobd.start_session_on_ticket(engine.ticket).session_info.state == "available"

    def test_a_final_session_is_told_about_for_two_minutes(self, engine, session, openobd):
        session.finish(SUCCESS)
        engine.control.advance(session_s=119)
        assert state_of(openobd, session) == "finished"
        engine.control.advance(session_s=1)
        assert refusal(openobd.get_session, SessionId(value=session.id()))[0] == 5
        assert list(openobd.get_session_list().sessions) == []
        assert refusal(session.get_connector_information)[0] == 16

    def test_a_session_ends_after_four_hours(self, engine, session):
        engine.control.advance(session_s=4 * 3600 - 1)
        assert state_of(engine.openobd(), session) == "active"
        engine.control.advance(session_s=1)
        assert state_of(engine.openobd(), session) == "failed"

    def test_a_client_that_vanishes_leaves_nothing_behind(self, engine, openobd):
        session = openobd.start_session_on_ticket(engine.ticket)
        channel = grpc.insecure_channel(f"{engine.host}:{engine.port}")
        token = session.authenticate().value
        stream = channel.unary_stream(
            "/openOBD.v1.session/openSessionTokenStream",
            request_serializer=lambda _message: b"",
            response_deserializer=lambda message: message,
        )(None, metadata=(("authorization", f"Bearer {token}"),))
        next(stream)
        engine.control.wait_for_counters(open_sessions=1, open_streams=1)
        channel.close()
        engine.control.wait_for_counters(open_sessions=1, open_streams=0)
        engine.control.advance(session_s=300)
        assert state_of(openobd, session) == "failed"
        engine.control.advance(session_s=120)
        engine.control.wait_for_counters(
            open_sessions=0, remembered_sessions=0, open_streams=0, pending_timers=0, live_tokens=0
        )

    def test_a_silent_token_stream_lets_the_session_expire(self, engine, session, openobd):
        engine.control.set_fault("tokens-silent")
        engine.control.advance(session_s=300)
        assert state_of(openobd, session) == "failed"


class TestFaults:
    def test_a_cut_token_stream_can_be_reopened_and_brings_a_token_at_once(self, engine, session):
        old = session.session_token
        engine.control.set_fault("token-stream-cut")
        assert broken_with(session.token_handler.session_token_manager) == 14
        again = StreamHandler(session.open_session_token_stream)
        assert again.receive(timeout=PATIENCE_S).value != old
        again.stop_stream()

    def test_a_token_stream_is_refused_while_the_fault_is_in_force(self, engine, session):
        fault = engine.control.set_fault("token-stream-refused", connector=engine.connector)
        with pytest.raises(OpenOBDException) as raised:
            StreamHandler(session.open_session_token_stream).receive(timeout=PATIENCE_S)
        assert raised.value.status == 14
        engine.control.clear_faults(fault.id)
        again = StreamHandler(session.open_session_token_stream)
        assert again.receive(timeout=PATIENCE_S).value != ""
        again.stop_stream()

    def test_expired_tokens_are_refused(self, engine, session):
        engine.control.set_fault("tokens-expire")
        assert refusal(session.get_connector_information) == (16, "the token is unknown or has expired")

    def test_without_free_resources_no_session_starts(self, engine, openobd):
        engine.control.set_fault("no-free-resources")
        expected = (14, "no free resources, try again in two minutes")
        assert refusal(openobd.start_session_on_ticket, engine.ticket) == expected
        engine.control.clear_faults()
        assert openobd.start_session_on_ticket(engine.ticket).session_info.state == "available"

    def test_a_connection_that_somebody_else_holds_is_in_use(self, engine, openobd):
        engine.control.set_fault("resource-in-use", connector=engine.connector)
        assert refusal(openobd.start_session_on_ticket, engine.ticket) == (14, "resource already in use")
        assert list(openobd.get_session_list().sessions) == []
        assert openobd.start_session_on_ticket(engine.tickets[1]).session_info.state == "available"

    def test_a_lost_session_is_not_found_and_its_streams_break(self, engine, session, openobd):
        engine.control.set_fault("session-lost", session=session.id())
        assert refusal(openobd.get_session, SessionId(value=session.id()))[0] == 5
        assert refusal(session.get_connector_information)[0] == 16
        assert broken_with(session.token_handler.session_token_manager) == 14

    def test_an_operator_interrupts_a_session(self, engine, session, openobd, viewer):
        engine.control.set_fault("interrupted-by-operator", session=session.id())
        assert state_of(openobd, session) == "interrupted"
        assert viewer.record(session.id()).transitions[-1].cause == "interrupted by the operator"

    def test_a_connector_goes_offline_and_comes_back(self, engine, session):
        engine.control.set_fault("connector-offline", connector=engine.connector)
        information = session.get_connector_information()
        assert (information.connected, information.healthy, information.connected_since) == (False, False, 0)
        engine.control.clear_faults()
        assert session.get_connector_information().connected

    @pytest.mark.parametrize(
        ("kind", "parameters", "part"),
        [
            ("no-such-fault", {}, 'unknown kind of fault "no-such-fault"'),
            ("latency", {"baseMs": "quick"}, "baseMs: must be a whole number"),
            ("latency", {}, "baseMs"),
            ("token-stream-cut", {"often": 3}, "often"),
        ],
    )
    def test_an_impossible_fault_is_refused_by_name(self, engine, kind, parameters, part):
        with pytest.raises(grpc.RpcError) as raised:
            engine.control.set_fault(kind, **parameters)
        assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
        assert part in raised.value.details()
