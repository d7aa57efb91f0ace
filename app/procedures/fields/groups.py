"""The repeating group (nhóm lặp lại): rows of the same few questions, added and removed by plain buttons."""
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from app.core.errors import N_
from app.procedures.fields.base import (
    Answers,
    FieldType,
    Message,
    Parsed,
    Source,
    Translate,
    Typed,
    clean,
    first,
    plain,
)
from app.procedures.parts import Question

DEFAULT_ROWS, MOST_ROWS = 10, 50
_ROW = re.compile("[0-9]{1,2}")

TOO_FEW = N_("Mới có %(count)s người hoặc dòng. Cần ít nhất %(limit)s.")
FULL = N_("Đã đủ %(limit)s dòng. Còn nữa thì gặp cán bộ ở quầy.")
SHOW_ROW = N_("%(number)s. %(words)s")


class Group(FieldType):
    """Rows of questions. Inputs are ``<id>-<row>-<question>``; ``<id>`` itself lists the rows that were on the page."""

    code = "group"
    empty = N_("Ghi ít nhất một dòng.")

    def __init__(self, fields: Mapping[str, FieldType]) -> None:
        self._fields = fields

    def inputs(self, question: Question, name: str = "") -> Iterator[str]:
        name = name or question.id
        yield from (name, f"{name}_add", f"{name}_remove")
        for row in range(self.most(question)):
            for sub in question.questions:
                yield from self._fields[sub.type].inputs(sub, f"{name}-{row}-{sub.id}")

    def least(self, question: Question) -> int:
        """How many rows there must be."""
        return question.min if question.min is not None else int(question.required)

    def most(self, question: Question) -> int:
        """How many rows there may be."""
        return min(question.max or DEFAULT_ROWS, MOST_ROWS)

    def parse(self, question: Question, data: Source, *, today: date, name: str = "") -> Parsed:
        name = name or question.id
        most = self.most(question)
        rows = list(dict.fromkeys(row for row in data.getlist(name) if _ROW.fullmatch(row)))[:MOST_ROWS]
        removed = first(data, f"{name}_remove")
        if removed in rows:
            return self._again(question, data, [row for row in rows if row != removed], today, name)
        if data.getlist(f"{name}_add"):
            if len(rows) < most:
                return self._again(question, data, [*rows, "new"], today, name)
            parsed = self._again(question, data, rows, today, name)
            return Parsed(None, {name: (FULL, {"limit": most})}, parsed.typed)
        return self._final(question, data, rows[:most], today, name)

    def _row(self, question: Question, data: Source, row: str, today: date, name: str, place: int) -> Parsed:
        """One row read, its inputs renamed to the place it takes now."""
        read = Parsed({})
        old, new = f"{name}-{row}-", f"{name}-{place}-"
        for sub in question.questions:
            parsed = self._fields[sub.type].parse(sub, data, today=today, name=old + sub.id)
            read.value[sub.id] = parsed.value
            read.errors.update({new + key[len(old) :]: fault for key, fault in parsed.errors.items()})
            read.typed.update({new + key[len(old) :]: value for key, value in parsed.typed.items()})
        return read

    def _again(self, question: Question, data: Source, rows: list[str], today: date, name: str) -> Parsed:
        typed: Typed = {name: [str(place) for place in range(len(rows))]}
        for place, row in enumerate(rows):
            if row != "new":
                typed.update(self._row(question, data, row, today, name, place).typed)
        return Parsed(None, {}, typed, again=True)

    def _final(self, question: Question, data: Source, rows: list[str], today: date, name: str) -> Parsed:
        least, kept = self.least(question), list[Parsed]()
        for row in rows:
            read = self._row(question, data, row, today, name, len(kept))
            if not self._is_empty(question, read.typed, f"{name}-{len(kept)}-"):
                kept.append(read)
        typed: Typed = {name: [str(place) for place in range(max(len(kept), 1))]}
        errors: dict[str, Message] = {}
        for read in kept:
            typed.update(read.typed)
            errors.update(read.errors)
        if not kept and (question.required or least):
            errors[name] = (self.empty, {})
        elif len(kept) < least and kept:
            errors[name] = (TOO_FEW, {"count": len(kept), "limit": least})
        if errors:
            return Parsed(None, errors, typed)
        return Parsed([read.value for read in kept] or None, {}, typed)

    def _is_empty(self, question: Question, typed: Typed, prefix: str) -> bool:
        """A row in which nothing was typed beside what we had put there ourselves."""
        ours = {prefix + sub.id: sub.initial for sub in question.questions if sub.initial}
        return not any(
            value if isinstance(value, list) else clean(value) not in ("", ours.get(key))
            for key, value in typed.items()
        )

    def check(self, question: Question, value: Any, *, today: date, answers: Answers | None = None) -> list[Message]:
        """What is odd in any of the rows."""
        rows = value if isinstance(value, list) else []
        return [
            message
            for row in rows
            for sub in question.questions
            for message in self._fields[sub.type].check(sub, row.get(sub.id), today=today, answers=answers)
        ]

    def _words(self, question: Question, row: Mapping[str, Any], _: Translate, *, paper: bool) -> str:
        lines: list[str] = []
        for sub in question.questions:
            kind, value = self._fields[sub.type], row.get(sub.id)
            lines += kind.print_lines(sub, value) if paper else kind.show(sub, value, _)
        return ", ".join(lines)

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        return [
            _(SHOW_ROW, {"number": number, "words": self._words(question, row, _, paper=False)})
            for number, row in enumerate(value, 1)
        ]

    def print_value(self, question: Question, value: Any) -> list[str]:
        return [
            plain(SHOW_ROW, {"number": number, "words": self._words(question, row, plain, paper=True)})
            for number, row in enumerate(value, 1)
        ]

    def type_value(self, question: Question, value: Any, name: str) -> Typed:
        typed: Typed = {name: [str(place) for place in range(len(value))]}
        for place, row in enumerate(value):
            for sub in question.questions:
                typed.update(self._fields[sub.type].typed(sub, row.get(sub.id), f"{name}-{place}-{sub.id}"))
        return typed

    def prefill(self, question: Question, raw: object) -> Any:
        return None

    def column(self, value: Any) -> Any:
        return None
