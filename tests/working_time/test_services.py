"""The calendar table: filled once, edited by staff, seen by every worker at once."""
from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.core import clock
from app.core.actor import SYSTEM
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.errors import Forbidden, Invalid, NotFound
from app.working_time import prefill, queries, services
from app.working_time.engine import CalendarMissing, DayKind, HoursUse, OpenSpan, due_at
from app.working_time.models import CalendarDay, CalendarYear
from tests.working_time.calendars import at, rule, shown
from tests.working_time.rows import CLERK, EDITOR, empty_calendar, seeded_calendar

CULTURE = date(2026, 11, 24)
PLAIN = date(2026, 11, 25)

pytestmark = pytest.mark.usefixtures("database")


def due(received: str, limit: str) -> str:
    return shown(due_at(at(received), rule(limit), queries.load_calendar()))


def closure(day: date = PLAIN, **but: str) -> CalendarDay:
    facts = {"kind": "closure", "name": "Nghỉ bão số 6", "source": "Công điện của phường", **but}
    return services.set_day(EDITOR, day, **facts)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is sent inside."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_filled_once_and_then_left_alone() -> None:
    empty_calendar()
    with pytest.raises(CalendarMissing):
        due("2026-11-20 10:00", "3wd")
    with transaction():
        assert services.seed_calendar(SYSTEM) == list(range(2024, 2031))
    assert due("2026-11-20 10:00", "3wd") == "2026-11-26 17:00"
    with transaction():
        services.remove_day(EDITOR, CULTURE)
    with transaction():
        assert services.seed_calendar(SYSTEM) == []
        assert services.seed_calendar(SYSTEM, 2029, 2032) == [2031, 2032]
    assert queries.find_day(CULTURE) is None
    assert due("2026-11-20 10:00", "3wd") == "2026-11-25 17:00"
    assert queries.load_calendar().years == tuple(range(2024, 2033))
    assert len(queries.list_opening_hours(date(2026, 11, 23))) == 10


def test_a_year_with_rows_but_never_filled_stays_unknown() -> None:
    seeded_calendar()
    db.session.add(CalendarDay(day=date(2031, 1, 1), kind=DayKind.HOLIDAY.value, name="Tết Dương lịch", source="x"))
    db.session.commit()
    with pytest.raises(CalendarMissing):
        due("2030-12-31 09:00", "1wd")
    with transaction():
        services.seed_calendar(SYSTEM, 2031, 2031)
    assert due("2030-12-31 09:00", "1wd") == "2031-01-02 17:00"


@pytest.mark.parametrize("years", [(1999, 2030), (2024, 2100)])
def test_years_beyond_the_lunar_tables_are_refused(years: tuple[int, int]) -> None:
    empty_calendar()
    with pytest.raises(Invalid), transaction():
        services.seed_calendar(SYSTEM, *years)


def test_a_change_is_seen_at_once_and_undone_with_its_transaction() -> None:
    seeded_calendar()
    assert due("2026-11-20 10:00", "3wd") == "2026-11-26 17:00"
    with pytest.raises(ZeroDivisionError), transaction():
        closure()
        assert due("2026-11-20 10:00", "3wd") == "2026-11-27 17:00"
        raise ZeroDivisionError
    assert due("2026-11-20 10:00", "3wd") == "2026-11-26 17:00"
    with transaction():
        closure()
    assert due("2026-11-20 10:00", "3wd") == "2026-11-27 17:00"
    with transaction():
        services.remove_day(EDITOR, PLAIN)
    assert due("2026-11-20 10:00", "3wd") == "2026-11-26 17:00"


def test_another_workers_cache_grows_old_with_the_change() -> None:
    seeded_calendar()
    before = queries.load_calendar()
    kept_elsewhere = queries._kept
    with transaction():
        closure()
    queries._kept = kept_elsewhere  # as in a process that did not make the change
    assert queries.load_calendar() is not before
    assert due("2026-11-20 10:00", "3wd") == "2026-11-27 17:00"


def test_an_unchanged_calendar_costs_one_small_read() -> None:
    seeded_calendar()
    first = queries.load_calendar()
    with statements() as sent:
        assert queries.load_calendar() is first
    assert len([sql for sql in sent if sql.startswith("SELECT")]) == 1


def test_a_calendar_without_a_stamp_is_not_kept() -> None:
    seeded_calendar()
    queries.load_calendar()
    empty_calendar()
    assert queries.load_calendar().years == ()


def test_make_up_days_swaps_and_holidays_by_hand() -> None:
    seeded_calendar()
    with transaction():
        services.set_day(EDITOR, date(2027, 1, 9), kind="swap_work", name="Làm bù", source="Văn bản thử")
        services.set_day(EDITOR, date(2027, 1, 4), kind="swap_off", name="Nghỉ hoán đổi", source="Văn bản thử")
    assert due("2026-12-31 09:00", "1wd") == "2027-01-05 17:00"
    assert due("2027-01-08 09:00", "1wd") == "2027-01-09 17:00"


