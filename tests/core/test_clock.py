"""One clock: instants in UTC, days and years in Việt Nam, whatever the server's own zone is (m15, F20, F25)."""
from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import clock
from tests.support.databases import ROOT

NEW_YEAR = datetime(2026, 12, 31, 17, 30, tzinfo=UTC)  # 0:30 on 1 January in Việt Nam
NEW_YORK = timezone(timedelta(hours=-5))


def test_the_year_begins_in_viet_nam_seven_hours_before_it_does_in_utc() -> None:
    with clock.moved_to(NEW_YEAR):
        assert clock.today() == date(2027, 1, 1)
        assert clock.now().year == 2026
    with clock.moved_to(NEW_YEAR - timedelta(minutes=31)):
        assert clock.today() == date(2026, 12, 31)


def test_a_moved_clock_is_in_utc_whatever_was_given_and_moves_back() -> None:
    before = clock.now()
    with clock.moved_to(NEW_YEAR.astimezone(NEW_YORK)):
        assert (clock.now(), clock.now().tzinfo) == (NEW_YEAR, UTC)
        with clock.moved_to(NEW_YEAR + timedelta(days=1)):
            assert clock.today() == date(2027, 1, 2)
        assert clock.now() == NEW_YEAR
    assert timedelta(0) <= clock.now() - before < timedelta(minutes=1)


def test_the_clock_moves_back_after_a_fault() -> None:
    with pytest.raises(ZeroDivisionError), clock.moved_to(NEW_YEAR):
        _ = 1 // 0
    assert clock.now() != NEW_YEAR


@given(st.datetimes(datetime(1976, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
@settings(max_examples=200)
def test_local_and_at_local_are_inverse(instant: datetime) -> None:
    here = clock.local(instant)
    assert here == instant and here.utcoffset() == timedelta(hours=7)
    assert clock.at_local(here.date(), here.timetz().replace(tzinfo=None)) == instant


def test_midnight_here_is_five_in_the_afternoon_of_the_day_before_in_utc() -> None:
    assert clock.at_local(date(2026, 11, 23), time()) == datetime(2026, 11, 22, 17, tzinfo=UTC)


def test_the_rules_of_time_hold_wherever_the_server_believes_to_be() -> None:
    """The published vectors of deadlines again, in a process in New York."""
    rules = ["tests/core/test_clock.py", "tests/working_time/test_due_at.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not server_believes", *rules],
        cwd=ROOT, env={**os.environ, "TZ": "America/New_York"}, capture_output=True, text=True, timeout=100, check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
