"""The verbs of working time. Each change is audited and replaces the stamp that keeps every worker's cache right."""
from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import delete, insert
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.permissions import Permission
from app.core import audit, clock, text
from app.core.actor import Actor, ActorKind
from app.core.db import db
from app.core.errors import N_, Forbidden, Invalid
from app.working_time import prefill, queries
from app.working_time.engine import CalendarMissing, DayKind, HoursUse, OpenSpan
from app.working_time.models import (
    NAME_LENGTH,
    NOTE_LENGTH,
    SOURCE_LENGTH,
    CalendarDay,
    CalendarStamp,
    CalendarYear,
    OpeningHours,
)

FIRST_YEAR, LAST_YEAR = 2024, 2030
YEARS_ALLOWED = range(2000, 2100)  # beyond these the lunar tables behind Tết are not trusted

Errors = dict[str, tuple[str, dict[str, object]]]


def seed_calendar(actor: Actor, first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> list[int]:
    """Fill the years that nobody has filled yet, and the default hours if there are none; the years filled.

    A year that is known is left alone, so that a day which staff removed never comes back.
    """
    _require(actor)
    for year in (first_year, last_year):
        if year not in YEARS_ALLOWED:
            raise Invalid(
                N_("Năm phải từ %(first)s đến %(last)s."), first=str(YEARS_ALLOWED[0]), last=str(YEARS_ALLOWED[-1])
            )
    with _changing():
        if not queries.list_opening_hours(date.max):
            db.session.add_all(_row_of(span) for span in prefill.default_hours())
        known = {row.year for row in queries.list_years()}
        filled = [year for year in range(first_year, last_year + 1) if year not in known]
        for year in filled:
            _fill(actor, year)
    return filled


def _fill(actor: Actor, year: int) -> None:
    source = prefill.official_source(year)
    now = clock.now()
    db.session.add(CalendarYear(
        year=year,
        source=source or "Bộ luật Lao động 2019, Điều 112",
        loaded_at=now,
        confirmed_at=now if source else None,
    ))
    taken = {row.day for row in queries.list_days(year)}
    rows = [row for row in prefill.prefilled_days(year) if row.day not in taken]
    db.session.execute(insert(CalendarDay), [
        {"day": row.day, "kind": row.kind.value, "name": row.name, "source": row.source, "note": row.note}
        for row in rows
    ])
    audit.record(actor, "calendar.load_year", "calendar_year", str(year), days=len(rows), official=bool(source))


def confirm_year(actor: Actor, year: int, *, source: str) -> CalendarYear:
    """Note that the year's days were held against the public notice (đã đối chiếu thông báo chính thức)."""
    _require(actor)
    errors: Errors = {}
    source = _text(errors, "source", source, SOURCE_LENGTH, N_("Ghi số văn bản hoặc nơi ra thông báo."))
    if errors:
        raise Invalid(fields=errors)
    with _changing():
        row = _known_year(year)
        row.source, row.confirmed_at = source, clock.now()
    audit.record(actor, "calendar.confirm_year", "calendar_year", str(year))
    return row


def set_day(actor: Actor, day: date, *, kind: str, name: str, source: str, note: str = "") -> CalendarDay:
    """Make ``day`` a day off or a make-up day, or change what it is. Raises ``Invalid`` with the fields to mend."""
    _require(actor)
    with _changing(edited=True):
        _known_year(day.year)
        return _put(actor, day, {}, kind, name, source, note)


def add_day(actor: Actor, day: date | None, *, kind: str, name: str, source: str, note: str = "") -> CalendarDay:
    """Like ``set_day`` for a day that is not special yet: what a colleague entered is never overwritten by chance.

    ``day`` is None when what was typed is no day, so that all faults are named at once.
    """
    _require(actor)
    with _changing(edited=True):
        errors: Errors = {}
        row = queries.find_day(day) if day else None
        if day is None:
            errors["day"] = (N_("Ghi ngày như 24/11/2026."), {})
        elif queries.find_year(day.year) is None:
            errors["day"] = (N_("Chưa có lịch năm %(year)s. Nạp lịch năm đó trước."), {"year": str(day.year)})
        elif row is not None:
            errors["day"] = (N_("Ngày này đã có trong lịch: %(name)s. Mở ngày đó để sửa."), {"name": row.name})
        return _put(actor, day, errors, kind, name, source, note)


def _put(
    actor: Actor, day: date | None, errors: Errors, kind: str, name: str, source: str, note: str
) -> CalendarDay:
    chosen = _kind(errors, kind, None if "day" in errors else day)
    name = _text(errors, "name", name, NAME_LENGTH, N_("Ghi tên ngày, ví dụ: Nghỉ bão số 6."))
    source = _text(errors, "source", source, SOURCE_LENGTH, N_("Ghi số văn bản hoặc nơi ra thông báo."))
    note = _text(errors, "note", note, NOTE_LENGTH)
    if errors or chosen is None or day is None:
        raise Invalid(fields=errors)
    row = queries.find_day(day)
    was = row.kind if row else None
    if row is None:
        row = CalendarDay(day=day)
        db.session.add(row)
    row.kind, row.name, row.source, row.note = chosen.value, name, source, note
    audit.record(actor, "calendar.set_day", "calendar_day", day.isoformat(), kind=chosen.value, was=was)
    return row


def remove_day(actor: Actor, day: date) -> None:
    """Let ``day`` be what its weekday says again. Raises ``NotFound``."""
    _require(actor)
    with _changing(edited=True):
        row = queries.get_day(day)
        db.session.delete(row)
    audit.record(actor, "calendar.remove_day", "calendar_day", day.isoformat(), was=row.kind)


def set_opening_hours(actor: Actor, valid_from: date, spans: Iterable[OpenSpan]) -> list[OpeningHours]:
    """From ``valid_from`` on the ward opens as ``spans`` say: the whole week at once, in place of an older entry."""
    _require(actor)
    spans = [OpenSpan(s.weekday, s.opens_at, s.closes_at, valid_from, s.use) for s in spans]
    if not any(span.use is HoursUse.WORKING for span in spans):
        raise Invalid(N_("Ghi giờ làm việc cho ít nhất một ngày trong tuần."))
    _check_spans(spans)
    with _changing(edited=True):
        db.session.execute(delete(OpeningHours).where(OpeningHours.valid_from == valid_from))
        rows = [_row_of(span) for span in spans]
        db.session.add_all(rows)
    audit.record(actor, "calendar.set_hours", "opening_hours", valid_from.isoformat(), spans=len(rows))
    return rows


def _require(actor: Actor) -> None:
    if actor.kind is not ActorKind.SYSTEM and not actor.may(Permission.CALENDAR_EDIT):
        raise Forbidden(N_("Việc sửa lịch làm việc chưa được giao cho tài khoản này."))


@contextmanager
def _changing(*, edited: bool = False) -> Iterator[None]:
    """Around every change. The stamp's row is the lock that lets only one change the calendar at a time.

    Replaced again at the end: what was read (and kept) meanwhile knew the calendar before the change.
    """
    _stamp(edited)
    yield
    db.session.flush()
    _stamp(edited)


def _stamp(edited: bool) -> None:
    dialect = db.session.get_bind().dialect.name
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(CalendarStamp)
    values: dict[str, str | datetime] = {"stamp": secrets.token_hex(16)}
    if edited:
        values["edited_at"] = clock.now()
    db.session.execute(
        statement.values(id=1, **values).on_conflict_do_update(index_elements=[CalendarStamp.id], set_=values)
    )


def _known_year(year: int) -> CalendarYear:
    row = queries.find_year(year)
    if row is None:
        raise CalendarMissing(year)
    return row


def _text(errors: Errors, field: str, value: str, longest: int, when_empty: str = "") -> str:
    value = text.normalise(value)
    if not value and when_empty:
        errors[field] = (when_empty, {})
    elif len(value) > longest:
        errors[field] = (N_("Chỗ này ghi nhiều nhất %(most)s chữ cái."), {"most": str(longest)})
    return value


def _kind(errors: Errors, kind: str, day: date | None) -> DayKind | None:
    try:
        chosen = DayKind(kind)
    except ValueError:
        errors["kind"] = (N_("Chọn một loại ngày."), {})
        return None
    if day is None:
        return chosen
    ordinary = queries.load_calendar().is_ordinary_working_day(day)
    if chosen is DayKind.SWAP_WORK and ordinary:
        errors["kind"] = (N_("Ngày này vốn là ngày làm việc. Ngày làm bù phải là ngày nghỉ hằng tuần."), {})
    elif chosen not in (DayKind.SWAP_WORK, DayKind.HOLIDAY) and not ordinary:
        errors["kind"] = (N_("Ngày này vốn là ngày nghỉ hằng tuần. Chọn một ngày làm việc."), {})
    return chosen


def _check_spans(spans: list[OpenSpan]) -> None:
    for weekday in range(7):
        mine = sorted((s.opens_at, s.closes_at) for s in spans if s.weekday == weekday)
        closed = None
        for opens, closes in mine:
            if closes <= opens:
                raise Invalid(fields={f"day_{weekday}": (N_("Giờ đóng cửa phải sau giờ mở cửa."), {})})
            if closed is not None and opens < closed:
                raise Invalid(fields={f"day_{weekday}": (N_("Hai khoảng giờ trong một ngày chồng lên nhau."), {})})
            closed = closes


def _row_of(span: OpenSpan) -> OpeningHours:
    return OpeningHours(
        weekday=span.weekday, opens_at=span.opens_at, closes_at=span.closes_at, valid_from=span.valid_from,
        use=span.use.value,
    )
