"""Faulty peers of the engine, one function each; their connection stays open meanwhile."""

import random

from raw_http2 import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    GOAWAY,
    HEADERS,
    PING,
    PREFACE,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    frame,
    grpc_headers,
    header_block,
    message,
)

LOG = "/openOBD.v1.logging/openLogStream"
ISOTP = "/openOBD.v1.can/openIsotpStream"
LINK = "/openOBD.v1.connectionMonitor/getConnectorInformation"
ABUSES = {}


def abuse(wrong):
    """Registers an action of a faulty peer."""
    ABUSES[wrong.__name__] = wrong
    return wrong


@abuse
def bytes_of_no_protocol(peer, _token):
    peer.send(random.Random(44).randbytes(20_000))


@abuse
def http_1(peer, _token):
    peer.send(b"POST /openOBD.v1.session/finish HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0")
    assert b"HTTP/1.1 200" not in peer.read_until(b"HTTP/1.1 200")


@abuse
def tls_hello(peer, _token):
    peer.send(bytes.fromhex("160301020001000001fc0303"), bytes(512))


@abuse
def half_a_preface(peer, _token):
    peer.send(PREFACE[:11])


@abuse
def half_a_frame(peer, _token):
    peer.greet()
    peer.send(frame(HEADERS, END_HEADERS, 1, bytes(200))[:40])


@abuse
def headers_without_an_end(peer, token):
    peer.greet()
    peer.send(frame(HEADERS, 0, 1, header_block(grpc_headers(LOG, token))), frame(CONTINUATION, 0, 1, b""))


@abuse
def headers_that_cannot_be_decoded(peer, _token):
    peer.greet()
    peer.send(frame(HEADERS, END_HEADERS, 1, b"\xff" * 50))


@abuse
def data_on_a_stream_that_was_never_opened(peer, _token):
    peer.greet()
    peer.send(frame(DATA, 0, 7, message(b"lost")))


@abuse
def frames_that_make_no_sense(peer, _token):
    peer.greet()
    peer.send(frame(SETTINGS, payload=b"odd"), frame(PING, payload=b"short"), frame(WINDOW_UPDATE, stream=0, payload=bytes(4)))


@abuse
def a_frame_larger_than_agreed(peer, token):
    peer.greet()
    peer.call(grpc_headers(LOG, token), message(bytes(100_000)))


@abuse
def a_wrong_content_type(peer, token):
    peer.greet()
    peer.call(grpc_headers(LINK, token, content_type="application/json"), b"{}")
    assert b"415" in peer.read_until(b"415")


@abuse
def a_call_by_get(peer, token):
    peer.greet()
    peer.call([(":method", "GET"), *grpc_headers(LINK, token)[1:]], message())


@abuse
def a_call_without_a_path(peer, token):
    peer.greet()
    peer.call(grpc_headers(None, token), message())


@abuse
def a_message_shorter_than_announced(peer, token):
    peer.greet()
    peer.call(grpc_headers(LOG, token), message(b"\x0a\x05hello", announced=500))


@abuse
def a_message_of_four_gigabytes(peer, token):
    peer.greet()
    peer.call(grpc_headers(LOG, token), message(b"begin", announced=0xFFFFFFFF), ends=False)


@abuse
def a_message_that_is_cut_for_ever(peer, token):
    peer.greet()
    peer.call(grpc_headers(ISOTP, token), message(b"begin", announced=100), ends=False)


@abuse
def a_message_that_says_compressed_without_an_encoding(peer, token):
    peer.greet()
    peer.call(grpc_headers(LOG, token), message(b"\x0a\x02hi", compressed=1))


@abuse
def a_message_that_is_no_gzip(peer, token):
    peer.greet()
    peer.call(grpc_headers(LOG, token, grpc_encoding="gzip"), message(b"this is no gzip", compressed=1))


@abuse
def a_message_in_an_unknown_encoding(peer, token):
    peer.greet()
    peer.call(grpc_headers(LOG, token, grpc_encoding="pigeon"), message(b"coo", compressed=1))


@abuse
def a_message_that_is_no_message(peer, token):
    peer.greet()
    peer.call(grpc_headers(ISOTP, token), message(b"\xff\xff\xff\xff"))


@abuse
def a_call_with_two_messages_instead_of_one(peer, token):
    peer.greet()
    peer.call(grpc_headers(LINK, token), message() + message(b"\x0a\x01x"))


@abuse
def a_call_without_any_message(peer, token):
    peer.greet()
    peer.call(grpc_headers(LINK, token), b"")


@abuse
def a_deadline_that_is_no_time(peer, token):
    peer.greet()
    peer.call(grpc_headers(LINK, token, grpc_timeout="soon"), message())


@abuse
def a_thousand_resets(peer, token):
    peer.greet()
    for stream in range(1, 2_001, 2):
        peer.call(grpc_headers(ISOTP, token), stream=stream)
        peer.send(frame(RST_STREAM, stream=stream, payload=bytes([0, 0, 0, 8])))


@abuse
def a_goodbye_in_the_middle_of_a_call(peer, token):
    peer.greet()
    peer.call(grpc_headers(ISOTP, token), message(b"")[:3], ends=False)
    peer.send(frame(GOAWAY, payload=bytes(8)))
