"""Numbers without gap or double: by many at once, given back by who fails, one series beside the other."""
from __future__ import annotations

import pytest
from flask import Flask

from app.core.counters import next_number, reset_number
from app.core.db import db, transaction
from tests.core.running import at_once

SERIES = "test/2026"


def take(fails: bool = False) -> int:
    with transaction():
        number = next_number(SERIES)
        if fails:
            raise RuntimeError("after the number was taken")
        return number


def test_many_at_once_get_each_number_once(app: Flask) -> None:
    given = [number for _ in range(4) for number in at_once(app, [take] * 8)]
    assert sorted(given) == list(range(1, 33))


def test_who_fails_gives_the_number_back(app: Flask) -> None:
    acts = [lambda fails=place % 3 == 0: take(fails) for place in range(9)]
    given = at_once(app, acts)
    kept = sorted(number for number in given if isinstance(number, int))
    assert kept == list(range(1, 7)) and sum(isinstance(one, RuntimeError) for one in given) == 3
    with app.app_context():
        assert take() == 7


@pytest.mark.usefixtures("database")
def test_series_do_not_know_each_other_and_old_books_are_continued() -> None:
    with transaction():
        assert [next_number(SERIES), next_number("test/2027"), next_number(SERIES)] == [1, 1, 2]
        reset_number(SERIES, 417)
        assert next_number(SERIES) == 418
    db.session.rollback()
    assert take() == 419
