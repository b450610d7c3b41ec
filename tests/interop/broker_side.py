"""The function broker for callers and hosts, message by message."""

import queue
import threading

import grpc
import pytest
from function_side import bearer
from openobd import (
    Authenticate,
    FunctionCall,
    FunctionDetails,
    FunctionId,
    FunctionRegistration,
    FunctionRegistrationState,
    FunctionUpdate,
    FunctionUpdateResponse,
    FunctionUpdateType,
    FunctionVisibility,
)
from openobd_protocol.FunctionBroker.FunctionBrokerServices_pb2_grpc import functionBrokerStub
from patience import PATIENCE_S
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
        return self.stub.runFunction.future(call, metadata=bearer(self.token), timeout=PATIENCE_S)

    def refusal(self, session_info, function_id="f-1", **fields):
        with pytest.raises(grpc.RpcError) as raised:
            self.run(session_info, function_id, **fields).result()
        return raised.value.code().name, raised.value.details()


class Host:
    """A host that sends exactly the messages of a test."""

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

    def hear(self, timeout=PATIENCE_S):
        update = self.incoming.get(timeout=timeout)
        assert update is not None, f"the stream ended with {self._call.code()}"
        return update

    def hear_end(self, timeout=PATIENCE_S):
        assert self.incoming.get(timeout=timeout) is None
        return self._call.code()

    def offer(self, function_id="f-1", state=ONLINE, **fields):
        """Registers a function; returns the broker's answer."""
        self.say(type=REQUEST, function_registration=registration(function_id, state, **fields))
        answer = self.hear()
        assert answer.type == RESPONSE and answer.function_registration.details.id == function_id
        return answer

    def answer_ping(self, ping):
        """Returns the token of a ping; the engine has received it when it has answered a later message."""
        self.say(type=RESPONSE, function_broker_token=ping.function_broker_token)
        self.offer()

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


def catalogue(engine):
    """The state of every function that the partner may see in workbench.v1, by id."""
    messages = module("workbench.v1.catalogue_pb2")
    stub = module("workbench.v1.catalogue_pb2_grpc").catalogueStub(engine.channel)
    reply = stub.listFunctions(messages.ListFunctionsRequest(), metadata=engine.bearer, timeout=10)
    return {one.details.id: one.state for one in reply.functions}
