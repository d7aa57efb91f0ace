"""The load generator, in a process of its own: a bounded number of requests or flows to 127.0.0.1.

    python -m tests.bench.load <<< '{"port": 8000, "connections": 8, "count": 2000, "path": "/"}'
    python -m tests.bench.load <<< '{"port": 8000, "connections": 8, "count": 200, "flow": "tests.bench.x:submit"}'
"""
from __future__ import annotations

import importlib
import json
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.bench.client import Session

HOST = "127.0.0.1"
MOST = 100_000  # requests of one call
LONGEST_S = 120.0


@dataclass(slots=True)
class Result:
    """What one call saw. ``by_label`` holds seconds of each request."""

    seconds: float
    count: int
    errors: list[str]
    by_label: dict[str, list[float]] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds

    def percentile(self, share: float, label: str = "get") -> float:
        """Milliseconds within which ``share`` of the requests were answered."""
        times = sorted(self.by_label[label])
        return 1000 * times[min(len(times) - 1, int(share * len(times)))]


def run(port: int, *, connections: int, count: int, timeout: float = LONGEST_S + 30, **plan: Any) -> Result:
    """Call the generator. ``plan`` is ``path`` (and ``headers``) of one GET, or ``flow`` as ``module:function``."""
    given = {"port": port, "connections": connections, "count": count, **plan}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(given), capture_output=True, text=True, timeout=timeout, check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr[-2000:]}")
    return Result(**json.loads(done.stdout))


class _Connection:
    """One keep-alive connection that repeats a GET."""

    def __init__(self, port: int, request: bytes) -> None:
        self.port, self.request = port, request
        self.socket = socket.create_connection((HOST, port), timeout=30)
        self.buffer, self.began = b"", 0.0

    def send(self) -> None:
        self.buffer, self.began = b"", time.perf_counter()
        self.socket.sendall(self.request)

    def receive(self) -> int | None:
        """The status once the answer is whole, else None. Raises ``OSError`` when the server hangs up."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.buffer += piece
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or not _is_whole(head, body):
            return None
        return int(self.buffer[9:12])


def _is_whole(head: bytes, body: bytes) -> bool:
    for line in head.lower().split(b"\r\n")[1:]:
        if line.startswith(b"content-length:"):
            return len(body) >= int(line[15:])
        if line.startswith(b"transfer-encoding:"):
            return body.endswith(b"0\r\n\r\n")
    raise ConnectionError("an answer without length")


def repeat(port: int, path: str, connections: int, count: int, headers: Mapping[str, str]) -> Result:
    """Repeat one GET over keep-alive connections, each asking again as soon as it was answered."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"{HOST}:{port}", **headers}.items())
    request = f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()
    selector, times, errors = selectors.DefaultSelector(), [], []
    began = time.perf_counter()
    sent = 0
    for _ in range(min(connections, count)):
        connection = _Connection(port, request)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
        sent += 1
    while selector.get_map() and time.perf_counter() - began < LONGEST_S:
        for key, _ in selector.select(timeout=5):
            connection = key.data
            try:
                status = connection.receive()
            except OSError as error:
                status = 0
                errors.append(str(error))
                selector.unregister(connection.socket)
                connection.socket.close()
                continue
            if status is None:
                continue
            times.append(time.perf_counter() - connection.began)
            if status != 200:
                errors.append(str(status))
            if sent < count:
                connection.send()
                sent += 1
            else:
                selector.unregister(connection.socket)
                connection.socket.close()
    seconds = time.perf_counter() - began
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    selector.close()
    return Result(seconds, len(times), errors, {"get": times})


def flows(port: int, act: Callable[[Session, int], None], connections: int, count: int) -> Result:
    """Run a flow ``count`` times, each with a visitor of its own, ``connections`` at a time."""
    numbers, lock = iter(range(count)), threading.Lock()
    timings: list[tuple[str, float, int]] = []
    errors: list[str] = []
    began = time.perf_counter()

    def visitor() -> None:
        while time.perf_counter() - began < LONGEST_S:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            session = Session(HOST, port)
            try:
                act(session, number)
            except Exception as error:
                errors.append(repr(error)[:300])
            session.close()
            timings.extend(session.timings)

    threads = [threading.Thread(target=visitor) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors += [f"{label}: {status}" for label, _, status in timings if status >= 400]
    by_label: dict[str, list[float]] = {}
    for label, seconds, _ in timings:
        by_label.setdefault(label, []).append(seconds)
    return Result(time.perf_counter() - began, count, errors, by_label)


def main() -> None:
    plan = json.load(sys.stdin)
    count, connections, port = min(plan["count"], MOST), plan["connections"], plan["port"]
    if "flow" in plan:
        module, _, name = plan["flow"].partition(":")
        result = flows(port, getattr(importlib.import_module(module), name), connections, count)
    else:
        result = repeat(port, plan["path"], connections, count, plan.get("headers", {}))
    json.dump({**asdict(result), "errors": result.errors[:20]}, sys.stdout)


if __name__ == "__main__":
    main()
