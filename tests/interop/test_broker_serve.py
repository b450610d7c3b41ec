"""`python -m openobd serve`, unmodified: functions of one process, called by another over the broker, and all endings."""

import threading

import grpc
import pytest
from openobd import (
    EmptyMessage,
    FunctionId,
    FunctionRegistrationState,
    FunctionVisibility,
    OpenOBDComposition,
    OpenOBDFunction,
    Result,
    SessionId,
)
from openobd.core.arguments import ConnectionArguments
from openobd.core.exceptions import OpenOBDException
from openobd.core.function_broker import OpenOBDFunctionBroker
from openobd.functions.function_exceptions import (
    OpenOBDFunctionUnavailableException,
    OpenOBDFunctionUnsuccessfulException,
)

from function_process import first_session, outcomes, reports, run, start_process
from patience import PATIENCE_S, wait_until
from workshop_side import ScriptedMechanic, module

ONLINE = FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_ONLINE
OFFLINE = FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_OFFLINE
ADD_NUMBERS = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20001"
STUMBLE = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20003"
WAIT_FOR_EVER = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b2000a"
FUNCTIONS = [f"7a2f1c52-0d0e-4f6c-9d56-0a54a1b200{number:02x}" for number in range(1, 12)]
HOSTED = len(FUNCTIONS)


class Catalogue:
    """A viewer of the broker's functions."""

    def __init__(self, engine):
        messages = module("workbench.v1.catalogue_pb2")
        stub = module("workbench.v1.catalogue_pb2_grpc").catalogueStub(engine.channel)
        self._watch = stub.watchFunctions(messages.ListFunctionsRequest(), metadata=engine.bearer)
        self._changed = threading.Condition()
        self.functions = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for message in self._watch:
                with self._changed:
                    self.functions = list(message.functions)
                    self._changed.notify_all()
        except grpc.RpcError:
            pass

    def wait_for(self, state, count=HOSTED, timeout=PATIENCE_S):
        """Waits until so many functions are in a state."""
        counted = lambda: [one.state for one in self.functions].count(state)
        with self._changed:
            assert self._changed.wait_for(lambda: counted() == count, timeout), f"{counted()} instead of {count}"

    def close(self):
        self._watch.cancel()


@pytest.fixture
def catalogue(engine):
    catalogue = Catalogue(engine)
    yield catalogue
    catalogue.close()


class Registrations:
    """The functions of the folder as the broker knows them; a broker that is not the engine's keeps no catalogue."""

    def __init__(self, engine):
        self._engine = engine

    def wait_for(self, state):
        """Waits until every function of the folder is in a state."""
        # A client of its own: the token of an older one may have expired on the manual clock.
        broker = broker_of(self._engine)
        for function in FUNCTIONS:
            wait_until(lambda one=function: self._state(broker, one) == state, f"{function} is in state {state}")

    @staticmethod
    def _state(broker, function):
        try:
            return broker.get_function_registration(FunctionId(value=function)).state
        except OpenOBDException:
            return None


@pytest.fixture
def registrations(engine):
    return Registrations(engine)


@pytest.fixture
def served(engine, registrations, start_process):
    """A process that hosts every function of the folder."""
    process = start_process(engine, "serve", "--modules", "functions")
    registrations.wait_for(ONLINE)
    return process


def broker_of(engine):
    return OpenOBDFunctionBroker(
        ConnectionArguments(engine.client_id, engine.client_secret, engine.cluster_id, engine.host, engine.port)
    )


class Here(OpenOBDFunction):
    """A function of this process, which holds the session."""

    def run(self):
        pass


class ComposedHere(OpenOBDComposition):
    """A composition of this process."""

    def run(self):
        pass


def caller(engine, kind=ComposedHere):
    function = kind()
    function.initialize(engine.openobd().start_session_on_ticket(engine.ticket), broker_of(engine))
    return function


def test_a_function_of_another_process_is_called_with_arguments_and_results(engine, served, viewer):
    with caller(engine) as composition:
        assert composition.function_call(ADD_NUMBERS, left="40", right="2")["sum"] == "42"
        assert composition.function_call(ADD_NUMBERS, left="1")["sum"] == "1"
        assert composition.function_call("7a2f1c52-0d0e-4f6c-9d56-0a54a1b20002") == "Falkenberg Corvo 2.0 TDI"
    record = first_session(viewer)
    assert record.state == "finished"
    assert [name for name, _ in outcomes(record)][1:] == ["Add numbers", "Add numbers", "Say the name of the car"]


def test_a_function_is_called_by_the_id_of_its_provider(engine, served):
    known = broker_of(engine).get_function_registration(FunctionId(value=ADD_NUMBERS))
    with caller(engine) as composition:
        provider = known.details.provider_id
        assert composition.function_call(ADD_NUMBERS, provider_id=provider, left="40", right="2")["sum"] == "42"
        with pytest.raises(OpenOBDException) as raised:
            composition.function_call(ADD_NUMBERS, provider_id="00000000-0000-4000-8000-000000000000")
        assert raised.value.status == grpc.StatusCode.NOT_FOUND.value[0]
        assert composition.function_call(ADD_NUMBERS, left="1", right="1")["sum"] == "2"


