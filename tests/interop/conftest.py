"""An engine for every test, with its official client and its viewer."""

import copy
import json
import os
import signal
import subprocess
import tempfile
from pathlib import Path

import grpc
import pytest

import workshop_side
from broker_side import Broker, Host
from car import can_bus, configure
from client_side import claim
from openobd import OpenOBD, SessionId, SessionInfo
from openobd.core.arguments import ConnectionArguments
from openobd.core.openobd import SingletonMeta
from patience import PATIENCE_S
from scapy_side import Overheard
from tcp_proxy import TcpProxy

ROOT = Path(__file__).resolve().parents[2]
# The bundle of the build starts twice as fast as the source; the runner of the project names it here.
CLI = ROOT / os.environ.get("ENGINE_CLI", "src/engine/cli/cli.ts")
GATEWAY_CLI = ROOT / os.environ.get("GATEWAY_CLI", "src/gateway/cli/cli.ts")
# Puts a gateway between every engine and its clients: the same tests then judge the gateway.
THROUGH_GATEWAY = os.environ.get("THROUGH_GATEWAY") == "1"
NODE = ROOT / "node_modules" / ".bin" / ("node.cmd" if os.name == "nt" else "node")


class Engine:
    """A running engine: address, credentials, and its workbench.v1 services."""

    def __init__(self, arguments, behind_gateway=THROUGH_GATEWAY):
        command = [str(NODE), str(CLI), "--port", "0", "--until-stdin-closes", *arguments]
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8")
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=self._log, text=True, cwd=ROOT)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"The engine did not start:\n{self.log}")
        ready = json.loads(line)
        self._gateway = None
        self._be_reached_at(ready)
        self.ticket = ready["ticket"]
        self.tickets = ready["tickets"]
        self.connector = ready["connector"]
        self.connectors = ready["connectors"]
        self.socketcand = ready.get("socketcand")
        self.doip = ready.get("doip")
        self.behind = ready
        if behind_gateway:
            self._put_behind_gateway()
        self.channel = grpc.insecure_channel(f"{self.host}:{self.port}", options=[("grpc.enable_http_proxy", 0)])
        self._bearer = None
        self._viewers = []

    def _be_reached_at(self, ready):
        self.host = ready["host"]
        self.port = ready["port"]
        self.client_id = ready["clientId"]
        self.client_secret = ready["clientSecret"]
        self.cluster_id = ready["clusterId"]

    def _put_behind_gateway(self):
        """Starts a gateway in front of the engine; from now on clients know the address and credentials of the gateway only."""
        command = [str(NODE), str(GATEWAY_CLI), "--port", "0", "--upstream", f"{self.host}:{self.port}", "--until-stdin-closes"]
        environment = {
            **os.environ,
            "OPENOBD_PARTNER_CLIENT_ID": self.client_id,
            "OPENOBD_PARTNER_CLIENT_SECRET": self.client_secret,
            "OPENOBD_CLUSTER_ID": self.cluster_id,
        }
        pipe = subprocess.PIPE
        self._gateway = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=self._log, text=True, cwd=ROOT, env=environment
        )
        line = self._gateway.stdout.readline()
        if not line:
            raise AssertionError(f"The gateway did not start:\n{self.log}")
        self._be_reached_at(json.loads(line))

    @property
    def bearer(self):
        """Call metadata with a session controller token."""
        if self._bearer is None:
            messages = workshop_side.module("openobdmirror.v1.session_controller_pb2")
            token = self.channel.unary_unary(
                "/openOBD.v1.sessionController/getSessionControllerToken",
                request_serializer=messages.Authenticate.SerializeToString,
                response_deserializer=messages.SessionControllerToken.FromString,
            )(
                messages.Authenticate(
                    client_id=self.client_id, client_secret=self.client_secret, cluster_id=self.cluster_id
                ),
                timeout=10,
            )
            self._bearer = (("authorization", f"Bearer {token.value}"),)
        return self._bearer

    def forget_bearer(self):
        """Makes the next call ask for a new token; the old one may have expired when the clock was advanced."""
        self._bearer = None

    @property
    def log(self):
        """What the engine wrote to standard error so far."""
        self._log.seek(0)
        return self._log.read()

    @property
    def control(self):
        return workshop_side.Laboratory(self)

    def viewer(self):
        """A new watcher that has seen its snapshot."""
        viewer = workshop_side.Viewer(self)
        self._viewers.append(viewer)
        viewer.wait_for(lambda: viewer.snapshots)
        return viewer

    def openobd(self, client_secret=None):
        """The official client, connected to this engine only."""
        SingletonMeta._instances.clear()
        return OpenOBD(
            ConnectionArguments(
                client_id=self.client_id,
                client_secret=client_secret or self.client_secret,
                cluster_id=self.cluster_id,
                grpc_host=self.host,
                grpc_port=self.port,
            )
        )

    def as_partner(self, client_id, client_secret):
        """The same engine for another partner of its credentials file."""
        engine = copy.copy(self)
        engine.client_id, engine.client_secret = client_id, client_secret
        engine.forget_bearer()
        return engine

    @property
    def environment(self):
        """Environment variables with which a foreign program finds this engine."""
        return {
            **os.environ,
            "OPENOBD_GRPC_HOST": self.host,
            "OPENOBD_GRPC_PORT": str(self.port),
            "OPENOBD_PARTNER_CLIENT_ID": self.client_id,
            "OPENOBD_PARTNER_CLIENT_SECRET": self.client_secret,
            "OPENOBD_CLUSTER_ID": self.cluster_id,
            "OPENOBD_TICKET_ID": self.ticket,
        }

    def _stop_gateway(self):
        self._gateway.stdin.close()
        try:
            assert self._gateway.wait(PATIENCE_S) == 0
        finally:
            if self._gateway.poll() is None:
                self._gateway.kill()
                self._gateway.wait()
            self._gateway.stdout.close()

    def stop(self):
        """Stops the engine as the application does; returns its exit code."""
        for viewer in self._viewers:
            viewer.close()
        self.channel.close()
        if self._gateway is not None:
            self._stop_gateway()
        if self.process.poll() is None:
            self.process.stdin.close()
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.process.stdout.close()


