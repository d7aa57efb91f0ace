"""A bad line between a browser and a port of this machine: it carries bytes, and delays, cuts and drops them."""
from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator

_PIECE = 4096
_RESET = struct.pack("ii", 1, 0)  # linger for no time: the other side sees a cut line, no end


class WeakLine:
    """``cut_every``: after so many bytes, whoever's and whichever way, the connection that carries them is cut.

    ``delay``: seconds before each 4 KiB. ``dead``: every connection is cut and no new one gets through.
    """

    def __init__(self, port: int, *, cut_every: int = 0, delay: float = 0.0) -> None:
        self.target, self.cut_every, self.delay = port, cut_every, delay
        self.carried = self.cuts = 0
        self._since_cut, self._dead = 0, False
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dead(self) -> bool:
        return self._dead

    @dead.setter
    def dead(self, dead: bool) -> None:
        with self._lock:
            self._dead = dead
            going = list(self._open) if dead else []
        for one in going:
            _cut(one)

    def close(self) -> None:
        self.dead = True
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), timeout=30)
        except OSError:
            _cut(client)
            return
        server.settimeout(None)
        with self._lock:
            self._open |= {client, server}
            dead = self._dead
        if dead:
            _cut(client), _cut(server)
            return
        threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
        self._pump(server, client)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_PIECE):
                if self.delay:
                    time.sleep(self.delay)
                if not self._passes(len(data)):
                    break
                target.sendall(data)
            else:
                target.shutdown(socket.SHUT_WR)  # an end like any other; what comes back still comes
                return
        _cut(source), _cut(target)
        with self._lock:
            self._open -= {source, target}

    def _passes(self, size: int) -> bool:
        with self._lock:
            self.carried += size
            self._since_cut += size
            if self._dead:
                return False
            if self.cut_every and self._since_cut >= self.cut_every:
                self._since_cut, self.cuts = 0, self.cuts + 1
                return False
            return True


def _cut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def weak_line(port: int, *, cut_every: int = 0, delay: float = 0.0) -> Iterator[WeakLine]:
    """A line to ``port`` that ends with the block."""
    line = WeakLine(port, cut_every=cut_every, delay=delay)
    try:
        yield line
    finally:
        line.close()
