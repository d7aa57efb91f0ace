"""What staff type about the calendar, read into values. Faults are named all at once, beside their fields."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, time

from app.core.errors import N_, Invalid
from app.working_time.engine import HoursUse, OpenSpan

CLOSED = "closed"
USE_NAMES = {
    HoursUse.WORKING.value: N_("Làm việc"),
    HoursUse.RECEPTION.value: N_("Chỉ tiếp nhận"),
    CLOSED: N_("Nghỉ"),
}
# The two spans of a day: morning from a to b, afternoon from c to d.
SPANS = (("a", "b"), ("c", "d"))

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_TIME = re.compile(r"(\d{1,2})(?:[:.hg](\d{2})?)?(?::00)?")

Errors = dict[str, tuple[str, dict[str, object]]]


def find_day(text: str) -> date | None:
    """A day as a date field sends it (2026-11-24) or as people write it (24/11/2026); None when it is no day."""
    text = text.strip()
    try:
        if written := _DAY.fullmatch(text):
            return date(int(written[3]), int(written[2]), int(written[1]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """An hour of the day: 07:30, 7h30, 17; None when there is nothing. Raises ``ValueError``."""
    text = text.strip().lower().replace(" ", "")
    if not text:
        return None
    written = _TIME.fullmatch(text)
    if written is None or not text.isascii():
        raise ValueError(text)
    return time(int(written[1]), int(written[2] or 0))


def read_week(form: Mapping[str, str]) -> tuple[date, list[OpenSpan]]:
    """The day from which a week holds, and its spans."""
    errors: Errors = {}
    valid_from = find_day(form.get("valid_from", ""))
    if valid_from is None:
        errors["valid_from"] = (N_("Ghi ngày như 24/11/2026."), {})
    spans: list[OpenSpan] = []
    for weekday in range(7):
        use = form.get(f"use_{weekday}", CLOSED)
        if use == CLOSED:
            continue
        try:
            spans += _spans(form, weekday, HoursUse(use), valid_from or date.max)
        except ValueError:
            errors[f"day_{weekday}"] = (N_("Ghi giờ mở và giờ đóng như 07:30, hoặc chọn Nghỉ."), {})
    if errors or valid_from is None:
        raise Invalid(fields=errors)
    return valid_from, spans


def _spans(form: Mapping[str, str], weekday: int, use: HoursUse, valid_from: date) -> list[OpenSpan]:
    spans = []
    for names in SPANS:
        opens, closes = (read_time(form.get(f"{name}_{weekday}", "")) for name in names)
        if opens is None and closes is None:
            continue
        if opens is None or closes is None:
            raise ValueError("half a span")
        spans.append(OpenSpan(weekday, opens, closes, valid_from, use))
    if not spans:
        raise ValueError("no span")
    return spans


def shown_week(week: Iterable[OpenSpan]) -> dict[str, str]:
    """The week as the form shows it; what ``read_week`` reads back."""
    values = {f"use_{weekday}": CLOSED for weekday in range(7)}
    taken: dict[int, int] = {}
    for span in week:
        place = taken.get(span.weekday, 0)
        taken[span.weekday] = place + 1
        if place < len(SPANS):
            opens, closes = SPANS[place]
            values[f"{opens}_{span.weekday}"] = f"{span.opens_at:%H:%M}"
            values[f"{closes}_{span.weekday}"] = f"{span.closes_at:%H:%M}"
        values[f"use_{span.weekday}"] = span.use.value
    return values
