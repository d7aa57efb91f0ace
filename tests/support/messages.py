"""``make messages``: bring translations/en up to date with the source. English stays where a source string stayed.

What is new comes in with an empty translation, what is gone leaves; tests/web/test_i18n.py then says what is missing.
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from babel.util import pathmatch

ROOT = Path(__file__).resolve().parents[2]
PO = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
HEAD = """\
# English of the ward service centre, for residents and foreigners: short sentences, plain words, "you".
# Source strings are Vietnamese; "make messages" brings this file up to date, a test says what is missing.
# One word for one thing: ho so = application, ma bi mat = secret code, phieu = slip, phuong = ward,
# quay = counter, can bo = officer, le phi = fee, phi = charge, mien = exemption, giay lam xong = document,
# nhan ho so = accept, gui them = send more papers, lay ho so ve = withdraw, trinh ky = put up for signing,
# giay doc than = single-status paper, trich luc = extract, ho tich = civil status, so do = land certificate.
# English strings have no Vietnamese letters: names that stay Vietnamese are data and are marked on the page."""
# Reading a file by its tokens is slow, and half of the modules say nothing.
_SAYS = re.compile(r"\b(?:_|N_|n?gettext)\(")


def extracted() -> Catalog:
    """All source strings of the product, with the files that hold them."""
    found = Catalog(locale="en", charset="utf-8")
    for path, method, options in _sources():
        for line, message, _comments, _context in extract_from_file(method, ROOT / path, KEYWORDS, (), options):
            found.add(message, locations=[(path, line)])
    return found


def translated(path: Path = PO) -> Catalog:
    """The English catalogue as it is kept."""
    with path.open("rb") as file:
        return read_po(file, locale="en")


def updated(kept: Catalog, source: Catalog) -> Catalog:
    """The source's strings with the translations that are there; nothing is guessed."""
    fresh = Catalog(
        locale="en", charset="utf-8", project="phu-xuan-service-centre", version="1", header_comment=HEAD, fuzzy=False,
        creation_date=kept.creation_date, revision_date=kept.creation_date, last_translator="the ward", language_team="en",
        msgid_bugs_address="the ward",
    )
    for message in source:
        if message.id:
            before = kept.get(message.id)
            files = sorted({(path, None) for path, _line in message.locations})
            fresh.add(message.id, before.string if before and before.id == message.id else "", locations=files)
    return fresh


def _sources() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every file that may hold strings: path, Babel's method, options; as pyproject.toml maps them."""
    mappings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["babel"]["mappings"]
    for folder in ("app", "templates"):
        for path in sorted((ROOT / folder).rglob("*.*")):
            name = path.relative_to(ROOT).as_posix()
            mapping = next((one for one in mappings if _fits(one["pattern"], name)), None)
            if mapping and mapping["method"] != "ignore" and _may_say(path):
                yield name, mapping["method"], {k: v for k, v in mapping.items() if k not in ("method", "pattern")}


def _fits(patterns: str | list[str], name: str) -> bool:
    return any(pathmatch(one, name) for one in ([patterns] if isinstance(patterns, str) else patterns))


def _may_say(path: Path) -> bool:
    return path.suffix != ".py" or bool(_SAYS.search(path.read_text(encoding="utf-8")))


def main() -> None:
    kept = translated() if PO.exists() else Catalog(locale="en")
    fresh = updated(kept, extracted())
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, fresh, width=0, sort_by_file=True, include_lineno=False)
    empty = [message.id for message in fresh if message.id and not any(_strings(message.string))]
    gone = {str(message.id) for message in kept} - {str(message.id) for message in fresh}
    for message in empty:
        print(f"new: {message!r}")
    print(f"{len(fresh)} strings, {len(empty)} without English, {len(gone)} gone")


def _strings(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


if __name__ == "__main__":
    main()
