"""``python -m app.serve``: one command starts everything, keeps it, takes new code up and stops it."""
from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.databases import ROOT
from tests.support.processes import end_with_parent
from tests.support.servers import free_port


class Product:
    """The running product: its process, its output so far, its address."""

    def __init__(self, data: Path, **env: str) -> None:
        self.port = int(env.get("PORT") or free_port())
        self.url = f"http://127.0.0.1:{self.port}"
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("APP_", "DEMO", "HOST"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app.serve"],
            cwd=ROOT, start_new_session=True, preexec_fn=end_with_parent, text=True,
            env={**clean, "DATA_DIR": str(data), "PORT": str(self.port), **env},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        self.lines: list[str] = []
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def __enter__(self) -> Product:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(self.process.stdout)

    @property
    def said(self) -> str:
        return "".join(self.lines)

    def get(self, path: str = "/healthz") -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def wait(self, seconds: float = 120) -> None:
        """Until it answers and all its processes are there: gunicorn with two workers, the job worker."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.get()
                if len(self.children()) >= 4:
                    return
            except (OSError, urllib.error.URLError):
                assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.02)

    def cpu_s(self) -> float:
        """Processor seconds of all its processes so far, ended ones too: the clock's seconds on an idle machine."""
        times = [process.cpu_times() for process in (psutil.Process(self.process.pid), *self.children())]
        return sum(t.user + t.system + t.children_user + t.children_system for t in times)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C in a terminal: the signal goes to the whole foreground group."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        return self.end(timeout=45)

    def end(self, timeout: float = 60) -> int:
        """Wait for its own end; the exit status."""
        status = self.process.wait(timeout=timeout)
        self.reader.join(timeout=5)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return status


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def product(data: Path) -> Iterator[Product]:
    with Product(data) as product:
        product.wait()
        yield product


def test_the_start_page_and_the_health_check_answer(product: Product) -> None:
    status, text = product.get()
    assert (status, '"sqlite"' in text, '"version"' in text) == (200, True, True)
    status, text = product.get("/")
    assert status == 200 and "<h1" in text


def test_the_address_is_printed(product: Product) -> None:
    assert product.url in product.said


def test_the_job_worker_runs_what_is_due(product: Product, data: Path) -> None:
    with sqlite3.connect(data / "phuxuan.db", timeout=10) as connection:
        connection.execute(
            "INSERT INTO job (kind, args, state, run_at, attempts, created_at) VALUES"
            " ('nobody.handles_this', '{}', 'ready', '2026-01-01', 0, '2026-01-01')"
        )
    connection.close()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        with sqlite3.connect(data / "phuxuan.db", timeout=10) as connection:
            attempts, error = connection.execute("SELECT attempts, last_error FROM job ORDER BY id DESC").fetchone()
        connection.close()
        if error:
            assert attempts == 1 and "nobody.handles_this" in error
            return
        time.sleep(0.1)
    pytest.fail("the job was never taken")


def test_a_web_server_that_dies_is_replaced(product: Product) -> None:
    before = {child.pid for child in product.children()}
    for child in psutil.Process(product.process.pid).children():
        child.kill()
    product.wait()
    deadline = time.monotonic() + 15
    while {child.pid for child in product.children()} & before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert product.get("/")[0] == 200
    assert "starting it again" in product.said


def test_new_code_is_taken_up_without_a_failed_request(product: Product) -> None:
    before = {child.pid for child in psutil.Process(product.process.pid).children()}
    failed: list[str] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            try:
                if (status := product.get("/")[0]) != 200:
                    failed.append(str(status))
            except OSError as error:
                failed.append(repr(error))

    askers = [threading.Thread(target=ask, daemon=True) for _ in range(2)]
    for asker in askers:
        asker.start()
    try:
        os.kill(product.process.pid, signal.SIGHUP)
        deadline = time.monotonic() + 300
        while before & {child.pid for child in psutil.Process(product.process.pid).children()}:
            assert time.monotonic() < deadline, product.said
            time.sleep(0.1)
        time.sleep(0.5)
    finally:
        done.set()
    for asker in askers:
        asker.join()
    assert failed == []
    assert product.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_everything_and_the_second_start_is_quick(tmp_path: Path, number: signal.Signals) -> None:
    for most in (20.0, 5.0):
        with Product(tmp_path) as product:
            product.wait()
            assert product.cpu_s() < most
            started = [*product.children(), psutil.Process(product.process.pid)]
            assert product.stop(number) == 0
        # Who reaps an orphan is the machine's affair; it is given a moment for it.
        assert psutil.wait_procs(started, timeout=10)[1] == []
        assert "Traceback" not in product.said


def test_faults_of_the_settings_are_told_one_a_line(tmp_path: Path) -> None:
    product = Product(tmp_path, APP_ENV="production", DEMO="1")
    assert product.end() == 1
    lines = product.said.splitlines()
    assert [word for word in ("DEMO", "APP_ROOT_KEY", "PUBLIC_URL") if not any(word in line for line in lines)] == []
    assert "Traceback" not in product.said and all("; " not in line for line in lines)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        product = Product(tmp_path, PORT=str(other.getsockname()[1]))
        assert product.end() == 1
    assert "choose another PORT" in product.said and "Traceback" not in product.said


def test_a_demonstration_shows_a_code_for_phones_and_lets_each_role_in(tmp_path: Path) -> None:
    with Product(tmp_path, DEMO="1", HOST="0.0.0.0") as product:
        product.wait(seconds=400)
        links = re.findall(rf"{re.escape(product.url)}(/can-bo/\S+)", product.said)
        assert len(links) >= 5
        status, text = product.get(links[0])
        assert status == 200 and "<h1" in text
        with sqlite3.connect(tmp_path / "phuxuan.db") as connection:
            assert connection.execute("SELECT count(*) FROM dossier").fetchone()[0] >= 200
        connection.close()
