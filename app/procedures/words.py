"""Hard words of the law and what they mean (từ khó), for the fold-out on the pages that use them."""
from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from app.procedures.schema import HardWord, load_words


@cache
def words() -> dict[str, HardWord]:
    """Every spelling of every hard word."""
    return {spelling: word for word in load_words() for spelling in word.legal}


def explain(hard_words: Iterable[str]) -> list[tuple[str, str]]:
    """Each word with its one-line meaning; words that the list does not know are left out."""
    return [(word, words()[word].meaning) for word in hard_words if word in words()]
