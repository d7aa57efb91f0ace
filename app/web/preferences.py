"""How a person wants pages to look: text size, theme, language. Kept by the server in one cookie (no script needed)."""
from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, g, request

from app.web.security import cookie_name, set_cookie

TEXT_SIZES = ("m", "l", "xl")
THEMES = ("auto", "light", "dark", "contrast")
LANGUAGES = ("vi", "en")
_COOKIE = "view"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """What ``<html>`` says: ``data-text``, ``data-theme``, ``lang``."""

    text: str = "m"
    theme: str = "auto"
    language: str = "vi"

    def changed(self, *, text: str = "", theme: str = "", language: str = "") -> Preferences:
        """The same with whatever valid choice is given; others are ignored."""
        chosen = self
        if text in TEXT_SIZES:
            chosen = replace(chosen, text=text)
        if theme in THEMES:
            chosen = replace(chosen, theme=theme)
        if language in LANGUAGES:
            chosen = replace(chosen, language=language)
        return chosen


_DEFAULT = Preferences()


def preferences() -> Preferences:
    """Those of this request."""
    if "preferences" not in g:
        words = request.cookies.get(cookie_name(_COOKIE), "").split(".")
        g.preferences = _DEFAULT.changed(**dict(zip(("text", "theme", "language"), words, strict=False)))
    return g.preferences


def keep_preferences(response: Response, chosen: Preferences) -> Response:
    """Write the choice into the answer."""
    set_cookie(response, _COOKIE, f"{chosen.text}.{chosen.theme}.{chosen.language}", max_age=_YEAR)
    return response
