"""Static files: a year in the browser's cache under a sign of their content, sent compressed, without nginx."""
from __future__ import annotations

import gzip
import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask
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
    app.jinja_env.globals["asset"] = asset
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(FOLDER), prefix="static/", max_age=_YEAR,
        add_headers_function=_finish,
    )
