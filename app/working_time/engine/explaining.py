"""How a due moment came about, as facts and as sentences for the skin to translate."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.core.clock import TZ
from app.core.errors import N_
from app.working_time.engine.calendar import Calendar
from app.working_time.engine.deadlines import counted_from, reckon
from app.working_time.engine.rules import DayKind, MarkedDay, Pause, TimeRule, Unit, merge

Sentence = tuple[str, dict[str, object]]
_RULE_SENTENCE = {
    Unit.WORKING_DAY: N_("%(n)s ngày làm việc, không tính ngày nhận."),
    Unit.DAY: N_("%(n)s ngày, kể cả ngày nghỉ, không tính ngày nhận."),
    Unit.HOUR: N_("%(n)s giờ, chỉ tính giờ mở cửa."),
    Unit.SAME_DAY: N_("Có kết quả trong ngày."),
}
_SUMMARY = {
    Unit.WORKING_DAY: N_("%(n)s ngày làm việc"),
    Unit.DAY: N_("%(n)s ngày, kể cả ngày nghỉ"),
    Unit.HOUR: N_("%(n)s giờ làm việc"),
    Unit.SAME_DAY: N_("trong ngày"),
}
_SUMMARY_WITH_DAYS_OFF = {
    **_SUMMARY,
    Unit.WORKING_DAY: N_("%(n)s ngày làm việc, trừ ngày nghỉ %(days)s"),
    Unit.HOUR: N_("%(n)s giờ làm việc, trừ ngày nghỉ %(days)s"),
}


class Shift(StrEnum):
    """Why counting began later than receipt."""

    DAY_OFF = "day_off"  # nhận vào ngày nghỉ
    AFTER_CUTOFF = "after_cutoff"  # nhận sau giờ chốt


@dataclass(frozen=True, slots=True)
class PauseFact:
    """One stretch of standing time: ``due_at`` is where it left the due moment, ``counts`` whether it moved it."""

    paused_at: datetime
    resumed_at: datetime | None
    due_at: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """The facts behind one due moment. Instants are in UTC, days are days in Việt Nam.

    ``days_off``: marked days that pushed the deadline (ordinary weekends are not named). ``make_up_days``: marked
    days that were counted. ``first_due_at``: without any pause. ``last_day_off_on``: the calendar-day deadline
    that fell on a day off and moved.
    """

    start: datetime
    rule: TimeRule
    counted_from: datetime
    shift: Shift | None
    days_off: tuple[MarkedDay, ...]
    make_up_days: tuple[MarkedDay, ...]
    last_day_off_on: date | None
    first_due_at: datetime
    pauses: tuple[PauseFact, ...]
    due_at: datetime

    def summary(self) -> Sentence:
        """One line for a slip or a clerk's card: "10 ngày làm việc, trừ ngày nghỉ 24/11"."""
        facts: dict[str, object] = {"n": self.rule.value}
        if self.days_off:
            return _SUMMARY_WITH_DAYS_OFF[self.rule.unit], {**facts, "days": _stretches_of(self.days_off)}
        return _SUMMARY[self.rule.unit], facts

    def sentences(self) -> list[Sentence]:
        """Message ids with parameters, in the order in which a clerk would say them."""
        said: list[Sentence] = [(_RULE_SENTENCE[self.rule.unit], {"n": self.rule.value})]
        if self.shift is Shift.DAY_OFF:
            said.append((N_("Nhận vào ngày nghỉ, nên tính từ %(day)s."), {"day": _day(self.counted_from)}))
        elif self.shift is Shift.AFTER_CUTOFF and self.rule.cutoff:
            said.append((
                N_("Nhận sau %(hour)s, nên tính từ %(day)s."),
                {"hour": f"{self.rule.cutoff:%H:%M}", "day": _day(self.counted_from)},
            ))
        if self.days_off:
            said.append((N_("Trừ ngày nghỉ %(days)s."), {"days": _stretches_of(self.days_off)}))
        if self.make_up_days:
            said.append((N_("Có tính ngày làm bù %(days)s."), {"days": _stretches_of(self.make_up_days)}))
        if self.last_day_off_on:
            said.append((
                N_("Ngày cuối %(day)s là ngày nghỉ, nên dời sang %(next)s."),
                {"day": f"{self.last_day_off_on:%d/%m}", "next": _day(self.first_due_at)},
            ))
        for pause in self.pauses:
            if pause.resumed_at is None:
                said.append((N_("Đang tạm dừng từ %(start)s."), {"start": _moment(pause.paused_at)}))
            elif pause.counts:
                said.append((
                    N_("Trừ lúc tạm dừng, từ %(start)s đến %(end)s."),
                    {"start": _moment(pause.paused_at), "end": _moment(pause.resumed_at)},
                ))
        return said


