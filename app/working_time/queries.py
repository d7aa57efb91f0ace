"""Reads of working time: the calendar as a value, the days of a year, and what is missing or odd."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app.core import clock
from app.core.db import db
from app.core.errors import N_, NotFound
from app.working_time.engine import Calendar, DayKind
from app.working_time.models import CalendarDay, CalendarStamp, CalendarYear, OpeningHours

Fault = tuple[str, dict[str, object]]
_FIXED_HOLIDAYS = ((1, 1), (4, 30), (5, 1), (9, 2))
_STATUTORY_DAYS = 11  # 1 + 5 + 1 + 1 + 1 + 2 (Bộ luật Lao động 2019, Điều 112)

_kept: tuple[str, Calendar] | None = None


def load_calendar() -> Calendar:
    """The ward's calendar as it stands now, in this transaction.

    One small read when nothing changed: the calendar is kept in the process under the stamp that every change,
    in whatever worker, replaces. The stamp is read first: rows may then be newer than it, never older.
    """
    global _kept
    stamp = db.session.execute(select(CalendarStamp.stamp).where(CalendarStamp.id == 1)).scalar()
    kept = _kept
    if stamp and kept and kept[0] == stamp:
        return kept[1]
    calendar = Calendar(
        days=[row.marked for row in db.session.scalars(select(CalendarDay))],
        hours=[row.span for row in db.session.scalars(select(OpeningHours))],
        years=db.session.scalars(select(CalendarYear.year)),
    )
    if stamp:
        _kept = (stamp, calendar)
    return calendar


def edited_at() -> datetime | None:
    """When a person last changed a known year or the hours; due moments set before it may differ from a replay."""
    return db.session.execute(select(CalendarStamp.edited_at).where(CalendarStamp.id == 1)).scalar()


def list_days(year: int) -> list[CalendarDay]:
    """The special days of a year, in order."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return list(db.session.scalars(
        select(CalendarDay).where(CalendarDay.day.between(first, last)).order_by(CalendarDay.day)
    ))


def find_day(day: date) -> CalendarDay | None:
    return db.session.scalar(select(CalendarDay).where(CalendarDay.day == day))


def get_day(day: date) -> CalendarDay:
    """The row of a special day, or ``NotFound``."""
    row = find_day(day)
    if row is None:
        raise NotFound(N_("Ngày %(day)s là ngày thường, không có trong lịch."), day=f"{day:%d/%m/%Y}")
    return row


def find_year(year: int) -> CalendarYear | None:
    return db.session.get(CalendarYear, year)


def list_years() -> list[CalendarYear]:
    """The known years, in order."""
    return list(db.session.scalars(select(CalendarYear).order_by(CalendarYear.year)))


def list_opening_hours(on: date) -> list[OpeningHours]:
    """The week of opening in force on a day, in order of weekday and hour; empty when there is none."""
    start = db.session.scalar(
        select(OpeningHours.valid_from)
        .where(OpeningHours.valid_from <= on)
        .order_by(OpeningHours.valid_from.desc())
        .limit(1)
    )
    return list(db.session.scalars(
        select(OpeningHours)
        .where(OpeningHours.valid_from == start)
        .order_by(OpeningHours.weekday, OpeningHours.opens_at)
    )) if start else []


def list_hours_changes(after: date) -> list[date]:
    """Days after ``after`` from which other opening hours are already entered."""
    start = OpeningHours.valid_from
    return list(db.session.scalars(select(start).where(start > after).distinct().order_by(start)))


def missing_years(years: Iterable[int] | None = None) -> list[int]:
    """Which of ``years`` (default: this year and the next) no deadline can be computed in."""
    known = load_calendar().years
    this_year = clock.today().year
    return [year for year in (years or (this_year, this_year + 1)) if year not in known]


def provisional_years(years: Iterable[int] | None = None) -> list[int]:
    """Which of ``years`` (default: this year and the next) are known only by the law, their notice still awaited."""
    this_year = clock.today().year
    asked = set(years or (this_year, this_year + 1))
    return [row.year for row in list_years() if row.year in asked and row.confirmed_at is None]


def calendar_faults(year: int) -> list[Fault]:
    """What looks wrong with a year, as message ids with parameters; empty when nothing does."""
    text = str(year)
    if find_year(year) is None:
        return [(N_("Chưa có lịch năm %(year)s. Hạn rơi vào năm này chưa tính được."), {"year": text})]
    if year not in load_calendar().years:
        return [(N_("Chưa có giờ làm việc cho năm %(year)s."), {"year": text})]
    days = list_days(year)
    return [*_missing_holidays(year, days), *_uncompensated(year, days), *_lone_swaps(year, days)]


def _of(days: list[CalendarDay], *kinds: DayKind) -> list[CalendarDay]:
    return [row for row in days if row.kind in kinds]


def _missing_holidays(year: int, days: list[CalendarDay]) -> list[Fault]:
    off = {row.day for row in _of(days, DayKind.HOLIDAY)}
    faults: list[Fault] = [
        (N_("Thiếu ngày lễ %(day)s."), {"day": f"{day:%d/%m/%Y}"})
        for day in (date(year, month, number) for month, number in _FIXED_HOLIDAYS)
        if day not in off
    ]
    if not faults and len(off) < _STATUTORY_DAYS:
        faults.append((
            N_("Năm %(year)s có %(found)s ngày lễ. Theo luật có ít nhất %(least)s ngày."),
            {"year": str(year), "found": len(off), "least": _STATUTORY_DAYS},
        ))
    return faults


def _uncompensated(year: int, days: list[CalendarDay]) -> list[Fault]:
    calendar = load_calendar()
    on_days_off = [row.day for row in _of(days, DayKind.HOLIDAY) if not calendar.is_ordinary_working_day(row.day)]
    compensations = len(_of(days, DayKind.COMPENSATION))
    if len(on_days_off) == compensations:
        return []
    return [(
        N_("Năm %(year)s có %(holidays)s ngày lễ rơi vào ngày nghỉ, nhưng có %(compensations)s ngày nghỉ bù."),
        {"year": str(year), "holidays": len(on_days_off), "compensations": compensations},
    )]


def _lone_swaps(year: int, days: list[CalendarDay]) -> list[Fault]:
    """A swap around New Year has its other half in the year beside it."""
    near = [*days]
    for edge in (date(year - 1, 12, 31), date(year + 1, 1, 1)):
        near += [row for row in list_days(edge.year) if abs(row.day - edge) <= timedelta(days=31)]
    off, work = (len(_of(days, kind)) for kind in (DayKind.SWAP_OFF, DayKind.SWAP_WORK))
    if off == work or len(_of(near, DayKind.SWAP_OFF)) == len(_of(near, DayKind.SWAP_WORK)):
        return []
    return [(
        N_("Năm %(year)s có %(off)s ngày nghỉ hoán đổi, nhưng có %(work)s ngày làm bù."),
        {"year": str(year), "off": off, "work": work},
    )]
