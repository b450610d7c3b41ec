"""Sessions, their start and end, and messages of functions to people."""

from car import success
from function_side import bearer
from openobd import EmptyMessage, SessionId
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.Logging.Messages.LogMessage_pb2 import LogMessage
from openobd_protocol.UserInterface.Messages.UserInterface_pb2 import Control, InterfaceType, Label

from rpc_rows.table import refused, refused_stream, row


@row("session/authenticate")
def authenticate(work):
    session = work.openobd.start_session_on_connector(work.engine.connectors[2])
    token = session.authentication_token
    assert session.authenticate().value
    session.update_authentication_token(token)
    refused("PERMISSION_DENIED", session.authenticate)


@row("session/assertAuthenticationPossible")
def assert_authentication_possible(work):
    def ask(token):
        return work.unclaimed.session.assertAuthenticationPossible(EmptyMessage(), metadata=bearer(token), timeout=10)

    ask(work.unclaimed.authentication_token)
    refused("UNAUTHENTICATED", ask, "no such token")


@row("session/openSessionTokenStream")
def open_session_token_stream(work):
    stream = StreamHandler(work.session.open_session_token_stream)
    assert stream.receive(timeout=10).value
    stream.stop_stream()
    refused_stream("PERMISSION_DENIED", work.unclaimed.open_session_token_stream)


@row("session/finish")
def finish(work):
    work.session.finish(success())
    refused("FAILED_PRECONDITION", work.session.finish, success())


@row("sessionController/getSessionControllerToken")
def get_session_controller_token(work):
    assert work.openobd.get_session_list() is not None
    refused("INVALID_ARGUMENT", work.engine.openobd(client_secret="wrong").get_session_list)


@row("sessionController/startSessionOnTicket")
def start_session_on_ticket(work):
    assert work.openobd.start_session_on_ticket(work.engine.tickets[2]).authentication_token
    refused("FAILED_PRECONDITION", work.openobd.start_session_on_ticket, "1")


@row("sessionController/startSessionOnConnector")
def start_session_on_connector(work):
    assert work.openobd.start_session_on_connector(work.engine.connectors[2]).authentication_token
    refused("NOT_FOUND", work.openobd.start_session_on_connector, "1")


@row("sessionController/getSession")
def get_session(work):
    assert work.openobd.get_session(SessionId(value=work.session.id())).id == work.session.id()
    refused("NOT_FOUND", work.openobd.get_session, SessionId(value="nobody's"))


@row("sessionController/interruptSession")
def interrupt_session(work):
    assert work.openobd.interrupt_session(SessionId(value=work.session.id())).state == "interrupted"
    refused("NOT_FOUND", work.openobd.interrupt_session, SessionId(value="nobody's"))


@row("sessionController/getSessionList")
def get_session_list(work):
    assert work.session.id() in [one.id for one in work.openobd.get_session_list().sessions]
    stub = work.openobd.session_controller.session_controller
    refused("UNAUTHENTICATED", stub.getSessionList, EmptyMessage(), metadata=bearer("no such token"), timeout=10)


@row("userInterface/openControlStream")
def open_control_stream(work):
    stream = StreamHandler(work.session.open_control_stream)
    stream.send(Control(target=InterfaceType.INTERFACE_USER, control_label=Label(label="Hello.")))
    assert stream.receive(timeout=10).control_label.label == "Hello."
    stream.stop_stream()
    refused_stream("PERMISSION_DENIED", work.unclaimed.open_control_stream)


@row("logging/openLogStream")
def open_log_stream(work):
    work.session.open_log_stream(iter([LogMessage(content="one line")]))
    refused("PERMISSION_DENIED", work.unclaimed.open_log_stream, iter([LogMessage(content="one line")]))