def pytest_configure(config):
    config.addinivalue_line("markers", "engine(*arguments): command line of the engine beside --lab")
    # A run in the background ignores Ctrl-C, and so would the programs that it starts; those here must receive it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def repeated(request, record_property):
    """A repeated test is marked in the report; `npm test` names it."""
    attempt = getattr(request.node, "execution_count", 1)
    if attempt > 1:
        record_property("repeated", attempt - 1)


@pytest.fixture(scope="session", autouse=True)
def generated_protos(tmp_path_factory):
    workshop_side.generate(tmp_path_factory.mktemp("protos"))


def engines():
    """Starts engines with given arguments; at the end all are stopped and must end cleanly."""
    started = []

    def start(*arguments, **more):
        engine = Engine(arguments, **more)
        started.append(engine)
        return engine

    yield start
    exit_codes = [engine.stop() for engine in started if engine.process.poll() is None]
    assert exit_codes == [0] * len(exit_codes)


start_engine = pytest.fixture(engines, name="start_engine")
start_shared_engine = pytest.fixture(engines, name="start_shared_engine", scope="module")


@pytest.fixture
def engine(request, start_engine):
    """An engine with its laboratory."""
    marker = request.node.get_closest_marker("engine")
    return start_engine("--lab", *(marker.args if marker else ()))


@pytest.fixture(scope="module")
def shared_engine(start_shared_engine):
    """One engine for all tests of a file that clean up after themselves."""
    return start_shared_engine("--lab")


@pytest.fixture
def viewer(engine):
    """A viewer of the workshop of `engine`."""
    return engine.viewer()


@pytest.fixture
def openobd(engine):
    """The official client, connected to `engine`."""
    return engine.openobd()


@pytest.fixture
def proxy(engine):
    """A TCP proxy in front of `engine`."""
    proxy = TcpProxy(engine.port)
    yield proxy
    proxy.close()


def claimed_session(openobd, ticket):
    """A session on a ticket, claimed by the official client."""
    return claim(openobd.start_session_on_ticket(ticket))


@pytest.fixture
def session(openobd, engine):
    """A claimed session on the first ticket."""
    return claimed_session(openobd, engine.ticket)


@pytest.fixture
def shared_session(shared_engine):
    """A claimed session on the first ticket of the engine that the tests of a file share."""
    openobd = shared_engine.openobd()
    session = claimed_session(openobd, shared_engine.ticket)
    yield session
    openobd.interrupt_session(SessionId(value=session.id()))


@pytest.fixture
def start_session(openobd, engine):
    """Starts and claims sessions on the connectors of the workshop, by position, with the given buses."""

    def start(position, *buses):
        session = claim(openobd.start_session_on_connector(engine.connectors[position]))
        if buses:
            configure(session, *buses)
        return session

    return start


@pytest.fixture
def car(session):
    """The claimed session with the diagnosis bus of its car."""
    configure(session, can_bus())
    return session


@pytest.fixture
def overhear(start_engine, tmp_path):
    """Starts engines whose bus log Scapy reads in the end."""
    return lambda *arguments: Overheard(start_engine, tmp_path, *arguments)


@pytest.fixture
def first_car(overhear):
    """The car on the first connector with a bus log, and a session with its `bus`."""
    overheard = overhear()
    overheard.bus = overheard.session(0, can_bus())
    return overheard


@pytest.fixture
def broker(engine):
    return Broker(engine)


@pytest.fixture
def host(broker):
    host = Host(broker)
    yield host
    host.vanish()


@pytest.fixture
def available(engine, openobd):
    return openobd.start_session_on_ticket(engine.ticket)


@pytest.fixture
def handed_over(available):
    """The session info of a child context in the form of the official client: without a port, with an old state."""
    context = available.start_context()
    return SessionInfo(
        id=available.id(),
        state="available",
        created_at=available.session_info.created_at,
        grpc_endpoint="of.long.ago",
        authentication_token=context.authentication_token,
    )
