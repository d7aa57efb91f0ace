"""Addresses of our own pages. Flask builds each anew; the same few hundred are asked for on every page."""
from __future__ import annotations

from functools import lru_cache

from flask import Flask, current_app, request, url_for
from markupsafe import escape


class _Addresses:
    """What was built before, for one application."""

    def __init__(self) -> None:
        self.build = lru_cache(maxsize=4096)(self._build)

    @staticmethod
    def _build(_root: str, endpoint: str, values: tuple[tuple[str, object], ...]) -> str:
        return url_for(endpoint, **dict(values))  # type: ignore[arg-type]


def address(endpoint: str, /, **values: object) -> str:
    """``url_for`` within a request, without its options (``_external`` and the like)."""
    known: _Addresses = current_app.extensions["addresses"]
    try:
        return known.build(request.script_root, endpoint, tuple(values.items()))
    except TypeError:  # a list cannot be looked up
        return url_for(endpoint, **values)  # type: ignore[arg-type]


def here() -> str:
    """Path and query of this page: a form posts to the page's own address, so that a 422 keeps it."""
    return request.full_path.rstrip("?")


def in_query(value: str) -> str:
    """A value as it stands in the query of a link, ready for an attribute."""
    return str(escape(address("web.display", ve=value).partition("ve=")[2]))


def init_app(app: Flask) -> None:
    app.extensions["addresses"] = _Addresses()
    app.jinja_env.globals["url_for"] = address
