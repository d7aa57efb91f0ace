"""The ward's calendar as an immutable value: which days work, and when the doors are open on them."""
from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType

from app.core.clock import TZ
from app.working_time.engine.rules import (
    CalendarMissing,
    DayKind,
    HoursMissing,
    HoursUse,
    MarkedDay,
    OpenSpan,
)

# Times of a day are whole microseconds since midnight in Việt Nam, so that no moment is rounded on its way.
Spans = tuple[tuple[int, int], ...]
_SECOND = 1_000_000
_MICROSECOND = timedelta(microseconds=1)


def _of_day(hour: time) -> int:
    return ((hour.hour * 60 + hour.minute) * 60 + hour.second) * _SECOND + hour.microsecond


@dataclass(frozen=True, slots=True)
class _Week:
    """The hours in force from ``valid_from``; seven entries each."""

    valid_from: date
    working: tuple[Spans, ...]
    reception: tuple[Spans, ...]

    def hours_of_make_up_day(self, weekday: int) -> Spans:
        """A make-up Saturday has the hours of the nearest working weekday before it."""
        for back in range(7):
            spans = self.working[(weekday - back) % 7]
            if spans:
                return spans
        return ()


@dataclass(frozen=True, slots=True)
class _Run:
    """Known years without a gap between them: prefix sums over their days.

    ``before[i]`` counts working days before day ``first + i``; ``elapsed[k]`` is the working time before the
    k-th working day.
    """

    first: int
    last: int
    before: list[int]
    working: list[int]
    spans: list[Spans]
    elapsed: list[int]

    @property
    def year_after(self) -> int:
        return date.fromordinal(self.last).year + 1


