"""The job worker: what is due is done, a database that is away is waited for, a stop lets the job under way finish."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from flask import Flask

from app.core import jobs, worker
from app.core.db import transaction

done: list[int] = []


@jobs.handles("tests.note")
def note(args: dict[str, Any]) -> None:
    time.sleep(args["seconds"])
    done.append(args["number"])


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., threading.Event]]:
    """Start a worker in a thread; gives the event that stops it."""
    monkeypatch.setattr(worker, "IDLE_S", 0.02)
    monkeypatch.setattr(worker, "TROUBLE_S", 0.02)
    done.clear()
    started: list[tuple[threading.Event, threading.Thread]] = []

    def start(context: Callable[[], AbstractContextManager[object]]) -> threading.Event:
        stop = threading.Event()
        thread = threading.Thread(target=worker.work, args=(context,), kwargs={"stop": stop}, daemon=True)
        started.append((stop, thread))
        thread.start()
        return stop

    yield start
    for stop, thread in started:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def enqueue(app: Flask, number: int, seconds: float = 0) -> None:
    with app.app_context(), transaction():
        jobs.enqueue("tests.note", number=number, seconds=seconds)


def test_what_is_due_is_done_in_turn(app: Flask, working: Callable[..., threading.Event]) -> None:
    enqueue(app, 1)
    enqueue(app, 2)
    working(app.app_context)
    until(lambda: done == [1, 2])
    enqueue(app, 3)
    until(lambda: done == [1, 2, 3])


def test_a_database_that_is_away_is_waited_for(app: Flask, working: Callable[..., threading.Event]) -> None:
    tries: list[int] = []

    def context() -> AbstractContextManager[object]:
        tries.append(1)
        if len(tries) <= 3:
            raise ConnectionError("the database is away")
        return app.app_context()

    enqueue(app, 1)
    working(context)
    until(lambda: done == [1])
    assert len(tries) > 3


def test_a_stop_lets_the_job_under_way_finish(
    app: Flask, working: Callable[..., threading.Event], second_connection: Callable[..., list[Any]]
) -> None:
    enqueue(app, 1, seconds=0.5)
    stop = working(app.app_context)
    until(lambda: second_connection("SELECT 1 FROM job WHERE kind = 'tests.note' AND attempts = 1") != [])
    stop.set()
    until(lambda: done == [1])
    until(lambda: second_connection("SELECT state FROM job WHERE kind = 'tests.note'")[0][0] == "done")
