"""Pages of a form, what was sent with one, and the lines of "Xem lại": plain data between form and views."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.procedures.conditions import Answered
from app.procedures.fields import REGISTRY, Message, Typed
from app.procedures.parts import Paper, Question


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page: a question with the few that share its page, or a paper."""

    id: str
    kind: str  # question | paper
    section: str
    questions: tuple[Question, ...] = ()
    paper: Paper | None = None
    # Follow-up questions drawn under one row of a choice: (choice, row) -> questions.
    reveals: Mapping[tuple[str, str], tuple[Question, ...]] = field(default_factory=dict)

    @property
    def top(self) -> tuple[Question, ...]:
        """The questions that stand by themselves, not under a row."""
        under = {question.id for questions in self.reveals.values() for question in questions}
        return tuple(question for question in self.questions if question.id not in under)

    def under(self, question_id: str, value: str) -> tuple[Question, ...]:
        """The follow-up questions of one row."""
        return self.reveals.get((question_id, value), ())

    def has_fault(self, questions: Iterable[Question], errors: Mapping[str, object]) -> bool:
        """Whether one of these questions has a fault."""
        return any(name in errors for question in questions for name in REGISTRY[question.type].inputs(question))


@dataclass(slots=True)
class PageInput:
    """A page as it was sent. ``stays``: show it again (422) with ``typed``, ``errors`` and ``unsure``."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    unsure: list[tuple[str, Message]] = field(default_factory=list)  # input name, what to ask
    again: bool = False
    sure: str = ""  # goes into the hidden input ``sure`` when the page is shown again

    @property
    def stays(self) -> bool:
        return bool(self.errors or self.unsure or self.again)


@dataclass(frozen=True, slots=True)
class Filled:
    """The inputs of a page about to be shown, and the questions whose text was read from the ID card."""

    typed: Typed
    from_card: frozenset[str]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One line of "Xem lại": short label, what was answered, the page where it is changed."""

    id: str
    label: str
    lines: list[str]
    page_id: str
    is_paper: bool = False


@dataclass(frozen=True, slots=True)
class SummarySection:
    """One heading of "Xem lại" with its lines."""

    id: str
    title: str
    rows: list[SummaryRow]


def question_page(page_id: str, questions: Iterable[Question]) -> Page:
    """A page of questions; those that hang on one choice of the page stand under its row, so no script is needed."""
    questions = tuple(questions)
    reveals: dict[tuple[str, str], tuple[Question, ...]] = {}
    for question in questions:
        if place := _row_above(question, questions):
            reveals[place] = (*reveals.get(place, ()), question)
    return Page(page_id, "question", questions[0].section, questions, None, reveals)


def _row_above(question: Question, questions: Iterable[Question]) -> tuple[str, str] | None:
    """The choice and the last of its rows that bring a question up; None when it is not that simple."""
    condition = question.show_if
    if not isinstance(condition, Answered):
        return None
    choice = next((other for other in questions if other.id == condition.question), None)
    rows = [option.value for option in choice.rows if option.value in condition.values] if choice else []
    return (choice.id, rows[-1]) if choice and rows else None


def question_pages(questions: Iterable[Question]) -> list[Page]:
    """One page for each question, with those that share it."""
    grouped: dict[str, list[Question]] = {}
    for question in questions:
        grouped.setdefault(question.same_page or question.id, []).append(question)
    return [question_page(head, asked) for head, asked in grouped.items()]


def paper_page(paper: Paper) -> Page:
    """The page on which a paper is photographed."""
    return Page(paper.id, "paper", paper.section, (), paper)
