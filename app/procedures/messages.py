"""Texts of the catalogue for the translation tools: what people read of its files, as Babel wants it.

``extract`` is the extractor that ``babel.cfg`` names for ``app/procedures/catalogue/*.toml``.
Names of procedures, laws and sources are data and stay as they are.
"""
from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, BinaryIO

_SAID = frozenset({
    "title", "summary", "text", "exemption_text", "label", "proof", "everyday", "hint", "short", "unknown", "item",
    "result", "say", "meaning",
})
_LISTS = frozenset({"who", "legal"})
_NAMED = frozenset({"paper", "fee", "field"})


def texts(data: object, inside: str = "", also: Collection[str] = ()) -> Iterator[str]:
    """Every text of a catalogue file (or of resolved data) that passes through translation; ``also``: further keys."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            said = key in _SAID or key in also or key == "name" and inside in _NAMED
            if isinstance(value, str):
                if said and value:
                    yield value
            elif key in _LISTS:
                yield from value
            else:
                yield from texts(value, key, also)
    elif isinstance(data, list):
        for item in data:
            yield from texts(item, inside, also)


def extract(
    fileobj: BinaryIO, keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Babel's extraction method for catalogue files; the option ``keys`` names further keys whose values are texts."""
    raw = fileobj.read().decode("utf-8")
    lines = raw.split("\n")
    for text in dict.fromkeys(texts(tomllib.loads(raw), also=str(options.get("keys", "")).split())):
        line = next((number for number, words in enumerate(lines, 1) if text in words), 1)
        yield line, "_", text, []
