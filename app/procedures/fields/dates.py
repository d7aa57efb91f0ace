"""Dates as papers have them (ngày, tháng, năm): full, only month and year, only the year, or by the lunar calendar."""
from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.errors import N_
from app.procedures.fields.base import (
    Answers,
    FieldType,
    Message,
    Parsed,
    Translate,
    Typed,
    clean,
    plain,
    quote,
)
from app.procedures.parts import Question

# Nobody known to be alive is older; a year further back is asked about.
OLD_YEARS, FAR_YEARS = 110, 50
_BOX = re.compile("[0-9]{1,2}")
_YEAR = re.compile("[0-9]{1,3}|[1-9][0-9]{3}")
_CARD = re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})")
_ISO = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_PASTED = (
    re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})"),
    re.compile(r"(?P<day>[0-9]{1,2})\s*[-/.,\s]\s*(?P<month>[0-9]{1,2})\s*[-/.,\s]\s*(?P<year>[0-9]{2,4})"),
    re.compile(r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{4})"),
    re.compile(
        r"(?:ngày|ngay|mùng|mồng)?\s*(?P<day>[0-9]{1,2})\s*(?:tháng|thang)\s*(?P<month>[0-9]{1,2})\s*(?:năm|nam)\s*"
        r"(?P<year>[0-9]{2,4})"
    ),
    re.compile(r"(?:tháng|thang)?\s*(?P<month>[0-9]{1,2})\s*(?:[-/.]|năm|nam)\s*(?P<year>[0-9]{4})"),
    re.compile(r"(?:năm|nam)?\s*(?P<year>[0-9]{4})"),
)

EMPTY_FULL = N_("Ghi ngày, tháng, năm.")
EMPTY_ANY = N_("Ghi năm. Không nhớ ngày, tháng thì để trống.")
NO_DAY = N_("Còn thiếu ngày. Ghi ngày, từ 1 đến 31.")
NO_MONTH = N_("Còn thiếu tháng. Ghi tháng, từ 1 đến 12.")
NO_MONTH_ANY = N_("Có ngày mà thiếu tháng. Ghi tháng, hoặc để trống cả ngày.")
NO_YEAR = N_("Còn thiếu năm. Ghi năm có 4 chữ số, ví dụ 1945.")
DAY_WORDS = N_("Ô ngày ghi “%(typed)s”. Ghi bằng chữ số, ví dụ 2.")
MONTH_WORDS = N_("Ô tháng ghi “%(typed)s”. Ghi bằng chữ số, ví dụ 9.")
YEAR_WORDS = N_("Ô năm ghi “%(typed)s”. Ghi bằng chữ số, ví dụ 1945.")
DAY_RANGE = N_("Không có ngày %(day)s. Ngày có từ 1 đến 31.")
MONTH_RANGE = N_("Không có tháng %(month)s. Tháng có từ 1 đến 12.")
YEAR_SHORT = N_("Năm này có %(count)s chữ số. Ghi đủ 4 chữ số, ví dụ %(example)s.")
MONTH_LENGTH = N_("Tháng %(month)s năm %(year)s chỉ có %(days)s ngày. Xem lại ngày %(day)s.")
LUNAR_LENGTH = N_("Tháng âm lịch có nhiều nhất 30 ngày. Xem lại ngày %(day)s.")
YEAR_ONLY_BOTH = N_("Đã ghi ngày hoặc tháng, mà lại đánh dấu chỉ ghi năm. Giữ một bên thôi.")
IN_FUTURE = N_("Ngày này ở sau hôm nay. Xem lại năm %(year)s.")
FUTURE_DAY = N_("Ngày %(day)s chưa tới. Xem lại giúp.")
ASK_BIRTH_YEAR = N_("Năm sinh là %(year)s, có đúng không? Đúng thì bấm Tiếp tục.")
ASK_YEAR = N_("Năm đã ghi là %(year)s, có đúng không? Đúng thì bấm Tiếp tục.")
SHOW_LUNAR = N_("%(date)s (âm lịch)")
SHOW_MONTH = N_("Tháng %(month)s năm %(year)s (không rõ ngày)")
SHOW_YEAR = N_("Năm %(year)s (không rõ ngày, tháng)")
ASK_AFTER = N_("Ngày này sớm hơn ngày %(day)s đã ghi trước, có đúng không? Đúng thì bấm Tiếp tục.")


