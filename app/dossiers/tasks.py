"""Jobs of the hall: drafts that nobody touches are warned about and deleted; printed secrets are forgotten."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core import idempotency, jobs, limits
from app.core.actor import SYSTEM
from app.dossiers.services import phone_codes
from app.dossiers.services.devices import look_at_devices
from app.dossiers.services.drafts import sweep_drafts
from app.dossiers.services.slips import FORGET, forget_codes

SWEEP = "dossiers.sweep"


@jobs.handles(SWEEP)
def _sweep(_args: dict[str, Any]) -> None:
    sweep_drafts(SYSTEM)
    idempotency.sweep()
    limits.sweep()
    jobs.sweep()
    phone_codes.sweep()
    look_at_devices()
    jobs.enqueue(SWEEP, delay=timedelta(days=1))


@jobs.handles(FORGET)
def _forget(args: dict[str, Any]) -> None:
    forget_codes(args["slip"])
