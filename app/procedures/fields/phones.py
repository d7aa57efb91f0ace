"""Telephone numbers (số điện thoại): kept as E.164, shown in groups. Never a key of a person: phones are shared."""
from __future__ import annotations

import re
from datetime import date
from typing import Any

from app.core.errors import N_
from app.procedures.fields.base import Answers, FieldType, Message, Translate, Typed, count_digits, quote
from app.procedures.parts import Question

_SEPARATORS = re.compile(r"[\s.\-‐‑–—_()\[\]/,]")
_DIGITS = re.compile("[0-9]+")
_FOREIGN = re.compile(r"\+[1-9][0-9]{6,14}")
# Ranges in use today (domain.md 5.1); numbers move between networks and new ranges open, so this only asks.
_MOBILE = re.compile("0[35789][0-9]{8}")
_LANDLINE = re.compile("02[0-9]{9}")
_MOBILE_LENGTH, _LANDLINE_LENGTH = 10, 11

PHONE_LENGTH = N_("Số này có %(count)s chữ số. Số di động có 10 chữ số, ví dụ 0905 000 000.")
PHONE_LANDLINE = N_("Số này có %(count)s chữ số. Số máy bàn có 11 chữ số, ví dụ 0234 3000 000.")
PHONE_NO_ZERO = N_("Số này thiếu số 0 ở đầu. Ghi đủ, ví dụ 0905 000 000.")
PHONE_SIGNS = N_("Ô này ghi “%(typed)s”. Số điện thoại chỉ có chữ số, ví dụ 0905 000 000.")
PHONE_SEVERAL = N_("Ô này có %(count)s chữ số, giống hai số liền nhau. Chỉ ghi một số.")
ASK_RANGE = N_("Đầu số %(prefix)s ít gặp, có đúng không? Đúng thì bấm Tiếp tục.")
ASK_FOREIGN = N_("Đây là số nước ngoài, có đúng không? Đúng thì bấm Tiếp tục.")


def national(number: str) -> str:
    """"+84905000000" -> "0905000000"; foreign numbers stay as they are."""
    return "0" + number[3:] if number.startswith("+84") else number


def shown(number: str) -> str:
    """"+84905000000" -> "0905 000 000", "+842343000000" -> "0234 3000 000"."""
    local = national(number)
    if local.startswith("02") and len(local) == _LANDLINE_LENGTH:
        # Hà Nội 024 and Hồ Chí Minh 028 have three digits of area, all others four.
        area = 3 if local[2] in "48" else 4
        return f"{local[:area]} {local[area : area + 4]} {local[area + 4 :]}"
    return f"{local[:4]} {local[4:7]} {local[7:]}" if len(local) == _MOBILE_LENGTH else local


class Phone(FieldType):
    """One telephone number; +84, 84, spaces, dots, dashes and brackets are all fine."""

    code = "phone"
    empty = N_("Ghi số điện thoại.")

    def read_text(self, question: Question, text: str) -> tuple[Any, Message | None]:
        number = _SEPARATORS.sub("", text)
        if number.startswith("00"):
            number = "+" + number[2:]
        elif number.startswith("84") and len(number) in (11, 12):
            number = "+" + number
        if not _DIGITS.fullmatch(number.removeprefix("+")):
            return None, (PHONE_SIGNS, {"typed": quote(text)})
        if number.startswith("+84"):
            number = "0" + number[3:].removeprefix("0")
        if number.startswith("+"):
            return (number, None) if _FOREIGN.fullmatch(number) else (None, _wrong_length(number[1:]))
        fault = _wrong_length(number)
        return (None, fault) if fault else ("+84" + number[1:], None)

    def check(self, question: Question, value: Any, *, today: date, answers: Answers | None = None) -> list[Message]:
        """Unknown ranges and foreign numbers are asked about."""
        if not isinstance(value, str):
            return []
        if not value.startswith("+84"):
            return [(ASK_FOREIGN, {})]
        local = national(value)
        if _MOBILE.fullmatch(local) or _LANDLINE.fullmatch(local):
            return []
        return [(ASK_RANGE, {"prefix": local[:3]})]

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        return [shown(value)]

    def type_value(self, question: Question, value: Any, name: str) -> Typed:
        return {name: shown(value)}


def _wrong_length(number: str) -> Message | None:
    count = count_digits(number)
    if count >= 18:
        return PHONE_SEVERAL, {"count": count}
    if number.startswith("02"):
        return None if count == _LANDLINE_LENGTH else (PHONE_LANDLINE, {"count": count})
    if number.startswith("0"):
        return None if count == _MOBILE_LENGTH else (PHONE_LENGTH, {"count": count})
    if count == _MOBILE_LENGTH - 1 and number[0] in "35789":
        return PHONE_NO_ZERO, {}
    return PHONE_LENGTH, {"count": count}
