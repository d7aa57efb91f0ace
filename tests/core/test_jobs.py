"""Jobs as rows: only for what was kept, once at a time, tried again, parked at last (F43)."""
from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from app.core import clock, jobs, worker
from app.core.db import db, transaction
from app.core.jobs import LEASE, MAX_ATTEMPTS, Job
from tests.core.running import at_once

RAN: Counter[int] = Counter()
DOING = threading.Lock()


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Kinds of jobs that only these tests know."""
    RAN.clear()

    @jobs.handles("test.count")
    def _count(args: dict[str, Any]) -> None:
        with DOING:
            RAN[args["number"]] += 1

    @jobs.handles("test.fail")
    def _fail(args: dict[str, Any]) -> None:
        RAN[args["number"]] += 1
        jobs.enqueue("test.count", number=-1)
        raise ValueError("gọi 0905000123 không được")

    yield
    for kind in ("test.count", "test.fail"):
        del jobs._handlers[kind]


@pytest.fixture(autouse=True)
def nothing_waits(app: Flask) -> None:
    """The work that an installation begins with is not ours."""
    with app.app_context(), transaction() as session:
        for job in session.scalars(select(Job).where(Job.state == "ready")):
            session.delete(job)


def add(kind: str = "test.count", count: int = 1, **named: Any) -> list[int]:
    with transaction():
        made = [jobs.enqueue(kind, number=number, **named) for number in range(count)]
        db.session.flush()
        return [job.id for job in made]


def job(job_id: int) -> Job:
    db.session.rollback()
    return db.session.get_one(Job, job_id, populate_existing=True)


@pytest.mark.usefixtures("database")
def test_a_job_lives_and_dies_with_the_transaction_that_wants_it() -> None:
    with pytest.raises(RuntimeError), transaction():
        jobs.enqueue("test.count", number=1)
        raise RuntimeError
    assert not jobs.run_one()
    (one,) = add()
    assert jobs.run_one() and not jobs.run_one()
    assert RAN == {0: 1}
    assert job(one).state == "done" and job(one).done_at is not None and job(one).lease_until_at is None


@pytest.mark.usefixtures("database")
def test_a_later_job_waits_for_its_time_and_older_ones_go_first() -> None:
    with transaction():
        jobs.enqueue("test.count", number=1, delay=timedelta(minutes=5))
        jobs.enqueue("test.count", number=2)
    assert jobs.run_due() == 1 and RAN == {2: 1}
    with clock.moved_to(clock.now() + timedelta(minutes=6)):
        assert jobs.run_due() == 1
    assert RAN == {1: 1, 2: 1}


def test_many_workers_run_each_job_once(app: Flask) -> None:
    with app.app_context():
        add(count=40)
    at_once(app, [lambda: jobs.run_due()] * 6)
    assert len(RAN) == 40 and set(RAN.values()) == {1}
    with app.app_context():
        assert jobs.counts()["ready"] == 0


@pytest.mark.usefixtures("database")
def test_a_job_that_fails_is_undone_tried_again_later_and_parked_at_last() -> None:
    (one,) = add("test.fail")
    waits = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert job(one).state == "ready"
        with clock.moved_to(max(clock.now(), job(one).run_at)):
            now = clock.now()
            assert jobs.run_one(), attempt
            waits.append((job(one).run_at - now).total_seconds())
        assert not jobs.run_one(), "not before its time"
    assert job(one).state == "parked" and RAN == {0: MAX_ATTEMPTS}
    assert waits == sorted(waits) and waits[0] >= 5 and waits[-1] <= 3600
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1, "what a failed job wanted is undone with it"
    assert "0905000123" not in (job(one).last_error or "") and "ValueError" in (job(one).last_error or "")
    assert jobs.counts()["parked"] == 1


@pytest.mark.usefixtures("database")
def test_what_is_noted_of_a_fault_does_not_name_what_was_typed() -> None:
    """Parameters of a statement, and on PostgreSQL the refused row itself, are names and numbers of people."""

    @jobs.handles("test.fail")
    def _fail(_args: dict[str, Any]) -> None:
        db.session.execute(
            text("INSERT INTO idempotency_key (key, scope, request_hash, status) VALUES ('k', :typed, 'h', NULL)"),
            {"typed": "Nguyễn Thị Kim Tuyến"},
        )

    (one,) = add("test.fail")
    assert jobs.run_one()
    assert "IntegrityError" in (job(one).last_error or "") and "Tuyến" not in (job(one).last_error or "")


@pytest.mark.usefixtures("database")
def test_a_poisonous_job_does_not_stop_the_others() -> None:
    add("test.fail")
    add("nobody.handles_this")
    add("test.count", 3)
    jobs.run_due()
    assert {number: RAN[number] for number in range(3)} == {0: 2, 1: 1, 2: 1}


@pytest.mark.usefixtures("database")
def test_the_job_of_a_worker_that_died_is_taken_again_after_its_lease() -> None:
    (one,) = add()
    assert jobs._take() == one, "taken by a worker that is killed now"
    assert not jobs.run_one(), "it may still be running"
    with clock.moved_to(clock.now() + LEASE + timedelta(seconds=1)):
        assert jobs.run_one()
    assert RAN == {0: 1} and job(one).attempts == 2


@pytest.mark.usefixtures("database")
def test_a_job_that_kills_its_worker_each_time_is_parked_too() -> None:
    (one,) = add()
    for death in range(MAX_ATTEMPTS):
        with clock.moved_to(clock.now() + (LEASE + timedelta(seconds=1)) * death):
            assert jobs._take() == one
    with clock.moved_to(clock.now() + (LEASE + timedelta(seconds=1)) * MAX_ATTEMPTS):
        assert jobs._take() is None
    assert job(one).state == "parked" and RAN == {}


@pytest.mark.usefixtures("database")
def test_work_that_is_overdue_is_counted() -> None:
    with clock.moved_to(clock.now() - timedelta(minutes=2)):
        add()
    add()
    assert jobs.counts() == {"ready": 2, "overdue": 1, "parked": 0}


@pytest.mark.usefixtures("database")
def test_work_done_long_ago_is_forgotten_and_parked_work_is_not() -> None:
    old = clock.now() - timedelta(days=31)
    with clock.moved_to(old):
        add(count=2)
        assert jobs.run_due() == 2
        add("test.fail")
    add()
    jobs.run_due()
    with transaction():
        jobs.sweep()
    assert sorted(db.session.scalars(select(Job.kind))) == ["test.count", "test.fail"]


def test_the_worker_outlives_a_database_that_is_away_and_stops_when_told(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "IDLE_S", 0.01)
    monkeypatch.setattr(worker, "TROUBLE_S", 0.01)
    with app.app_context():
        add(count=3)
    stop, trouble = threading.Event(), iter([True, True])

    def context() -> Any:
        if next(trouble, False):
            raise OSError("the database does not answer")
        return app.app_context()

    thread = threading.Thread(target=worker.work, args=(context,), kwargs={"stop": stop})
    thread.start()
    for _ in range(500):
        if len(RAN) == 3:
            break
        stop.wait(0.02)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive() and set(RAN.values()) == {1} and len(RAN) == 3
