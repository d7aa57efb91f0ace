"""htmx in one place: who asked, and for which block. Views never mention it."""
from __future__ import annotations

from flask import Response, redirect, request


def target() -> str | None:
    """The id of the element that asks to be filled, or None for a whole page.

    htmx 4 sends ``div#page``; a history restore wants the whole page.
    """
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-History-Restore-Request"):
        return None
    return request.headers.get("HX-Target", "").rpartition("#")[2] or None


def lead(to: str) -> Response:
    """Lead the browser to a page as a whole, frame and all, whether htmx asks or a person."""
    if request.headers.get("HX-Request") == "true":
        answer = Response(status=200)
        answer.headers["HX-Redirect"] = to
        return answer
    return redirect(to, 303)
