"""A TCP proxy on loopback between a client and the engine: passes, counts, resets and refuses connections, and listens again on the same port."""

import os
import socket
import struct
import threading

# SO_LINGER with zero seconds: closing sends RST, as a NAT gateway or a pulled cable does.
RESET = struct.pack("ii", 1, 0)


def _bound(port):
    """A socket that keeps a port without listening, so that connections are refused."""
    one = socket.socket()
    if os.name != "nt":
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", port))
    return one


class TcpProxy:
    def __init__(self, engine_port):
        self._engine_port = engine_port
        self._lock = threading.Lock()
        self._sockets = set()
        self._kept = _bound(0)
        self.port = self._kept.getsockname()[1]
        self.connections = 0
        self.bytes_to_engine = 0
        self.bytes_to_client = 0
        self.accept()

    def accept(self):
        """Listens, on the same port again after `refuse`."""
        listener = self._kept
        listener.listen()
        # Closing a listener does not wake a thread that waits for a connection on it.
        listener.settimeout(0.1)
        self._listener = listener
        self._serving = threading.Thread(target=self._serve, args=(listener,), daemon=True)
        self._serving.start()

    def refuse(self):
        """Stops listening and resets what is open; the port is kept, so that no other program can take it meanwhile."""
        self._listener.close()
        # The closed listener accepts connections until the thread has noticed.
        self._serving.join()
        self.cut()
        self._kept = _bound(self.port)

    def close(self):
        """Stops the proxy."""
        self._listener.close()
        self._kept.close()
        self.cut()

    def cut(self):
        """Resets every open connection; new ones are accepted."""
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for one in sockets:
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                # A close alone would wait for the thread that is reading.
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def _serve(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            near.settimeout(None)
            far = socket.create_connection(("127.0.0.1", self._engine_port))
            with self._lock:
                self.connections += 1
                self._sockets |= {near, far}
            for source, target, counter in ((near, far, "bytes_to_engine"), (far, near, "bytes_to_client")):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pass, args=(source, target, counter), daemon=True).start()

    def _pass(self, source, target, counter):
        try:
            while data := source.recv(65_536):
                with self._lock:
                    setattr(self, counter, getattr(self, counter) + len(data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