@pytest.mark.parametrize(
    ("day", "facts", "field"),
    [
        (PLAIN, {"kind": "swap_work"}, "kind"),
        (PLAIN, {"kind": "party"}, "kind"),
        (PLAIN, {"kind": ""}, "kind"),
        (date(2026, 11, 28), {"kind": "closure"}, "kind"),
        (date(2026, 11, 28), {"kind": "swap_off"}, "kind"),
        (date(2026, 11, 28), {"kind": "compensation"}, "kind"),
        (PLAIN, {"name": " \u200b "}, "name"),
        (PLAIN, {"name": "x" * 81}, "name"),
        (PLAIN, {"source": ""}, "source"),
        (PLAIN, {"source": "x" * 201}, "source"),
        (PLAIN, {"note": "x" * 201}, "note"),
    ],
)
def test_what_cannot_be_is_named_beside_its_field(day: date, facts: dict[str, str], field: str) -> None:
    seeded_calendar()
    with pytest.raises(Invalid) as caught, transaction():
        closure(day, **facts)
    assert list(caught.value.fields) == [field]
    assert queries.find_day(day) is None


def test_all_faults_are_named_together() -> None:
    seeded_calendar()
    with pytest.raises(Invalid) as caught, transaction():
        closure(PLAIN, kind="", name="", source="")
    assert set(caught.value.fields) == {"kind", "name", "source"}


def test_a_day_of_an_unknown_year_waits_for_its_year() -> None:
    seeded_calendar()
    with pytest.raises(CalendarMissing), transaction():
        closure(date(2031, 3, 3))


def test_adding_never_overwrites_what_is_there() -> None:
    seeded_calendar()
    facts = {"kind": "closure", "name": "Nghỉ bão số 6", "source": "Công điện của phường"}
    with transaction():
        services.add_day(EDITOR, PLAIN, **facts)
    for taken in (PLAIN, CULTURE, date(2031, 3, 3), None):
        with pytest.raises(Invalid) as caught, transaction():
            services.add_day(EDITOR, taken, **facts)
        assert list(caught.value.fields) == ["day"]
    assert queries.get_day(CULTURE).kind == "holiday"
    with pytest.raises(Invalid) as caught, transaction():
        services.add_day(EDITOR, None, kind="", name="", source="")
    assert set(caught.value.fields) == {"day", "kind", "name", "source"}


def test_text_is_kept_clean() -> None:
    seeded_calendar()
    with transaction():
        closure(name="  Nghỉ   bão số 6 ")  # decomposed marks
    assert queries.get_day(PLAIN).name == "Nghỉ bão số 6"


def test_a_day_changed_twice_is_one_row() -> None:
    seeded_calendar()
    with transaction():
        closure()
        closure(name="Nghỉ bão số 7")
    assert db.session.scalar(select(func.count()).where(CalendarDay.day == PLAIN)) == 1
    assert queries.get_day(PLAIN).name == "Nghỉ bão số 7"


def test_who_may_not_edit_changes_nothing() -> None:
    seeded_calendar()
    week = prefill.default_hours()
    for act in (
        lambda: services.set_day(CLERK, PLAIN, kind="closure", name="Nghỉ", source="x"),
        lambda: services.remove_day(CLERK, CULTURE),
        lambda: services.seed_calendar(CLERK, 2031, 2031),
        lambda: services.confirm_year(CLERK, 2027, source="x"),
        lambda: services.set_opening_hours(CLERK, date(2026, 12, 1), week),
    ):
        with pytest.raises(Forbidden), transaction():
            act()
    assert queries.find_day(PLAIN) is None
    assert queries.find_day(CULTURE) is not None


def test_removing_what_is_not_there() -> None:
    seeded_calendar()
    with pytest.raises(NotFound), transaction():
        services.remove_day(EDITOR, PLAIN)


def test_each_change_is_in_the_audit_log() -> None:
    seeded_calendar()
    with transaction():
        closure()
        services.remove_day(EDITOR, CULTURE)
        services.confirm_year(EDITOR, 2027, source="Thông báo thử")
        services.set_opening_hours(EDITOR, date(2026, 12, 1), prefill.default_hours())
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.actor_id == EDITOR.id).order_by(AuditEntry.seq))
    assert [(row.action, row.object_code, row.detail.get("was")) for row in rows] == [
        ("calendar.set_day", "2026-11-25", None),
        ("calendar.remove_day", "2026-11-24", "holiday"),
        ("calendar.confirm_year", "2027", None),
        ("calendar.set_hours", "2026-12-01", None),
    ]


def test_when_it_was_last_edited_by_a_person() -> None:
    seeded_calendar()
    assert queries.edited_at() is None
    moment = datetime(2026, 11, 20, 3, tzinfo=UTC)
    with clock.moved_to(moment), transaction():
        closure()
    with transaction():
        services.seed_calendar(SYSTEM, 2031, 2031)
    assert queries.edited_at() == moment


