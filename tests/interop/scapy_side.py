"""Scapy's programs, started as processes of their own; nothing here imports Scapy (reasons in README.md)."""

import json
import os
import subprocess
import tempfile
from pathlib import Path

from car import configure, success
from client_side import claim
from patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "interop" / "scapy_programs"
_ENVIRONMENT = ROOT / ".cache" / "venv-scapy"
PYTHON = _ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _command(program, *arguments):
    if not PYTHON.exists():
        raise FileNotFoundError(f"{PYTHON} is missing: `npm run interop` installs Scapy there.")
    return [str(PYTHON), str(PROGRAMS / program), *arguments]


def _surroundings(folder):
    """Scapy keeps settings and a cache in folders of the user; in a test these are in `folder`."""
    kept = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
    return {**os.environ, **kept}


def decode(log, extended=(), kwp=()):
    """The lines of scapy_programs/bus_log_decoder.py about a bus log."""
    hexadecimal = {"--extended": extended, "--kwp": kwp}
    options = [word for option, ids in hexadecimal.items() for word in (option, *(f"{one:X}" for one in ids))]
    with tempfile.TemporaryDirectory() as folder:
        command = _command("bus_log_decoder.py", str(log), *options)
        done = subprocess.run(command, capture_output=True, text=True, timeout=50, env=_surroundings(folder))
    if done.returncode != 0:
        raise DecoderError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]


class DecoderError(Exception):
    """Error of the decoder; the message is its last output."""


class Overheard:
    """An engine with a bus log of its cars."""

    def __init__(self, start_engine, folder, *arguments):
        self._log = folder / "bus.log"
        self.engine = start_engine("--lab", "--bus-log", str(self._log), *arguments)
        self._openobd = self.engine.openobd()
        self._sessions = []

    def session(self, connector, *buses):
        """A claimed session on a connector, by number or position."""
        number = connector if isinstance(connector, str) else self.engine.connectors[connector]
        session = claim(self._openobd.start_session_on_connector(number))
        configure(session, *buses)
        self._sessions.append(session)
        return session

    def lines(self, **options):
        """Stops the engine; returns the log decoded by Scapy."""
        for session in self._sessions:
            session.finish(success())
        assert self.engine.stop() == 0
        return decode(self._log, **options)


def said_on(lines, identifier):
    """Payloads of an identifier."""
    return [line["payload"] for line in lines if line.get("id") == identifier and "payload" in line]


def meant_on(lines, identifier):
    """Services and fields of an identifier."""
    return [(line["service"], line["fields"]) for line in lines if line.get("id") == identifier and "fields" in line]


class ScapyTester:
    """A running scapy_programs/diagnostic_tester.py: every step of it is a method here."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")
        self._process = subprocess.Popen(
            _command("diagnostic_tester.py"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=_surroundings(self._folder.name),
        )

    def __getattr__(self, step):
        return lambda **fields: self._do({"do": step, **fields})

    def _do(self, step):
        self._process.stdin.write(json.dumps(step) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise AssertionError(f"Scapy gave up at {step}:\n{self._log.read()}")
        return json.loads(line)

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_S)
        finally:
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
            self._folder.cleanup()
