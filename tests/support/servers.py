"""The product behind a real socket on this machine, with a real database."""
from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app.core.settings import Settings


@dataclass(frozen=True, slots=True)
class LiveServer:
    """``url`` has no slash at its end."""

    url: str
    app: Flask


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing: the tests' output is read by people."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(app: Flask, settings: Settings) -> Iterator[LiveServer]:
    """Serve ``app`` from threads of this process, so that a test may move the clock and look inside."""
    server = make_server("127.0.0.1", settings.port, app, threaded=True, request_handler=_Quiet)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield LiveServer(f"http://127.0.0.1:{settings.port}", app)
    finally:
        server.shutdown()
        thread.join(timeout=10)
        server.server_close()