def span(value: object) -> tuple[date, date] | None:
    """First and last day that a stored date can mean; None for lunar, unknown and missing ones."""
    if not isinstance(value, Mapping) or value.get("lunar") or not isinstance(value.get("year"), int):
        return None
    year, month, day = value["year"], value.get("month"), value.get("day")
    if month and day:
        return date(year, month, day), date(year, month, day)
    if month:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, 1, 1), date(year, 12, 31)


def numeric(value: Mapping[str, Any]) -> str:
    """02/9/1945, 9/1945 or 1945: one-digit days, and months 1 and 2, take a 0 as official papers have it."""
    day, month, year = value.get("day"), value.get("month"), value["year"]
    month_text = f"{month:02d}" if month and month < 3 else str(month or "")
    if day and month:
        return f"{day:02d}/{month_text}/{year}"
    return f"{month_text}/{year}" if month else str(year)


def stored(day: int | None, month: int | None, year: int, *, lunar: bool = False) -> dict[str, Any]:
    """A date answer as drafts keep it."""
    written = "/".join(str(part) for part in (day, month, year) if part)
    return {
        "day": day, "month": month, "year": year, "lunar": lunar,
        "year_only": month is None, "as_written": written,
    }


class Date(FieldType):
    """Three boxes and two ticks; only the year is needed where ``precision`` is "any"."""

    code = "date"
    suffixes = ("_day", "_month", "_year")

    def ticks(self, question: Question) -> tuple[str, ...]:
        return ("_year_only", "_lunar") if question.precision == "any" else ()

    def read(self, question: Question, typed: Typed, name: str, today: date) -> Parsed:
        day, month, year = _boxes(typed, name)
        if not (day or month or year):
            return self.nothing(question, typed, name)
        typed = {**typed, name + "_day": day, name + "_month": month, name + "_year": year}
        if name + "_year_only" in typed and (day or month):
            return Parsed(None, {name + "_day": (YEAR_ONLY_BOTH, {})}, typed)
        reader = _Reader(question, today, lunar=name + "_lunar" in typed)
        value = reader.value(day, month, year)
        if value is not None:  # what the paper says is only known from who ticked it: a day may be added later
            value["year_only"] = name + "_year_only" in typed
        return Parsed(value, {name + box: fault for box, fault in reader.faults.items()}, typed)

    def nothing(self, question: Question, typed: Typed, name: str) -> Parsed:
        if not question.required:
            return Parsed(None, {}, typed)
        if question.precision == "any":
            return Parsed(None, {name + "_year": (EMPTY_ANY, {})}, typed)
        return Parsed(None, {name + "_day": (EMPTY_FULL, {})}, typed)

    def check(self, question: Question, value: Any, *, today: date, answers: Answers | None = None) -> list[Message]:
        """Very old or very far years, and dates before the one they should follow, are asked about."""
        if not isinstance(value, Mapping) or not isinstance(value.get("year"), int):
            return []
        year = value["year"]
        if year < today.year - OLD_YEARS or year > today.year + FAR_YEARS:
            return [(ASK_BIRTH_YEAR if _is_birth(question) else ASK_YEAR, {"year": year})]
        own = span(value)
        other = (answers or {}).get(question.after) if question.after else None
        before = span(other)
        if own and before and isinstance(other, Mapping) and own[1] < before[0]:
            return [(ASK_AFTER, {"day": _human(other)})]
        return []

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        if value.get("day") and value.get("month"):
            text = _human(value)
        elif value.get("month"):
            text = _(SHOW_MONTH, {"month": value["month"], "year": value["year"]})
        else:
            text = _(SHOW_YEAR, {"year": value["year"]})
        return [_(SHOW_LUNAR, {"date": text}) if value.get("lunar") else text]

    def print_value(self, question: Question, value: Any) -> list[str]:
        text = numeric(value)
        return [plain(SHOW_LUNAR, {"date": text}) if value.get("lunar") else text]

    def type_value(self, question: Question, value: Any, name: str) -> Typed:
        typed: Typed = {
            f"{name}_{box}": str(value[box]) for box in ("day", "month", "year") if value.get(box) is not None
        }
        if question.precision == "any":
            typed.update({f"{name}_{tick}": "1" for tick in ("year_only", "lunar") if value.get(tick)})
        return typed

    def prefill(self, question: Question, raw: object) -> Any:
        """From a card: a date, ISO text or ``ddMMyyyy``, where 00 means that the day or month is not known."""
        if isinstance(raw, date):
            return stored(raw.day, raw.month, raw.year)
        if not isinstance(raw, str):
            return None
        match = _CARD.fullmatch(clean(raw)) or _ISO.fullmatch(clean(raw))
        if not match:
            return None
        day, month, year = (int(match[box]) for box in ("day", "month", "year"))
        reader = _Reader(question, date.max, lunar=False)
        return reader.value(*(str(part) if part else "" for part in (day if month else 0, month)), f"{year:04d}")

    def column(self, value: Any) -> Any:
        """1945-09-02, 1945-09 or 1945, so that text sorts and compares; lunar dates say so."""
        parts = [f"{value['year']:04d}"] + [f"{value[box]:02d}" for box in ("month", "day") if value.get(box)]
        return "-".join(parts) + (" AL" if value.get("lunar") else "")


