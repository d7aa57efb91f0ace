"""Reads an English page as its reader does: what is Vietnamese there although nothing says so?"""
from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import lxml.html

# Letters that no English word has (names of data may; they carry lang="vi").
VIETNAMESE = re.compile("[À-ÖØ-öø-ưẠ-ỹ\u0300-\u0323]")
_SPOKEN = ("alt", "title", "aria-label", "aria-description", "placeholder", "label")
# What a person typed stands in them, not what we say.
_TYPED = ("textarea",)
_UNSEEN = ("script", "style")


def strangers(html: str, data: Collection[str] = ()) -> list[str]:
    """Texts with Vietnamese letters that are not inside lang="vi".

    ``data`` are names that may stand where no element can mark them: in the title and in attributes.
    """
    document = lxml.html.fromstring(html)
    found = []
    for element in document.iter():
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            continue
        if _language(element) != "vi" and element.tag not in _TYPED:
            found += [text for text in _said(element, data) if VIETNAMESE.search(text)]
        if element.tail and VIETNAMESE.search(element.tail) and _language(element.getparent()) != "vi":
            found.append(" ".join(element.tail.split()))
    return found


def _said(element: Any, data: Collection[str]) -> Iterator[str]:
    text = " ".join((element.text or "").split())
    yield _without(text, data) if element.tag == "title" else text
    for name in _SPOKEN:
        if name in element.attrib:
            yield _without(element.get(name), data)


def _without(text: str, data: Collection[str]) -> str:
    for name in sorted(data, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def _language(element: Any) -> str | None:
    """The nearest lang of an element or of those around it."""
    while element is not None:
        if "lang" in element.attrib:
            return str(element.get("lang"))
        element = element.getparent()
    return None
