"""Every rpc of every openOBD.v1 service, called by the official client or its stubs: once successfully, once with a refusal.

The list comes from the official descriptors, so an rpc of a later protocol fails here until it has a row. What really went
over the wire is noted by an interceptor in the client's channels: a row that forgets one of its two calls fails.
"""

import importlib
import threading
from pathlib import Path

import grpc
import openobd_protocol
import pytest

# The rows are not in a test file, but their assertions need the same rewriting.
pytest.register_assert_rewrite("rpc_rows")
from patience import PATIENCE_S
from rpc_rows import ROWS, Workplace  # noqa: E402

PACKAGE = "openOBD.v1"


def every_rpc():
    """Names such as session/authenticate, from the descriptors of openobd-protocol."""
    names = set()
    # The folders of the package have no __init__ files, so they are found by path.
    for root in map(Path, openobd_protocol.__path__):
        for file in root.rglob("*_pb2.py"):
            module = importlib.import_module(".".join(file.relative_to(root.parent).with_suffix("").parts))
            for service in module.DESCRIPTOR.services_by_name.values():
                if service.file.package == PACKAGE:
                    names |= {f"{service.name}/{method.name}" for method in service.methods}
    return names


class Wire(
    grpc.UnaryUnaryClientInterceptor,
    grpc.UnaryStreamClientInterceptor,
    grpc.StreamUnaryClientInterceptor,
    grpc.StreamStreamClientInterceptor,
):
    """Records the final status of each call."""

    def __init__(self):
        self._noted = threading.Condition()
        self._codes = []

    def _follow(self, continuation, details, request):
        call = continuation(details, request)
        name = details.method.removeprefix(f"/{PACKAGE}.")
        call.add_done_callback(lambda done: self._note(name, done.code()))
        return call

    intercept_unary_unary = intercept_unary_stream = intercept_stream_unary = intercept_stream_stream = _follow

    def _note(self, name, code):
        with self._noted:
            self._codes.append((name, code))
            self._noted.notify_all()

    def wait_for(self, name, is_good, timeout=PATIENCE_S):
        """Whether a call of this name succeeded (OK, or cancelled by the client) or was refused."""
        well = (grpc.StatusCode.OK, grpc.StatusCode.CANCELLED)
        with self._noted:
            return self._noted.wait_for(
                lambda: any(one == name and (code in well) == is_good for one, code in self._codes), timeout
            )


@pytest.fixture
def wire(monkeypatch):
    """Observes all channels created from now on."""
    wire = Wire()
    make = grpc.insecure_channel
    monkeypatch.setattr(grpc, "insecure_channel", lambda *args, **more: grpc.intercept_channel(make(*args, **more), wire))
    return wire


# @proves The whole protocol: Every rpc of the official descriptors works and is refused when it should be
def test_every_rpc_of_the_official_descriptors_has_a_row():
    assert every_rpc() == set(ROWS)


# @proves The whole protocol: Every rpc of the official descriptors works and is refused when it should be
@pytest.mark.parametrize("name", ROWS)
def test_an_rpc_works_and_is_refused(wire, engine, name):
    ROWS[name](Workplace(engine))
    assert wire.wait_for(name, is_good=False), "nothing was refused"
    assert wire.wait_for(name, is_good=True), "nothing went well"