class _Reader:
    """Three boxes into one date, gathering a fault for each box."""

    def __init__(self, question: Question, today: date, lunar: bool) -> None:
        self.question, self.today, self.lunar = question, today, lunar
        self.faults: dict[str, Message] = {}

    def value(self, day_text: str, month_text: str, year_text: str) -> dict[str, Any] | None:
        """The stored date, or None with ``faults``."""
        day = self._number("_day", day_text, DAY_WORDS, 31, (DAY_RANGE, "day"))
        month = self._number("_month", month_text, MONTH_WORDS, 12, (MONTH_RANGE, "month"))
        year = self._year(year_text)
        self._complete(day_text, month_text)
        if self.faults or year is None:
            return None
        self._length(day, month, year)
        value = stored(day, month, year, lunar=self.lunar)
        if not self.faults and self.question.past:
            self._past(value)
        return None if self.faults else value

    def _number(self, box: str, text: str, words: str, most: int, outside: tuple[str, str]) -> int | None:
        if not text:
            return None
        if not _BOX.fullmatch(text):
            self.faults[box] = (words, {"typed": quote(text)})
            return None
        number = int(text)
        if not 1 <= number <= most:
            self.faults[box] = (outside[0], {outside[1]: text})
            return None
        return number

    def _year(self, text: str) -> int | None:
        if not text:
            self.faults["_year"] = (NO_YEAR, {})
        elif not _YEAR.fullmatch(text):
            self.faults["_year"] = (YEAR_WORDS, {"typed": quote(text)})
        elif len(text) < 4:
            century = 2000 if int(text) <= self.today.year % 100 else 1900
            example = century + int(text) if len(text) == 2 else 1945
            self.faults["_year"] = (YEAR_SHORT, {"count": len(text), "example": example})
        else:
            return int(text)
        return None

    def _complete(self, day_text: str, month_text: str) -> None:
        if self.question.precision == "any":
            if day_text and not month_text:
                self.faults.setdefault("_month", (NO_MONTH_ANY, {}))
            return
        if not day_text:
            self.faults.setdefault("_day", (NO_DAY, {}))
        if not month_text:
            self.faults.setdefault("_month", (NO_MONTH, {}))

    def _length(self, day: int | None, month: int | None, year: int) -> None:
        if not day or not month:
            return
        if self.lunar:
            if day > 30:
                self.faults["_day"] = (LUNAR_LENGTH, {"day": day})
        elif day > (days := monthrange(year, month)[1]):
            self.faults["_day"] = (MONTH_LENGTH, {"month": month, "year": year, "days": days, "day": day})

    def _past(self, value: dict[str, Any]) -> None:
        days = span(value)
        if value["year"] > self.today.year:
            self.faults["_year"] = (IN_FUTURE, {"year": value["year"]})
        elif days and days[0] > self.today:
            self.faults["_day" if value["day"] else "_month"] = (FUTURE_DAY, {"day": _human(value)})


def _boxes(typed: Typed, name: str) -> tuple[str, str, str]:
    """Day, month, year as typed; a whole date pasted into one box is spread over the three."""
    day, month, year = (clean(str(typed.get(name + box, ""))) for box in ("_day", "_month", "_year"))
    filled = [box for box in (day, month, year) if box]
    if len(filled) != 1 or filled[0] == year and _YEAR.fullmatch(year) or len(filled[0]) < 4:
        return day, month, year
    text = filled[0].casefold()
    for pattern in _PASTED:
        if match := pattern.fullmatch(text):
            found = match.groupdict()
            return found.get("day") or "", found.get("month") or "", found["year"]
    return day, month, year


def _human(value: Mapping[str, Any]) -> str:
    return "/".join(str(value[box]) for box in ("day", "month", "year") if value.get(box))


def _is_birth(question: Question) -> bool:
    return any(column.endswith("_birth") for column in question.columns) or "sinh" in question.label.casefold()
