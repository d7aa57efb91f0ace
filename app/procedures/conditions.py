"""Conditions of questions, papers and fees (``show_if``), decided with three answers: yes, no, not known yet.

"Not known yet" is what keeps "Câu 3 trong 8" honest: a total is told only when no open answer can change it.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

UNKNOWN = "unknown"
_SOMETHING = frozenset({"*"})
_NOTHING: frozenset[str] = frozenset()


def is_unknown(value: object) -> bool:
    """Whether an answer says "I do not know" (``{"unknown": true}``)."""
    return isinstance(value, Mapping) and value.get(UNKNOWN) is True


def tokens(value: object) -> frozenset[str]:
    """What a condition compares of a stored answer; empty when there is no answer."""
    if value is None or value == "" or value == []:
        return _NOTHING
    if isinstance(value, str):
        return frozenset((value,))
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return frozenset(value)
    if isinstance(value, int):
        return frozenset((str(value),))
    return frozenset((UNKNOWN,)) if is_unknown(value) else _SOMETHING


class Facts(Protocol):
    """What is known while a condition is decided."""

    def tokens(self, question_id: str) -> frozenset[str] | None:
        """Tokens of a visible answer, nothing for a hidden one, None while it is open."""

    def span(self, question_id: str) -> tuple[date, date] | None:
        """First and last day that a date answer can mean; None when that is not known."""

    @property
    def today(self) -> date | None:
        """The day on which a fee is reckoned; None where days do not count."""


class Condition(Protocol):
    """One condition."""

    def decide(self, facts: Facts) -> bool | None:
        """True, False, or None when open answers can still turn it."""

    def questions(self) -> Iterator[str]:
        """Ids of the questions it looks at."""


@dataclass(frozen=True, slots=True)
class Answered:
    """``{ question, is }``, ``{ question, in }``: the answer is (or holds) one of ``values``."""

    question: str
    values: frozenset[str]

    def decide(self, facts: Facts) -> bool | None:
        seen = facts.tokens(self.question)
        return None if seen is None else not self.values.isdisjoint(seen)

    def questions(self) -> Iterator[str]:
        yield self.question


@dataclass(frozen=True, slots=True)
class Given:
    """``{ question, given = true }``: there is an answer, and it is not "I do not know"."""

    question: str

    def decide(self, facts: Facts) -> bool | None:
        seen = facts.tokens(self.question)
        return None if seen is None else bool(seen) and UNKNOWN not in seen

    def questions(self) -> Iterator[str]:
        yield self.question


@dataclass(frozen=True, slots=True)
class OlderThan:
    """``{ question, older_than_days }``: a date lies more than so many days back (fees of late registration)."""

    question: str
    days: int

    def decide(self, facts: Facts) -> bool | None:
        span = facts.span(self.question)
        if span is None or facts.today is None:
            return None
        limit = facts.today - timedelta(days=self.days)
        if span[1] < limit:
            return True
        return False if span[0] >= limit else None

    def questions(self) -> Iterator[str]:
        yield self.question


@dataclass(frozen=True, slots=True)
class Not:
    """``{ not = {...} }``."""

    part: Condition

    def decide(self, facts: Facts) -> bool | None:
        answer = self.part.decide(facts)
        return None if answer is None else not answer

    def questions(self) -> Iterator[str]:
        return self.part.questions()


@dataclass(frozen=True, slots=True)
class All:
    """``{ all = [...] }``."""

    parts: tuple[Condition, ...]

    def decide(self, facts: Facts) -> bool | None:
        answers = [part.decide(facts) for part in self.parts]
        if False in answers:
            return False
        return None if None in answers else True

    def questions(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.questions()


@dataclass(frozen=True, slots=True)
class Any_:
    """``{ any = [...] }``."""

    parts: tuple[Condition, ...]

    def decide(self, facts: Facts) -> bool | None:
        answers = [part.decide(facts) for part in self.parts]
        if True in answers:
            return True
        return None if None in answers else False

    def questions(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.questions()


def _questioned(data: Mapping[str, Any]) -> Condition:
    keys = set(data) - {"question"}
    if len(keys) != 1:
        raise ValueError("a condition has a question and one of: is, in, given, older_than_days")
    key, question = keys.pop(), str(data["question"])
    value = data[key]
    if key == "is" and isinstance(value, str | int) and not isinstance(value, bool):
        return Answered(question, frozenset((str(value),)))
    if key == "in" and isinstance(value, list) and value:
        return Answered(question, frozenset(str(item) for item in value))
    if key == "given" and value is True:
        return Given(question)
    if key == "older_than_days" and isinstance(value, int) and value > 0:
        return OlderThan(question, value)
    raise ValueError(f"a condition does not understand {key} = {value!r}")


_JOINS: dict[str, Callable[[tuple[Condition, ...]], Condition]] = {"all": All, "any": Any_}


def read_condition(data: object) -> Condition:
    """A condition from its catalogue form. ``ValueError`` says what is wrong."""
    if not isinstance(data, Mapping):
        raise ValueError(f"a condition is a table, not {data!r}")
    if "question" in data:
        return _questioned(data)
    if set(data) == {"not"}:
        return Not(read_condition(data["not"]))
    for key, join in _JOINS.items():
        if set(data) == {key} and isinstance(data[key], list) and data[key]:
            return join(tuple(read_condition(part) for part in data[key]))
    raise ValueError(f"a condition is question, not, all or any, not {sorted(data)}")
