"""Helpers for tests of function contexts: sessions of children, plain monitor calls, and a finished function."""

import threading

from client_side import claim
from google.protobuf.any_pb2 import Any
from openobd import EmptyMessage, OpenOBDSession, Result, ServiceResult, SessionInfo, Variable
from patience import PATIENCE_S

SUCCESS = ServiceResult(result=[Result.RESULT_SUCCESS])
FAILURE = ServiceResult(result=[Result.RESULT_FAILURE])


def bearer(token):
    return (("authorization", f"Bearer {token}"),)


def session_of_child(engine, session, context):
    """The session for the process of a child context: with the child's authentication token."""
    return OpenOBDSession(
        SessionInfo(
            id=session.id(),
            state="available",
            grpc_endpoint=engine.host,
            grpc_port=engine.port,
            authentication_token=context.authentication_token,
        )
    )


def claimed_child(engine, session, context):
    child = claim(session_of_child(engine, session, context))
    return child


def run_child(engine, session, results=None, result=SUCCESS):
    """Starts a child that sets results and finishes; returns its final monitor message."""
    context = session.start_context()
    monitor = Monitor(session, context)
    child = claimed_child(engine, session, context)
    for key, value in (results or {}).items():
        child.set_function_result(key, value)
    child.finish(result)
    final = monitor.final()
    if final.authentication_token:
        session.update_authentication_token(final.authentication_token)
    return final


def results_of(session):
    """The reply of `getFunctionResultList` as a dictionary of texts or packed messages."""
    reply = session.function.getFunctionResultList(EmptyMessage(), metadata=session.metadata())
    return {one.key: getattr(one, one.WhichOneof("Val")) for one in reply.variables}


def arguments_of(session):
    reply = session.function.getFunctionArgumentList(EmptyMessage(), metadata=session.metadata())
    return {one.key: getattr(one, one.WhichOneof("Val")) for one in reply.variables}


def packed(type_name, content):
    """A message of another type, whose schema the engine does not know."""
    return Any(type_url=f"type.googleapis.com/{type_name}", value=content)


def variable(**fields):
    return Variable(**fields)


class Monitor:
    """A monitor stream read by a thread of its own, message after message."""

    def __init__(self, session, context, token=None):
        self._call = session.function.monitorFunctionContext(context, metadata=bearer(token or context.monitor_token))
        self._arrived = threading.Condition()
        self._ended = False
        self.messages = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for message in self._call:
                with self._arrived:
                    self.messages.append(message)
                    self._arrived.notify_all()
        except Exception:
            pass
        finally:
            with self._arrived:
                self._ended = True
                self._arrived.notify_all()

    def wait_for_messages(self, count, timeout=PATIENCE_S):
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.messages) >= count or self._ended, timeout)
            assert len(self.messages) >= count, f"the monitor stream ended early with {self._call.code()}"
            return list(self.messages)

    def final(self, timeout=PATIENCE_S):
        """The final message of the context; the stream is then cancelled, as in the official client."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: self._ended or (self.messages and self.messages[-1].finished), timeout
            ), "the context has not finished"
            assert self.messages and self.messages[-1].finished, f"no final message: {self._call.code()}"
            message = self.messages[-1]
        self._call.cancel()
        return message

    def wait_for_end(self, timeout=PATIENCE_S):
        """The status with which the engine ended the stream."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: self._ended, timeout), "the monitor stream is still open"
        return self._call.code()

    @property
    def is_open(self):
        return not self._ended
