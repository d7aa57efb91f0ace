"""Tables of a catalogue file into parts. Strict: an unknown key is a typing error, and those cost people money."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import TypeVar

from app.procedures.conditions import UNKNOWN, Condition, OlderThan, read_condition
from app.procedures.fields import REGISTRY
from app.procedures.parts import (
    COLUMNS,
    Elsewhere,
    Exemption,
    Fee,
    Option,
    Paper,
    Question,
    Section,
    Tier,
    TimeRule,
)

Part = TypeVar("Part")
_ID = re.compile("[a-z][a-z0-9_]{0,39}")
# Texts pass through translation, where % starts a parameter and < > & would be markup.
_NOT_IN_TEXT = re.compile("[%<>&]")
_AUTOCOMPLETE = {
    "applicant_name": "name", "applicant_birth": "bday", "applicant_address": "street-address", "phone": "tel",
}
RESERVED = frozenset({"csrf_token", "idempotency_key", "key", "sure", "next", "back", "save", UNKNOWN})


class CatalogueError(Exception):
    """A catalogue file that cannot be taken; says the file and what is wrong."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}")
        self.where, self.what = where, what


class Table:
    """One table of a file; every key is asked for exactly once, ``done`` refuses the rest."""

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, Mapping):
            raise CatalogueError(where, "is not a table")
        self._data, self.where = data, where
        self._asked: set[str] = set()

    def fail(self, what: str) -> CatalogueError:
        return CatalogueError(self.where, what)

    def get(self, key: str, kind: type[Part], default: Part | None = None) -> Part:
        """The value of ``key``; without a default it must be there."""
        self._asked.add(key)
        value = self._data.get(key, default)
        if value is None:
            raise self.fail(f"{key} is missing")
        if not isinstance(value, kind) or kind is int and isinstance(value, bool):
            raise self.fail(f"{key} must be of type {kind.__name__}, not {value!r}")
        return value

    def maybe(self, key: str, kind: type[Part]) -> Part | None:
        """The value of ``key``, or None when it is not there."""
        self._asked.add(key)
        return None if self._data.get(key) is None else self.get(key, kind)

    def say(self, key: str, default: str | None = None) -> str:
        """A text that people read, in the source language."""
        text = self.get(key, str, default)
        if bad := _NOT_IN_TEXT.search(text):
            raise self.fail(f"{key} may not hold {bad[0]!r}: {text!r}")
        return text

    def name(self, key: str) -> str:
        """An identifier."""
        text = self.get(key, str)
        if not _ID.fullmatch(text) or text in RESERVED:
            raise self.fail(f"{key} must be a free name of small letters, digits and _, not {text!r}")
        return text

    def one(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """One word of a list."""
        text = self.get(key, str, default)
        if text not in allowed:
            raise self.fail(f"{key} must be one of {', '.join(allowed)}, not {text!r}")
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self.get(key, list, [])
        if not all(isinstance(value, str) for value in values):
            raise self.fail(f"{key} must be a list of texts")
        return tuple(values)

    def tables(self, key: str, read: Callable[[Table], Part], what: str = "") -> tuple[Part, ...]:
        """A list of tables, each read by ``read``."""
        rows = self.get(key, list, [])
        where = f"{self.where}, {what or key}"
        return tuple(read(Table(row, f"{where} {_label(row, place)}")) for place, row in enumerate(rows, 1))

    def day(self, key: str) -> date | None:
        """A day, as TOML has it or as ISO text."""
        self._asked.add(key)
        value = self._data.get(key)
        try:
            return date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            raise self.fail(f"{key} is not a day: {value!r}") from None

    def condition(self) -> Condition | None:
        """``show_if``."""
        self._asked.add("show_if")
        if self._data.get("show_if") is None:
            return None
        try:
            return read_condition(self._data["show_if"])
        except ValueError as error:
            raise self.fail(f"show_if: {error}") from None

    def done(self) -> None:
        """Every key was asked for."""
        if unknown := sorted(set(self._data) - self._asked):
            raise self.fail(f"does not know {', '.join(unknown)}")


def _label(row: object, place: int) -> str:
    return str(row.get("id") or row.get("value") or place) if isinstance(row, Mapping) else str(place)


def section(table: Table) -> Section:
    """``{ id, title }``."""
    found = Section(table.name("id"), table.say("title"))
    table.done()
    return found


def _option(table: Table) -> Option:
    found = Option(table.name("value"), table.say("label"), table.say("hint", ""), table.get("alone", bool, False))
    table.done()
    return found


def question(table: Table, *, inside: bool = False) -> Question:
    """A question; ``inside`` a group it has no condition, no unknown and no group."""
    kind = table.one("type", tuple(REGISTRY))
    columns = _columns(table)
    found = Question(
        id=table.name("id"), type=kind, label=table.say("label"), section=table.get("section", str, ""),
        short=table.say("short", ""), hint=table.say("hint", ""), required=table.get("required", bool, True),
        unknown=table.say("unknown", ""), options=table.tables("options", _option, "option"),
        show_if=table.condition(), prefill=table.get("prefill", str, ""), columns=columns,
        min=table.maybe("min", int), max=table.maybe("max", int),
        max_length=table.get("max_length", int, 500), lines=table.get("lines", int, 1),
        precision=table.one("precision", ("full", "any"), "full"), past=table.get("past", bool, False),
        after=table.get("after", str, ""), same_page=table.get("same_page", str, ""),
        questions=table.tables("questions", lambda row: question(row, inside=True), "question"),
        item=table.say("item", ""), old_number=table.get("old_number", bool, False),
        passport=table.get("passport", bool, False), birth_question=table.get("birth_question", str, ""),
        sex_question=table.get("sex_question", str, ""), here=table.get("here", bool, False),
        suggest=table.texts("suggest"), initial=table.say("initial", ""),
        autocomplete=table.get("autocomplete", str, _autocomplete(columns)),
        source=table.get("source", str, ""),
    )
    table.done()
    _check_question(table, found, inside=inside)
    return found


def _autocomplete(columns: tuple[str, ...]) -> str:
    """Only what is the person's own may be filled in by their phone."""
    return next((_AUTOCOMPLETE[column] for column in columns if column in _AUTOCOMPLETE), "off")


def _columns(table: Table) -> tuple[str, ...]:
    raw = table.get("column", object, [])
    columns = (raw,) if isinstance(raw, str) else tuple(raw) if isinstance(raw, list) else ()
    for column in columns:
        if column not in COLUMNS:
            raise table.fail(f"column {column!r} is not one of {', '.join(sorted(COLUMNS))}")
    return columns


def _check_question(table: Table, found: Question, *, inside: bool) -> None:
    choice = found.type in ("one_of", "many_of")
    values = [option.value for option in found.options]
    if choice and not values:
        raise table.fail("a choice needs options")
    if values and not choice and found.type != "yes_no":
        raise table.fail(f"{found.type} takes no options")
    if found.type == "yes_no" and values and sorted(values) != ["no", "yes"]:
        raise table.fail("a yes_no has the options yes and no")
    if len(set(values)) != len(values):
        raise table.fail("two options have the same value")
    if (found.type == "group") != bool(found.questions):
        raise table.fail("a group, and only a group, has questions")
    if found.type == "group" and found.unknown:
        raise table.fail("a group has no unknown; required = false lets it stay empty")
    if found.initial and found.type not in ("text", "number"):
        raise table.fail("initial is for text and number only")
    if found.prefill and found.prefill.partition(".")[0] not in ("card", "answer"):
        raise table.fail(f"prefill is card.<key> or answer.<question>, not {found.prefill!r}")
    if found.min is not None and found.max is not None and found.min > found.max:
        raise table.fail("min is larger than max")
    if inside and (found.show_if or found.unknown or found.questions or found.same_page or found.columns):
        raise table.fail("a question in a group has no show_if, unknown, questions, same_page or column")
    if len({sub.id for sub in found.questions}) != len(found.questions):
        raise table.fail("two questions of the group have the same id")


def paper(table: Table) -> Paper:
    """A paper that belongs to the dossier (thành phần hồ sơ)."""
    found = Paper(
        id=table.name("id"), name=table.say("name"), everyday=table.say("everyday", ""),
        section=table.get("section", str, "papers"),
        original=table.one("original", ("original", "copy", "either"), "either"),
        required=table.get("required", bool, True), hint=table.say("hint", ""),
        min_photos=table.get("min_photos", int, 1), show_if=table.condition(), source=table.get("source", str, ""),
    )
    table.done()
    return found


def _tier(table: Table) -> Tier:
    found = Tier(table.maybe("upto", int), table.get("amount_vnd", int))
    table.done()
    return found


def _exemption(table: Table) -> Exemption:
    found = Exemption(table.name("id"), table.say("label"), table.say("proof", ""), table.get("percent", int, 100))
    table.done()
    if not 1 <= found.percent <= 100:
        raise table.fail("percent must lie between 1 and 100")
    return found


def fee(table: Table) -> Fee:
    """A charge or fee (phí, lệ phí)."""
    found = Fee(
        id=table.name("id"), kind=table.one("kind", ("phi", "le_phi")), name=table.say("name"),
        basis=table.one("basis", ("fixed", "per_copy", "per_page", "none")),
        amount_vnd=table.maybe("amount_vnd", int), tiers=table.tables("tiers", _tier, "tier"),
        max_vnd=table.maybe("max_vnd", int), quantity=table.get("quantity", str, ""), pages=table.get("pages", str, ""),
        text=table.say("text"), exemption_text=table.say("exemption_text", ""),
        exemptions=table.tables("exemptions", _exemption, "exemption"),
        collect=table.one("collect", ("on_filing", "on_acceptance", "on_hand_over"), "on_filing"),
        show_if=table.condition(), source=table.get("source", str),
    )
    table.done()
    _check_fee(table, found)
    return found


def _check_fee(table: Table, found: Fee) -> None:
    amounts = [found.amount_vnd, found.max_vnd, *(tier.amount_vnd for tier in found.tiers)]
    if any(amount is not None and amount <= 0 for amount in amounts):
        raise table.fail("an amount of 0 is basis = \"none\"; an unknown amount is left out")
    if found.tiers and found.basis != "per_page":
        raise table.fail("tiers are for per_page")
    if found.tiers and found.amount_vnd is not None:
        raise table.fail("either tiers or amount_vnd")
    steps = [tier.upto for tier in found.tiers]
    if steps and (steps[-1] is not None or None in steps[:-1] or steps[:-1] != sorted(set(steps[:-1]))):
        raise table.fail("tiers rise by upto, and only the last one has none")
    if found.basis == "none" and any(amount is not None for amount in amounts):
        raise table.fail("basis none has no amount")


def time_rule(table: Table) -> TimeRule:
    """How long it may take (thời hạn giải quyết)."""
    cutoff = table.get("cutoff", str, "")
    try:
        hour = time.fromisoformat(cutoff) if cutoff else None
    except ValueError:
        raise table.fail(f"cutoff is not an hour: {cutoff!r}") from None
    found = TimeRule(
        unit=table.one("unit", ("same_day", "working_day", "day", "hour")), value=table.get("value", int), cutoff=hour,
        verify_value=table.maybe("verify_value", int), text=table.say("text"), source=table.get("source", str),
    )
    table.done()
    if found.unit == "same_day" and not found.cutoff:
        raise table.fail("same_day needs a cutoff")
    if found.unit != "same_day" and found.value <= 0:
        raise table.fail("value must be above 0")
    return found


def elsewhere(table: Table) -> Elsewhere:
    """Where it is done when not here."""
    found = Elsewhere(table.say("name"), table.get("url", str))
    table.done()
    if not found.url.startswith("https://"):
        raise table.fail("url must begin with https://")
    return found


def looks_at_days(condition: Condition | None) -> bool:
    """Whether a condition counts days (allowed in fees only)."""
    if condition is None:
        return False
    parts = getattr(condition, "parts", None) or ([condition.part] if hasattr(condition, "part") else [])
    return isinstance(condition, OlderThan) or any(looks_at_days(part) for part in parts)
