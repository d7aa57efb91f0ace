"""The deadline chip (hạn trả): how much working time is left, in few words; what is late shouts.

Pure: facts and a calendar in, an icon and a sentence for the skin out.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from app.core import clock
from app.core.errors import N_
from app.dossiers.models import State
from app.working_time import engine

Sentence = tuple[str, dict[str, object]]


class HasDates(Protocol):
    """A dossier, or a line of the queue."""

    state: int
    answer_due_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Chip:
    """``kind`` is the end of a CSS class: late, soon, stop, or empty for all is well."""

    kind: str
    icon: str
    words: Sentence
    until: Sentence | None = None  # on the dossier's own page: "hạn 17:00 26/11"

    @property
    def long(self) -> list[Sentence]:
        """The words of the dossier's own page: "Còn 2 giờ 45 · hạn 17:00", "Còn 3 ngày" and "hạn 17:00 26/11"."""
        if self.until is None:
            return [self.words]
        return [self.until] if self.kind == "soon" else [self.words, self.until]


def chip(
    of: HasDates, calendar: engine.Calendar, *, mended: bool = False, lapsed: bool = False
) -> Chip | None:
    """The chip of a dossier at this moment; None where nothing is promised.

    ``mended``: what was asked for has come, so the clock runs again although the state still says "chờ bổ sung".
    ``lapsed``: it has not come in time.
    """
    state = State(of.state)
    try:
        if state in (State.FINISHED, State.HANDED_OVER):
            return _finished(of, calendar)
        if state in (State.DRAFT, State.REFUSED, State.STOPPED):
            return None
        if state == State.AWAITING_PAYMENT or (state == State.AWAITING_SUPPLEMENT and not mended):
            return Chip("soon", "call", (N_("Quá hạn gửi thêm"), {})) if lapsed else Chip("stop", "pause", (N_("Tạm dừng"), {}))
        due = of.answer_due_at or of.due_at
        return _running(due, calendar) if due else None
    except engine.CalendarMissing:
        return _by_day(of.answer_due_at or of.due_at)


def _finished(of: HasDates, calendar: engine.Calendar) -> Chip | None:
    if of.due_at is None or of.finished_at is None:
        return None
    left = engine.remaining(of.finished_at, of.due_at, calendar)
    if left.overdue:
        return Chip("late", "warning", _late(left))
    if left.working_days:
        return Chip("", "tick", (N_("Sớm %(n)s ngày"), {"n": left.working_days}))
    return Chip("", "tick", (N_("Đúng hẹn"), {}))


def _running(due: datetime, calendar: engine.Calendar) -> Chip:
    left = engine.remaining(clock.now(), due, calendar)
    until = _until(due, today=left.due_today)
    if left.overdue:
        return Chip("late", "warning", _late(left), until)
    if left.due_today:
        return Chip("soon", "clock", (N_("Hôm nay %(hour)s"), {"hour": _hour(due)}), _rest(left.working_time, due))
    return Chip("", "clock", (N_("Còn %(n)s ngày"), {"n": left.working_days}), until)


def _late(left: engine.Remaining) -> Sentence:
    if left.working_days:
        return N_("Trễ %(n)s ngày"), {"n": left.working_days}
    hours, minutes = _parts(left.working_time)
    if hours:
        return N_("Trễ %(n)s giờ"), {"n": hours}
    if minutes:
        return N_("Trễ %(n)s phút"), {"n": minutes}
    return N_("Vừa trễ"), {}  # the promise ended, and no minute of opening has passed since


def _rest(left: timedelta, due: datetime) -> Sentence:
    """Còn 2 giờ 45 · hạn 17:00: only opening time counts."""
    hours, minutes = _parts(left)
    facts: dict[str, object] = {"hours": hours, "minutes": f"{minutes:02d}", "due": _hour(due)}
    if not hours:
        return N_("Còn %(minutes)s phút · hạn %(due)s"), {**facts, "minutes": minutes}
    if not minutes:
        return N_("Còn %(hours)s giờ · hạn %(due)s"), facts
    return N_("Còn %(hours)s giờ %(minutes)s · hạn %(due)s"), facts


def _parts(time: timedelta) -> tuple[int, int]:
    minutes = int(time.total_seconds()) // 60
    return minutes // 60, minutes % 60


def _until(due: datetime, *, today: bool) -> Sentence:
    return N_("hạn %(due)s"), {"due": _hour(due) if today else f"{_hour(due)} {clock.local(due):%d/%m}"}


def _hour(at: datetime) -> str:
    local = clock.local(at)
    return f"{local.hour}:{local.minute:02d}"


def _by_day(due: datetime | None) -> Chip | None:
    """The day alone, when the calendar of its year is not there yet."""
    return Chip("", "clock", (N_("Hạn %(day)s"), {"day": f"{clock.local(due):%d/%m/%Y}"})) if due else None