def test_a_session_that_is_interrupted_takes_the_running_function_with_it(engine, served, viewer):
    composition = caller(engine)
    session_id = composition.openobd_session.id()
    outcome = []

    def call():
        try:
            composition.function_call(WAIT_FOR_EVER)
        except OpenOBDFunctionUnsuccessfulException as error:
            outcome.append(error.function_context.service_result.description)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    served.wait_for("Waiting for ever.")
    engine.openobd().interrupt_session(SessionId(value=session_id))
    thread.join(PATIENCE_S)
    assert outcome == ["interruptSession"]
    with pytest.raises(OpenOBDException) as raised:
        composition.__exit__(None, None, None)
    assert (raised.value.status, raised.value.details) == (9, "the session is interrupted")
    assert {one.state for one in viewer.record(session_id).contexts} == {"ended"}


def test_a_function_that_holds_the_session_calls_one_of_another_process(engine, served):
    with caller(engine, Here) as function:
        assert function.function_call(ADD_NUMBERS, left="2", right="3")["sum"] == "5"
        assert function.openobd_session.get_vehicle_details().vin != ""


# @proves The whole protocol: `python -m openobd run` and `serve`: nested compositions with and without the broker, a function that fails, Ctrl-C, both kinds of restart
@pytest.mark.timeout(120)
def test_nested_compositions_run_over_the_broker_and_ask_the_mechanic(engine, served, viewer, start_process):
    mechanic = ScriptedMechanic(viewer, [("control_yesno", {"yesno": True}), ("control_yesno", {"yesno": False})], 45)
    process = run(start_process, engine, "inspect_twice")
    assert process.wait(60) == 0, process.output
    mechanic.done()
    assert served.output.count("Received a function call") == 8
    record = first_session(viewer)
    assert record.state == "finished"
    assert len(record.contexts) == 9
    assert {tuple(results) for _, results in outcomes(record)} == {("RESULT_SUCCESS",)}
    assert reports(engine)["report:twice"] == "yes no"


def test_a_function_of_another_process_that_raises_is_unsuccessful_for_its_caller(engine, served, viewer):
    with caller(engine) as composition:
        with pytest.raises(OpenOBDFunctionUnsuccessfulException) as raised:
            composition.function_call(STUMBLE)
        assert "RESULT_FAILURE_RUNTIME_ERROR" in str(raised.value)
        assert composition.function_call(ADD_NUMBERS, left="1", right="1")["sum"] == "2"
    record = first_session(viewer)
    assert "made of cheese" in record.contexts[1].service_result.description
    assert record.state == "finished"


def test_the_user_interface_is_refused_to_a_function_that_an_active_one_called(engine, served, viewer):
    with caller(engine, Here) as function:
        with pytest.raises(OpenOBDFunctionUnsuccessfulException):
            function.function_call("7a2f1c52-0d0e-4f6c-9d56-0a54a1b20005")
    assert "has no user interface" in first_session(viewer).contexts[1].service_result.description


@pytest.mark.parametrize("kind", [ComposedHere, Here], ids=["available parent", "active parent"])
def test_a_function_that_is_offline_is_unavailable_and_the_caller_goes_on(engine, registrations, served, kind, viewer):
    with caller(engine, kind) as function:
        served.stop()
        registrations.wait_for(OFFLINE)
        with pytest.raises(OpenOBDFunctionUnavailableException):
            function.function_call(ADD_NUMBERS)
        assert function.openobd_session.function.getFunctionResultList(
            EmptyMessage(), metadata=function.openobd_session.metadata()
        )
    record = first_session(viewer)
    assert (record.state, record.accepted_finishes) == ("finished", 1)
    assert list(record.contexts[1].service_result.result) == [Result.RESULT_FAILURE]
    assert list(record.service_result.result) == [Result.RESULT_SUCCESS]


# @proves The whole protocol: `python -m openobd run` and `serve`: nested compositions with and without the broker, a function that fails, Ctrl-C, both kinds of restart
def test_ctrl_c_finishes_running_functions_and_takes_everything_offline(engine, registrations, served, viewer):
    with caller(engine) as composition:
        outcome = []

        def call():
            try:
                composition.function_call(WAIT_FOR_EVER)
            except OpenOBDFunctionUnsuccessfulException as error:
                outcome.append(str(error))

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        served.wait_for("Waiting for ever.")
        served.interrupt()
        assert served.wait() == 0, served.output
        registrations.wait_for(OFFLINE)
        thread.join(PATIENCE_S)
        assert "RESULT_FAILURE_RUNTIME_ERROR" in outcome[0]
    assert first_session(viewer).state == "finished"


@pytest.mark.engine("--clock", "manual")
def test_a_host_that_is_killed_gives_the_session_back_when_its_token_has_expired(engine, registrations, served, viewer):
    with caller(engine) as composition:
        outcome = []

        def call():
            try:
                composition.function_call(WAIT_FOR_EVER)
            except OpenOBDFunctionUnsuccessfulException as error:
                outcome.append(str(error))

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        served.wait_for("Waiting for ever.")
        served.stop()
        registrations.wait_for(OFFLINE)
        for _ in range(5):
            assert thread.is_alive()
            engine.control.advance(session_s=60)
        thread.join(PATIENCE_S)
        assert "RESULT_FAILURE" in outcome[0]
    record = first_session(viewer)
    assert "vanished" in record.contexts[1].service_result.description
    assert list(record.service_result.result) == [Result.RESULT_SUCCESS]


