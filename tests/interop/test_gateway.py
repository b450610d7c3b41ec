"""The official client through the gateway: every rpc of the official descriptors, once well and once refused.

`THROUGH_GATEWAY=1 npm run interop` puts a gateway in front of every engine of every test; this file is the part of it that `npm test` runs.
"""

import pytest

# The rows are not in a test file, but their assertions need the same rewriting.
pytest.register_assert_rewrite("rpc_rows")
from conftest import THROUGH_GATEWAY  # noqa: E402
from openobd import SessionId  # noqa: E402
from rpc_rows import ROWS, Workplace  # noqa: E402


# The whole table in front of a bare server is run by the command only.
BARE = ("--lab", "--without", "workbench")
SERVERS = {"in front of the engine": ("--lab",), **({"in front of a bare server": BARE} if THROUGH_GATEWAY else {})}


@pytest.fixture(scope="module", params=SERVERS.values(), ids=SERVERS)
def gateway(request, start_shared_engine):
    """A server behind a gateway; clients know the gateway only."""
    return start_shared_engine(*request.param, behind_gateway=True)


@pytest.fixture(autouse=True)
def no_sessions_left(gateway):
    """Rows leave sessions open; the next one starts on the same tickets."""
    yield
    gateway.forget_bearer()
    gateway.control.clear_faults()
    client = gateway.openobd()
    for session in client.get_session_list().sessions:
        if session.state in ("available", "active"):
            client.interrupt_session(SessionId(value=session.id))


# @proves Gateway: Every rpc of the official descriptors works and is refused through the gateway as at the server
@pytest.mark.parametrize("name", ROWS)
def test_an_rpc_works_and_is_refused_through_the_gateway(gateway, name):
    ROWS[name](Workplace(gateway))


# @proves Gateway: No token, credential or address of the server is on the near side
def test_a_client_sees_neither_secret_nor_address_of_the_server(gateway):
    info = gateway.openobd().start_session_on_ticket(gateway.ticket).session_info
    assert (info.grpc_endpoint, info.grpc_port) == (gateway.host, gateway.port)
    assert gateway.port != gateway.behind["port"]
    seen = f"{info} {gateway.environment}"
    for hidden in (gateway.behind["clientSecret"], gateway.behind["clientId"], str(gateway.behind["port"])):
        assert hidden not in seen
