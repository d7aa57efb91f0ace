"""The personal identification number (số định danh cá nhân, số căn cước) and the old 9-digit one (số CMND)."""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.core.errors import N_
from app.procedures.fields.base import Answers, FieldType, Message, Translate, Typed, count_digits, quote
from app.procedures.parts import Question

# ASCII only: str.isdigit and \d also take ² and ٤.
_NEW, _OLD = re.compile("[0-9]{12}"), re.compile("[0-9]{9}")
_SEPARATORS = re.compile(r"[\s.\-‐‑–—_/]")
_PASSPORT = re.compile("[A-Z0-9]{6,15}")
# First three digits: the 63 provinces before July 2025 (domain.md 4.2). People born abroad carry others.
PROVINCES = frozenset(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035 036 037 038 040 042 "
    "044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072 074 075 077 079 080 082 083 084 086 087 "
    "089 091 092 093 094 095 096".split()
)

ID_DIGITS = N_("Số này có %(count)s chữ số. Số căn cước có 12 chữ số.")
ID_DIGITS_OLD = N_("Số này có %(count)s chữ số. Số căn cước có 12 chữ số, số cũ có 9.")
ID_OLD_REFUSED = N_("Số này có 9 chữ số, là số cũ. Ghi số căn cước có 12 chữ số.")
ID_LETTERS = N_("Ô này ghi “%(typed)s”. Số căn cước chỉ có chữ số 0 đến 9.")
PASSPORT_SIGNS = N_("Ô này ghi “%(typed)s”. Số giấy tờ có 6 đến 15 chữ cái và chữ số.")
ASK_OLD = N_("Đây là số cũ, có 9 chữ số. Có thẻ mới thì ghi số trên thẻ mới.")
ASK_PROVINCE = N_("Ba số đầu là %(code)s, không phải mã tỉnh nào. Đúng thì bấm Tiếp tục.")
ASK_FUTURE = N_("Số này của người sinh năm %(year)s, có đúng không? Đúng thì bấm Tiếp tục.")
ASK_YEAR = N_("Số căn cước là của người sinh năm %(year)s, còn ngày sinh ghi năm %(told)s. Đúng thì bấm Tiếp tục.")
ASK_MAN = N_("Số căn cước là của người nam, còn giới tính đã chọn nữ. Đúng thì bấm Tiếp tục.")
ASK_WOMAN = N_("Số căn cước là của người nữ, còn giới tính đã chọn nam. Đúng thì bấm Tiếp tục.")


def birth_year(number: str) -> int:
    """The year of birth that a 12-digit number carries (digits 4 to 6)."""
    return 1900 + 100 * (int(number[3]) // 2) + int(number[4:6])


def sex(number: str) -> str:
    """"male" or "female", from the fourth digit of a 12-digit number."""
    return "female" if int(number[3]) % 2 else "male"


class IdNumber(FieldType):
    """12 digits; there is no check digit, so only the form is tested and the rest is asked."""

    code = "id_number"
    empty = N_("Ghi số căn cước.")

    def read_text(self, question: Question, text: str) -> tuple[Any, Message | None]:
        number = _SEPARATORS.sub("", text)
        if _NEW.fullmatch(number) or question.old_number and _OLD.fullmatch(number):
            return number, None
        if question.passport and not _only_digits(number):
            number = number.upper()
            if _PASSPORT.fullmatch(number):
                return number, None
            return None, (PASSPORT_SIGNS, {"typed": quote(text)})
        if not _only_digits(number):
            return None, (ID_LETTERS, {"typed": quote(text)})
        count = count_digits(number)
        if question.old_number:
            return None, (ID_DIGITS_OLD, {"count": count})
        return None, (ID_OLD_REFUSED, {}) if count == 9 else (ID_DIGITS, {"count": count})

    def check(self, question: Question, value: Any, *, today: date, answers: Answers | None = None) -> list[Message]:
        """Odd but possible: unknown province, future year, another birth year or sex than was told."""
        if not isinstance(value, str):
            return []
        if _OLD.fullmatch(value):
            return [(ASK_OLD, {})]
        if not _NEW.fullmatch(value):
            return []
        asked: list[Message] = []
        if value[:3] not in PROVINCES:
            asked.append((ASK_PROVINCE, {"code": value[:3]}))
        if birth_year(value) > today.year:
            asked.append((ASK_FUTURE, {"year": birth_year(value)}))
        return asked + [message for _about, message in mismatches(question, value, answers or {})]

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        return [_grouped(value)]

    def print_value(self, question: Question, value: Any) -> list[str]:
        return [str(value)]

    def type_value(self, question: Question, value: Any, name: str) -> Typed:
        return {name: _grouped(value)}


def _only_digits(text: str) -> bool:
    return bool(text) and count_digits(text) == len(text)


def _grouped(number: str) -> str:
    if not _only_digits(number):
        return number
    return " ".join(number[start : start + 3] for start in range(0, len(number), 3))


def mismatches(question: Question, value: object, answers: Answers) -> list[tuple[str, Message]]:
    """Where the number says something else than another answer: the id of that question, and what to ask."""
    if not isinstance(value, str) or not _NEW.fullmatch(value):
        return []
    found: list[tuple[str, Message]] = []
    year, told = birth_year(value), _told_year(answers.get(question.birth_question))
    if told and told != year:
        found.append((question.birth_question, (ASK_YEAR, {"year": year, "told": told})))
    told_sex = answers.get(question.sex_question)
    if told_sex in ("male", "female") and told_sex != sex(value):
        found.append((question.sex_question, (ASK_WOMAN if told_sex == "male" else ASK_MAN, {})))
    return found


def _told_year(told: object) -> int | None:
    if not isinstance(told, Mapping) or told.get("lunar"):
        # A lunar year ends in the next solar one, so a difference would say nothing.
        return None
    year = told.get("year")
    return year if isinstance(year, int) else None
