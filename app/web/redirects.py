"""Where a page may send a person: to a route of ours, rebuilt from its name, and nowhere else."""
from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect


def own_path(asked: str, default: str) -> str:
    """``asked`` when it is the path of a GET route of ours, rebuilt by ``url_for`` with its query; else ``default``."""
    try:
        parts = urlsplit(asked)
        query = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return default
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or "\\" in asked:
        return default
    adapter = current_app.create_url_adapter(None) or current_app.url_map.bind("localhost")
    try:
        endpoint, arguments = adapter.match(parts.path, method="GET")
    except (HTTPException, RequestRedirect):
        return default
    return url_for(endpoint, **arguments) + (f"?{urlencode(query)}" if query else "")


def own_referrer() -> str:
    """The page of ours on which the person pressed, as the browser tells; empty when it does not.

    After a swap by htmx the frame of a page still names the page before, the browser does not.
    """
    try:
        parts = urlsplit(request.referrer or "")
    except ValueError:
        return ""
    if parts.netloc != request.host or parts.path == request.path:
        return ""
    return own_path(parts._replace(scheme="", netloc="", fragment="").geturl(), "")


def nearest_path(asked: str, default: str) -> str:
    """``asked``, or the page above it where it only takes forms (a form that was sent and came back with faults)."""
    path = asked
    while path.count("/") > 1:
        if found := own_path(path, ""):
            return found
        path = path.partition("?")[0].rpartition("/")[0]
    return own_path(path, default)