def explain(start: datetime, rule: TimeRule, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Explanation:
    """How ``due_at(start, rule, calendar, pauses)`` came about; raises what it raises."""
    merged = merge(pauses)
    begins = counted_from(start, rule, calendar)
    dues = reckon(start, rule, calendar, merged)
    first, due = _day_of(begins), _day_of(dues[-1])
    last_day_off = None
    if rule.unit is Unit.DAY:
        last = calendar.add_days(first, rule.value)
        last_day_off = last if not calendar.is_working_day(last) else None
    counted = [] if rule.unit is Unit.DAY else [
        mark for mark in _marks_between(calendar, first, due) if not _stands_still(mark.day, merged)
    ]
    return Explanation(
        start=start,
        rule=rule,
        counted_from=begins,
        shift=_shift(start, begins, calendar),
        days_off=tuple(
            m for m in counted if m.kind is not DayKind.SWAP_WORK and calendar.is_ordinary_working_day(m.day)
        ),
        make_up_days=tuple(m for m in counted if m.kind is DayKind.SWAP_WORK),
        last_day_off_on=last_day_off,
        first_due_at=dues[0],
        pauses=tuple(_pause_facts(merged, dues)),
        due_at=dues[-1],
    )


def _shift(start: datetime, begins: datetime, calendar: Calendar) -> Shift | None:
    if begins == start:
        return None
    return Shift.AFTER_CUTOFF if calendar.is_working_day(_day_of(start)) else Shift.DAY_OFF


def _pause_facts(merged: list[Pause], dues: list[datetime]) -> Iterable[PauseFact]:
    for place, pause in enumerate(merged, start=1):
        reached = place < len(dues)
        due = dues[place] if reached else dues[-1]
        yield PauseFact(pause.paused_at, pause.resumed_at, due, reached and due != dues[place - 1])


def _marks_between(calendar: Calendar, after: date, until: date) -> list[MarkedDay]:
    days = (after + timedelta(days=offset) for offset in range(1, (until - after).days + 1))
    return [mark for mark in map(calendar.mark, days) if mark is not None]


def _stands_still(day: date, merged: list[Pause]) -> bool:
    """A whole day inside a pause moved nothing by itself."""
    return any(p.resumed_at is not None and _day_of(p.paused_at) < day < _day_of(p.resumed_at) for p in merged)


def _stretches_of(marks: tuple[MarkedDay, ...]) -> str:
    """16/02–20/02, 24/11"""
    stretches: list[list[date]] = []
    for mark in marks:
        if stretches and (mark.day - stretches[-1][-1]).days == 1:
            stretches[-1].append(mark.day)
        else:
            stretches.append([mark.day])
    return ", ".join(f"{s[0]:%d/%m}" if len(s) == 1 else f"{s[0]:%d/%m}–{s[-1]:%d/%m}" for s in stretches)


def _day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def _day(at: datetime) -> str:
    return f"{at.astimezone(TZ):%d/%m}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(TZ):%H:%M %d/%m}"