class Calendar:
    """Built once from rows, never changed; every method is a few look-ups.

    Days that touch a year without rows raise ``CalendarMissing``: nothing is guessed.
    """

    __slots__ = ("_marks", "_runs", "_weeks", "_without_hours", "years")

    def __init__(self, days: Iterable[MarkedDay], hours: Iterable[OpenSpan], years: Iterable[int]) -> None:
        """``years``: those whose days off have been entered (a year may have few rows and still be known)."""
        self._marks: Mapping[date, MarkedDay] = MappingProxyType({mark.day: mark for mark in days})
        self._weeks = _weeks(hours)
        asked = sorted(set(years))
        self.years: tuple[int, ...] = tuple(year for year in asked if self._has_hours(year))
        self._without_hours = frozenset(asked) - frozenset(self.years)
        self._runs: dict[int, _Run] = {}
        for stretch in _stretches(self.years):
            run = self._build(stretch[0], stretch[-1])
            self._runs.update(dict.fromkeys(stretch, run))

    # --- days -----------------------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Whether the ward works on ``day`` (ngày làm việc)."""
        run, ordinal = self._run(day.year), day.toordinal()
        return run.before[ordinal - run.first + 1] > run.before[ordinal - run.first]

    def next_working_day(self, day: date) -> date:
        """The first working day after ``day``."""
        return self.add_working_days(day, 1)

    def first_working_day(self, day: date) -> date:
        """``day`` when it works, otherwise the first working day after it."""
        return day if self.is_working_day(day) else self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int) -> date:
        """The ``count``-th working day after ``day``; 0 gives ``day`` itself."""
        if count < 0:
            raise ValueError("deadlines are not counted backwards")
        if count == 0:
            return day
        run = self._run(day.year)
        place = run.before[day.toordinal() - run.first + 1] + count - 1
        if not 0 <= place < len(run.working):
            raise self._missing(run.year_after)
        return date.fromordinal(run.working[place])

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie after ``after`` and not after ``until``; negative when ``until`` is earlier."""
        run = self._same_run(after, until)
        return run.before[until.toordinal() - run.first + 1] - run.before[after.toordinal() - run.first + 1]

    def add_days(self, day: date, count: int) -> date:
        """``day`` and ``count`` calendar days, within the known years."""
        run, ordinal = self._run(day.year), day.toordinal() + count
        if ordinal > run.last:
            raise self._missing(run.year_after)
        return date.fromordinal(ordinal)

    def mark(self, day: date) -> MarkedDay | None:
        """The row that makes ``day`` special, if any."""
        return self._marks.get(day)

    def is_ordinary_working_day(self, day: date) -> bool:
        """Whether ``day`` would work by its weekday alone."""
        week = self._week(day)
        return bool(week and week.working[day.weekday()])

    # --- moments --------------------------------------------------------------------------------

    def opening(self, day: date) -> datetime:
        """When the ward opens on a working day; in UTC."""
        return _moment(day.toordinal(), self._spans(day)[0][0])

    def closing(self, day: date) -> datetime:
        """When the ward closes on a working day (a day's deadline); in UTC."""
        return _moment(day.toordinal(), self._spans(day)[-1][1])

    def next_opening(self, at: datetime) -> datetime:
        """``at`` itself while the ward works, otherwise the moment it next opens; in UTC."""
        day, clock_time = _place(at)
        if self.is_working_day(day):
            for opens, closes in self._spans(day):
                if clock_time < opens:
                    return _moment(day.toordinal(), opens)
                if clock_time < closes:
                    return at.astimezone(UTC)
        return self.opening(self.next_working_day(day))

    def hours_on(self, day: date) -> list[tuple[time, time, HoursUse]]:
        """The spans in which the doors are open on ``day``, reception-only ones included."""
        week = self._week(day)
        spans = [(*span, HoursUse.WORKING) for span in (self._spans(day) if self.is_working_day(day) else ())]
        if week and day not in self._marks:
            spans += [(*span, HoursUse.RECEPTION) for span in week.reception[day.weekday()]]
        return [(_time(opens), _time(closes), use) for opens, closes, use in sorted(spans)]

    # --- working time ---------------------------------------------------------------------------

    def elapsed(self, at: datetime) -> int:
        """Working time up to ``at`` in microseconds, counted from the start of its run of known years."""
        day, clock_time = _place(at)
        run = self._run(day.year)
        offset = day.toordinal() - run.first
        place = run.before[offset]
        total = run.elapsed[place]
        if run.before[offset + 1] > place:
            for opens, closes in run.spans[place]:
                if clock_time > opens:
                    total += min(clock_time, closes) - opens
        return total

    def add_working_time(self, at: datetime, amount: timedelta) -> datetime:
        """The moment at which ``amount`` (more than nothing) of opening time has passed since ``at``; in UTC."""
        if amount <= timedelta(0):
            raise ValueError("working time to add must be more than nothing")
        run = self._run(_place(at)[0].year)
        target = self.elapsed(at) + amount // _MICROSECOND
        place = bisect_left(run.elapsed, target) - 1
        if place >= len(run.working):
            raise self._missing(run.year_after)
        left = target - run.elapsed[place]
        for opens, closes in run.spans[place]:
            if left <= closes - opens:
                return _moment(run.working[place], opens + left)
            left -= closes - opens
        raise AssertionError("prefix sums and spans disagree")

    def add_working_hours(self, at: datetime, hours: int) -> datetime:
        """The moment at which ``hours`` hours of opening have passed since ``at``; in UTC."""
        return self.add_working_time(at, timedelta(hours=hours))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Opening time from ``start`` to ``end``; negative when ``end`` is earlier."""
        self._same_run(_place(start)[0], _place(end)[0])
        return (self.elapsed(end) - self.elapsed(start)) * _MICROSECOND

    # --- inside ---------------------------------------------------------------------------------

    def _missing(self, year: int) -> CalendarMissing:
        return HoursMissing(year) if year in self._without_hours else CalendarMissing(year)

    def _run(self, year: int) -> _Run:
        run = self._runs.get(year)
        if run is None:
            raise self._missing(year)
        return run

    def _same_run(self, one: date, other: date) -> _Run:
        run = self._run(one.year)
        if self._run(other.year) is not run:
            earlier = min(one, other)
            raise self._missing(self._run(earlier.year).year_after)
        return run

    def _spans(self, day: date) -> Spans:
        run = self._run(day.year)
        offset = day.toordinal() - run.first
        place = run.before[offset]
        if run.before[offset + 1] == place:
            raise ValueError(f"{day} is not a working day")
        return run.spans[place]

    def _week(self, day: date) -> _Week | None:
        place = bisect_right(self._weeks, day, key=lambda week: week.valid_from) - 1
        return self._weeks[place] if place >= 0 else None

    def _has_hours(self, year: int) -> bool:
        first = self._week(date(year, 1, 1))
        return first is not None and all(
            any(week.working) for week in (first, *self._weeks) if week is first or week.valid_from.year == year
        )

    def _day_spans(self, day: date) -> Spans:
        week = self._week(day)
        if week is None:
            return ()
        mark = self._marks.get(day)
        if mark is None:
            return week.working[day.weekday()]
        return week.hours_of_make_up_day(day.weekday()) if mark.kind is DayKind.SWAP_WORK else ()

    def _build(self, first_year: int, last_year: int) -> _Run:
        first, last = date(first_year, 1, 1).toordinal(), date(last_year, 12, 31).toordinal()
        before, working, spans, elapsed = [0], [], [], [0]
        for ordinal in range(first, last + 1):
            open_spans = self._day_spans(date.fromordinal(ordinal))
            if open_spans:
                working.append(ordinal)
                spans.append(open_spans)
                elapsed.append(elapsed[-1] + sum(closes - opens for opens, closes in open_spans))
            before.append(len(working))
        return _Run(first, last, before, working, spans, elapsed)


def _place(at: datetime) -> tuple[date, int]:
    """The day and the time of day that a clock in Việt Nam shows."""
    if at.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    at = at.astimezone(TZ)
    return at.date(), ((at.hour * 60 + at.minute) * 60 + at.second) * _SECOND + at.microsecond


def _moment(ordinal: int, of_day: int) -> datetime:
    local = datetime.fromordinal(ordinal).replace(tzinfo=TZ) + of_day * _MICROSECOND
    return local.astimezone(UTC)


def _time(of_day: int) -> time:
    seconds, micro = divmod(of_day, _SECOND)
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60, micro)


def _weeks(hours: Iterable[OpenSpan]) -> list[_Week]:
    by_start: dict[date, list[OpenSpan]] = {}
    for span in hours:
        if span.closes_at <= span.opens_at:
            raise ValueError(f"hours of weekday {span.weekday} close before they open")
        by_start.setdefault(span.valid_from, []).append(span)
    return [
        _Week(start, _spans_of(spans, HoursUse.WORKING), _spans_of(spans, HoursUse.RECEPTION))
        for start, spans in sorted(by_start.items())
    ]


def _spans_of(spans: list[OpenSpan], use: HoursUse) -> tuple[Spans, ...]:
    week = []
    for weekday in range(7):
        chosen = [span for span in spans if span.weekday == weekday and span.use is use]
        mine = sorted((_of_day(span.opens_at), _of_day(span.closes_at)) for span in chosen)
        if any(later[0] < earlier[1] for earlier, later in pairwise(mine)):
            raise ValueError(f"hours of weekday {weekday} overlap")
        week.append(tuple(mine))
    return tuple(week)


def _stretches(years: tuple[int, ...]) -> list[list[int]]:
    stretches: list[list[int]] = []
    for year in years:
        if stretches and stretches[-1][-1] == year - 1:
            stretches[-1].append(year)
        else:
            stretches.append([year])
    return stretches
