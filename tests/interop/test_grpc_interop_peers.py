"""Interop cases that gRPC itself has postponed, for the engine: faulty peers, broken transports, restarts.

Fuzzing, the fourth of them, is done in src/engine/services/fuzz.test.ts.
"""

import json

import grpc
import pytest
from buggy_peers import ABUSES, LOG
from car import can_bus, configure, open_socket
from mirror import living, refusal, session_over, wait_for_rest
from openobd import EmptyMessage, SessionTokenHandler
from openobd.core.exceptions import OpenOBDException
from openobd.core.stream_handler import StreamHandler
from openobd_protocol.SessionController.Messages.SessionController_pb2 import Authenticate
from openobd_protocol.SessionController.SessionControllerServices_pb2_grpc import sessionControllerStub
from patience import PATIENCE_S, wait_until
from raw_http2 import DATA, RawPeer, frame, grpc_headers, message


@pytest.mark.parametrize("name", ABUSES)
def test_a_buggy_peer_costs_nobody_else_anything(engine, session, name):
    configure(session, can_bus())
    socket = open_socket(session)
    assert socket.request("3E00") == "7E00"
    before = living(engine)
    resetting, closing = RawPeer(engine), RawPeer(engine)
    for peer in (resetting, closing):
        ABUSES[name](peer, session.session_token)
        assert socket.request("3E00") == "7E00"
    resetting.reset()
    closing.half_close()
    assert socket.request("3E00") == "7E00"
    wait_for_rest(engine, before)
    closing.close()
    assert session.get_connector_information().connected
    assert "an rpc failed unexpectedly" not in engine.log


def test_a_peer_that_writes_its_frames_by_hand_and_right_is_served(engine, session):
    peer = RawPeer(engine)
    peer.greet()
    peer.call(grpc_headers(LOG, session.session_token), message(b"\x0a\x02hi"))
    empty_reply = frame(DATA, 0, 1, message())
    assert empty_reply in peer.read_until(empty_reply)
    peer.close()


def works_again(session):
    """Whether a call is answered; false for a broken connection, other failures raise."""
    try:
        return session.get_connector_information().connected
    except OpenOBDException as error:
        assert error.status == grpc.StatusCode.UNAVAILABLE.value[0]
        return False


def test_a_session_goes_on_with_its_token_after_the_transport_was_cut(engine, session, proxy):
    before = living(engine)
    same = session_over(proxy.port, session)
    for connections in (1, 2, 3):
        link = StreamHandler(same.open_connector_information_stream, outgoing_stream=False)
        assert link.receive(timeout=PATIENCE_S).connected
        assert proxy.connections == connections
        proxy.cut()
        wait_until(lambda: link.received_exception is not None, "the stream is broken")
        assert link.received_exception.status == grpc.StatusCode.UNAVAILABLE.value[0]
        wait_for_rest(engine, before)
        wait_until(lambda: works_again(same), "the same channel works again")


def test_a_conversation_with_the_car_can_be_opened_anew_after_the_transport_was_cut(engine, session, proxy):
    same = session_over(proxy.port, session)
    configure(same, can_bus())
    assert open_socket(same).request("3E00") == "7E00"
    proxy.cut()
    wait_until(lambda: works_again(same), "the same channel works again")
    engine.control.wait_for_counters(configured_buses=1)
    assert open_socket(same).request("1003").startswith("5003")


def test_a_client_comes_back_while_nobody_listens_for_a_while(session, proxy):
    same = session_over(proxy.port, session)
    assert works_again(same)
    proxy.refuse()
    for _ in range(3):
        assert not works_again(same)
    proxy.accept()
    wait_until(lambda: works_again(same), "the same channel works again")


def test_an_engine_that_was_killed_takes_its_clients_again_on_the_same_port(start_engine, tmp_path):
    credentials = tmp_path / "credentials.json"
    credentials.write_text(json.dumps({"clientId": "partner", "clientSecret": "kept"}), encoding="utf-8")
    first = start_engine("--lab", "--credentials-file", str(credentials))
    options = [("grpc.enable_http_proxy", 0), ("grpc.initial_reconnect_backoff_ms", 100)]
    with grpc.insecure_channel(f"{first.host}:{first.port}", options=options) as channel:
        stub = sessionControllerStub(channel)
        login = Authenticate(client_id="partner", client_secret="kept", cluster_id=first.cluster_id)
        old = stub.getSessionControllerToken(login, timeout=10).value
        stream = first.viewer()
        first.process.kill()
        first.process.wait()
        assert refusal(stub.getSessionControllerToken, login, timeout=10)[0] == grpc.StatusCode.UNAVAILABLE
        second = start_engine("--lab", "--credentials-file", str(credentials), "--port", str(first.port))
        token = stub.getSessionControllerToken(login, timeout=30, wait_for_ready=True).value
        bearer = (("authorization", f"Bearer {old}"),)
        assert refusal(stub.getSessionList, EmptyMessage(), metadata=bearer, timeout=10)[0] == (
            grpc.StatusCode.UNAUTHENTICATED
        )
        bearer = (("authorization", f"Bearer {token}"),)
        assert list(stub.getSessionList(EmptyMessage(), metadata=bearer, timeout=10).sessions) == []
    stream.close()
    session = second.openobd().start_session_on_ticket(second.ticket)
    SessionTokenHandler(session)
    assert session.get_connector_information().connected
