"""Hard words of the law and what they mean (từ khó), for the fold-out on the pages that use them."""
from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html import unescape

from app.procedures.schema import HardWord, load_words

_TAG = re.compile(r"<[^<>]*>")


@cache
def words() -> dict[str, HardWord]:
    """Every spelling of every hard word."""
    return {spelling: word for word in load_words() for spelling in word.legal}


def explain(hard_words: Iterable[str]) -> list[tuple[str, str]]:
    """Each word with its one-line meaning; words that the list does not know are left out."""
    return [(word, words()[word].meaning) for word in hard_words if word in words()]


@cache
def _hard() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """Finds the law's words that we would say otherwise, the longest first; what we say ourselves is passed over."""
    known = {spelling.casefold(): (spelling, word.meaning) for spelling, word in words().items()
             if spelling.casefold() != word.say.casefold()}
    said = {word.say.casefold() for word in words().values()}
    either = "|".join(re.escape(one) for one in sorted(known.keys() | said, key=lambda one: (-len(one), one)))
    return re.compile(rf"(?<!\w)(?=({either})(?!\w))"), {one: pair for one, pair in known.items() if one not in said}


def explain_shown(html: str, given: Iterable[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """What a page must explain: ``given``, and each hard word on it whose meaning does not stand there yet."""
    pattern, known = _hard()
    explained = list(given)
    text = " ".join(unescape(_TAG.sub(" ", html)).split()).casefold()
    listed = {meaning for _word, meaning in explained}
    for found in dict.fromkeys(pattern.findall(text)):
        word, meaning = known.get(found, ("", ""))
        if word and meaning not in listed and meaning.casefold() not in text:
            explained.append((word, meaning))
            listed.add(meaning)
    return explained
