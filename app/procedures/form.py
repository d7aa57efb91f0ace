"""A declaration (tờ khai) as pages of one question: which are shown, what comes next, what is still missing.

Answers are the draft's JSON, ``question id -> value``; a page once passed leaves a key for each of its questions
(null for an optional one left empty) and, for a paper, ``paper id -> "passed"``. Hidden answers never count.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from app.core.errors import N_
from app.procedures.conditions import is_unknown, tokens
from app.procedures.fields import PAPERS, REGISTRY, Answers, Message, Sent, Source, Translate, Typed, plain
from app.procedures.fields.addresses import PLACES
from app.procedures.fields.dates import span
from app.procedures.fields.identity import mismatches
from app.procedures.pages import (
    Filled,
    Page,
    PageInput,
    SummaryRow,
    SummarySection,
    paper_page,
    question_page,
    question_pages,
)
from app.procedures.parts import Paper, Question, Section

PASSED = "passed"
SURE = "sure"  # input that says "asked, and it is right"
LEFT_EMPTY = N_("Không ghi")
_NOTHING: frozenset[str] = frozenset()


class _Known:
    """Facts for a walk through the form; ``open`` questions are not known yet."""

    __slots__ = ("answers", "open", "today", "visible")

    def __init__(self, answers: Answers, open_questions: Iterable[str] = (), today: date | None = None) -> None:
        self.answers, self.open, self.today = answers, frozenset(open_questions), today
        self.visible: dict[str, bool | None] = {}

    def tokens(self, question_id: str) -> frozenset[str] | None:
        seen = self.visible.get(question_id)
        if seen is False:
            return _NOTHING
        if seen is None or question_id in self.open:
            return None
        return tokens(self.answers.get(question_id))

    def span(self, question_id: str) -> tuple[date, date] | None:
        return span(self.answers.get(question_id)) if self.visible.get(question_id) else None


class Form:
    """The form of one version of a procedure. Immutable; everything is a function of the answers given."""

    def __init__(self, before: Iterable[Question], papers: Iterable[Paper], after: Iterable[Question],
                 sections: Iterable[Section]) -> None:
        before, after = tuple(before), tuple(after)
        self.sections = {section.id: section for section in sections}
        self.papers = tuple(papers)
        self.questions = {question.id: question for question in before + after}
        self._pages = (*question_pages(before), *map(paper_page, self.papers), *question_pages(after))
        self._by_id = {page.id: page for page in self._pages}
        self._page_of = {question.id: page.id for page in self._pages for question in page.questions}
        self._place = {page.id: place for place, page in enumerate(self._pages)}
        self._id_numbers = _id_numbers(self.questions.values())
        parts: list[Question | Paper] = [*before, *self.papers, *after]
        self._always: dict[str, bool | None] = {part.id: True for part in parts if part.show_if is None}
        self._conditions = [(part.id, part.show_if) for part in parts if part.show_if is not None]
        # What a question hangs on that is asked on its own page.
        self._inner = {
            name: frozenset(other for other in condition.questions() if self._page_of[other] == self._page_of.get(name))
            for name, condition in self._conditions
        }

    # What is shown

    def _walk(self, answers: Answers, open_questions: Iterable[str] = (), today: date | None = None) -> _Known:
        known = _Known(answers, open_questions, today)
        known.visible.update(self._always)
        for name, condition in self._conditions:  # in order: each looks only at what comes before it
            known.visible[name] = condition.decide(known)
        return known

    def facts(self, answers: Answers, today: date) -> _Known:
        """What conditions of fees may look at: visible answers only."""
        return self._walk(answers, today=today)

    def _shown(self, page: Page, known: _Known) -> Page | None:
        if page.paper or len(page.questions) == 1:
            return page if known.visible[page.id] else None
        shown = tuple(question for question in page.questions if self._may_show(question, known))
        if not any(known.visible[question.id] for question in shown):
            return None
        return page if len(shown) == len(page.questions) else question_page(page.id, shown)

    def _may_show(self, question: Question, known: _Known) -> bool:
        """Shown now, or once something else on the same page is chosen (there may be no script to wait for that)."""
        if known.visible[question.id] or question.show_if is None:
            return True
        inner = self._inner[question.id]
        half = _Known(known.answers, inner)
        half.visible = {**known.visible, **dict.fromkeys(inner, True)}
        return bool(inner) and question.show_if.decide(half) is not False

    def pages(self, answers: Answers) -> list[Page]:
        """The pages that these answers lead through, in order."""
        known = self._walk(answers)
        return [shown for page in self._pages if (shown := self._shown(page, known))]

    def page(self, page_id: str, answers: Answers | None = None) -> Page | None:
        """A page by its id; with ``answers``, only the questions they show, and None when it is hidden."""
        page = self._by_id.get(page_id)
        if page is None or answers is None:
            return page
        return self._shown(page, self._walk(answers))

    def page_of(self, question_id: str) -> str | None:
        """Id of the page on which a question stands."""
        return self._page_of.get(question_id)

    def _neighbour(self, answers: Answers, page_id: str, step: int) -> Page | None:
        known = self._walk(answers)
        if page_id not in self._place:
            return None
        place = self._place[page_id] + step
        while 0 <= place < len(self._pages):
            if shown := self._shown(self._pages[place], known):
                return shown
            place += step
        return None

    def next_page(self, answers: Answers, page_id: str) -> Page | None:
        """The page after ``page_id`` with these answers; None after the last."""
        return self._neighbour(answers, page_id, 1)

    def previous_page(self, answers: Answers, page_id: str) -> Page | None:
        """The page before ``page_id``; None before the first."""
        return self._neighbour(answers, page_id, -1)

    def progress(self, answers: Answers, page_id: str) -> tuple[int, int | None]:
        """"Câu n trong total"; total is None while an open answer, those of this page included, can change it."""
        here = self._place[page_id]
        unanswered = self.questions.keys() - answers.keys()
        visible = self._walk(answers, unanswered.union(question.id for question in self._pages[here].questions)).visible
        now = self._walk(answers)
        number = 1 + sum(self._shown(page, now) is not None for page in self._pages[:here])
        total = 0
        for page in self._pages:
            seen = [visible[question.id] for question in page.questions] or [visible[page.id]]
            if True in seen:
                total += 1
            elif None in seen:
                return number, None
        return number, total

    # What is answered

    def drop_hidden(self, answers: Answers) -> dict[str, Any]:
        """The answers that count: to questions and papers that are shown."""
        visible = self._walk(answers).visible
        return {name: value for name, value in answers.items() if visible.get(name)}

    def is_visible(self, question_id: str, answers: Answers) -> bool:
        """Whether these answers lead past a question or paper."""
        return bool(self._walk(answers).visible.get(question_id))

    def visible_papers(self, answers: Answers) -> list[Paper]:
        """The papers these answers ask for, required or not (thành phần hồ sơ)."""
        visible = self._walk(answers).visible
        return [paper for paper in self.papers if visible[paper.id]]

    def missing(self, answers: Answers, photo_counts: Mapping[str, int] | None = None) -> list[str]:
        """Ids of pages without which the dossier cannot be sent: required answers, papers without photos."""
        visible, photos = self._walk(answers).visible, photo_counts or {}
        return [page.id for page in self._pages if self._lacks(page, answers, visible, photos)]

    def _lacks(
        self, page: Page, answers: Answers, visible: Mapping[str, bool | None], photos: Mapping[str, int]
    ) -> bool:
        if page.paper:
            return bool(visible[page.id]) and not PAPERS.enough(page.paper, photos.get(page.id, 0))
        return any(
            question.required and visible[question.id] and answers.get(question.id) is None
            for question in page.questions
        )

    def first_open(self, answers: Answers, photo_counts: Mapping[str, int] | None = None) -> Page | None:
        """Where a draft goes on: the first page not passed, or that lacks something; None when all is done."""
        known, photos = self._walk(answers), photo_counts or {}
        for page in self._pages:
            if not (shown := self._shown(page, known)):
                continue
            names = [question.id for question in page.questions if known.visible[question.id]] or [page.id]
            if any(name not in answers for name in names) or self._lacks(page, answers, known.visible, photos):
                return shown
        return None

    def faults(self, answers: Answers, *, today: date) -> dict[str, dict[str, Message]]:
        """Answers that would not be taken if they were typed today, by page: the last look before sending."""
        visible = self._walk(answers).visible
        found: dict[str, dict[str, Message]] = {}
        for question in self.questions.values():
            value = answers.get(question.id)
            if value is None or not visible[question.id]:
                continue
            kind = REGISTRY[question.type]
            if errors := kind.parse(question, Sent(kind.typed(question, value)), today=today).errors:
                found.setdefault(self._page_of[question.id], {}).update(errors)
        return found

    # Reading and filling a page

    def parse_page(self, page: Page, data: Source, *, answers: Answers, today: date) -> PageInput:
        """Read a page that was sent. ``values`` are to be merged into the draft, then ``drop_hidden``."""
        whole = self._by_id[page.id]
        if whole.paper:
            return PageInput(values={page.id: PASSED})
        sent = PageInput()
        known = self._walk(answers)
        known.answers = {**answers}
        for question in whole.questions:
            parsed = REGISTRY[question.type].parse(question, data, today=today)
            sent.typed.update(parsed.typed)
            known.visible[question.id] = question.show_if.decide(known) if question.show_if else True
            if not known.visible[question.id]:
                continue  # typed under a choice that was not made: kept on the page, not in the answers
            known.answers[question.id] = sent.values[question.id] = parsed.value
            sent.errors.update(parsed.errors)
            sent.again = sent.again or parsed.again
        if sent.again:
            sent.errors.clear()
        if not sent.errors and not sent.again:
            self._ask(whole, data, sent, known, today)
        return sent

    def _ask(self, page: Page, data: Source, sent: PageInput, known: _Known, today: date) -> None:
        """What looks odd is asked once: the page comes back with ``sure``, and sent again so it passes."""
        answers = {name: value for name, value in known.answers.items() if known.visible.get(name)}
        for question in page.questions:
            if question.id not in sent.values:
                continue
            kind, value = REGISTRY[question.type], sent.values[question.id]
            target = next(kind.inputs(question))
            sent.unsure += [(target, message) for message in kind.check(question, value, today=today, answers=answers)]
            for number in self._id_numbers.get(question.id, ()):
                if number.id not in sent.values:
                    found = mismatches(number, answers.get(number.id), answers)
                    sent.unsure += [(target, message) for about, message in found if about == question.id]
        if sent.unsure:
            sent.sure = hashlib.sha256(json.dumps(sent.unsure, ensure_ascii=True).encode()).hexdigest()[:16]
            if sent.sure in data.getlist(SURE):
                sent.unsure = []

    def fill(self, page: Page, answers: Answers, *, card: Mapping[str, Any] | None = None) -> Filled:
        """The inputs of a page: earlier answers, else what the card or another answer offers, else our own start."""
        typed: Typed = {}
        from_card = set()
        for question in page.questions:
            kind = REGISTRY[question.type]
            value = answers.get(question.id)
            if question.id not in answers:
                value = self._offered(question, answers, card)
                if value is not None and question.prefill.startswith("card."):
                    from_card.add(question.id)
                if value is None and question.initial:
                    typed[question.id] = question.initial
                if value is None and question.here:
                    typed[f"{question.id}_ward"], typed[f"{question.id}_city"] = PLACES.here.name, PLACES.here.city
            typed.update(kind.typed(question, value))
        return Filled(typed, frozenset(from_card))

    def _offered(self, question: Question, answers: Answers, card: Mapping[str, Any] | None) -> Any:
        source, _dot, key = question.prefill.partition(".")
        if source == "card" and card:
            return REGISTRY[question.type].prefill(question, card.get(key))
        return answers.get(key) if source == "answer" else None

    # Reading answers out

    def columns(self, answers: Answers) -> dict[str, Any]:
        """Columns of the dossier (text or number), from visible answers that are known; the first one wins."""
        visible = self._walk(answers).visible
        found: dict[str, Any] = {}
        for question in self.questions.values():
            value = answers.get(question.id)
            if not question.columns or value is None or is_unknown(value) or not visible[question.id]:
                continue
            for column in question.columns:
                found.setdefault(column, REGISTRY[question.type].column(value))
        return found

    def summary(self, answers: Answers, _: Translate = plain, photo_counts: Mapping[str, int] | None = None,
                *, paper: bool = False) -> list[SummarySection]:
        """All that was answered, by section; ``paper``: as official papers have it, without empty lines."""
        visible, photos = self._walk(answers).visible, photo_counts or {}
        _ = plain if paper else _
        found: dict[str, SummarySection] = {}
        for page in self._pages:
            rows = [self._row(question, answers, page, _, paper=paper) for question in page.questions
                    if visible[question.id]]
            if page.paper and visible[page.id]:
                lines = (PAPERS.print_lines(page.paper, photos.get(page.id, 0)) if paper
                         else PAPERS.show(page.paper, photos.get(page.id, 0), _))
                rows.append(SummaryRow(page.id, _(page.paper.title), lines, page.id, is_paper=True))
            rows = [row for row in rows if row.lines]
            if rows:
                section = self.sections[page.section]
                found.setdefault(section.id, SummarySection(section.id, _(section.title), [])).rows.extend(rows)
        return list(found.values())

    def _row(self, question: Question, answers: Answers, page: Page, _: Translate, *, paper: bool) -> SummaryRow:
        kind, value = REGISTRY[question.type], answers.get(question.id)
        lines = kind.print_lines(question, value) if paper else kind.show(question, value, _) or [_(LEFT_EMPTY)]
        return SummaryRow(question.id, _(question.short or question.label), lines, page.id)


def _id_numbers(questions: Iterable[Question]) -> dict[str, list[Question]]:
    """Which ID numbers tell something about the answer to a question."""
    found: dict[str, list[Question]] = {}
    for question in questions:
        for other in filter(None, (question.birth_question, question.sex_question)):
            found.setdefault(other, []).append(question)
    return found
