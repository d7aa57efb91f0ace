"""Where a page may send a person: to a route of ours, rebuilt from its name, and nowhere else."""
from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def own_path(asked: str, default: str) -> str:
    """``asked`` when it is the path of a GET route of ours, rebuilt by ``url_for``; else ``default``."""
    try:
        parts = urlsplit(asked)
    except ValueError:
        return default
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\\" in asked:
        return default
    adapter = current_app.create_url_adapter(None) or current_app.url_map.bind("localhost")
    try:
        endpoint, arguments = adapter.match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return default
    return url_for(endpoint, **arguments)
