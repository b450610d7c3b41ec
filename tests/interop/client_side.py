"""Helpers for the official client: a reliable claim, refusals, and ends of streams."""

import pytest
from openobd import SessionTokenHandler
from openobd.core.exceptions import OpenOBDException
from patience import wait_until


def claim(session):
    """Claims a session and waits for the first token of its stream; a clock that is advanced earlier could miss it."""
    tokens = []
    keep = session.update_session_token
    session.update_session_token = lambda token: (tokens.append(token), keep(token))
    session.token_handler = SessionTokenHandler(session)
    wait_until(lambda: len(tokens) >= 2, "the token stream brought a token")
    return session


def refusal(call, *arguments, **more):
    """Status number and details with which the engine refuses a call."""
    with pytest.raises(OpenOBDException) as raised:
        call(*arguments, **more)
    return raised.value.status, raised.value.details


def broken_with(stream):
    """Status number with which a stream that another thread reads was broken."""
    wait_until(lambda: stream.received_exception is not None, "the stream broke")
    return stream.received_exception.status
