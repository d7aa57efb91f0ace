"""Tables of working time: special days, known years, opening hours, and the stamp that tells a cache it is old."""
from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, WithId
from app.working_time.engine import DayKind, HoursUse, MarkedDay, OpenSpan

NAME_LENGTH = 80
SOURCE_LENGTH = 200
NOTE_LENGTH = 200


def _one_of(column: str, values: type[DayKind | HoursUse]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


class CalendarDay(WithId, Model):
    """A day that is not what its weekday says (ngày nghỉ, ngày làm bù); the same for every agency."""

    __tablename__ = "calendar_day"
    __table_args__ = (_one_of("kind", DayKind),)

    day: Mapped[date] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    source: Mapped[str] = mapped_column(String(SOURCE_LENGTH))
    note: Mapped[str] = mapped_column(String(NOTE_LENGTH), default="")

    @property
    def marked(self) -> MarkedDay:
        return MarkedDay(self.day, DayKind(self.kind), self.name)


class CalendarYear(Model):
    """A year whose days off were entered (năm đã có lịch). Without a row, no deadline is computed in it.

    ``confirmed_at`` is empty while the days are only derived from the law and the public notice is awaited.
    """

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(SOURCE_LENGTH))
    loaded_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class OpeningHours(WithId, Model):
    """A span of opening of a weekday, 0 = Monday (giờ làm việc). All rows of one ``valid_from`` are one week."""

    __tablename__ = "opening_hours"
    __table_args__ = (
        UniqueConstraint("valid_from", "weekday", "opens_at"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("closes_at > opens_at", name="order"),
        _one_of("use", HoursUse),
    )

    weekday: Mapped[int]
    opens_at: Mapped[time] = mapped_column(Time)
    closes_at: Mapped[time] = mapped_column(Time)
    valid_from: Mapped[date]
    use: Mapped[str] = mapped_column(String(10), default=HoursUse.WORKING.value)

    @property
    def span(self) -> OpenSpan:
        return OpenSpan(self.weekday, self.opens_at, self.closes_at, self.valid_from, HoursUse(self.use))


class CalendarStamp(Model):
    """One row: a random stamp that every change replaces, so that each worker sees when its cache is old.

    Random rather than counted: two databases, or a change that was undone, never share a stamp by chance.
    ``edited_at``: when a person last changed a known year or the hours; due moments computed before may differ.
    """

    __tablename__ = "calendar_stamp"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[str] = mapped_column(String(32))
    edited_at: Mapped[datetime | None]
