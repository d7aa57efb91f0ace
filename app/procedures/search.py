"""Finding a procedure by what people type: without marks, in everyday words, in any order, with typing errors.

No service from outside and no model: words are mended (``spelling``), phrases become meanings (``search_words.toml``),
and meanings are held against the names, titles and everyday phrases (``keywords``) of every procedure.
"""
from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from app.core.text import fold, normalise
from app.procedures.queries import fields_of_work, list_procedures
from app.procedures.spelling import Speller, one_i

WORDS_FILE = Path(__file__).parent / "catalogue" / "search_words.toml"
LONGEST_TEXT = 200
SOFT, PLAIN, STRANGE = 0.03, 0.7, 0.45  # weights of words that are not a meaning
HINT = 1.0  # up to this weight a meaning is only a hint
WANTED = 1.3  # how much more a thing counts right after "đăng ký", "xin", "làm"
THING = 2.6  # from this weight on a meaning names a thing; below it is an act or a hint
ENOUGH, CLEAR = 0.3, 0.56  # below ENOUGH nothing is found, below CLEAR "có phải ý ông/bà là"
_CODE = re.compile(r"(?<![0-9.])([0-9])[.,\s-]?([0-9]{6})(?![0-9])")
_MARKED = re.compile(r"\w+")
_TONE = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_SLOT = re.compile(r"{(\w+)}")


class Findable(Protocol):
    """What is needed of a procedure to find it."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def keywords(self) -> Sequence[str]: ...
    @property
    def field(self) -> str: ...
    @property
    def weight(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure that was found. ``near``: not sure, ask "có phải ý ông/bà là"; ``tab``: name of its field."""

    code: str
    title: str
    name: str
    tab: str
    score: float
    near: bool = False


def split_words(text: str) -> list[str]:
    """Folded words, with i and y written one way."""
    return [one_i(word) for word in fold(text).split()]


def shape(word: str) -> str:
    """A word without its tone: "cưới" and "cười" are one, "cuối" is another (hỏi and ngã are often mixed up)."""
    return unicodedata.normalize("NFC", _TONE.sub("", unicodedata.normalize("NFD", word)))


