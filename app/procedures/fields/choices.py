"""Choosing: one of, many of, yes or no (chọn một, chọn nhiều, có hoặc không)."""
from __future__ import annotations

from datetime import date
from typing import Any

from app.core.errors import N_
from app.core.text import fold
from app.procedures.conditions import UNKNOWN, is_unknown
from app.procedures.fields.base import NOT_KNOWN, FieldType, Parsed, Source, Translate, Typed, first
from app.procedures.parts import Question

NOT_A_ROW = N_("Dòng đã chọn không còn. Chọn lại một dòng.")
TOO_MANY = N_("Đã chọn %(count)s dòng. Chọn nhiều nhất %(limit)s dòng.")
TOO_FEW = N_("Đã chọn %(count)s dòng. Chọn ít nhất %(limit)s dòng.")
NOT_TOGETHER = N_("Đã chọn %(count)s dòng, trong đó có dòng chỉ chọn riêng. Bỏ bớt một bên.")


class OneOf(FieldType):
    """Exactly one row."""

    code = "one_of"
    empty = N_("Chọn một dòng.")
    unknown_is_row = True

    def parse(self, question: Question, data: Source, *, today: date, name: str = "") -> Parsed:
        name = name or question.id
        chosen = first(data, name)
        typed: Typed = {name: chosen}
        if question.unknown and (chosen == UNKNOWN or not chosen and data.getlist(f"{name}_{UNKNOWN}")):
            return Parsed(dict(NOT_KNOWN), {}, {name: UNKNOWN})
        if not chosen:
            return self.nothing(question, typed, name)
        if any(option.value == chosen for option in question.rows):
            return Parsed(chosen, {}, typed)
        return Parsed(None, {name: (NOT_A_ROW, {})}, {name: ""})

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        return [_(option.label) for option in question.rows if option.value == value] or [str(value)]

    def typed(self, question: Question, value: Any, name: str = "") -> Typed:
        name = name or question.id
        if is_unknown(value):
            return {name: UNKNOWN}
        return {} if value is None else {name: str(value)}

    def prefill(self, question: Question, raw: object) -> Any:
        """The row whose value or words are the card's ("Nam", "Nữ")."""
        if not isinstance(raw, str):
            return None
        wanted = fold(raw)
        for option in question.rows:
            if raw == option.value or wanted and fold(option.label) == wanted:
                return option.value
        return None


class YesNo(OneOf):
    """Yes or no; a question may word the two itself."""

    code = "yes_no"
    empty = N_("Chọn một dòng.")


class ManyOf(FieldType):
    """Any number of rows between ``min`` and ``max``."""

    code = "many_of"
    empty = N_("Chọn ít nhất một dòng.")
    unknown_is_row = True

    def parse(self, question: Question, data: Source, *, today: date, name: str = "") -> Parsed:
        name = name or question.id
        sent = set(data.getlist(name))
        chosen = [option.value for option in question.options if option.value in sent]
        not_known = bool(question.unknown) and (UNKNOWN in sent or bool(data.getlist(f"{name}_{UNKNOWN}")))
        typed: Typed = {name: [*chosen, UNKNOWN] if not_known else chosen}
        if not_known and not chosen:
            return Parsed(dict(NOT_KNOWN), {}, typed)
        if not chosen:
            if sent:
                return Parsed(None, {name: (NOT_A_ROW, {})}, typed)
            return self.nothing(question, typed, name)
        alone = not_known or any(option.alone and option.value in sent for option in question.options)
        if alone and len(chosen) + not_known > 1:
            return Parsed(None, {name: (NOT_TOGETHER, {"count": len(chosen) + not_known})}, typed)
        return self._counted(question, chosen, typed, name, lone=alone)

    def _counted(self, question: Question, chosen: list[str], typed: Typed, name: str, *, lone: bool) -> Parsed:
        if question.max is not None and len(chosen) > question.max:
            return Parsed(None, {name: (TOO_MANY, {"count": len(chosen), "limit": question.max})}, typed)
        if question.min is not None and len(chosen) < question.min and not lone:
            return Parsed(None, {name: (TOO_FEW, {"count": len(chosen), "limit": question.min})}, typed)
        return Parsed(chosen, {}, typed)

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        labels = {option.value: _(option.label) for option in question.options}
        return [labels.get(item, str(item)) for item in value]

    def typed(self, question: Question, value: Any, name: str = "") -> Typed:
        name = name or question.id
        if is_unknown(value):
            return {name: [UNKNOWN]}
        return {} if value is None else {name: list(value)}

    def prefill(self, question: Question, raw: object) -> Any:
        return None

    def column(self, value: Any) -> Any:
        return ",".join(value)