def test_an_announced_restart_of_the_broker_disturbs_nobody(engine, registrations, served, viewer):
    with caller(engine) as composition:
        running = threading.Thread(target=lambda: composition.function_call(ADD_NUMBERS, left="1"), daemon=True)
        for _ in range(3):
            before = served.output.count("registration was successful")
            engine.control.set_fault("broker-reconnect", seconds=20)
            served.wait_for("registration was successful", before + HOSTED)
            registrations.wait_for(ONLINE)
        running.start()
        engine.control.set_fault("broker-reconnect", seconds=20)
        running.join(PATIENCE_S)
        assert not running.is_alive()
        assert composition.function_call(ADD_NUMBERS, left="20", right="22")["sum"] == "42"
    assert served.process.poll() is None
    assert first_session(viewer).state == "finished"


def test_a_function_runs_on_while_its_host_reconnects(engine, registrations, served, viewer):
    mechanic_asked = ("control_yesno", {"yesno": True})
    with caller(engine) as composition:
        answers = []
        running = threading.Thread(
            target=lambda: answers.append(composition.function_call("7a2f1c52-0d0e-4f6c-9d56-0a54a1b20005")),
            daemon=True,
        )
        running.start()
        viewer.wait_for_prompt("control_yesno")
        engine.control.set_fault("broker-reconnect", seconds=20)
        served.wait_for("registration was successful", 2 * HOSTED)
        ScriptedMechanic(viewer, [mechanic_asked]).done()
        running.join(PATIENCE_S)
        assert answers == [{"answer": "yes"}]


# @proves The whole protocol: `python -m openobd run` and `serve`: nested compositions with and without the broker, a function that fails, Ctrl-C, both kinds of restart
def test_a_restart_of_the_broker_without_a_word_ends_the_host_and_a_new_one_takes_over(
    engine, registrations, served, start_process
):
    engine.control.set_fault("broker-restart")
    assert served.wait() == 0
    assert "the function broker restarted" in served.output
    registrations.wait_for(OFFLINE)
    again = start_process(engine, "serve", "--modules", "functions")
    registrations.wait_for(ONLINE)
    with caller(engine) as composition:
        assert composition.function_call(ADD_NUMBERS, left="40", right="2")["sum"] == "42"
    assert again.output.count("Received a function call") == 1


def test_a_second_host_takes_the_functions_over_from_the_first(engine, registrations, served, start_process):
    second = start_process(engine, "serve", "--modules", "functions")
    second.wait_for("registration was successful", HOSTED)
    served.wait_for("is no longer registered", HOSTED)
    with caller(engine) as composition:
        assert composition.function_call(ADD_NUMBERS, left="40", right="2")["sum"] == "42"
    assert "Received a function call" not in served.output
    assert served.wait() == 0
    assert "stream to the function broker has been closed" in served.output
    registrations.wait_for(ONLINE)


def test_a_clean_end_of_the_engine_ends_the_host(engine, served):
    assert engine.stop() == 0
    assert served.wait() == 0
    assert "stream to the function broker has been closed" in served.output


def test_an_engine_that_dies_ends_the_host(engine, served):
    engine.process.kill()
    engine.process.wait()
    assert served.wait() == 0
    assert "Stopped processing function updates due to an exception" in served.output


def test_unique_ids_and_a_prefix_reach_the_catalogue(engine, catalogue, start_process):
    start_process(engine, "serve", "--modules", "functions", "--unique", "--prefix", "lab")
    catalogue.wait_for(ONLINE)
    assert all(one.details.name.startswith("[LAB] ") for one in catalogue.functions)
    assert ADD_NUMBERS not in {one.details.id for one in catalogue.functions}


def test_the_catalogue_says_who_may_see_a_function(engine, catalogue, served):
    catalogue.wait_for(ONLINE)
    visibility = {one.details.name: one.visibility for one in catalogue.functions}
    assert visibility["Wait for ever"] == FunctionVisibility.FUNCTION_VISIBILITY_INTERNAL
    assert visibility["Add numbers"] == FunctionVisibility.FUNCTION_VISIBILITY_DASHBOARD


def test_the_official_client_reads_registrations(engine, served):
    known = broker_of(engine).get_function_registration(FunctionId(value=ADD_NUMBERS))
    assert (known.state, known.details.name, known.details.version) == (ONLINE, "Add numbers", "1.0")
    unknown = broker_of(engine).get_function_registration(FunctionId(value="nobody"))
    assert unknown.state == FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_UNAVAILABLE


def test_wrong_credentials_end_the_host_with_a_reason(engine, start_process):
    process = start_process(engine, "serve", "--modules", "functions", "--client-secret", "guess")
    assert process.wait() == 0
    assert "invalid client" in process.output
