"""The first calendar of a year: days off by the Labour Code (from ``holidays``) and the swaps of public notices.

Deadlines are never computed from here: rows are written to the table, and staff edit the table.
"""
from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from app.working_time.engine import DayKind, HoursUse, OpenSpan

_FILE = Path(__file__).with_name("official_days.toml")
_LAW = "Bộ luật Lao động 2019, Điều 112"
_LAW_COMPENSATION = "Bộ luật Lao động 2019, Điều 111 khoản 3"
# The days that the library adds around Tết when a day of Tết falls on a weekend.
_TET_COMPENSATIONS = frozenset({"29 Tết", "Mùng năm Tết Nguyên Đán", "Mùng sáu Tết Nguyên Đán"})
HOURS_FROM = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class PrefilledDay:
    """A row to be, with where it comes from."""

    day: date
    kind: DayKind
    name: str
    source: str
    note: str


@cache
def _official() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def official_source(year: int) -> str | None:
    """The notice that fixed the year's days off, or None while the plan is only derived from the law."""
    return next((entry["source"] for entry in _official()["year"] if entry["year"] == year), None)


def prefilled_days(year: int) -> list[PrefilledDay]:
    """All special days of a year, in order; without the weekend days on which a holiday changes nothing by itself."""
    rows = {row.day: row for row in _statutory_days(year)}
    rows |= {row.day: row for row in _swapped_days(year)}
    return [rows[day] for day in sorted(rows)]


def _statutory_days(year: int) -> list[PrefilledDay]:
    rows = []
    swaps_off = {entry["off"] for entry in _official()["swap"]}
    holidays = import_module("holidays")  # 4 MB in every process, needed once a year
    for day, name in holidays.country_holidays("VN", years=year, language="vi").items():
        if day in swaps_off:
            continue
        compensation = "(nghỉ bù)" in name or name in _TET_COMPENSATIONS
        kind = DayKind.COMPENSATION if compensation else DayKind.HOLIDAY
        source = _LAW_COMPENSATION if compensation else _LAW
        doubt = _doubt(name, day, year)
        rows.append(PrefilledDay(day, kind, name, doubt.get("source", source), doubt.get("note", "")))
    return rows


def _doubt(name: str, day: date, year: int) -> dict[str, Any]:
    """The doubt about a day, which its compensation on a later day shares."""
    for entry in _official()["doubt"]:
        doubtful = date(year, entry["month"], entry["day"])
        if day == doubtful or ("(nghỉ bù)" in name and 0 < (day - doubtful).days <= 3):
            return entry
    return {}


def _swapped_days(year: int) -> list[PrefilledDay]:
    return [
        PrefilledDay(entry[side], kind, entry["name"], entry["source"], "")
        for entry in _official()["swap"]
        for side, kind in (("off", DayKind.SWAP_OFF), ("work", DayKind.SWAP_WORK))
        if entry[side].year == year
    ]


def default_hours() -> list[OpenSpan]:
    """07:30–11:30 and 13:00–17:00, Monday to Friday (ruling 5), until the ward enters its own."""
    return [
        OpenSpan(weekday, opens, closes, HOURS_FROM, HoursUse.WORKING)
        for weekday in range(5)
        for opens, closes in ((time(7, 30), time(11, 30)), (time(13), time(17)))
    ]
