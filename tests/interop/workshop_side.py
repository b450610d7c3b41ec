"""The viewer and the laboratory of an engine, with classes generated from proto/ at the start of the tests."""

import importlib
import queue
import sys
import threading
import time
import uuid
from pathlib import Path

import grpc
import grpc_tools
from grpc_tools import protoc
from patience import PATIENCE_S

PROTO_FOLDER = Path(__file__).resolve().parents[2] / "proto"


def generate(folder):
    """Generates Python for workbench.v1 into a folder.

    The official client already holds the names of openOBD.v1 in the global descriptor pool, so ours get names of their own:
    the wire does not carry package names of messages.
    """
    source = folder / "source"
    for proto in PROTO_FOLDER.rglob("*.proto"):
        target = source / proto.relative_to(PROTO_FOLDER).as_posix().replace("openobd/", "openobdmirror/")
        target.parent.mkdir(parents=True, exist_ok=True)
        text = proto.read_text(encoding="utf-8")
        target.write_text(
            text.replace("openOBD.v1", "openOBDmirror.v1").replace('"openobd/', '"openobdmirror/'), encoding="utf-8"
        )
    well_known = Path(grpc_tools.__file__).parent / "_proto"
    files = [path.relative_to(source).as_posix() for path in source.rglob("*.proto")]
    arguments = ["protoc", f"-I{source}", f"-I{well_known}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    if protoc.main([*arguments, *files]) != 0:
        raise RuntimeError("protoc cannot generate Python from proto/")
    sys.path.insert(0, str(folder))


def module(name):
    """A generated module, e.g. `workbench.v1.viewer_pb2`."""
    return importlib.import_module(name)


class Viewer:
    """A viewer of the workshop: keeps all events in order and the displayed prompts."""

    def __init__(self, engine):
        self._messages = module("workbench.v1.viewer_pb2")
        self._stub = module("workbench.v1.viewer_pb2_grpc").viewerStub(engine.channel)
        self._metadata = engine.bearer
        self._arrived = threading.Condition()
        self.events = []
        self.prompts = {}
        self.ended = []
        self.snapshots = []
        self._stream = self._stub.watchWorkshop(self._messages.WatchWorkshopRequest(), metadata=self._metadata)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for event in self._stream:
                with self._arrived:
                    self._take(event)
                    self._arrived.notify_all()
        except grpc.RpcError as error:
            if error.code() not in (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE):
                raise

    def _take(self, event):
        self.events.append(event)
        kind = event.WhichOneof("event")
        if kind == "snapshot":
            self.snapshots.append(event.snapshot)
            self.prompts = {prompt.id: prompt for prompt in event.snapshot.prompts}
        elif kind == "prompt_shown":
            self.prompts[event.prompt_shown.id] = event.prompt_shown
        elif kind == "prompt_ended":
            self.prompts.pop(event.prompt_ended.prompt_id, None)
            self.ended.append(event.prompt_ended)

    def wait_for(self, what, timeout=PATIENCE_S):
        """Waits until `what()` is true after an event; returns its value."""
        deadline = time.monotonic() + timeout
        with self._arrived:
            while True:
                value = what()
                if value:
                    return value
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    raise AssertionError(f"The viewer waited {timeout} s in vain; it saw {self.events[-5:]}")
                self._arrived.wait(remaining)

    def wait_for_prompt(self, control_type=None, label=None, answered=False, timeout=PATIENCE_S, except_ids=frozenset()):
        """The displayed prompt with this control type and label that is (not) answered yet."""

        def found():
            for prompt in self.prompts.values():
                kind = prompt.control.WhichOneof("ControlType")
                text = getattr(prompt.control, kind).label
                fits = control_type in (None, kind) and label in (None, text) and prompt.id not in except_ids
                if fits and prompt.HasField("answered_at") == answered:
                    return prompt
            return None

        return self.wait_for(found, timeout)

    def wait_for_end(self, prompt):
        """The name of the reason why a prompt is no longer displayed."""
        ended = self.wait_for(lambda: next((one for one in self.ended if one.prompt_id == prompt.id), None))
        return self._messages.PromptEndReason.Name(ended.reason)

    def answer(self, prompt, answer_id=None, **choice):
        """Answers a prompt; returns the name of the outcome and its detail."""
        request = self._messages.PromptAnswer(prompt_id=prompt.id, answer_id=answer_id or str(uuid.uuid4()), **choice)
        receipt = self._stub.answerPrompt(request, metadata=self._metadata, timeout=10)
        return self._messages.AnswerOutcome.Name(receipt.outcome), receipt.detail

    def record(self, session_id):
        """The engine's record of a session."""
        request = self._messages.SessionRecordRequest(session_id=session_id)
        return self._stub.getSessionRecord(request, metadata=self._metadata, timeout=10)

    def close(self):
        self._stream.cancel()
        self._thread.join(5)


class ScriptedMechanic:
    """Answers prompts one after the other from a script of (control type, choice); never the same prompt twice."""

    def __init__(self, viewer, script, patience=PATIENCE_S):
        self._viewer = viewer
        self._script = script
        self._patience = patience
        self.outcomes = queue.Queue()
        self.failure = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self):
        try:
            answered = set()
            for control_type, choice in self._script:
                # The event that a prompt is answered may arrive later than the receipt of the answer.
                prompt = self._viewer.wait_for_prompt(control_type, timeout=self._patience, except_ids=answered)
                answered.add(prompt.id)
                self.outcomes.put(self._viewer.answer(prompt, **choice)[0])
        except Exception as error:
            self.failure = error

    def done(self):
        """Waits for the end of the script; raises its errors."""
        self._thread.join(self._patience + 5)
        if self.failure is not None:
            raise self.failure
        assert not self._thread.is_alive(), "The mechanic is still waiting for a prompt."


class Laboratory:
    """Clock, faults and counters of an engine."""

    def __init__(self, engine):
        self._messages = module("workbench.v1.control_pb2")
        self._stub = module("workbench.v1.control_pb2_grpc").controlStub(engine.channel)
        self._engine = engine

    def _call(self, method, request):
        return getattr(self._stub, method)(request, metadata=self._engine.bearer, timeout=30)

    def advance(self, session_s=0, bus_s=0):
        """Moves the manual clocks forward by seconds."""
        request = self._messages.AdvanceClockRequest(session_ms=int(session_s * 1000), bus_ms=int(bus_s * 1000))
        state = self._call("advanceClock", request)
        self._engine.forget_bearer()
        return state

    def set_fault(self, kind, connector="", session="", **parameters):
        texts = {key: str(value) for key, value in parameters.items()}
        fault = self._messages.Fault(kind=kind, connector_number=connector, session_id=session, parameters=texts)
        return self._call("setFault", fault)

    def clear_faults(self, fault_id=""):
        return self._call("clearFault", self._messages.FaultId(value=fault_id))

    def counters(self):
        return self._call("getCounters", self._messages.CountersRequest())

    def wait_for_counters(self, timeout=PATIENCE_S, **expected):
        """Polls until the counters are as expected."""
        deadline = time.monotonic() + timeout
        while True:
            counters = self.counters()
            if all(getattr(counters, name) == value for name, value in expected.items()):
                return counters
            assert time.monotonic() < deadline, f"expected {expected}, the counters are\n{counters}"
            time.sleep(0.02)
