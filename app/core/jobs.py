"""Work for later, as rows written in the transaction that wants it: no job for a rolled-back dossier.

Handlers are safe to run twice. A job that fails eight times is parked and the others go on.
"""
from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, String, Text, delete, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Model, WithId, db, transaction
from app.core.logs import log_event, mask

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8

Handler = Callable[[dict[str, Any]], None]
_handlers: dict[str, Handler] = {}


class Job(WithId, Model):
    """One piece of work. ``args`` holds codes and ids, never personal data."""

    __tablename__ = "job"

    kind: Mapped[str] = mapped_column(String(60))
    args: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10), default="ready", index=True)  # ready | done | parked
    run_at: Mapped[datetime] = mapped_column(index=True)
    lease_until_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]


def handles(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of a kind of job (in a room's ``tasks.py``)."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def kinds() -> frozenset[str]:
    return frozenset(_handlers)


def enqueue(kind: str, *, delay: timedelta = timedelta(0), **args: Any) -> Job:
    """Write a job in the present transaction."""
    job = Job(kind=kind, args=args, run_at=clock.now() + delay)
    db.session.add(job)
    return job


def _take() -> int | None:
    now = clock.now()
    with transaction() as session:
        statement = (
            select(Job)
            .where(Job.state == "ready", Job.run_at <= now)
            .where(or_(Job.lease_until_at.is_(None), Job.lease_until_at < now))
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        while (job := session.scalars(statement).first()) is not None:
            if job.attempts < MAX_ATTEMPTS:
                job.lease_until_at = now + LEASE
                job.attempts += 1
                return job.id
            job.state = "parked"  # it never came to an end: its worker died under it each time
            session.flush()
        return None


def run_one() -> bool:
    """Run the job that is due next; whether there was one."""
    job_id = _take()
    if job_id is None:
        return False
    try:
        with transaction() as session:
            job = session.get_one(Job, job_id)
            kind, attempts = job.kind, job.attempts
            _handlers[job.kind](job.args)
            job.state, job.done_at, job.lease_until_at = "done", clock.now(), None
    except Exception as error:  # a job may fail in any way; it is kept and tried again
        with transaction() as session:
            job = session.get_one(Job, job_id)
            kind, attempts = job.kind, job.attempts
            job.lease_until_at = None
            job.last_error = _in_words(error)
            job.run_at = clock.now() + timedelta(seconds=min(3600, 5 * 2**attempts))
            if attempts >= MAX_ATTEMPTS:
                job.state = "parked"
        log_event("job.failed", kind=kind, job=job_id, attempts=attempts, error=type(error).__name__)
    else:
        log_event("job.done", kind=kind, job=job_id, attempts=attempts)
    return True


def _in_words(error: Exception) -> str:
    """What went wrong, without what people typed: a database quotes the row that it refused."""
    if isinstance(error, SQLAlchemyError):
        return " from ".join(type(one).__name__ for one in (error, getattr(error, "orig", None)) if one is not None)
    return mask("".join(traceback.format_exception_only(error)))[:1000]


def run_due(limit: int = 10_000) -> int:
    """Run what is due now; how many."""
    done = 0
    while done < limit and run_one():
        done += 1
    return done


def sweep(older_than: timedelta = timedelta(days=30)) -> None:
    """Forget work that was done long ago, in the present transaction; what is parked stays to be looked at."""
    db.session.execute(delete(Job).where(Job.state == "done", Job.done_at < clock.now() - older_than))


def counts() -> dict[str, int]:
    """Jobs by state, for the health check: ready, overdue (ready and due for over a minute), parked."""
    rows = db.session.execute(select(Job.state, func.count()).where(Job.state != "done").group_by(Job.state))
    by_state = {row[0]: row[1] for row in rows}
    overdue = db.session.scalar(
        select(func.count()).where(Job.state == "ready", Job.run_at < clock.now() - timedelta(minutes=1))
    )
    return {"ready": by_state.get("ready", 0), "overdue": overdue or 0, "parked": by_state.get("parked", 0)}
