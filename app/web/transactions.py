"""The request is the transaction. *Returned = kept; raised = nothing happened.*

An unsafe request begins a writing transaction, claims the form's idempotency key in it, runs the view and
commits when the answer is below 400. The same form sent again is answered as the first time.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from flask import Flask, Request, Response, abort, g, redirect, request
from flask.sessions import NullSession, SessionInterface, SessionMixin
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app.core import idempotency
from app.core.db import begin_write, db
from app.core.errors import N_, AppError, Conflict, Forbidden
from app.core.logs import log_event
from app.web import csrf
from app.web.requests import InMemoryRequest

View = TypeVar("View", bound=Callable[..., Any])
KEY_FIELD = "_key"
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")
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
            g.writing = True
            begin_write()
        return
    if _has("_webhook") or g.transaction_view is None:
        return
    if not csrf.origin_is_ours():
        raise Forbidden(N_("Yêu cầu này không đến từ trang của phường."))
    if not csrf.token_is_ours():
        raise StaleForm
    _read_key()
    if _has("_late_write"):
        # Neither slow work nor a counted try for a form that was acted upon.
        _replay(_recall())
    else:
        begin()


def _read_key() -> None:
    """The form's key, what it is for, and what was sent with it."""
    key = sent_key()
    if key is None:
        raise StaleForm
    scope = f"{request.endpoint}{sorted((request.view_args or {}).items())}"[:120]
    request_hash = idempotency.hash_request(scope, _content())
    g.form_key, g.claim = key, (key, scope, request_hash)


def _recall() -> idempotency.IdempotencyKey | None:
    return idempotency.recall(*g.claim, repeatable=_has("_repeatable"))


def sent_key() -> str | None:
    """The key of the form that was sent, when it looks like one of ours."""
    key = request.form.get(KEY_FIELD, "")
    return key if _KEY.match(key) else None


def begin() -> None:
    """Begin the writing transaction and claim the form's key. Raises ``Replay`` when it was used before."""
    begin_write()
    g.writing = True
    _replay(_recall())
    if not idempotency.claim(*g.claim):
        # On PostgreSQL the claim waited for a parallel twin and lost: its answer is there now.
        begin_write()
        _replay(_recall())
        if not idempotency.claim(*g.claim):
            raise Conflict(N_("Trang này đang được gửi ở một nơi khác. Mở lại trang để xem nội dung đã lưu."))
    g.idempotency_key = g.claim[0]
    for check in g.pop("checks", ()):
        if (refusal := check()) is not None:
            abort(refusal)


def _replay(answered: idempotency.IdempotencyKey | None) -> None:
    if answered is not None:
        g.is_replay = True
        raise Replay(redirect(answered.location or request.path, 303))


def is_writing() -> bool:
    """Whether this request holds its writing transaction by now."""
    return bool(g.get("writing"))


def check_again(check: Callable[[], Any]) -> None:
    """Ask ``check`` once more when a late transaction begins: what held before the slow work may hold no more."""
    if _has("_late_write") and not is_writing() and request.method not in _SAFE:
        g.setdefault("checks", []).append(check)


def give_up() -> None:
    """Undo what a refused request began, so that the page that says so can read and holds no lock while it is drawn."""
    db.session.rollback()


def afterwards(act: Callable[[], None]) -> None:
    """Do ``act`` when the answer stands, outside its transaction. Its failure spoils nothing."""
    g.setdefault("afterwards", []).append(act)


def before_keeping(act: Callable[[], None]) -> None:
    """Do ``act`` as the last thing of this request's transaction, when its answer is one that is kept."""
    g.setdefault("last_acts", []).append(act)


def _do_afterwards(response: Response) -> Response:
    acts = g.pop("afterwards", ())
    if acts:
        db.session.rollback()  # what was to be kept is kept; a lock still held would block what follows
    for act in acts:
        try:
            act()
        except SQLAlchemyError as error:
            log_event("afterwards.failed", error=type(error).__name__)
    return response


def _content() -> bytes:
    """What was sent, without what differs between two prints of the same form; files count by their bytes."""
    ours = (csrf.FIELD, KEY_FIELD)
    lines = [f"{name}={value}" for name, value in sorted(request.form.items(multi=True)) if name not in ours]
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
    for act in g.pop("last_acts", ()) if is_writing() else ():
        act()
    if key:
        idempotency.keep_answer(key, response.status_code, response.headers.get("Location", ""))
    db.session.commit()
    return response


class _NoSessions(SessionInterface):
    """Flask's cookie session is not used: sessions are rows (``accounts/sessions.py``). Whoever writes to it hears so."""

    def open_session(self, app: Flask, request: Request) -> NullSession:
        return NullSession()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        return


class Application(Flask):
    """Flask, with the view and its transaction as one step."""

    request_class = InMemoryRequest
    session_interface = _NoSessions()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """None of our functions is asynchronous; Flask would ask that of each on every request."""
        return func

    def dispatch_request(self) -> Response:  # type: ignore[override]
        try:
            return _finish(self.make_response(super().dispatch_request()))
        except BaseException:
            db.session.rollback()
            raise


def init_app(app: Flask) -> None:
    app.before_request(lambda: _start(app))
    app.after_request(_do_afterwards)
