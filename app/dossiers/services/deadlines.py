"""The promised date: always derived from acceptance, rule and pauses; the column only serves the queue."""
from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import N_, Conflict
from app.dossiers.models import Dossier, Pause
from app.procedures.schema import Procedure
from app.working_time import engine
from app.working_time.queries import load_calendar


def rule_of(procedure: Procedure) -> dict[str, object]:
    """The time rule of a procedure as the dossier keeps it from acceptance on."""
    rule = procedure.time
    return {"unit": str(rule.unit), "value": rule.value, "cutoff": str(rule.cutoff)[:5] if rule.cutoff else None}


def as_engine_rule(kept: dict[str, object]) -> engine.TimeRule:
    cutoff = kept.get("cutoff")
    return engine.TimeRule(
        int(str(kept["value"])), engine.Unit(str(kept["unit"])), time.fromisoformat(str(cutoff)) if cutoff else None
    )


def pauses_of(dossier: Dossier) -> list[engine.Pause]:
    rows = db.session.scalars(select(Pause).where(Pause.dossier_id == dossier.id).order_by(Pause.from_at))
    return [engine.Pause(row.from_at, row.to_at) for row in rows]


def derive_due_at(dossier: Dossier) -> datetime | None:
    """The due moment from the stored facts, or None before acceptance."""
    if dossier.accepted_at is None or dossier.time_rule is None:
        return None
    return engine.due_at(dossier.accepted_at, as_engine_rule(dossier.time_rule), load_calendar(), pauses_of(dossier))


def begin_pause(dossier: Dossier, kind: str) -> None:
    """Let the clock stand from now on. A dossier not yet accepted has no clock."""
    if dossier.accepted_at is not None:
        db.session.add(Pause(dossier_id=dossier.id, kind=kind, from_at=clock.now()))
        db.session.flush()


def end_pause(dossier: Dossier) -> None:
    """Let the clock run again and derive the due moment anew."""
    open_pause = select(Pause).where(Pause.dossier_id == dossier.id, Pause.to_at.is_(None))
    for pause in db.session.scalars(open_pause):
        pause.to_at = clock.now()
    db.session.flush()
    dossier.due_at = derive_due_at(dossier)
    dossier.refresh_queue_at()
    db.session.flush()


def undo_pauses(dossier: Dossier, since: datetime) -> None:
    """Take back what an undone act did to the clock: its own pause never was, one that it ended goes on."""
    for pause in db.session.scalars(select(Pause).where(Pause.dossier_id == dossier.id)):
        if pause.from_at >= since:
            db.session.delete(pause)
        elif pause.to_at is not None and pause.to_at >= since:
            pause.to_at = None
    db.session.flush()


def promised_at(procedure: Procedure, start: datetime | None = None) -> datetime:
    """What would be promised for a dossier accepted at ``start`` (default: now)."""
    start = start or clock.now()
    try:
        return engine.due_at(start, as_engine_rule(rule_of(procedure)), load_calendar())
    except engine.CalendarMissing as error:
        raise Conflict(N_("Chưa có lịch nghỉ năm tới, nên chưa hẹn được ngày. Nhờ quản trị nạp lịch.")) from error


def explain_promise(procedure: Procedure) -> engine.Explanation | None:
    """How the date came about that would be promised now; None when the calendar does not reach that far."""
    try:
        return engine.explain(clock.now(), as_engine_rule(rule_of(procedure)), load_calendar())
    except engine.CalendarMissing:
        return None


def answer_due_at(start: datetime) -> datetime:
    """When an online filing must be answered: 8 working hours (NĐ 45/2020)."""
    return engine.answer_due_at(start, load_calendar())
