"""Fills any declaration as a patient person would: page by page, through the same reader as the browser's."""
from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.core import clock
from app.procedures.fields import Sent
from app.procedures.form import SURE, Form
from app.procedures.pages import Page
from app.procedures.parts import Question
from app.serve.demo.people import Person, make_person

_PLACES = ("Trạm y tế phường Mẫu", "Bệnh viện Thử, thành phố Huế", "Phường Thuận Lộc, thành phố Huế")
_TEXTS = ("Theo giấy tờ đã nộp", "Bán tạp hóa", "Làm thủ tục ở cơ quan")


class Filler:
    """Answers for one dossier. The same random source gives the same answers."""

    def __init__(self, rng: random.Random, form: Form, person: Person, fixed: Mapping[str, str] | None = None) -> None:
        self.rng, self.form, self.person, self.fixed = rng, form, person, dict(fixed or {})

    def fill(self) -> dict[str, Any]:
        """Walk the form from the first page to the last. Raises ``ValueError`` when a page does not take its answers."""
        answers: dict[str, Any] = {}
        page = self._next(answers, "")
        while page is not None:
            answers = self.form.drop_hidden({**answers, **self._page(page, answers)})
            page = self._next(answers, page.id)
        return answers

    def _next(self, answers: dict[str, Any], after: str) -> Page | None:
        if after:
            return self.form.next_page(answers, after)
        pages = self.form.pages(answers)
        return pages[0] if pages else None

    def _page(self, page: Page, answers: dict[str, Any]) -> dict[str, Any]:
        typed: dict[str, str | list[str]] = {}
        for question in page.questions:
            typed.update(self._answer(question, question.id))
        sent = self.form.parse_page(page, Sent(typed), answers=answers, today=clock.today())
        if sent.unsure:  # asked once whether it is right: it is
            sent = self.form.parse_page(page, Sent({**typed, SURE: sent.sure}), answers=answers, today=clock.today())
        if sent.errors:
            raise ValueError(f"{page.id}: {sent.errors} for {typed}")
        return sent.values

    def _answer(self, question: Question, name: str) -> dict[str, str | list[str]]:
        if question.id in self.fixed:
            return {name: self.fixed[question.id]}
        asked = getattr(self, f"_{question.type}")
        return asked(question, name)

    def _full_name(self, question: Question, name: str) -> dict[str, str | list[str]]:
        mine = question.id in ("applicant_name", "owner_name") or "applicant_name" in question.columns
        return {name: self.person.name if mine else make_person(self.rng).name}

    def _id_number(self, question: Question, name: str) -> dict[str, str | list[str]]:
        mine = "applicant_id" in question.columns
        return {name: self.person.id_number if mine else make_person(self.rng).id_number}

    def _date(self, question: Question, name: str) -> dict[str, str | list[str]]:
        if "applicant_birth" in question.columns:
            day = self.person.born_on
        elif "birth" in question.id and "child" not in question.id:
            day = make_person(self.rng, born=(1945, 1998)).born_on
        else:
            day = clock.today() - timedelta(days=self.rng.randint(3, 40))
        return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}

    def _phone(self, question: Question, name: str) -> dict[str, str | list[str]]:
        return {name: self.person.phone}

    def _address(self, question: Question, name: str) -> dict[str, str | list[str]]:
        return {
            f"{name}_line": self.person.street, f"{name}_group": self.person.group,
            f"{name}_ward": "Phường Phú Xuân", f"{name}_city": "Thành phố Huế",
        }

    def _one_of(self, question: Question, name: str) -> dict[str, str | list[str]]:
        # Mostly the first row, the ordinary case; now and then another, so that every branch is walked.
        options = [option.value for option in question.options]
        return {name: options[0] if self.rng.random() < 0.7 else self.rng.choice(options)}

    def _yes_no(self, question: Question, name: str) -> dict[str, str | list[str]]:
        return {name: "no" if self.rng.random() < 0.7 else "yes"}

    def _many_of(self, question: Question, name: str) -> dict[str, str | list[str]]:
        return {name: [self.rng.choice(question.options).value]}

    def _number(self, question: Question, name: str) -> dict[str, str | list[str]]:
        low = question.min if question.min is not None else 1
        high = min(question.max if question.max is not None else low + 2, low + 2)
        return {name: str(self.rng.randint(low, high))}

    def _money(self, question: Question, name: str) -> dict[str, str | list[str]]:
        return {name: str(max(question.min or 0, 10_000_000) + self.rng.randint(0, 40) * 1_000_000)}

    def _text(self, question: Question, name: str) -> dict[str, str | list[str]]:
        if question.suggest:
            return {name: question.suggest[0]}
        place = any(word in question.id for word in ("place", "at", "origin", "where", "hometown"))
        return {name: self.rng.choice(_PLACES if place else _TEXTS)}

    def _group(self, question: Question, name: str) -> dict[str, str | list[str]]:
        count = max(question.min or 1, 1)
        rows: dict[str, str | list[str]] = {name: [str(number) for number in range(count)]}
        for number in range(count):
            for part in question.questions:
                rows.update(self._answer(part, f"{name}-{number}-{part.id}"))
        return rows


