"""The table of rows, the objects they use, and the check of a refusal."""

import grpc
import pytest
from broker_side import Broker
from client_side import claim
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler

ROWS = {}


class Workplace:
    """The objects that rows use."""

    def __init__(self, engine):
        self.engine = engine
        self.openobd = engine.openobd()
        self.broker = Broker(engine)
        self.session = self.claimed(engine.ticket)
        # Started but not claimed: nearly all calls are refused.
        self.unclaimed = self.openobd.start_session_on_ticket(engine.tickets[1])

    def claimed(self, ticket):
        return claim(self.openobd.start_session_on_ticket(ticket))

    def claimed_on(self, connector):
        return claim(self.openobd.start_session_on_connector(connector))


def refused(status, call, *arguments, **more):
    """Makes a call of the official client or of a stub that must be refused with this status."""
    with pytest.raises((OpenOBDException, grpc.RpcError)) as raised:
        call(*arguments, **more)
    code = raised.value.code().name if isinstance(raised.value, grpc.RpcError) else raised.value.status
    assert code in (status, grpc.StatusCode[status].value[0])


def refused_stream(status, open_stream, *messages):
    stream = StreamHandler(open_stream)

    def talk():
        for message in messages:
            stream.send(message)
        stream.receive(timeout=10)

    refused(status, talk)


def row(name):
    def register(look):
        ROWS[name] = look
        return look

    return register