class Meanings:
    """The word lists: phrases -> meanings with a weight, silent and soft words, abbreviations."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        lists = {name: [" ".join(split_words(word)) for word in words] for name, words in data["lists"].items()}
        self.phrases: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
        for row in data["meaning"]:
            for phrase in row["say"]:
                for words in _spread(phrase, lists):
                    known = self.phrases[words]
                    known[row["term"]] = max(known.get(row["term"], 0.0), float(row["weight"]))
        for phrase in data["soft"]["say"]:
            words = tuple(split_words(phrase))
            self.phrases.setdefault(words, {"~" + "_".join(words): SOFT})
        for phrase in data["silent"]["say"]:
            self.phrases.setdefault(tuple(split_words(phrase)), {})
        self.leading = {tuple(split_words(phrase)) for phrase in data["leading"]["say"]}
        self._shapes: dict[str, set[str]] = defaultdict(set)
        for phrase in (phrase for row in data["meaning"] for phrase in row["say"] if " " not in phrase):
            self._shapes[split_words(phrase)[0]].add(shape(phrase))
        self.marked: dict[str, dict[str, float]] = defaultdict(dict)
        for row in data["marked"]:
            for word in row["say"]:
                self.marked[word][row["term"]] = float(row["weight"])
        self.short = {fold(short): split_words(long) for short, long in data["short"].items()}
        self.either = {
            fold(row["word"]): (frozenset(fold(word) for word in row["if_any"]), row["then"], row["otherwise"])
            for row in data["either"]
        }
        self.longest = max(map(len, self.phrases))
        self._keep_things()
        self.weights: dict[str, float] = {}
        for terms in (*self.phrases.values(), *self.marked.values()):
            for term, weight in terms.items():
                self.weights[term] = max(weight, self.weights.get(term, 0.0))

    def _keep_things(self) -> None:
        """An act said with its thing ("đổi sổ đỏ") keeps the thing ("sổ đỏ"), though the longer phrase is cut out."""
        for words, terms in self.phrases.items():
            if terms and max(terms.values()) < THING:
                inner = [self.phrases.get(words[start:end], {})
                         for start in range(len(words)) for end in range(start + 2, len(words) + 1)]
                terms.update({term: weight for one in inner for term, weight in one.items() if weight >= THING})

    def expand(self, words: Iterable[str]) -> list[str]:
        """Words with abbreviations written out."""
        return [full for word in words for full in self.short.get(word, (word,))]

    def terms(self, words: Sequence[str], text: str, *, asked: bool = False) -> dict[str, float]:
        """Meanings of a row of words with their weights: the way of cutting it that takes the longest phrases.

        ``text`` is what was typed, with its marks: single words may mean something only with the right ones.
        ``asked``: a person asks, so what follows "đăng ký" or "xin" counts more.
        """
        alone = self._alone(text)
        found: dict[str, float] = {}
        before: tuple[str, ...] = ()
        for phrase in self._cut(words):
            terms = self.phrases.get(phrase) if len(phrase) > 1 else alone.get(phrase[0], self.phrases.get(phrase))
            if terms is None:
                terms = self._unknown(phrase[0], words)
            factor = WANTED if asked and before in self.leading else 1.0
            for term, weight in terms.items():
                found[term] = max(weight * (factor if weight >= THING else 1.0), found.get(term, 0.0))
            before = phrase
        return found

    def _cut(self, words: Sequence[str]) -> list[tuple[str, ...]]:
        best: list[tuple[float, int]] = [(0.0, 0)] * (len(words) + 1)
        for end in range(1, len(words) + 1):
            best[end] = (best[end - 1][0], end - 1)
            for start in range(max(end - self.longest, 0), end):
                if (phrase := tuple(words[start:end])) in self.phrases:
                    bonus = 0.5 if self.phrases[phrase] else 0.0
                    best[end] = max(best[end], (best[start][0] + (end - start) ** 2 + bonus, start))
        pieces, end = [], len(words)
        while end:
            pieces.append(tuple(words[best[end][1] : end]))
            end = best[end][1]
        return pieces[::-1]

    def _alone(self, text: str) -> dict[str, dict[str, float]]:
        """What the single words of a text mean when their marks are looked at: "giỗ" is not "giờ"."""
        found: dict[str, dict[str, float]] = {}
        fits = set()
        for typed in _MARKED.findall(normalise(text).casefold()):
            word = next(iter(split_words(typed)), "")
            if typed in self.marked:
                found[word] = self.marked[typed]
            elif typed.isascii() or shape(typed) in self._shapes.get(word, {shape(typed)}):
                fits.add(word)
            else:
                found.setdefault(word, {word: PLAIN})
        return {word: terms for word, terms in found.items() if word not in fits}

    def _unknown(self, word: str, words: Sequence[str]) -> dict[str, float]:
        if word in self.either:
            if_any, then, otherwise = self.either[word]
            return {then if if_any & set(words) else otherwise: 1.6}
        return {word: PLAIN}


def _spread(phrase: str, lists: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """A phrase with a slot as all phrases it stands for."""
    slot = _SLOT.search(phrase)
    if not slot:
        return [tuple(split_words(phrase))]
    spread = [phrase.replace(slot[0], word, 1) for word in lists[slot[1]]]
    return [words for one in spread for words in _spread(one, lists)]


@lru_cache(maxsize=1)
def load_meanings() -> Meanings:
    """The word lists of ``search_words.toml``."""
    return Meanings(tomllib.loads(WORDS_FILE.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One way a procedure is called, as meanings."""

    place: int
    terms: Mapping[str, float]
    total: float


