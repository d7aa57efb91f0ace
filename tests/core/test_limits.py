"""Limits are counted in the database before anything is judged (m8): by many at once, over windows, given back once."""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.core import clock, limits
from app.core.db import db, transaction
from app.core.errors import TooMany
from app.core.limits import Limit, LimitCount, give_back, spend
from tests.core.running import at_once

NARROW, WIDE = Limit("narrow", 5, 3600), Limit("wide", 12, 3600)
AT = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)


def left(limit: Limit, subject: str = "x") -> int:
    """How many tries pass until the next one is refused."""
    passed = 0
    try:
        while passed < 100:
            spend((limit, subject))
            passed += 1
    except TooMany:
        return passed
    raise AssertionError("no limit at all")


@pytest.mark.usefixtures("database")
def test_a_limit_ends_when_it_is_used_up_and_says_when_to_come_back() -> None:
    for _ in range(5):
        spend((NARROW, "x"))
    with pytest.raises(TooMany) as refused:
        spend((NARROW, "x"))
    assert refused.value.status == 429 and refused.value.retry_after == 3600
    spend((NARROW, "another"))


def test_many_at_once_pass_exactly_as_often_as_allowed(app: Flask) -> None:
    found = [one for _ in range(3) for one in at_once(app, [lambda: spend((NARROW, "x"))] * 8)]
    assert sum(one is None for one in found) == 5
    assert all(one is None or isinstance(one, TooMany) for one in found)


@pytest.mark.usefixtures("database")
def test_what_a_narrow_limit_stops_costs_the_wide_one_nothing() -> None:
    for _ in range(50):
        try:
            spend((NARROW, "one code"), (WIDE, "all"))
        except TooMany:
            continue
    assert left(WIDE, "all") == 12 - 5


@pytest.mark.usefixtures("database")
def test_a_try_counts_although_the_request_is_undone() -> None:
    db.session.execute(select(LimitCount)).all()
    spend((NARROW, "x"))
    db.session.rollback()
    assert left(NARROW) == 4


@pytest.mark.usefixtures("database")
def test_the_next_window_begins_anew() -> None:
    with clock.moved_to(AT):
        assert left(NARROW) == 5
    with clock.moved_to(AT + timedelta(minutes=59, seconds=59)):
        assert left(NARROW) == 0
    with clock.moved_to(AT + timedelta(hours=1)):
        assert left(NARROW) == 5


@given(st.datetimes(datetime(2025, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)), st.sampled_from([60, 900, 3600, 86400]))
@settings(max_examples=300)
def test_every_moment_of_a_window_counts_in_the_same_row(moment: datetime, seconds: int) -> None:
    """A window that came out a second earlier now and then would double the limit."""
    limit = Limit("any", 1, seconds)
    with clock.moved_to(moment):
        found = limits._window(limit).replace(microsecond=0)
    begin = datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)
    assert found == begin


@pytest.mark.usefixtures("database")
def test_a_right_try_is_given_back_and_never_more_than_that() -> None:
    for _ in range(3):
        give_back((NARROW, "x"))
    assert left(NARROW) == 5, "nothing was spent, so nothing comes back"
    with clock.moved_to(clock.now() + timedelta(hours=2)):
        for _ in range(9):
            spend((NARROW, "x"))
            give_back((NARROW, "x"))
        assert left(NARROW) == 5


def test_giving_back_forgets_no_try_of_another(app: Flask) -> None:
    """A count that is read and then written would undo what others counted in between."""

    def right() -> None:
        spend((WIDE, "x"))
        give_back((WIDE, "x"))

    for _ in range(4):
        at_once(app, [lambda: spend((WIDE, "x")), right, right, right, right, right])
    with app.app_context():
        assert db.session.scalar(select(LimitCount.count)) == 4


@pytest.mark.usefixtures("database")
def test_old_windows_are_forgotten() -> None:
    with clock.moved_to(clock.now() - timedelta(days=3)):
        spend((NARROW, "x"))
    spend((NARROW, "x"))
    with transaction():
        limits.sweep()
    assert db.session.scalar(select(func.count()).select_from(LimitCount)) == 1
