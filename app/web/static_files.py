"""Static files: a year in the browser's cache under a sign of their content, sent compressed, without nginx."""
from __future__ import annotations

import base64
import gzip
import os
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
from markupsafe import Markup
from whitenoise import WhiteNoise

FOLDER = Path(__file__).resolve().parents[1] / "static"
_YEAR = 365 * 24 * 3600
_TEXT = (".css", ".js", ".svg")


@cache
def asset(name: str) -> str:
    """The address of a static file with a sign of its content."""
    path = FOLDER / name
    mark = sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "0"
    return f"/static/{name}?v={mark}"


_LATER = re.compile(r"/\* later: \*/.*?/\* :later \*/", re.DOTALL)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_BREAK = re.compile(r"\s*\n\s*")


@cache
def _first_rules() -> str:
    """The rules of the pages that people open first: on a slow line a second request costs them a second."""
    text = (FOLDER / "app.css").read_text(encoding="utf-8")
    return _BREAK.sub("", _COMMENT.sub("", _LATER.sub("", text)))


@cache
def first_style() -> Markup:
    """Those rules as they stand in a page; the content policy knows them by their hash."""
    return Markup("<style>") + Markup(_first_rules()) + Markup("</style>")  # noqa: S704 - our own file


@cache
def first_style_source() -> str:
    """What ``style-src`` must allow for ``first_style``."""
    return "'sha256-" + base64.b64encode(sha256(_first_rules().encode()).digest()).decode() + "'"


def compress() -> None:
    """Write ``x.gz`` beside each text file that is newer than its own; a folder one may not write to stays as it is."""
    for path in FOLDER.rglob("*"):
        packed = path.with_name(path.name + ".gz")
        if path.suffix not in _TEXT or (packed.exists() and packed.stat().st_mtime >= path.stat().st_mtime):
            continue
        fresh = packed.with_name(f"{packed.name}.{os.getpid()}")
        try:
            fresh.write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
            fresh.replace(packed)  # workers may start side by side
        except OSError:
            return


def _finish(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def init_app(app: Flask) -> None:
    compress()
    app.jinja_env.globals.update(asset=asset, first_style=first_style)
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(FOLDER), prefix="static/", max_age=_YEAR,
        add_headers_function=_finish,
    )
