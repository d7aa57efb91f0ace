"""Jobs of help: helpers whose time ran out are stopped, codes that are no good any more are forgotten."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.assistance.services import phone_codes
from app.assistance.services.helpers import stop_lapsed
from app.core import jobs

SWEEP = "assistance.sweep"


@jobs.handles(SWEEP)
def _sweep(_args: dict[str, Any]) -> None:
    stop_lapsed()
    phone_codes.sweep()
    jobs.enqueue(SWEEP, delay=timedelta(days=1))
