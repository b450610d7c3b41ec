"""`python -m openobd …` in a process of its own, with its output."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from openobd import ContextType, Result
from openobd.functions.function_context_variables import ContextVariables
from patience import PATIENCE_S

FOLDER = Path(__file__).resolve().parent


class FunctionProcess:
    """The official client's program, run from this folder so that `functions/` is found."""

    def __init__(self, engine, *arguments):
        environment = {**engine.environment, "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("OPENOBD_TICKET_ID", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "openobd", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=FOLDER,
            env=environment,
        )
        self._said = threading.Condition()
        self._ended = False
        self._lines = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self.process.stdout:
            with self._said:
                self._lines.append(line)
                self._said.notify_all()
        with self._said:
            self._ended = True
            self._said.notify_all()

    @property
    def output(self):
        return "".join(self._lines)

    def wait_for(self, text, count=1, timeout=PATIENCE_S):
        """Waits until the process has printed `text` that often."""
        with self._said:
            self._said.wait_for(lambda: self.output.count(text) >= count or self._ended, timeout)
        assert self.output.count(text) >= count, f"{text!r} was not said {count} times:\n{self.output}"

    def interrupt(self):
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)

    def wait(self, timeout=PATIENCE_S):
        """The exit code, once it has ended."""
        code = self.process.wait(timeout)
        self._thread.join(timeout)
        return code

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._thread.join(5)
        self.process.stdout.close()


def run(start_process, engine, name, *arguments, ticket=None):
    """`python -m openobd run` with one of the functions of this folder."""
    return start_process(
        engine, "run", "--file", os.path.join("functions", f"{name}.py"), "--ticket", ticket or engine.ticket, *arguments
    )


@pytest.fixture
def start_process():
    """Starts programs of the official client; all of them end with the test."""
    processes = []

    def start(*arguments):
        processes.append(FunctionProcess(*arguments))
        return processes[-1]

    yield start
    for process in processes:
        process.stop()


def first_session(viewer):
    """The record of the session that the process started."""
    changed = viewer.wait_for(
        lambda: next((one.session_changed for one in viewer.events if one.WhichOneof("event") == "session_changed"), None)
    )
    return viewer.record(changed.session_id)


def reports(engine):
    """The texts that functions stored at the ticket, read in another session."""
    session = engine.openobd().start_session_on_ticket(engine.ticket)
    return ContextVariables(session, ContextType.CONNECTION_CONTEXT).get_variables("report:")


def outcomes(record):
    """Names of the contexts in order of their start, each with its results."""
    return [
        (context.details.name, [Result.Name(one) for one in context.service_result.result])
        for context in record.contexts
    ]
