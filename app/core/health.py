"""What ``GET /healthz`` tells: version, database, job queue."""
from __future__ import annotations

from app.core import jobs
from app.core.db import is_reachable
from app.core.settings import Settings


def health(settings: Settings) -> tuple[dict[str, object], bool]:
    """(facts, whether all is well). The queue is unwell when work is overdue or parked."""
    database = is_reachable()
    queue = jobs.counts()
    well = database and queue["overdue"] == 0 and queue["parked"] == 0
    facts = {
        "version": settings.version,
        "database": {"reachable": database, "engine": "sqlite" if settings.is_sqlite else "postgresql"},
        "jobs": queue,
        "status": "ok" if well else "degraded",
    }
    return facts, well
