"""HTTP/2 written by hand, for invalid messages: frames and headers without compression."""

import contextlib
import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 0, 1, 3, 4, 6, 7, 8, 9
END_STREAM, END_HEADERS = 1, 4


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def header_block(headers):
    """Literals that are not indexed; RFC 7541, 6.2.2."""
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in headers)


def _text(value):
    encoded = value.encode()
    # A length of 127 or more continues in a second byte with seven bits.
    if len(encoded) < 127:
        return bytes([len(encoded)]) + encoded
    assert len(encoded) < 127 + 128
    return bytes([127, len(encoded) - 127]) + encoded


def grpc_headers(path, token="", **changes):
    """The headers of a gRPC call; None removes one."""
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "127.0.0.1",
        "content-type": "application/grpc",
        "te": "trailers",
        "authorization": f"Bearer {token}",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return [(name, value) for name, value in headers.items() if value is not None]


def message(content=b"", announced=None, compressed=0):
    """A gRPC message, possibly with a wrong length."""
    return struct.pack(">BI", compressed, len(content) if announced is None else announced) + content


class RawPeer:
    """A connection to the engine on which raw bytes are written."""

    def __init__(self, engine):
        self._socket = socket.create_connection((engine.host, engine.port), timeout=10)

    def greet(self):
        self.send(PREFACE, frame(SETTINGS))

    def send(self, *parts):
        # The engine may have closed the connection.
        with contextlib.suppress(OSError):
            self._socket.sendall(b"".join(parts))

    def call(self, headers, *data, stream=1, ends=True):
        """Opens a stream with a block of headers and data frames."""
        self.send(frame(HEADERS, END_HEADERS, stream, header_block(headers)))
        for index, part in enumerate(data):
            is_last = ends and index == len(data) - 1
            self.send(frame(DATA, END_STREAM if is_last else 0, stream, part))

    def read_until(self, *wanted):
        """The bytes up to the first of some bytes or to the end of the connection."""
        received = b""
        with contextlib.suppress(ConnectionError):
            while not any(one in received for one in wanted):
                data = self._socket.recv(65_536)
                if not data:
                    break
                received += data
        return received

    def half_close(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def reset(self):
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self):
        self._socket.close()
