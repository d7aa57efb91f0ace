"""Jobs of this room: look again at a notice whose request died, close what has ended."""
from __future__ import annotations

from typing import Any

from app.core import jobs
from app.payments.services import notices, orders, payers


@jobs.handles(notices.PROCESS_JOB)
def process_notice(args: dict[str, Any]) -> None:
    """Book a journalled notice, unless its request did so already."""
    notices.process_notice(int(args["event_id"]))


@jobs.handles(orders.CLOSE_JOB)
def close_ended(_args: dict[str, Any]) -> None:
    """Close orders that ran out or whose dossier ended, forget old raw bodies, look at who pays; again in an hour."""
    orders.close_ended_orders()
    notices.forget_raw_bodies()
    payers.look_at_payers()
    orders.keep_closing()
