"""Jobs of help: helpers whose time ran out are stopped, dead codes are forgotten, promises that are near are told."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.assistance.services import board, fairness, phone_codes
from app.assistance.services.help_calls import WATCH
from app.assistance.services.help_sessions import end_lapsed
from app.assistance.services.helpers import stop_lapsed
from app.core import jobs
from app.core.actor import SYSTEM

SWEEP = "assistance.sweep"


@jobs.handles(SWEEP)
def _sweep(_args: dict[str, Any]) -> None:
    stop_lapsed()
    phone_codes.sweep()
    end_lapsed(SYSTEM)
    fairness.look_over()
    jobs.enqueue(SWEEP, delay=timedelta(days=1))


@jobs.handles(WATCH)
def _watch(args: dict[str, Any]) -> None:
    board.look_at_promise(args["call"])
