"""Words in the reader's language. Source strings are Vietnamese; English stands in ``translations/en``.

English is read from its ``messages.po`` when the first English page of a process asks for it: no build step, and
Vietnamese pages pay nothing.
"""
from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from flask import Flask, has_request_context
from markupsafe import Markup, escape

from app.web.preferences import preferences

_FOLDER = Path(__file__).resolve().parents[2] / "translations"
# An amount as Vietnamese writes it: 8.000 or 1.250.000.
_DOTTED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+")
_SENTENCE_END = re.compile(r"(?<=[.?]) ")
# What only Vietnamese writes: letters with a hook, a horn, a breve, a bar, or any mark over or under them.
_VIETNAMESE = re.compile("[À-ÖØ-öø-ưẠ-ỹ\u0300-\u0323]")


@cache
def _catalogue(language: str) -> NullTranslations:
    if language == "vi":
        return NullTranslations()
    # Late on purpose: who serves Vietnamese pages alone never loads the reader of catalogues.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = io.BytesIO()
    with (_FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language() -> str:
    """The reader's language: vi or en."""
    return preferences().language if has_request_context() else "vi"


def gettext(message: str) -> str:
    chosen = language()
    return message if chosen == "vi" or not message else _catalogue(chosen).gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Vietnamese has one form; the plural source string serves it."""
    chosen = language()
    return plural if chosen == "vi" else _catalogue(chosen).ngettext(singular, plural, n)


def words(message: str, params: Mapping[str, object] | None = None) -> str:
    """A message with parameters, as services raise them, in the reader's language."""
    text = gettext(message)
    if not params or language() == "vi":
        return text % params if params else text
    told = {key: _in_english(value) for key, value in params.items()}
    return (escape(text) if any(isinstance(value, Markup) for value in told.values()) else text) % told


def _in_english(value: object) -> object:
    """A parameter of an English sentence: its translation, an amount with commas, or marked as Vietnamese."""
    if not isinstance(value, str):
        return value
    return value.replace(".", ",") if _DOTTED.fullmatch(value) else vietnamese(gettext(value))


def vietnamese(text: str | None) -> str | None:
    """Data that stay Vietnamese (names, addresses, laws): on a page in another language they are marked as such."""
    if not text or language() == "vi" or not _VIETNAMESE.search(text):
        return text
    return Markup('<span lang="vi">{}</span>').format(text)


def told(text: str | None) -> str | None:
    """What staff chose or wrote: translated where it is the ward's own, also sentence by sentence, else marked as Vietnamese."""
    if not text or language() == "vi":
        return text
    return Markup("\n").join(Markup(" ").join(_own_sentences(line)) for line in text.split("\n"))


def _own_sentences(line: str) -> Iterator[str]:
    """A line in its longest known stretches of whole sentences, each in English; the rest marked."""
    pieces = _SENTENCE_END.split(line)
    while pieces:
        known = next((size for size in range(len(pieces), 0, -1) if _is_known(" ".join(pieces[:size]))), 0)
        taken = " ".join(pieces[: known or 1])
        yield gettext(taken) if known else vietnamese(taken) or ""
        pieces = pieces[known or 1 :]


def _is_known(text: str) -> bool:
    return gettext(text) != text


@lru_cache(maxsize=8192)
def _plain(message: str, chosen: str) -> Markup:
    """A sentence without parameters; pages are made of the same few thousand."""
    return Markup((message if chosen == "vi" or not message else _catalogue(chosen).gettext(message)) % {})  # noqa: S704


def _in_template(message: str, /, **params: object) -> Markup:
    """``_()`` of templates: our own words are markup, what is put into them is escaped."""
    return Markup(gettext(message)) % params if params else _plain(message, language())  # noqa: S704


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = _in_template
    app.jinja_env.globals["words"] = words
    app.jinja_env.globals["language"] = language
    app.jinja_env.filters["vi"] = vietnamese
    app.jinja_env.filters["told"] = told
