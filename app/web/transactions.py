"""The request is the transaction. *Returned = kept; raised = nothing happened.*

An unsafe request begins a writing transaction, claims the form's idempotency key in it, runs the view and
commits when the answer is below 400. The same form sent again is answered as the first time.
"""
from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any, TypeVar

from flask import Flask, Request, Response, g, redirect, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from app.core import idempotency
from app.core.db import begin_write, db
from app.core.errors import N_, AppError, Forbidden
from app.web import csrf

View = TypeVar("View", bound=Callable[..., Any])
KEY_FIELD = "_key"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class StaleForm(AppError):
    """The form's token is not ours (cookies cleared, page kept for months): shown again with all that was typed."""

    status = 400

    def __init__(self) -> None:
        super().__init__(N_("Trang này mở đã lâu. Những gì đã gõ còn nguyên, bấm gửi lại là được."))


class Replay(HTTPException):
    """This form was acted upon before: give the first answer again."""

    code = 303

    def __init__(self, response: Response) -> None:
        super().__init__(response=response)


def _flag(name: str) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, name, True)
        return view

    return mark


writes = _flag("_writes")  # a GET that must write (ruling 4 names them all)
late_write = _flag("_late_write")  # slow work first; the view calls begin() itself
# Answers and photos: the same page sent again with another content is a second thought, not a mistake.
repeatable = _flag("_repeatable")
webhook = _flag("_webhook")  # machines call it: no form token, no key; the view owns its transactions


def _has(name: str) -> bool:
    view = g.transaction_view
    return bool(getattr(view, name, False))


def _start(app: Flask) -> None:
    g.transaction_view = app.view_functions.get(request.endpoint or "")
    if request.method in _SAFE:
        if _has("_writes"):
            begin_write()
        return
    if _has("_webhook") or g.transaction_view is None:
        return
    if not csrf.origin_is_ours():
        raise Forbidden(N_("Yêu cầu này không đến từ trang của phường."))
    if not csrf.token_is_ours():
        raise StaleForm
    if not _has("_late_write"):
        begin()


def begin() -> None:
    """Begin the writing transaction and claim the form's key. Raises ``Replay`` when it was used before."""
    key = request.form.get(KEY_FIELD, "")
    if not 16 <= len(key) <= 64:
        raise StaleForm
    scope = f"{request.endpoint}{sorted((request.view_args or {}).items())}"[:120]
    request_hash = idempotency.hash_request(scope, _content())
    if _has("_repeatable"):
        key = f"{key[:40]}.{request_hash[:20]}"
    begin_write()
    answered = idempotency.recall(key, scope, request_hash)
    if answered is None:
        try:
            idempotency.remember(key, scope, request_hash, 0, None)
        except IntegrityError:
            # On PostgreSQL the insert waited for a parallel twin and lost: its answer is there now.
            begin_write()
            answered = idempotency.recall(key, scope, request_hash)
    if answered is not None:
        raise Replay(redirect(answered.location or request.path, 303))
    g.idempotency_key = key


def _content() -> bytes:
    """What was sent, without what differs between two prints of the same form; files count by their bytes."""
    lines = [
        f"{name}={value}" for name, value in sorted(request.form.items(multi=True)) if name not in (csrf.FIELD, KEY_FIELD)
    ]
    for name, upload in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        upload.stream.seek(0)
        lines.append(f"{name}={sha256(upload.stream.read()).hexdigest()}")
        upload.stream.seek(0)
    return "\n".join(lines).encode()


def _finish(response: Response) -> Response:
    writing = request.method not in _SAFE or _has("_writes")
    if not writing or _has("_webhook"):
        return response
    if response.status_code >= 400:
        db.session.rollback()
        return response
    key = g.pop("idempotency_key", None)
    if key:
        row = db.session.get_one(idempotency.IdempotencyKey, key)
        row.status, row.location = response.status_code, response.headers.get("Location")
    db.session.commit()
    return response


class InMemoryRequest(Request):
    """Uploads stay in memory until they are encrypted: nothing of theirs lies in clear in a temporary folder."""

    def _get_file_stream(self, *_args: Any, **_kwargs: Any) -> BytesIO:
        return BytesIO()


class Application(Flask):
    """Flask, with the view and its transaction as one step."""

    request_class = InMemoryRequest

    def dispatch_request(self) -> Response:  # type: ignore[override]
        try:
            return _finish(self.make_response(super().dispatch_request()))
        except BaseException:
            db.session.rollback()
            raise


def init_app(app: Flask) -> None:
    app.before_request(lambda: _start(app))
