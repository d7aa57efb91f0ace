"""The clock stands still while the ward waits: it pauses and goes on, it never starts again."""
from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.core.clock import TZ
from app.working_time.engine import Pause, TimeRule, Unit, due_at, remaining
from tests.working_time.calendars import at, calendar_by_hand, rule, shown

CALENDAR = calendar_by_hand()


def pause(text: str) -> Pause:
    """``2026-11-23 09:00 > 2026-11-27 10:00``; without the second, still waiting."""
    start, _, end = text.partition(" > ")
    return Pause(at(start), at(end) if end else None)


# Received Wednesday 18/11/2026 10:00, 5 working days: 19, 20, 23, 25, 26/11 (24/11 is a holiday).
@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "2026-11-26 17:00"),
        (["2026-11-19 09:00 > 2026-11-19 16:00"], "2026-11-26 17:00"),
        (["2026-11-19 10:00 > 2026-11-20 16:59"], "2026-11-27 17:00"),
        (["2026-11-19 10:00 > 2026-11-20 17:00"], "2026-11-30 17:00"),  # closed: goes on Monday
        (["2026-11-19 10:00 > 2026-11-21 20:00"], "2026-11-30 17:00"),  # supplement sent on Saturday
        (["2026-11-20 17:00 > 2026-11-23 07:30"], "2026-11-26 17:00"),  # a weekend costs nothing
        (["2026-11-21 08:00 > 2026-11-22 08:00"], "2026-11-26 17:00"),
        (["2026-11-24 09:00 > 2026-11-24 15:00"], "2026-11-26 17:00"),  # within a holiday
        (["2026-11-23 17:30 > 2026-11-25 07:00"], "2026-11-26 17:00"),  # around it
        (["2026-11-23 16:00 > 2026-11-25 08:00"], "2026-11-27 17:00"),  # the holiday itself is not counted
        (["2026-11-19 10:00 > 2026-11-23 10:00", "2026-11-20 08:00 > 2026-11-25 09:00"], "2026-12-01 17:00"),
        (["2026-11-20 08:00 > 2026-11-25 09:00", "2026-11-19 10:00 > 2026-11-23 10:00"], "2026-12-01 17:00"),
        (["2026-11-19 10:00 > 2026-11-25 09:00", "2026-11-20 08:00 > 2026-11-23 09:00"], "2026-12-01 17:00"),
        (["2026-11-19 10:00 > 2026-11-20 10:00", "2026-11-23 10:00 > 2026-11-25 10:00"], "2026-11-30 17:00"),
        (["2026-11-26 16:59 > 2026-11-30 08:00"], "2026-11-30 17:00"),  # nothing left but the day itself
        (["2026-11-26 17:00 > 2026-11-30 08:00"], "2026-11-26 17:00"),  # asked too late
        (["2026-11-27 09:00 > 2026-11-30 08:00"], "2026-11-26 17:00"),
        (["2026-11-18 10:00 > 2026-11-25 10:00"], "2026-12-02 17:00"),
        (["2026-11-10 10:00 > 2026-11-12 10:00"], "2026-11-26 17:00"),  # before receipt
        (["2026-11-10 10:00 > 2026-11-20 10:00"], "2026-11-30 17:00"),
        (["2026-11-20 10:00"], "2026-11-26 17:00"),  # still waiting: stands where it stood
        (["2026-11-19 10:00 > 2026-11-20 10:00", "2026-11-23 10:00"], "2026-11-27 17:00"),
    ],
)
def test_five_working_days(pauses: list[str], due: str) -> None:
    assert shown(due_at(at("2026-11-18 10:00"), rule("5wd"), CALENDAR, map(pause, pauses))) == due


@pytest.mark.parametrize(
    ("received", "limit", "pauses", "due"),
    [
        ("2026-11-20 10:00", "3wd", ["2026-11-23 09:00 > 2026-11-27 10:00"], "2026-12-01 17:00"),
        ("2026-02-12 09:00", "3wd", ["2026-02-13 14:00 > 2026-02-18 10:00"], "2026-02-25 17:00"),
        ("2026-11-21 09:00", "1wd", ["2026-11-21 10:00 > 2026-11-22 10:00"], "2026-11-25 17:00"),
        ("2026-11-23 07:30", "8h", ["2026-11-23 09:00 > 2026-11-23 10:00"], "2026-11-25 08:30"),
        ("2026-11-23 07:30", "8h", ["2026-11-23 11:30 > 2026-11-23 13:00"], "2026-11-23 17:00"),
        ("2026-11-23 07:30", "8h", ["2026-11-23 16:00 > 2026-11-25 08:30"], "2026-11-25 09:30"),
        ("2026-11-23 07:30", "8h", ["2026-11-23 10:15:30 > 2026-11-23 10:20"], "2026-11-25 07:34:30"),
        ("2026-11-21 07:30", "8h", ["2026-11-21 08:00 > 2026-11-23 08:30"], "2026-11-25 08:30"),
        ("2026-11-23 07:30", "8h", ["2026-11-23 17:00 > 2026-11-25 10:00"], "2026-11-23 17:00"),
        ("2026-11-13 10:00", "10d", ["2026-11-16 09:00 > 2026-11-19 09:00"], "2026-11-26 17:00"),
        ("2026-11-11 10:00", "10d", ["2026-11-23 09:00 > 2026-11-26 10:00"], "2026-11-26 17:00"),  # weekend's grace
        ("2026-11-11 10:00", "10d", ["2026-11-20 09:00 > 2026-11-27 10:00"], "2026-11-30 17:00"),
        ("2026-11-23 09:00", "same", ["2026-11-23 10:00 > 2026-11-23 14:00"], "2026-11-23 17:00"),
        ("2026-11-23 09:00", "same", ["2026-11-23 10:00 > 2026-11-23 15:00"], "2026-11-23 17:00"),
        ("2026-11-23 09:00", "same", ["2026-11-23 10:00 > 2026-11-23 15:00:01"], "2026-11-25 17:00"),
        ("2026-11-23 09:00", "same", ["2026-11-23 16:30 > 2026-11-25 09:00"], "2026-11-25 17:00"),
        ("2026-11-23 16:00", "same", ["2026-11-23 16:30 > 2026-11-23 16:45"], "2026-11-25 17:00"),
    ],
)
def test_other_units_and_edges(received: str, limit: str, pauses: list[str], due: str) -> None:
    assert shown(due_at(at(received), rule(limit), CALENDAR, map(pause, pauses))) == due


