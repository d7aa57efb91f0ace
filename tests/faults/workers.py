"""The product as it is served: gunicorn with several worker processes, which may be killed and whose words are kept.

``python -m tests.faults.workers COUNT`` serves what the environment says with COUNT workers.
"""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from app import create_app
from app.core.settings import Settings
from app.serve.server import BACKLOG, Server, open_listener
from tests.support.applications import USUAL
from tests.support.databases import ROOT
from tests.web.browsing import Outside


@dataclass(slots=True)
class Workers:
    """A running gunicorn. ``said`` is all that it and its workers wrote."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def pids(self) -> list[int]:
        return [child.pid for child in psutil.Process(self.process.pid).children()]

    def kill_one(self) -> None:
        """``kill -9`` of a worker in the middle of what it does."""
        for pid in self.pids()[:1]:
            os.kill(pid, signal.SIGKILL)


@contextmanager
def serving(settings: Settings, folder: Path, *, count: int = 4, **env: str) -> Iterator[Workers]:
    """Serve the database of ``settings`` from processes of their own, as development and production do."""
    log = folder / "served.log"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("APP_", "DEMO", "PYTEST_"))}
    told = {
        **USUAL, "APP_ENV": "development", "DATABASE_URL": settings.database_url, "DATA_DIR": str(settings.data_dir),
        "PORT": str(settings.port), "PUBLIC_URL": settings.public_url, **env,
    }
    with log.open("wb") as words:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.workers", str(count)], cwd=ROOT, env={**inherited, **told},
            stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT,
        )
    server = Workers(process, settings.port, log)
    try:
        _wait(server, count)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def _wait(server: Workers, count: int, seconds: float = 60) -> None:
    """Until it answers and all its workers are there."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            Outside(server.port).get("/healthz")
            if len(server.pids()) >= count:
                return
        except OSError:
            assert server.process.poll() is None, server.said
        assert time.monotonic() < deadline, server.said
        time.sleep(0.05)


def together(acts: Sequence[Callable[[], Any]], at_once: int = 24) -> list[Any]:
    """What each act gave, so many of them at a time."""
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda act: act(), acts))


def main() -> None:
    settings = Settings.from_env()
    listener = open_listener(settings.host, settings.port)
    listener.listen(BACKLOG)
    server = Server(create_app(settings), settings, listener)
    server.cfg.set("workers", int(sys.argv[1]))
    server.cfg.set("graceful_timeout", 5)
    server.run()


if __name__ == "__main__":
    main()
