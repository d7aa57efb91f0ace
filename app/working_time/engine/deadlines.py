"""From a start and a rule to the due moment (ngày hẹn trả), and how much of it is left."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.core.clock import TZ
from app.working_time.engine.calendar import Calendar
from app.working_time.engine.rules import Pause, TimeRule, Unit, merge

ANSWER_RULE = TimeRule(8, Unit.HOUR)  # accepted, supplement or refused within 8 working hours (NĐ 45/2020)


def counted_from(start: datetime, rule: TimeRule, calendar: Calendar) -> datetime:
    """The moment from which ``rule`` counts; in UTC.

    On a day off, or later than the rule's cutoff, it is the next opening. The cutoff is judged by the second
    that the slip prints: all of 15:00:00 is still before.
    """
    if start.tzinfo is None:
        raise ValueError("a start needs a time zone")
    local = start.astimezone(TZ)
    day = local.date()
    if calendar.is_working_day(day) and not _is_late(start, rule, calendar):
        return start.astimezone(UTC)
    return calendar.opening(calendar.next_working_day(day))


def _is_late(start: datetime, rule: TimeRule, calendar: Calendar) -> bool:
    local = start.astimezone(TZ)
    if rule.cutoff is not None and local.time().replace(microsecond=0) > rule.cutoff:
        return True
    # A day that closes before the cutoff: nothing can be answered on it any more.
    return rule.unit is Unit.SAME_DAY and start >= calendar.closing(local.date())


def due_at(start: datetime, rule: TimeRule, calendar: Calendar, pauses: Iterable[Pause] = ()) -> datetime:
    """The moment by which the ward must have answered; in UTC.

    The starting day is not counted; a day's deadline is closing time; a calendar-day deadline on a day off moves
    to the next working day; hours are hours of opening. A pause keeps what was left when it began and goes on
    from its end; one that begins after the due moment changes nothing; one still open leaves the due moment
    where it stood. Raises ``CalendarMissing`` rather than guess, ``ValueError`` for naive times.
    """
    return reckon(start, rule, calendar, merge(pauses))[-1]


def reckon(start: datetime, rule: TimeRule, calendar: Calendar, pauses: list[Pause]) -> list[datetime]:
    """The due moment without pauses, then after each pause of the merged list that counts."""
    begins = counted_from(start, rule, calendar)
    if rule.unit is Unit.HOUR:
        return _reckon_hours(begins, rule, calendar, pauses)
    first = _day_of(begins)
    last = (calendar.add_days if rule.unit is Unit.DAY else calendar.add_working_days)(first, rule.value)
    dues = [calendar.closing(calendar.first_working_day(last))]
    for pause in pauses:
        if pause.resumed_at is None or pause.paused_at >= dues[-1]:
            break
        if pause.resumed_at <= begins:
            dues.append(dues[-1])
            continue
        stops = _day_of(calendar.next_opening(max(pause.paused_at, begins)))
        goes_on = _day_of(counted_from(calendar.next_opening(pause.resumed_at), rule, calendar))
        last = _carry(last, stops, goes_on, rule, calendar)
        dues.append(calendar.closing(calendar.first_working_day(last)))
    return dues


def _carry(last: date, stops: date, goes_on: date, rule: TimeRule, calendar: Calendar) -> date:
    """What was left on ``stops`` until ``last``, counted again from ``goes_on``."""
    if rule.unit is Unit.DAY:
        # Already past the last day, in the grace of a weekend: nothing is left but the day of going on itself.
        return calendar.add_days(goes_on, max(0, (last - stops).days))
    return calendar.add_working_days(goes_on, calendar.working_days_between(stops, last))


def _reckon_hours(begins: datetime, rule: TimeRule, calendar: Calendar, pauses: list[Pause]) -> list[datetime]:
    amount = timedelta(hours=rule.value)
    dues = [calendar.add_working_time(begins, amount)]
    for pause in pauses:
        if pause.resumed_at is None or pause.paused_at >= dues[-1]:
            break
        goes_on = counted_from(pause.resumed_at, rule, calendar)
        if goes_on > begins:
            amount += calendar.working_time_between(max(pause.paused_at, begins), goes_on)
        dues.append(calendar.add_working_time(begins, amount))
    return dues


def _day_of(at: datetime) -> date:
    return at.astimezone(TZ).date()


def answer_due_at(submitted_at: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()) -> datetime:
    """By when an online filing must be accepted, sent back for a supplement or refused: 8 working hours; in UTC."""
    return due_at(submitted_at, ANSWER_RULE, calendar, pauses)


@dataclass(frozen=True, slots=True)
class Remaining:
    """How far a due moment is away, or how long ago it was; the facts behind "Còn 3 ngày" and "Trễ 1 ngày".

    ``working_days``: working days between today and the due day, today not counted (0 = the due day itself), never
    negative. ``working_time``: opening time, never negative. While paused both stand as the pause began.
    """

    due_at: datetime
    overdue: bool
    working_days: int
    working_time: timedelta
    paused_since: datetime | None = None

    @property
    def paused(self) -> bool:
        return self.paused_since is not None

    @property
    def due_today(self) -> bool:
        """It falls due on the day asked about (and is neither late nor paused)."""
        return not self.overdue and not self.paused and self.working_days == 0


def remaining(now: datetime, due: datetime, calendar: Calendar, pauses: Iterable[Pause] = ()) -> Remaining:
    """What is left at ``now`` until ``due``. Late only *after* the due moment."""
    still_open = (pause for pause in merge(pauses) if pause.resumed_at is None)
    waiting = next((pause for pause in still_open if pause.paused_at <= now and pause.paused_at < due), None)
    at = waiting.paused_at if waiting else now
    overdue = at > due
    earlier, later = (due, at) if overdue else (at, due)
    return Remaining(
        due_at=due,
        overdue=overdue,
        working_days=calendar.working_days_between(_day_of(earlier), _day_of(later)),
        working_time=calendar.working_time_between(earlier, later),
        paused_since=waiting.paused_at if waiting else None,
    )