def test_bad_pauses_are_refused() -> None:
    start, limit = at("2026-11-18 10:00"), rule("5wd")
    with pytest.raises(ValueError, match="ends before"):
        due_at(start, limit, CALENDAR, [pause("2026-11-20 10:00 > 2026-11-20 09:59")])
    with pytest.raises(ValueError, match="aware"):
        due_at(start, limit, CALENDAR, [Pause(datetime(2026, 11, 20, 10))])


MINUTES = int((at("2027-11-30 00:00") - at("2024-02-01 00:00")).total_seconds()) // 60
moments = st.integers(0, MINUTES).map(lambda m: at("2024-02-01 00:00") + timedelta(minutes=m))
lengths = st.one_of(st.integers(0, 600), st.integers(0, 60 * 24 * 25)).map(lambda m: timedelta(minutes=m))
limits = st.one_of(
    st.just(TimeRule.same_day()),
    st.builds(TimeRule, st.integers(1, 20), st.sampled_from([Unit.WORKING_DAY, Unit.DAY, Unit.HOUR])),
)
BRIEF = settings(max_examples=400, deadline=None)


@BRIEF
@given(moments, limits, lengths, lengths)
def test_what_was_left_when_it_paused_is_left_when_it_goes_on(
    start: datetime, limit: TimeRule, wait: timedelta, length: timedelta
) -> None:
    """Never late by the pause itself, and never more time than before."""
    plain = due_at(start, limit, CALENDAR)
    stop = start + wait
    assume(stop < plain)
    end = stop + length
    due = due_at(start, limit, CALENDAR, [Pause(stop, end)])
    assert due >= plain
    assert due > end
    if limit.unit is Unit.HOUR:
        assert CALENDAR.working_time_between(end, due) == CALENDAR.working_time_between(max(start, stop), plain)
    elif limit.unit is Unit.WORKING_DAY:
        left, still_left = remaining(stop, plain, CALENDAR), remaining(end, due, CALENDAR)
        goes_on = CALENDAR.next_opening(end).astimezone(TZ).date()
        same_day = goes_on == end.astimezone(TZ).date()
        # On a day off, or after closing, the day of going on is still to come.
        assert still_left.working_days <= left.working_days + (0 if same_day else 1)


@BRIEF
@given(moments, limits, lengths)
def test_paused_from_receipt_on_is_as_if_received_at_the_end(
    start: datetime, limit: TimeRule, length: timedelta
) -> None:
    start = CALENDAR.next_opening(start)
    assume(limit.unit is not Unit.SAME_DAY or start < due_at(start, limit, CALENDAR))
    end = CALENDAR.next_opening(start + length)
    late_start = limit.cutoff is not None and start.astimezone(TZ).time() > limit.cutoff
    assume(not late_start)
    assert due_at(start, limit, CALENDAR, [Pause(start, end)]) == due_at(end, limit, CALENDAR)


@BRIEF
@given(moments, limits, st.lists(st.tuples(lengths, lengths), max_size=4), st.randoms())
def test_more_pause_is_never_less_time_and_order_does_not_matter(
    start: datetime, limit: TimeRule, gaps: list[tuple[timedelta, timedelta]], random: object
) -> None:
    pauses = [Pause(start + wait, start + wait + length) for wait, length in gaps]
    due = due_at(start, limit, CALENDAR, pauses)
    shuffled = [*pauses]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert due_at(start, limit, CALENDAR, shuffled) == due
    assert due_at(start, limit, CALENDAR, [*pauses, *pauses]) == due
    assert due >= due_at(start, limit, CALENDAR)
    longer = [Pause(p.paused_at, p.resumed_at + timedelta(hours=5)) for p in pauses if p.resumed_at]
    assert due_at(start, limit, CALENDAR, longer) >= due
