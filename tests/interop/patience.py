"""Waiting for states: long enough on a busy machine, and no longer than necessary."""

import time

PATIENCE_S = 30


def wait_until(condition, what="the state was as expected", timeout=PATIENCE_S):
    """Polls until `condition()` is true; returns its value."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.01)
    return value


def wait_for_answer(call, *arguments, refused_with, timeout=PATIENCE_S):
    """Repeats a call for as long as it is refused with this kind of exception; returns its reply."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return call(*arguments)
        except refused_with:
            if time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
