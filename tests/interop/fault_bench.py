"""Start and end of a fault: the same observation works for the laboratory and for a scenario file."""

from car import can_bus, configure
from client_side import claim
from client_side import broken_with, refusal
from conftest import claimed_session
from openobd import SessionId
from openobd_protocol.Configuration.Messages.BusConfiguration_pb2 import BusConfiguration
from openobd_protocol.Configuration.Messages.Terminal15Bus_pb2 import Terminal15Bus

AFTER_S = 5
ROWS = {}


def row(kind, lasts_s=5, connector=0, **parameters):
    """Registers the observation of a kind; `connector` is a position, None for a fault without connectors."""

    def register(look):
        details = ", ".join(f"{key} {value}" for key, value in parameters.items())
        ROWS[f"{kind} {details}".strip()] = (kind, look, lasts_s, connector, parameters)
        return look

    return register


class Bench:
    """An engine in which one fault will begin and end."""

    def __init__(self, engine, begin, end):
        self.engine = engine
        self.begin = begin
        self._end = end
        self.openobd = engine.openobd()

    def end(self):
        self._end()
        # Pending messages arrive, and ECUs and transports stop waiting.
        self.engine.control.advance(bus_s=5)

    def session(self):
        return claimed_session(self.openobd, self.engine.ticket)

    def car(self, *more_buses):
        """A session at the first car, with its diagnosis bus, terminal 15 and further buses."""
        session = self.session()
        terminal_15 = BusConfiguration(bus_name="t15", terminal15_bus=Terminal15Bus(pin=1))
        configure(session, can_bus(), terminal_15, *more_buses)
        return session

    def older_car(self, connector, *buses):
        """A session at a car that has no ticket."""
        session = claim(self.openobd.start_session_on_connector(connector))
        configure(session, *buses)
        return session

    def state(self, session):
        # After a large advance of the clock the client needs a new controller token.
        return self.engine.openobd().get_session(SessionId(value=session.id())).state


def status_of_refusal(call, *arguments):
    return refusal(call, *arguments)[0]


def token_stream_broken_with(session):
    """Status of the exception that ended the token stream of a session."""
    return broken_with(session.token_handler.session_token_manager)
