"""Helpers for gRPC's interop cases: states to wait for, statuses of raw calls, one session over another port."""

import grpc
import pytest
from car import channel
from openobd import ContextType, Label, OpenOBDSession, SessionInfo, Variable
from openobd_protocol.Communication.Messages.Isotp_pb2 import IsotpMessage
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from openobd_protocol.Configuration.Messages.Terminal15Bus_pb2 import Terminal15Bus
from openobd_protocol.UserInterface.Messages.UserInterface_pb2 import Control

from function_side import packed

OK = grpc.StatusCode.OK
CANCELLED = grpc.StatusCode.CANCELLED
DEADLINE_EXCEEDED = grpc.StatusCode.DEADLINE_EXCEEDED
LIVING = ("open_streams", "prompts_on_display", "configured_buses", "open_channels", "pending_timers")


def living(engine):
    """Counters of the engine besides sessions and tokens."""
    counters = engine.control.counters()
    return {name: getattr(counters, name) for name in LIVING}


def wait_for_rest(engine, before):
    """Waits until the engine's counters have their former values."""
    engine.control.wait_for_counters(**before)


def refusal(call, *arguments, **more):
    """Status and details of a raw call that must fail; for a stream, after its messages."""
    with pytest.raises(grpc.RpcError) as raised:
        reply = call(*arguments, **more)
        for _ in reply if hasattr(reply, "__next__") else ():
            pass
    return raised.value.code(), raised.value.details()


def session_over(port, session, host="127.0.0.1"):
    """A session of the official client over its own connections to another port."""
    same = OpenOBDSession(SessionInfo(id=session.id(), state="active", grpc_endpoint=host, grpc_port=port))
    same.update_session_token(session.session_token)
    return same


def function_variable(key, content):
    """A variable of the function with a packed message of another type."""
    return Variable(type=ContextType.FUNCTION_CONTEXT, key=key, object=packed("somebody.Recording", content))


def named_variable(key):
    """The request that asks for a variable of the function."""
    return Variable(type=ContextType.FUNCTION_CONTEXT, key=key)


def five_buses():
    """One bus more than a session may have."""
    return [BusConfiguration(bus_name=f"t{pin}", terminal15_bus=Terminal15Bus(pin=pin)) for pin in (1, 2, 3, 7, 8)]


def isotp(payload, **fields):
    """A message of an ISO-TP conversation on the diagnosis bus."""
    return IsotpMessage(channel=channel(**fields), payload=payload)


def label(text):
    """A control that is echoed at once."""
    return Control(control_label=Label(label=text))
