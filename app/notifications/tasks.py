"""Jobs of the outbox."""
from __future__ import annotations

from typing import Any

from app.core import jobs
from app.notifications.services import JOB, deliver


@jobs.handles(JOB)
def _deliver(args: dict[str, Any]) -> None:
    deliver(args["message"])
