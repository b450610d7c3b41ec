"""Hosts behind the gateway that are killed in a call: the unchanged program `openobd serve`, called by another process."""

import threading
import time

import pytest
from openobd import FunctionRegistrationState, OpenOBDComposition
from openobd.core.arguments import ConnectionArguments
from openobd.core.function_broker import OpenOBDFunctionBroker
from openobd.functions.function_exceptions import OpenOBDFunctionUnsuccessfulException

from broker_side import Broker
from function_process import start_process
from patience import PATIENCE_S, wait_until

ONLINE = FunctionRegistrationState.FUNCTION_REGISTRATION_STATE_ONLINE
WAIT_FOR_EVER = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b2000a"
ADD_NUMBERS = "7a2f1c52-0d0e-4f6c-9d56-0a54a1b20001"
# What a caller may wait for after its host was killed.
GOAL_S = 5


class ComposedHere(OpenOBDComposition):
    """A composition of this process, which is the caller."""

    def run(self):
        pass


@pytest.fixture(scope="module")
def gateway(start_shared_engine):
    """An engine behind a gateway; clients know the gateway only."""
    return start_shared_engine("--lab", behind_gateway=True)


def caller(gateway):
    function = ComposedHere()
    broker = OpenOBDFunctionBroker(
        ConnectionArguments(gateway.client_id, gateway.client_secret, gateway.cluster_id, gateway.host, gateway.port)
    )
    function.initialize(gateway.openobd().start_session_on_ticket(gateway.ticket), broker)
    return function


def serve(gateway, start_process):
    return start_process(gateway, "serve", "--modules", "functions")


def is_online(gateway):
    return Broker(gateway).state(WAIT_FOR_EVER) == ONLINE


class Call(threading.Thread):
    """A call of a function that never ends by itself."""

    def __init__(self, composition):
        super().__init__(daemon=True)
        self._composition = composition
        self.failure = None
        self.ended_at = None

    def run(self):
        try:
            self._composition.function_call(WAIT_FOR_EVER)
        except Exception as failure:
            self.failure = failure
        self.ended_at = time.monotonic()


# @proves Gateway: A host that is killed in a call: its caller knows within five seconds, also when it was started again at once
@pytest.mark.parametrize("is_restarted", [False, True], ids=["killed", "killed and started again"])
def test_the_caller_of_a_killed_host_knows_within_five_seconds(gateway, start_process, is_restarted):
    host = serve(gateway, start_process)
    wait_until(lambda: is_online(gateway))
    with caller(gateway) as composition:
        call = Call(composition)
        call.start()
        host.wait_for("Waiting for ever.")
        killed_at = time.monotonic()
        host.process.kill()
        if is_restarted:
            serve(gateway, start_process)
        call.join(PATIENCE_S)
        assert call.ended_at is not None, "the caller still waits"
        print(f"known after {call.ended_at - killed_at:.2f} s")
        assert isinstance(call.failure, OpenOBDFunctionUnsuccessfulException), call.failure
        assert call.ended_at - killed_at < GOAL_S
        if not is_restarted:
            serve(gateway, start_process)
        wait_until(lambda: is_online(gateway))
        assert composition.function_call(ADD_NUMBERS, left="40", right="2")["sum"] == "42"
