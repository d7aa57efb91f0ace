"""What every field type promises, and what reading a form gives back."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Protocol

from app.core.errors import N_
from app.core.text import normalise
from app.procedures.conditions import UNKNOWN, is_unknown
from app.procedures.parts import Question

Message = tuple[str, dict[str, object]]
Typed = dict[str, str | list[str]]
Answers = Mapping[str, Any]

BOTH = N_("Ô này đã có chữ, mà lại đánh dấu là không biết. Xóa chữ đi, hoặc bỏ dấu.")
NOT_KNOWN: dict[str, object] = {UNKNOWN: True}
QUOTED = 24


class Source(Protocol):
    """What was sent with a form: werkzeug's MultiDict, or ``Sent``."""

    def getlist(self, key: str, /) -> list[str]:
        """All values of one input, in order; empty when it was not sent."""


class Translate(Protocol):
    """``words`` of the reader's language: a source text, filled in with parameters."""

    def __call__(self, message: str, params: Mapping[str, object] | None = None, /) -> str: ...


def plain(message: str, params: Mapping[str, object] | None = None, /) -> str:
    """The Vietnamese source text itself, filled in."""
    return message % params if params else message


class Sent:
    """A dict in the shape of a sent form (drafts, counter intake, tests)."""

    def __init__(self, values: Mapping[str, str | Sequence[str]]) -> None:
        self._values = values

    def getlist(self, key: str, /) -> list[str]:
        value = self._values.get(key)
        if value is None:
            return []
        return [value] if isinstance(value, str) else list(value)


@dataclass(slots=True)
class Parsed:
    """One field read: its value (None: left empty), faults by input name, and the inputs as typed."""

    value: Any = None
    errors: dict[str, Message] = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    again: bool = False  # a row was added or removed: show the page again, nothing is wrong


def storable(text: str) -> str:
    """Without lone surrogates, which neither a page nor a database can hold."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")


def clean(text: str) -> str:
    """One line as we keep it."""
    return normalise(storable(text))


def first(data: Source, name: str) -> str:
    """The first value of an input as typed; empty when it was not sent."""
    values = data.getlist(name)
    return storable(values[0]) if values else ""


def quote(text: str) -> str:
    """What was typed, short enough to stand in a sentence."""
    line = clean(text)
    return line if len(line) <= QUOTED else line[: QUOTED - 1] + "…"


def count_digits(text: str) -> int:
    """How many of the digits 0 to 9 a text holds (never ``isdigit``: it takes ² and ٤ for digits)."""
    return sum("0" <= sign <= "9" for sign in text)


class FieldType:
    """A kind of answer that can parse, check, show, prefill and print itself.

    ``name`` is the input name where it differs from the question's id (rows of a group).
    """

    code: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]] = ("",)
    empty: ClassVar[str] = N_("Ghi vào ô này.")
    # Choices carry "I do not know" as one of their rows, the others as a box to tick.
    unknown_is_row: ClassVar[bool] = False

    def inputs(self, question: Question, name: str = "") -> Iterator[str]:
        """Names of all inputs that the question may send."""
        name = name or question.id
        for suffix in (*self.suffixes, *self.ticks(question)):
            yield name + suffix
        if question.unknown and not self.unknown_is_row:
            yield f"{name}_{UNKNOWN}"

    def ticks(self, question: Question) -> tuple[str, ...]:
        """Suffixes of the boxes to tick that belong to the answer."""
        return ()

    def parse(self, question: Question, data: Source, *, today: date, name: str = "") -> Parsed:
        """Read the field from a sent form; never raises, whatever was typed."""
        name = name or question.id
        typed: Typed = {name + suffix: first(data, name + suffix) for suffix in self.suffixes}
        typed.update({name + tick: "1" for tick in self.ticks(question) if data.getlist(name + tick)})
        if not question.unknown or not data.getlist(f"{name}_{UNKNOWN}"):
            return self.read(question, typed, name, today)
        typed[f"{name}_{UNKNOWN}"] = "1"
        if self.is_blank(question, typed, name):
            return Parsed(dict(NOT_KNOWN), {}, typed)
        return Parsed(None, {name + self.suffixes[0]: (BOTH, {})}, typed)

    def is_blank(self, question: Question, typed: Typed, name: str) -> bool:
        """Whether nothing was typed beside the tick "I do not know"."""
        return not any(clean(str(typed[name + suffix])) not in ("", question.initial) for suffix in self.suffixes)

    def read(self, question: Question, typed: Typed, name: str, today: date) -> Parsed:
        """Read what was typed into a value or faults."""
        text = clean(str(typed[name]))
        if not text:
            return self.nothing(question, typed, name)
        value, error = self.read_text(question, text)
        return Parsed(value, {name: error} if error else {}, typed)

    def read_text(self, question: Question, text: str) -> tuple[Any, Message | None]:
        """Value and fault of one line of text that is not empty."""
        return text, None

    def nothing(self, question: Question, typed: Typed, name: str) -> Parsed:
        """An empty field: a fault only where an answer is needed."""
        return Parsed(None, {name: (self.empty, {})} if question.required else {}, typed)

    def check(self, question: Question, value: Any, *, today: date, answers: Answers | None = None) -> list[Message]:
        """What looks odd but may be right: asked once, then let pass."""
        return []

    def show(self, question: Question, value: Any, _: Translate = plain) -> list[str]:
        """Lines for the reader's eyes (check answers, slips, staff)."""
        if value is None:
            return []
        if is_unknown(value):
            return [_(question.unknown) if question.unknown else _(N_("Không rõ"))]
        return self.show_value(question, value, _)

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        """Lines of an answer that is there and known."""
        return [str(value)]

    def print_lines(self, question: Question, value: Any) -> list[str]:
        """Lines for papers: always Vietnamese; nothing where there is no answer."""
        return [] if value is None or is_unknown(value) else self.print_value(question, value)

    def print_value(self, question: Question, value: Any) -> list[str]:
        """Lines on paper of an answer that is there and known."""
        return self.show_value(question, value, plain)

    def typed(self, question: Question, value: Any, name: str = "") -> Typed:
        """The inputs that would give ``value`` again."""
        name = name or question.id
        if value is None:
            return {}
        if is_unknown(value):
            return {f"{name}_{UNKNOWN}": "1"}
        return self.type_value(question, value, name)

    def type_value(self, question: Question, value: Any, name: str) -> Typed:
        """The inputs of an answer that is there and known."""
        return {name: str(value)}

    def prefill(self, question: Question, raw: object) -> Any:
        """A value from text read from an ID card; None when it does not fit this type."""
        if not isinstance(raw, str) or not (text := clean(raw)):
            return None
        value, error = self.read_text(question, text)
        return None if error else value

    def column(self, value: Any) -> Any:
        """The value as a plain column of the dossier (text or number)."""
        return value
