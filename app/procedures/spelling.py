"""Mending what a thumb does to folded Vietnamese words: telex left-overs, doubled, missing or swapped letters, words
run together, sounds written as they are spoken. Knows only the words it is given; never asks anyone."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

LETTERS = "abcdeghiklmnopqrstuvxy"
LONGEST = 40  # letters of a run-together word that we still take apart
_TONES = re.compile(r"(?<=[aeiouyw])[sfrxjz]")
_TELEX = re.compile("[fwz]")  # letters that no Vietnamese word has ("j" is often a slip for "i")
_FINAL_Y = re.compile("(?<=[bcdghklmnpqrstvx])y$")
_RUN = re.compile(r"([a-z])\1+")
_VNI = re.compile(r"[0-9]+")
_ONSET = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdghklmnprstvx]"
_RIME = (
    "a|ac|ach|ai|am|an|ang|anh|ao|ap|at|au|ay|e|ec|em|en|eng|eo|ep|et|e|ech|enh|eu|i|ich|im|in|inh|ip|it|iu|"
    "ia|iec|iem|ien|ieng|iep|iet|ieu|o|oc|oi|om|on|ong|op|ot|oa|oac|oai|oan|oang|oanh|oat|oay|oe|oen|oet|oo|ooc|oong|"
    "u|uc|ui|um|un|ung|up|ut|uu|ua|uan|uang|uat|uay|ue|uenh|uoc|uoi|uom|uon|uong|uop|uot|uou|uy|uya|uych|uyen|uyet|uynh|"
    "uyt|uyu|y|yem|yen|yet|yeu|uo|uac|uai|uach|uech|uit|uynh"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_RIME})")
_SPOKEN = (
    (re.compile("^(?:gi|d|v)(?=[aeiouy])"), "d"), (re.compile("^gi$"), "di"), (re.compile("^tr"), "ch"),
    (re.compile("^s"), "x"), (re.compile("^ngh"), "ng"), (re.compile("^gh"), "g"), (re.compile("^[kq]"), "c"),
    (re.compile("^hoa"), "oa"), (re.compile("ng$"), "n"), (re.compile("c$"), "t"), (re.compile("y"), "i"),
)

# What a change costs, against what a pair of words known to stand together gives back.
MENDED, SPOKEN, SWAPPED, TYPED, RUN_TOGETHER, KEPT, KEPT_ODD, PAIR = 0.1, 0.32, 0.4, 0.5, 0.25, 0.62, 1.1, 0.45


def one_i(word: str) -> str:
    """i and y written one way, so that "đăng ký" and "đăng kí" are the same."""
    return _FINAL_Y.sub("i", word).replace("quy", "qui")


def spoken(word: str) -> str:
    """What a folded word sounds like in Huế and further south: tr = ch, s = x, gi = d = v, -ng = -n, -c = -t."""
    for pattern, sound in _SPOKEN:
        word = pattern.sub(sound, word)
    return word


def is_syllable(word: str) -> bool:
    """Whether a folded word could be a Vietnamese one."""
    return _SYLLABLE.fullmatch(word) is not None


def mended(word: str) -> Iterator[str]:
    """A word without what telex and VNI leave behind ("giaays", "gia6y1", "ddawng") and without doubled letters."""
    bare = _VNI.sub("", word) if not word.isdigit() else word
    single = _RUN.sub(r"\1", bare)
    for form in (bare, single):
        toneless = _TONES.sub("", form)
        for text in (form, toneless, _vowelled(form), _vowelled(toneless)):
            yield one_i(text)
            yield one_i(_RUN.sub(r"\1", text))


def _vowelled(word: str) -> str:
    return word.replace("w", "") if re.search("[aeiouy]", word) else word.replace("w", "u")


def one_off(word: str) -> set[str]:
    """All words at one slip of the thumb: a letter too few, too many, wrong, or two swapped."""
    cuts = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    found = {left + right[1:] for left, right in cuts if right}
    found |= {left + right[1] + right[0] + right[2:] for left, right in cuts if len(right) > 1}
    found |= {left + letter + right for left, right in cuts for letter in LETTERS}
    return found | {left + letter + right[1:] for left, right in cuts if right for letter in LETTERS}


class Speller:
    """Knows words and which of them stand side by side; reads a row of typed words as known ones."""

    def __init__(self, phrases: Iterable[Sequence[str]], things: Iterable[Sequence[str]] = ()) -> None:
        phrases = [tuple(phrase) for phrase in phrases]
        self.words: set[str] = set()
        self._whole = {phrase[0] for phrase in phrases if len(phrase) == 1}
        self.pairs: set[tuple[str, str]] = set()
        for phrase in phrases:
            self.words.update(phrase)
            self.pairs.update(pairwise(phrase))
        self._things = {pair for thing in things if len(thing) == 2 for pair in pairwise(thing)}
        self._sounds: dict[str, list[str]] = {}
        for word in sorted(self.words):
            if word.isalpha() and len(word) > 1:
                self._sounds.setdefault(spoken(word), []).append(word)
        self._readings = lru_cache(maxsize=4096)(self._read_word)

    def read(self, typed: Sequence[str], sure: Collection[str] = ()) -> list[str]:
        """The likeliest known words, in order; what cannot be read stays as it is, like good syllables in ``sure``."""
        # One row of best ways so far, by the last word of each.
        best: dict[str, tuple[float, tuple[str, ...]]] = {"": (0.0, ())}
        for word in typed:
            row: dict[str, tuple[float, tuple[str, ...]]] = {}
            for reading, cost in self._readings(word, word in sure and is_syllable(word)):
                inside = sum(pair in self.pairs for pair in pairwise(reading))
                for last, (spent, way) in best.items():
                    total = spent + cost - PAIR * (inside + ((last, reading[0]) in self.pairs))
                    if reading[-1] not in row or total < row[reading[-1]][0]:
                        row[reading[-1]] = (total, way + reading)
            best = row
        return self._slips(list(min(best.values())[1]))

    def _slips(self, words: list[str]) -> list[str]:
        """A known word that stands with no neighbour, one slip away from naming a thing with it: "kết hòm"."""
        for place, word in enumerate(words):
            left, right = words[place - 1] if place else "", words[place + 1] if place + 1 < len(words) else ""
            if len(word) < 3 or word.isdigit() or {(left, word), (word, right)} & self.pairs:
                continue
            others = set(self._sounds.get(spoken(word), ())) | (set() if word in self._whole else one_off(word))
            likely = {other for other in others if {(left, other), (other, right)} & self._things}
            if len(likely) == 1:
                words[place] = likely.pop()
        return words

    def _read_word(self, word: str, sure: bool) -> tuple[tuple[tuple[str, ...], float], ...]:
        """Readings with their costs, in a fixed order: of two as good, every worker and every start takes the same."""
        found: dict[tuple[str, ...], float] = {}

        def offer(reading: tuple[str, ...], cost: float) -> None:
            found[reading] = min(cost, found.get(reading, 9.0))

        known = word in self.words or word.isdigit()
        kept = 0.0 if known else KEPT if is_syllable(word) else KEPT_ODD
        offer((word,), kept)
        if known:
            return tuple(found.items())
        for other in self._sounds.get(spoken(word), ()):
            offer((other,), SPOKEN)
        if sure:
            return tuple(sorted(found.items()))
        repaired = {form for form in mended(word) if form}
        if _TELEX.search(word) and (read := repaired & self.words):  # no slip of the thumb: telex was half on
            return tuple(((form,), MENDED) for form in sorted(read))
        for form in repaired & self.words:
            offer((form,), MENDED)
        shortest = min(repaired, key=len)
        for form in {word, shortest} if len(shortest) > 2 else ():
            if len(form) < 12:
                for other in one_off(form) & self.words:
                    if sorted(other) == sorted(form):
                        offer((other,), SWAPPED)
                    elif len(form) > 3:
                        offer((other,), TYPED)
                    elif len(form) == 3:  # short words lie close together: a neighbour must speak for it
                        offer((other,), kept + 0.13)
        for form in {word, shortest}:
            if 4 < len(form) <= LONGEST and (pieces := self._taken_apart(form)):
                offer(pieces, RUN_TOGETHER)
        return tuple(sorted(found.items()))

    def _taken_apart(self, text: str) -> tuple[str, ...] | None:
        """"khaisinhchocon" -> khai, sinh, cho, con: fewest pieces, those that are known side by side first."""
        ways: list[tuple[float, tuple[str, ...]] | None] = [(0.0, ())] + [None] * len(text)
        for end in range(1, len(text) + 1):
            for start in range(max(end - 7, 0), end):
                piece, before = text[start:end], ways[start]
                if before is None or len(piece) < 2 or piece not in self.words:
                    continue
                cost = before[0] + 1 - (0.6 if before[1] and (before[1][-1], piece) in self.pairs else 0)
                if ways[end] is None or cost < ways[end][0]:  # type: ignore[index]
                    ways[end] = (cost, (*before[1], piece))
        return ways[-1][1] if ways[-1] else None