class Index:
    """All procedures, ready to be searched. Build it once for a set of procedures."""

    def __init__(self, procedures: Sequence[Findable], tabs: Mapping[str, str]) -> None:
        self.meanings = load_meanings()
        self.procedures = tuple(procedures)
        self.tabs = tabs
        called = [self._called(procedure) for procedure in self.procedures]
        self.speller = self._speller([words for ways in called for _way, words in ways])
        raw = [(place, self.meanings.terms(words, way)) for place, ways in enumerate(called) for way, words in ways]
        seen = Counter(term for place, term in {(place, term) for place, terms in raw for term in terms})
        self._rare = {term: self._weigh(term, count) for term, count in seen.items()}
        self._phrases: list[_Phrase] = []
        self._where: dict[str, list[int]] = defaultdict(list)
        self._bags: list[dict[str, float]] = [{} for _ in self.procedures]
        for place, terms in raw:
            self._add(place, {term: weight if term in self.meanings.weights else self._rare[term]
                              for term, weight in terms.items()})

    def _speller(self, called: Iterable[Sequence[str]]) -> Speller:
        """Knows all words of the lists and the catalogue; the things that official names hold it knows best."""
        meanings = self.meanings
        names = [split_words(name) for one in self.procedures for name in (one.name, one.title)]
        official = {pair for words in names for pair in pairwise(words)}
        things = [words for words, terms in meanings.phrases.items()
                  if words in official and max(terms.values(), default=0) > THING]
        return Speller([*meanings.phrases, *meanings.short.values(), *called], things)

    def _called(self, procedure: Findable) -> list[tuple[str, list[str]]]:
        ways = [procedure.title, procedure.name, *procedure.keywords]
        return [(way, self.meanings.expand(split_words(way))) for way in ways]

    def _weigh(self, term: str, count: int) -> float:
        if term.startswith("~"):
            return SOFT
        return PLAIN * min(1.0, 0.35 + 0.25 * math.log(len(self.procedures) / count))

    def _add(self, place: int, terms: Mapping[str, float]) -> None:
        for term in terms:
            self._where[term].append(len(self._phrases))
            self._bags[place][term] = terms[term]
        self._phrases.append(_Phrase(place, terms, sum(terms.values())))

    def search(self, text: str, limit: int = 10) -> list[Hit]:
        """The best hits first; nothing for words that mean nothing here."""
        text = text[:LONGEST_TEXT]
        if by_code := self._by_code(text):
            return by_code[:limit]
        terms = self.meanings.terms(self._read(text), text, asked=True)
        weights = {term: weight if term in self.meanings.weights else self._rare.get(term, min(weight, STRANGE))
                   for term, weight in terms.items()}
        scores = self._scores(weights)
        ranked = sorted(scores.items(), key=lambda row: (-row[1], self.procedures[row[0]].code))
        thing = max((self.meanings.weights.get(term, 0.0) for term in terms), default=0.0)
        least = ENOUGH if thing > HINT else CLEAR  # words without any meaning must fit well
        if not ranked or ranked[0][1] < least:
            return []
        top = ranked[0][1]
        near = top < CLEAR or thing < THING
        return [self._hit(place, score, near=near or score < CLEAR)
                for place, score in ranked[:limit] if score >= max(least, 0.4 * top)]

    def _read(self, text: str) -> list[str]:
        """The words of a text, mended. A good syllable with marks was typed as it was meant, and is left alone."""
        sure = {word for typed in normalise(text).split() if not typed.isascii() for word in split_words(typed)}
        return self.meanings.expand(self.speller.read(self.meanings.expand(split_words(text)), sure))

    def _by_code(self, text: str) -> list[Hit]:
        codes = [f"{match[1]}.{match[2]}" for match in _CODE.finditer(text)]
        found = [place for code in codes for place, one in enumerate(self.procedures) if one.code == code]
        return [self._hit(place, 1.0) for place in found]

    def _scores(self, weights: Mapping[str, float]) -> dict[int, float]:
        asked = sum(weights.values())
        if not asked or not any(weight > SOFT for weight in weights.values()):
            return {}
        shared: dict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for number in self._where.get(term, ()):
                shared[number] += weight
        best: dict[int, float] = {}
        for number, common in shared.items():
            phrase = self._phrases[number]
            alike = common / (0.62 * asked + 0.38 * phrase.total)
            best[phrase.place] = max(alike, best.get(phrase.place, 0.0))
        return {place: self._score(place, alike, weights, asked) for place, alike in best.items()}

    def _score(self, place: int, alike: float, weights: Mapping[str, float], asked: float) -> float:
        bag = self._bags[place]
        covered = sum(weight for term, weight in weights.items() if term in bag) / asked
        return (0.62 * alike + 0.38 * covered) * (0.96 + 0.004 * self.procedures[place].weight)

    def _hit(self, place: int, score: float, *, near: bool = False) -> Hit:
        one = self.procedures[place]
        return Hit(one.code, one.title, one.name, self.tabs.get(one.field, one.field), min(round(score, 3), 1.0), near)


@lru_cache(maxsize=2)
def _index(procedures: tuple[Findable, ...], tabs: tuple[tuple[str, str], ...]) -> Index:
    return Index(procedures, dict(tabs))


def search(text: str, limit: int = 10) -> list[Hit]:
    """The procedures in force that ``text`` most likely means, best first; empty for words that mean nothing here."""
    tabs = tuple((code, field.name) for code, field in fields_of_work().items())
    return _index(tuple(list_procedures()), tabs).search(text, limit)
