"""A procedure (thủ tục hành chính) read from its catalogue file, checked as a whole.

``load_file`` reads one file, ``load_directory`` all; both raise ``CatalogueError`` with the file and what is wrong.
``python -m app.procedures.schema [DIRECTORY]`` checks a directory without a database.
"""
from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

from app.procedures import reading
from app.procedures.fields import REGISTRY
from app.procedures.form import Form
from app.procedures.parts import (
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
from app.procedures.reading import CatalogueError, Table

__all__ = [
    "DIRECTORY", "Catalogue", "CatalogueError", "Elsewhere", "Exemption", "Fee", "FieldOfWork", "HardWord", "Option",
    "Paper", "Procedure", "Question", "Section", "Tier", "TimeRule", "from_dict", "load_directory", "load_file",
    "load_published", "publish", "resolve", "sha256_of",
]

DIRECTORY = Path(__file__).parent / "catalogue"
_FILE = re.compile(r"(?P<code>[0-9]\.[0-9]{6})\.v(?P<version>[0-9]+)\.toml")
_FLAGS = ("electronic_result", "delegable", "signed_present", "bereaved")
PAPERS_SECTION = {"id": "papers", "title": "Giấy tờ"}


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Procedure:
    """One version of a procedure. ``version_id`` is its row in the database, 0 when it came from a file."""

    version_id: int = 0
    sha256: str
    code: str
    version: int
    valid_from: date
    valid_to: date | None
    name: str
    title: str
    summary: str
    field: str
    level: str
    online: bool
    elsewhere: Elsewhere | None
    decided_by: str
    who: tuple[str, ...]
    result: str
    result_code: str
    bereaved: bool
    electronic_result: bool
    signed_present: bool
    delegable: bool
    receiver_may_examine: bool
    legal_basis: tuple[str, ...]
    source_note: str
    hard_words: tuple[str, ...]
    keywords: tuple[str, ...]
    weight: int
    tile: str
    time: TimeRule
    fees: tuple[Fee, ...]
    papers: tuple[Paper, ...]
    form: Form

    @property
    def key(self) -> str:
        """"1.001193.v1"."""
        return f"{self.code}.v{self.version}"

    @property
    def to_be_checked(self) -> bool:
        """Whether its source note says "cần đối chiếu": some of it was designed here, not copied from the law."""
        return "cần đối chiếu" in self.source_note

    def is_valid_on(self, day: date) -> bool:
        """Whether dossiers may be filed under this version on ``day``."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def fee(self, fee_id: str) -> Fee | None:
        """One of its fees."""
        return next((fee for fee in self.fees if fee.id == fee_id), None)


@dataclass(frozen=True, slots=True)
class FieldOfWork:
    """A field (lĩnh vực): a tab of the catalogue."""

    code: str
    name: str
    everyday: str = ""
    sector: str = ""


@dataclass(frozen=True, slots=True)
class HardWord:
    """A word of the law, what we say instead, and what it means."""

    legal: tuple[str, ...]
    say: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A directory of files: procedures with the resolved data they came from, fields, words."""

    procedures: tuple[tuple[Procedure, dict[str, Any]], ...]
    fields: Mapping[str, FieldOfWork]
    words: tuple[HardWord, ...]


def sha256_of(data: Mapping[str, Any]) -> str:
    """Fingerprint of resolved data; blocks are in it, so a changed block changes each form that uses it."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# From a file to data that stands by itself

def resolve(raw: Mapping[str, Any], blocks: Mapping[str, Mapping[str, Any]], where: str) -> dict[str, Any]:
    """The data of a file with its blocks put in, its changes made and what it does not need left out; plain JSON."""
    form = raw.get("form", {})
    before = [_block(blocks, name, where) for name in form.get("blocks_before", ())]
    after = [_block(blocks, name, where) for name in form.get("blocks_after", ())]
    changes = dict(form.get("changes", {}))
    flags = {flag: bool(raw.get(flag, False)) for flag in _FLAGS}

    def rows(key: str, sources: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        found = [{**row, **changes.pop(str(row.get("id")), {})} for source in sources for row in source.get(key, ())]
        return [_options_needed(row, flags, where) for row in found if _needed(row, flags, where)]

    data = {key: value for key, value in raw.items() if key != "form"}
    data["question"] = rows("question", [*before, raw])
    data["question_after"] = rows("question", after)
    data["paper"] = rows("paper", [*before, raw])
    sections = [row for source in (*before, form, *after) for row in source.get("sections", ())]
    data["section"] = list({row.get("id"): row for row in [*sections, PAPERS_SECTION]}.values())
    if changes:
        raise CatalogueError(where, f"form.changes: there is no question or paper {', '.join(sorted(changes))}")
    if unknown := set(form) - {"blocks_before", "blocks_after", "sections", "changes"}:
        raise CatalogueError(where, f"form does not know {', '.join(sorted(unknown))}")
    if any(block.get("paper") for block in after):
        raise CatalogueError(where, "a block of blocks_after may have no paper")
    return dict(json.loads(json.dumps(data, ensure_ascii=False, default=_plain)))


def _plain(value: object) -> str:
    if isinstance(value, date | time):
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be kept")


def _block(blocks: Mapping[str, Mapping[str, Any]], name: str, where: str) -> Mapping[str, Any]:
    if name not in blocks:
        raise CatalogueError(where, f"there is no block {name!r} in common.toml")
    return blocks[name]


def _needed(row: dict[str, Any], flags: Mapping[str, bool], where: str) -> bool:
    need = str(row.pop("needs", ""))
    flag = need.removeprefix("!")
    if need and flag not in flags:
        raise CatalogueError(where, f"needs must be one of {', '.join(flags)}, not {need!r}")
    return not need or flags[flag] != need.startswith("!")


def _options_needed(row: dict[str, Any], flags: Mapping[str, bool], where: str) -> dict[str, Any]:
    if "options" not in row:
        return row
    options = [dict(option) for option in row["options"]]
    return {**row, "options": [option for option in options if _needed(option, flags, where)]}


# From data to a procedure

def from_dict(data: Mapping[str, Any], *, where: str = "catalogue", version_id: int = 0,
              sha256: str = "") -> Procedure:
    """A procedure from resolved data (what the database keeps)."""
    where = f"{where} {data.get('code')} v{data.get('version')}" if where == "catalogue" else where
    table = Table(data, where)
    sections = table.tables("section", reading.section)
    questions = table.tables("question", reading.question)
    after = table.tables("question_after", reading.question, "question")
    papers, fees = table.tables("paper", reading.paper), table.tables("fee", reading.fee)
    _check(table, sections, questions, papers, after, fees)
    elsewhere = table.maybe("elsewhere", dict)
    valid_from = table.day("valid_from")
    if valid_from is None:
        raise table.fail("valid_from is missing")
    procedure = Procedure(
        version_id=version_id, sha256=sha256 or sha256_of(data), code=table.get("code", str),
        version=table.get("version", int), valid_from=valid_from, valid_to=table.day("valid_to"),
        name=table.get("name", str), title=table.say("title"), summary=table.say("summary"), field=table.name("field"),
        level=table.one("level", ("full", "partial"), "partial"),
        online=table.get("online", bool, False),
        elsewhere=reading.elsewhere(Table(elsewhere, f"{where}, elsewhere")) if elsewhere else None,
        decided_by=table.one("decided_by", ("ward", "police", "land_office", "city"), "ward"),
        who=table.texts("who"), result=table.say("result", ""), result_code=table.get("result_code", str, ""),
        bereaved=table.get("bereaved", bool, False), electronic_result=table.get("electronic_result", bool, False),
        signed_present=table.get("signed_present", bool, False), delegable=table.get("delegable", bool, False),
        receiver_may_examine=table.get("receiver_may_examine", bool, False), legal_basis=table.texts("legal_basis"),
        source_note=table.get("source_note", str), hard_words=table.texts("hard_words"),
        keywords=table.texts("keywords"), weight=table.get("weight", int, 1), tile=table.get("tile", str, ""),
        time=reading.time_rule(Table(table.get("time", dict), f"{where}, time")),
        fees=fees, papers=papers, form=Form(questions, papers, after, sections),
    )
    table.done()
    if procedure.online and not questions:
        raise table.fail("online = true needs questions")
    if procedure.online and any(fee.basis == "per_page" and not fee.pages for fee in fees):
        raise table.fail("a fee per page needs pages, the question that counts them")
    if procedure.online and procedure.decided_by == "police":
        raise table.fail("what the police decide is never a dossier here")
    if procedure.valid_to and procedure.valid_to < procedure.valid_from:
        raise table.fail("valid_to is before valid_from")
    return procedure


def _check(table: Table, sections: Sequence[Section], questions: Sequence[Question], papers: Sequence[Paper],
           after: Sequence[Question], fees: Sequence[Fee]) -> None:
    """What only shows when the parts are seen together."""
    known_sections = {section.id for section in sections}
    seen: dict[str, Question | None] = {}
    inputs: dict[str, str] = {}
    everything: list[Question | Paper] = [*questions, *papers, *after]
    ids = [part.id for part in everything]
    previous: Question | None = None
    for part in everything:
        if part.section not in known_sections:
            raise table.fail(f"{part.id}: there is no section {part.section!r}")
        if part.id in seen:
            raise table.fail(f"{part.id}: the id is used twice")
        _check_condition(table, part, seen, ids)
        question = part if isinstance(part, Question) else None
        for name in REGISTRY[question.type].inputs(question) if question else (part.id,):
            if name in inputs:
                raise table.fail(f"{part.id}: its input {name} is also one of {inputs[name]}")
            inputs[name] = part.id
        here = {previous.id, previous.same_page} if previous else set()
        if question and question.same_page and question.same_page not in here:
            raise table.fail(f"{part.id}: same_page {question.same_page!r} is not the page just before it")
        seen[part.id] = previous = question
    _check_references(table, [*questions, *after], fees, {name for name, question in seen.items() if question})


def _check_condition(
    table: Table, part: Question | Paper, seen: Mapping[str, Question | None], ids: Sequence[str]
) -> None:
    if part.show_if is None:
        return
    if reading.looks_at_days(part.show_if):
        raise table.fail(f"{part.id}: older_than_days is for fees only")
    for name in part.show_if.questions():
        if name not in ids:
            raise table.fail(f"{part.id}: show_if looks at {name!r}, which does not exist")
        if seen.get(name) is None:
            raise table.fail(f"{part.id}: show_if looks at {name!r}, no question before it (or closes a circle)")


def _check_references(table: Table, questions: Sequence[Question], fees: Sequence[Fee], ids: set[str]) -> None:
    for question in questions:
        offered = question.prefill.removeprefix("answer.") if question.prefill.startswith("answer.") else ""
        for name in filter(None, (question.after, question.birth_question, question.sex_question, offered)):
            if name not in ids:
                raise table.fail(f"{question.id}: there is no question {name!r}")
    for fee in fees:
        looked_at = list(fee.show_if.questions()) if fee.show_if else []
        for name in filter(None, (fee.quantity, fee.pages, *looked_at)):
            if name not in ids:
                raise table.fail(f"fee {fee.id}: there is no question {name!r}")
    if len({fee.id for fee in fees}) != len(fees):
        raise table.fail("two fees have the same id")


# Files

def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CatalogueError(path.name, "is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(path.name, str(error)) from None


def _blocks(directory: Path) -> dict[str, dict[str, Any]]:
    path = directory / "common.toml"
    return {str(block.get("id")): block for block in _toml(path).get("block", ())} if path.exists() else {}


def _load(path: Path, blocks: Mapping[str, Mapping[str, Any]]) -> tuple[Procedure, dict[str, Any]]:
    data = resolve(_toml(path), blocks, path.name)
    procedure = from_dict(data, where=path.name)
    name = _FILE.fullmatch(path.name)
    if not name or (name["code"], int(name["version"])) != (procedure.code, procedure.version):
        raise CatalogueError(path.name, f"should be called {procedure.key}.toml")
    return procedure, data


def load_file(path: Path) -> Procedure:
    """One procedure, with the blocks of ``common.toml`` beside it."""
    return _load(path, _blocks(path.parent))[0]


def load_directory(directory: Path = DIRECTORY) -> Catalogue:
    """All procedures, fields and words of a directory; checked together, and against ``published.json``."""
    blocks = _blocks(directory)
    loaded = tuple(_load(path, blocks) for path in sorted(directory.glob("*.v*.toml")))
    catalogue = Catalogue(loaded, load_fields(directory), load_words(directory))
    legal = {spelling for word in catalogue.words for spelling in word.legal}
    for procedure, _data in loaded:
        if procedure.field not in catalogue.fields:
            raise CatalogueError(procedure.key, f"there is no field {procedure.field!r} in fields.toml")
        if missing := [word for word in procedure.hard_words if word not in legal]:
            raise CatalogueError(procedure.key, f"words.toml does not explain {', '.join(missing)}")
    _check_published(loaded, load_published(directory))
    return catalogue


def load_fields(directory: Path = DIRECTORY) -> dict[str, FieldOfWork]:
    """The fields, in the order of the tabs."""
    return {row["code"]: FieldOfWork(**row) for row in _toml(directory / "fields.toml").get("field", ())}


def load_words(directory: Path = DIRECTORY) -> tuple[HardWord, ...]:
    """The word list."""
    rows = _toml(directory / "words.toml").get("word", ())
    return tuple(HardWord(tuple(row["legal"]), row["say"], row["meaning"]) for row in rows)


def load_published(directory: Path = DIRECTORY) -> dict[str, str]:
    """Fingerprints of the versions that may never change again."""
    path = directory / "published.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _check_published(loaded: Iterable[tuple[Procedure, dict[str, Any]]], published: Mapping[str, str]) -> None:
    found = {procedure.key: procedure.sha256 for procedure, _data in loaded}
    for key, sha256 in published.items():
        if key not in found:
            raise CatalogueError(f"{key}.toml", "was published and may not be taken away")
        if found[key] != sha256:
            raise CatalogueError(f"{key}.toml", "was published and has changed; write a new version beside it instead")


def publish(directory: Path = DIRECTORY) -> list[str]:
    """Enter every version that is not in ``published.json`` yet; the keys entered."""
    catalogue, published = load_directory(directory), load_published(directory)
    new = {p.key: p.sha256 for p, _data in catalogue.procedures if p.key not in published}
    if new:
        text = json.dumps({**published, **new}, indent=1, sort_keys=True) + "\n"
        (directory / "published.json").write_text(text, encoding="utf-8")
    return sorted(new)


def faults(directory: Path = DIRECTORY) -> list[str]:
    """What is wrong with a directory: one sentence for each faulty file, or for the whole."""
    found = []
    try:
        blocks = _blocks(directory)
        for path in sorted(directory.glob("*.v*.toml")):
            try:
                _load(path, blocks)
            except CatalogueError as fault:
                found.append(str(fault))
        if not found:
            load_directory(directory)
    except CatalogueError as fault:
        found.append(str(fault))
    return found


if __name__ == "__main__":
    told = faults(Path(sys.argv[1]) if len(sys.argv) > 1 else DIRECTORY)
    sys.stdout.write("\n".join(told or ["the catalogue is fine"]) + "\n")
    sys.exit(bool(told))
