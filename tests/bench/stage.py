"""What a bench stands on: the product and the floor on gunicorn, their CPU and memory, rounds in turn."""
from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench import load
from tests.support.databases import ROOT, PostgresServer
from tests.support.processes import end_with_parent
from tests.support.servers import free_port

ROUNDS = 3


@dataclass(slots=True)
class Server:
    """A running server; ``url`` has no slash at its end."""

    process: subprocess.Popen[bytes]
    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tree(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def web(self) -> list[psutil.Process]:
        """gunicorn and its workers, without the job worker."""
        with_children = [process for process in self.tree() if process.children()]
        arbiter = with_children[-1]
        return [arbiter, *arbiter.children()]

    def cpu_s(self, *, everything: bool = False) -> float:
        """Seconds of CPU that the web processes (or all of them) and their ended children have used so far."""
        times = [process.cpu_times() for process in (self.tree() if everything else self.web())]
        return sum(t.user + t.system + t.children_user + t.children_system for t in times)

    def memory_mb(self) -> float:
        """Memory of all processes, shared pages counted once (PSS)."""
        return sum(process.memory_full_info().pss for process in self.tree()) / 1e6

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=45)


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of load. CPU is the web processes' per request or flow."""

    per_second: float
    cpu_ms: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Medians over the rounds, product and floor measured in turn."""

    product: Sample
    floor: Sample


class Stage:
    """Everything one run of the benches needs; ``close`` stops what it started."""

    def __init__(self, rounds: int = ROUNDS) -> None:
        self.rounds = max(rounds, 3)
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        self._servers: dict[str, Server] = {}
        self._postgresql: PostgresServer | None = None

    def close(self) -> None:
        self._stack.close()

    def product(self, engine: str = "sqlite") -> Server:
        """The product as ``make run`` starts it, with an empty database; the same one for every bench."""
        return self._kept(f"product-{engine}", lambda: self.new_product(engine))

    def floor(self, engine: str = "sqlite") -> Server:
        return self._kept(f"floor-{engine}", lambda: self._start_floor(engine))

    def new_product(self, engine: str = "sqlite", folder: Path | None = None) -> Server:
        """A further product; who asks for it stops it."""
        folder = folder or self.new_folder()
        env = {"DATA_DIR": str(folder)} | ({"DATABASE_URL": self.new_database()} if engine == "postgresql" else {})
        return start([sys.executable, "-m", "app.serve"], folder, "/healthz", env)

    def new_floor(self) -> Server:
        """A further floor; who asks for it stops it."""
        return self._start_floor("sqlite")

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self._folder))

    def new_database(self) -> str:
        """A database on a PostgreSQL that keeps what it acknowledged (fsync on)."""
        if self._postgresql is None:
            self._postgresql = PostgresServer(settings=())
            self._stack.callback(self._postgresql.stop)
        return self._postgresql.new_database(f"bench_{time.monotonic_ns()}")

    def compare(
        self, product: Callable[[], Sample], floor: Callable[[], Sample], *, rounds: int | None = None
    ) -> Pair:
        """Measure both in turn, after one round of each that is not counted."""
        product(), floor()
        samples = [(product(), floor()) for _ in range(rounds or self.rounds)]
        return Pair(median([ours for ours, _ in samples]), median([theirs for _, theirs in samples]))

    def hits(self, server: Server, path: str, *, connections: int = 8, count: int = 3000, **headers: str) -> Sample:
        """Repeat one GET. Raises ``RuntimeError`` when any request failed."""
        return self._measured(server, connections, count, "get", path=path, headers=headers)

    def flow(self, server: Server, flow: str, *, label: str, connections: int = 8, count: int = 200) -> Sample:
        """Repeat a flow (``module:function``); the times are those of the requests named ``label``."""
        return self._measured(server, connections, count, label, flow=flow)

    def _measured(self, server: Server, connections: int, count: int, label: str, **plan: object) -> Sample:
        before = server.cpu_s()
        result = load.run(server.port, connections=connections, count=count, **plan)
        spent = server.cpu_s() - before
        if result.errors:
            raise RuntimeError(f"{len(result.errors)} requests failed: {result.errors[:3]}")
        cpu_ms = 1000 * spent / result.count
        return Sample(result.per_second, cpu_ms, result.percentile(0.5, label), result.percentile(0.99, label))

    def _kept(self, name: str, make: Callable[[], Server]) -> Server:
        if name not in self._servers:
            self._servers[name] = server = make()
            self._stack.callback(server.stop)
        return self._servers[name]

    def _start_floor(self, engine: str) -> Server:
        folder = self.new_folder()
        url = self.new_database() if engine == "postgresql" else str(folder / "floor.db")
        return start([sys.executable, "-m", "tests.bench.floor", "{port}", url], folder, "/text", {})


def median(samples: list[Sample]) -> Sample:
    """The median of each measure by itself."""
    names = Sample.__slots__
    return Sample(**{name: statistics.median(getattr(sample, name) for sample in samples) for name in names})


def start(command: list[str], folder: Path, ready: str, env: dict[str, str]) -> Server:
    """Start a server on a free port of this machine and wait until it answers."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("APP_", "DEMO", "HOST"))}
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in command],
            cwd=ROOT, env={**clean, "PORT": str(port), **env}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            preexec_fn=end_with_parent,
        )
    server = Server(process, port, folder)
    wait(server, ready)
    return server


def wait(server: Server, path: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(server.url + path, timeout=5):
                return
        except OSError:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((server.folder / "server.log").read_text(encoding="utf-8")[-2000:]) from None
            time.sleep(0.01)


@contextmanager
def stage(rounds: int = ROUNDS) -> Iterator[Stage]:
    it = Stage(rounds)
    try:
        yield it
    finally:
        it.close()
