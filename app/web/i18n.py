"""Words in the reader's language. Source strings are Vietnamese; English stands in ``translations/en``."""
from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context

from app.web.preferences import preferences

_FOLDER = Path(__file__).resolve().parents[2] / "translations"


@cache
def _catalogue(language: str) -> NullTranslations:
    return Translations.load(str(_FOLDER), [language]) if language != "vi" else NullTranslations()


def language() -> str:
    """The reader's language: vi or en."""
    return preferences().language if has_request_context() else "vi"


def gettext(message: str) -> str:
    chosen = language()
    return message if chosen == "vi" or not message else _catalogue(chosen).ugettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Vietnamese has one form; the plural source string serves it."""
    chosen = language()
    return plural if chosen == "vi" else _catalogue(chosen).ungettext(singular, plural, n)


def words(message: str, params: Mapping[str, object] | None = None) -> str:
    """A message with parameters, as services raise them, in the reader's language."""
    text = gettext(message)
    return text % {key: gettext(value) if isinstance(value, str) else value for key, value in params.items()} if params else text


def init_app(app: Flask) -> None:
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["words"] = words
    app.jinja_env.globals["language"] = language
