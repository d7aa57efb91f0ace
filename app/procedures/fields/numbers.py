"""Plain numbers and money (số, số tiền). Money is whole đồng."""
from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.core.errors import N_
from app.procedures.fields.base import FieldType, Message, Translate, Typed, quote
from app.procedures.parts import Question

MONEY_LIMIT = 10**12
_WHOLE = re.compile(r"-?[0-9]{1,12}")
_DOTTED = re.compile(r"[0-9]{1,3}(?:[., ][0-9]{3})+|[0-9]{1,13}")
_AMOUNT = re.compile(
    r"(?P<number>[0-9][0-9., ]*?)\s*"
    r"(?P<unit>tỷ|tỉ|triệu|trieu|tr|nghìn|ngàn|nghin|ngan|k)?\s*(?P<money>đồng|dong|đ|d|vnđ|vnd)?\.?"
)
_UNITS = {
    "tỷ": 10**9, "tỉ": 10**9, "triệu": 10**6, "trieu": 10**6, "tr": 10**6,
    "nghìn": 1000, "ngàn": 1000, "nghin": 1000, "ngan": 1000, "k": 1000,
}

NUMBER_WORDS = N_("Ô này ghi “%(typed)s”. Ghi bằng chữ số 0 đến 9, ví dụ %(example)s.")
NUMBER_LONG = N_("Số này có %(count)s chữ số, dài quá. Xem lại giúp.")
NUMBER_SMALL = N_("Ô này ghi %(typed)s. Số nhỏ nhất là %(limit)s.")
NUMBER_LARGE = N_("Ô này ghi %(typed)s. Số lớn nhất là %(limit)s.")
MONEY_WORDS = N_("Ô này ghi “%(typed)s”. Ghi số tiền bằng đồng, ví dụ 8.000.")


def dotted(number: int) -> str:
    """8000 -> "8.000"."""
    return f"{number:,}".replace(",", ".")


def _bounds(question: Question, value: int, shown: str) -> Message | None:
    if question.min is not None and value < question.min:
        return NUMBER_SMALL, {"typed": shown, "limit": dotted(question.min)}
    if question.max is not None and value > question.max:
        return NUMBER_LARGE, {"typed": shown, "limit": dotted(question.max)}
    return None


class Number(FieldType):
    """A whole number; never negative unless ``min`` says so."""

    code = "number"
    empty = N_("Ghi một số, ví dụ 2.")

    def read_text(self, question: Question, text: str) -> tuple[Any, Message | None]:
        match = _WHOLE.fullmatch(text.replace(" ", ""))
        if not match and _DOTTED.fullmatch(text):
            match = _WHOLE.fullmatch(re.sub("[., ]", "", text))
        if not match:
            digits = re.sub("[^0-9]", "", text)
            if len(digits) > 12 and digits == text:
                return None, (NUMBER_LONG, {"count": len(digits)})
            return None, (NUMBER_WORDS, {"typed": quote(text), "example": max(question.min or 0, 2)})
        value = int(match[0])
        fault = _bounds(question, value, dotted(value))
        if fault is None and value < 0 and question.min is None:
            fault = NUMBER_SMALL, {"typed": dotted(value), "limit": "0"}
        return (None, fault) if fault else (value, None)

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        return [dotted(value)]


class Money(FieldType):
    """An amount in whole đồng, with or without dots; "5 triệu", "500k" are understood."""

    code = "money"
    empty = N_("Ghi số tiền, ví dụ 8.000.")

    def read_text(self, question: Question, text: str) -> tuple[Any, Message | None]:
        match = _AMOUNT.fullmatch(text.casefold())
        value = self._amount(match) if match else None
        if value is None or value > MONEY_LIMIT:
            return None, (MONEY_WORDS, {"typed": quote(text)})
        fault = _bounds(question, value, dotted(value))
        return (None, fault) if fault else (value, None)

    def _amount(self, match: re.Match[str]) -> int | None:
        number, unit = match["number"].strip(), match["unit"]
        if _DOTTED.fullmatch(number):
            return int(re.sub("[., ]", "", number)) * (_UNITS[unit] if unit else 1)
        decimal = re.fullmatch(r"([0-9]{1,6})[.,]([0-9]{1,2})", number)
        if not unit or not decimal:
            return None
        amount = Decimal(f"{decimal[1]}.{decimal[2]}") * _UNITS[unit]
        return int(amount) if amount == int(amount) else None

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        return [_(N_("%(amount)s đồng"), {"amount": dotted(value)})]

    def type_value(self, question: Question, value: Any, name: str) -> Typed:
        return {name: dotted(value)}
