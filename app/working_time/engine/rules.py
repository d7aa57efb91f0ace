"""The nouns of the engine: time rules, marked days, spans of opening, pauses, and what is refused."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from app.core.errors import N_, AppError, Invalid

SAME_DAY_CUTOFF = time(15, 0)  # "sau 15 giờ" counts as the next working day (domain.md 1.6)
LONGEST = 3650


class CalendarMissing(AppError):
    """A deadline touches a year whose days off nobody has entered: it is not guessed (F21)."""

    def __init__(
        self,
        year: int,
        message: str = N_("Chưa có lịch nghỉ năm %(year)s, nên chưa tính được ngày. Nhờ quản trị nạp lịch năm đó."),
    ) -> None:
        super().__init__(message, year=str(year))
        self.year = year


class HoursMissing(CalendarMissing):
    """No opening hours are in force on some day of the year."""

    def __init__(self, year: int) -> None:
        super().__init__(
            year, N_("Chưa có giờ làm việc cho năm %(year)s, nên chưa tính được ngày. Nhờ quản trị nhập giờ làm việc.")
        )


class Unit(StrEnum):
    """What a time limit is counted in."""

    SAME_DAY = "same_day"  # ngay trong ngày
    WORKING_DAY = "working_day"  # ngày làm việc
    DAY = "day"  # ngày (theo lịch)
    HOUR = "hour"  # giờ (làm việc)


class DayKind(StrEnum):
    """Why a day is not what its weekday says."""

    HOLIDAY = "holiday"  # lễ: ngày nghỉ lễ, tết
    COMPENSATION = "compensation"  # bù: nghỉ bù vì lễ rơi vào ngày nghỉ hằng tuần
    SWAP_OFF = "swap_off"  # hoán đổi nghỉ: ngày thường được nghỉ, làm bù ngày khác
    SWAP_WORK = "swap_work"  # hoán đổi làm: ngày nghỉ hằng tuần phải làm bù
    CLOSURE = "closure"  # phường nghỉ riêng (bão lụt, mất điện)


KIND_NAMES: dict[DayKind, str] = {
    DayKind.HOLIDAY: N_("nghỉ lễ"),
    DayKind.COMPENSATION: N_("nghỉ bù"),
    DayKind.SWAP_OFF: N_("nghỉ hoán đổi"),
    DayKind.SWAP_WORK: N_("làm bù"),
    DayKind.CLOSURE: N_("phường nghỉ riêng"),
}


class HoursUse(StrEnum):
    """What a span of opening is for."""

    WORKING = "working"  # giờ làm việc: hours and days are counted by it
    RECEPTION = "reception"  # chỉ tiếp nhận (sáng thứ Bảy): never makes a working day


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """A day off or a make-up day, as the calendar table holds it."""

    day: date
    kind: DayKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """One span of opening of a weekday (0 = Monday). All spans of one ``valid_from`` are one week, until the next."""

    weekday: int
    opens_at: time
    closes_at: time
    valid_from: date
    use: HoursUse = HoursUse.WORKING


@dataclass(frozen=True, slots=True)
class TimeRule:
    """A time limit of a procedure (thời hạn giải quyết): so many of a unit.

    ``cutoff``: what is received later than this hour counts as received the next working day; a same-day
    rule has 15:00 by itself. Raises ``Invalid`` when the number makes no sense.
    """

    value: int
    unit: Unit
    cutoff: time | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", Unit(self.unit))
        if self.unit is Unit.SAME_DAY:
            object.__setattr__(self, "value", 0)
            object.__setattr__(self, "cutoff", self.cutoff or SAME_DAY_CUTOFF)
        elif type(self.value) is not int or not 1 <= self.value <= LONGEST:
            raise Invalid(N_("Số ngày hoặc số giờ phải từ 1 đến %(most)s."), most=str(LONGEST))

    @classmethod
    def same_day(cls, cutoff: time = SAME_DAY_CUTOFF) -> TimeRule:
        """Ngay trong ngày."""
        return cls(0, Unit.SAME_DAY, cutoff)


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch in which the ward's clock stands still (chờ bổ sung, chờ nộp lệ phí); without an end: still waiting."""

    paused_at: datetime
    resumed_at: datetime | None = None


def merge(pauses: Iterable[Pause]) -> list[Pause]:
    """The same standing time as disjoint pauses in order; what overlaps counts once.

    Raises ``ValueError`` for a naive time or a pause that ends before it begins.
    """
    ordered = sorted(pauses, key=lambda pause: pause.paused_at)
    merged: list[Pause] = []
    for pause in ordered:
        if pause.paused_at.tzinfo is None or (pause.resumed_at is not None and pause.resumed_at.tzinfo is None):
            raise ValueError("a pause needs aware times")
        if pause.resumed_at is not None and pause.resumed_at < pause.paused_at:
            raise ValueError("a pause ends before it begins")
        last = merged[-1] if merged else None
        if last is None or (last.resumed_at is not None and last.resumed_at < pause.paused_at):
            merged.append(pause)
        elif last.resumed_at is not None:
            end = None if pause.resumed_at is None else max(last.resumed_at, pause.resumed_at)
            merged[-1] = Pause(last.paused_at, end)
    return merged
