"""Default deny: every endpoint carries exactly one guard, or it is refused and a house test fails."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, request

from app.core.errors import N_, Forbidden
from app.web.transactions import check_again

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Guard:
    """What an endpoint asks of whoever calls it. ``check`` raises, or returns an answer instead of the view's."""

    name: str
    check: Callable[[], Any]
    permission: str | None = None


def guarded_by(guard: Guard) -> Callable[[View], View]:
    def mark(view: View) -> View:
        if hasattr(view, "_guard"):
            raise RuntimeError(f"{view.__name__} has two guards")
        view._guard = guard  # type: ignore[attr-defined]
        return view

    return mark


_PUBLIC = Guard("public", lambda: None)


def public(view: View) -> View:
    """Anyone may call this endpoint; said on purpose."""
    return guarded_by(_PUBLIC)(view)


def guard_of(app: Flask, endpoint: str | None) -> Guard | None:
    if endpoint == "static":
        return _PUBLIC
    return getattr(app.view_functions.get(endpoint or ""), "_guard", None)


def _enforce() -> Any:
    if request.endpoint is None:
        return None  # no such address: the 404 page answers
    guard = guard_of(current_app, request.endpoint)
    if guard is None:
        raise Forbidden(N_("Trang này chưa mở cho ai."))
    answer = guard.check()
    if answer is None:
        check_again(guard.check)
    return answer


def init_app(app: Flask) -> None:
    app.before_request(_enforce)