def test_missing_and_provisional_years() -> None:
    seeded_calendar()
    with clock.moved_to(at("2026-11-23 09:00")):
        assert queries.missing_years() == []
        assert queries.provisional_years() == [2027]
    with clock.moved_to(at("2030-12-31 23:00")):
        assert queries.missing_years() == [2031]
    with clock.moved_to(at("2031-01-01 00:30")):  # still 2030 in UTC
        assert queries.missing_years() == [2031, 2032]
    assert queries.missing_years([2023, 2024]) == [2023]
    with transaction():
        services.confirm_year(EDITOR, 2027, source="Thông báo thử")
    assert queries.provisional_years([2026, 2027]) == []
    row = db.session.get_one(CalendarYear, 2027)
    assert row.source == "Thông báo thử"


def test_confirming_needs_a_source_and_a_known_year() -> None:
    seeded_calendar()
    with pytest.raises(Invalid) as caught, transaction():
        services.confirm_year(EDITOR, 2027, source=" ")
    assert list(caught.value.fields) == ["source"]
    with pytest.raises(CalendarMissing), transaction():
        services.confirm_year(EDITOR, 2031, source="Thông báo thử")


@pytest.mark.parametrize("year", range(2024, 2031))
def test_a_filled_year_has_no_faults(year: int) -> None:
    seeded_calendar()
    assert queries.calendar_faults(year) == []


def test_faults_of_a_year() -> None:
    seeded_calendar()

    def told(year: int) -> list[str]:
        return [message % params for message, params in queries.calendar_faults(year)]

    assert told(2031) == ["Chưa có lịch năm 2031. Hạn rơi vào năm này chưa tính được."]
    with transaction():
        services.remove_day(EDITOR, date(2026, 1, 10))
        services.remove_day(EDITOR, date(2026, 4, 27))
        services.remove_day(EDITOR, date(2026, 9, 2))
        services.remove_day(EDITOR, date(2025, 1, 29))
    assert told(2026) == [
        "Thiếu ngày lễ 02/09/2026.",
        "Năm 2026 có 1 ngày lễ rơi vào ngày nghỉ, nhưng có 0 ngày nghỉ bù.",
        "Năm 2026 có 2 ngày nghỉ hoán đổi, nhưng có 1 ngày làm bù.",
    ]
    assert told(2025) == ["Năm 2025 có 10 ngày lễ. Theo luật có ít nhất 11 ngày."]


def test_a_swap_over_new_year_has_its_other_half_in_the_other_year() -> None:
    seeded_calendar()
    with transaction():
        services.set_day(EDITOR, date(2027, 12, 31), kind="swap_off", name="Nghỉ hoán đổi", source="Văn bản thử")
        services.set_day(EDITOR, date(2028, 1, 8), kind="swap_work", name="Làm bù", source="Văn bản thử")
    assert queries.calendar_faults(2027) == []
    assert queries.calendar_faults(2028) == []


def test_other_hours_from_a_day_on() -> None:
    seeded_calendar()
    new = [OpenSpan(d, time(8), time(16), date.min) for d in range(5)]
    saturday = OpenSpan(5, time(8), time(11), date.min, HoursUse.RECEPTION)
    with transaction():
        services.set_opening_hours(EDITOR, date(2026, 11, 25), [*new, saturday])
    assert due("2026-11-20 10:00", "1wd") == "2026-11-23 17:00"
    assert due("2026-11-20 10:00", "3wd") == "2026-11-26 16:00"
    assert due("2026-11-27 10:00", "1wd") == "2026-11-30 16:00"
    assert queries.list_hours_changes(date(2026, 11, 1)) == [date(2026, 11, 25)]
    assert len(queries.list_opening_hours(date(2026, 11, 24))) == 10
    assert len(queries.list_opening_hours(date(2026, 11, 25))) == 6
    with transaction():  # entered again: replaces
        services.set_opening_hours(EDITOR, date(2026, 11, 25), new)
    assert len(queries.list_opening_hours(date(2026, 11, 25))) == 5


@pytest.mark.parametrize(
    ("spans", "fields"),
    [
        ([], []),
        ([OpenSpan(5, time(8), time(11), date.min, HoursUse.RECEPTION)], []),
        ([OpenSpan(2, time(11), time(8), date.min)], ["day_2"]),
        ([OpenSpan(2, time(8), time(12), date.min), OpenSpan(2, time(11), time(17), date.min)], ["day_2"]),
    ],
)
def test_hours_that_cannot_be(spans: list[OpenSpan], fields: list[str]) -> None:
    seeded_calendar()
    with pytest.raises(Invalid) as caught, transaction():
        services.set_opening_hours(EDITOR, date(2026, 12, 1), spans)
    assert list(caught.value.fields) == fields
    assert queries.list_hours_changes(date(2026, 11, 1)) == []


def test_two_who_change_the_same_day_at_once_leave_one_row(app: Flask) -> None:
    seeded_calendar()
    barrier = threading.Barrier(4)
    faults: list[BaseException] = []

    def change(name: str) -> None:
        try:
            with app.app_context():
                barrier.wait()
                with transaction():
                    closure(name=name)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=change, args=(f"Nghỉ bão số {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert db.session.scalar(select(func.count()).where(CalendarDay.day == PLAIN)) == 1
    assert due("2026-11-20 10:00", "3wd") == "2026-11-27 17:00"
