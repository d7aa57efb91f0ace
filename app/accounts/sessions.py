"""Sessions as rows: a cookie holds a token, the row its hash and whether it still lives."""
from __future__ import annotations

import base64
import secrets
from datetime import timedelta

from flask import Flask, Request, Response, current_app, g, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import Executable, bindparam, select, update

from app.accounts.models import FIELD_ROLES, Role, Staff, WebSession
from app.accounts.permissions import permissions_of
from app.core import clock
from app.core.actor import Actor, ActorKind
from app.core.crypto import keyring
from app.core.db import db, side_transaction
from app.core.logs import log_event
from app.web.csrf import browser_secret
from app.web.guarding import guard_of
from app.web.security import cookie_name, drop_cookie, set_cookie
from app.web.transactions import afterwards

COOKIE = "session"
STAFF_IDLE, STAFF_MAX = timedelta(minutes=30), timedelta(hours=10)
FIELD_IDLE, FIELD_MAX = timedelta(minutes=15), timedelta(hours=4)
# Who signs, who holds the money, who makes accounts: an open screen of theirs is worth more (safety.md section 4).
WEIGHTY_IDLE, WEIGHTY_MAX = timedelta(minutes=15), timedelta(hours=4)
ADMIN_IDLE, ADMIN_MAX = timedelta(minutes=10), timedelta(hours=2)
_LIMITS = {
    **dict.fromkeys(FIELD_ROLES, (FIELD_IDLE, FIELD_MAX)),
    **dict.fromkeys((Role.LEADER, Role.CASHIER), (WEIGHTY_IDLE, WEIGHTY_MAX)),
    Role.ADMINISTRATOR: (ADMIN_IDLE, ADMIN_MAX),
}
# A phone of one's own keeps an unsent draft as long as the draft lives (ruling 16); a shared one forgets at once.
CITIZEN_IDLE = timedelta(days=30)
SHARED_IDLE = timedelta(minutes=3)
# An impatient press comes within seconds, a slow network within minutes; later it is someone else at this machine.
REPLAYED_FOR = timedelta(minutes=10)
# Asked on every page: made once, so that each time costs the database alone.
_BY_TOKEN = select(WebSession).where(WebSession.token_hash == bindparam("token_hash"))
_COOKIE_KEPT = 365 * 24 * 3600  # the row decides how long it is good
# "Seen" is written at most this often, so that reading a page does not write.
SEEN_EVERY = timedelta(minutes=1)


def _hash(token: str) -> bytes:
    return keyring.mac("session-token", token)


def _is_live(row: WebSession) -> bool:
    now = clock.now()
    if row.ended_at is not None:
        return False
    if row.kind == "staff":
        idle, longest = _limits_of(row)
        return now - row.seen_at <= idle and now - row.created_at <= longest
    return now - row.seen_at <= (SHARED_IDLE if row.shared_device else CITIZEN_IDLE)


def _limits_of(row: WebSession) -> tuple[timedelta, timedelta]:
    """How long a staff session may rest, and last. Of several roles the shortest counts."""
    staff = db.session.get(Staff, row.staff_id) if row.staff_id else None
    limits = [_LIMITS.get(role, (STAFF_IDLE, STAFF_MAX)) for role in staff.roles] if staff else []
    return min(limits, default=(STAFF_IDLE, STAFF_MAX))


def current_session() -> WebSession | None:
    """The live session of this request, or None."""
    if "web_session" not in g:
        token = sent_token_hash()
        adopt_session(db.session.scalar(_BY_TOKEN, {"token_hash": token}) if token else None)
    return g.web_session


def sent_token_hash() -> bytes | None:
    """By what the session of this request is found, for who reads it together with rows of its own."""
    token = request.cookies.get(cookie_name(COOKIE), "")
    return _hash(token) if token else None


def adopt_session(row: WebSession | None) -> None:
    """Take the row that ``sent_token_hash`` found as the session of this request, if it lives."""
    g.web_session = row if row is not None and _is_live(row) else None
    g.session_was_stale = row is not None and g.web_session is None


def session_expired() -> bool:
    """Whether the request carried a session that lives no more (the page says what was kept)."""
    current_session()
    return bool(g.get("session_was_stale"))


def open_session(kind: str, staff: Staff | None = None, *, shared_device: bool = False) -> WebSession:
    """A new session; an older one of this browser ends (a new id at each change of level)."""
    before = current_session()
    if before is not None and (kind == "staff" or before.kind == "staff"):
        before.ended_at = clock.now()
    token = _token_of_form()
    if token is None or _find(token) is not None:
        token = secrets.token_urlsafe(24)
    row = WebSession(
        token_hash=_hash(token), kind=kind, staff_id=staff.id if staff else None, shared_device=shared_device
    )
    db.session.add(row)
    db.session.flush()
    g.web_session, g.new_session_token = row, token
    return row


def _token_of_form() -> str | None:
    """The token that the form of this request opens a session with.

    A second, impatient press gets the answer of the first; the browser may have dropped the first with its cookie.
    Only the browser that shows the same cookie and the same form gets the same token.
    """
    key = g.get("form_key")
    if key is None:
        return None
    return base64.urlsafe_b64encode(keyring.mac("session-of-form", browser_secret() + key.encode())[:24]).decode()


def _find(token: str) -> WebSession | None:
    return db.session.scalar(_BY_TOKEN, {"token_hash": _hash(token)})


def citizen_session() -> WebSession:
    """The citizen's session of this browser, opened if there is none."""
    row = current_session()
    return row if row is not None and row.kind == "citizen" else open_session("citizen")


def end_session() -> None:
    """End the session of this request; its cookie and the browser's leftovers go too."""
    row = current_session()
    if row is not None:
        row.ended_at = clock.now()
    g.web_session, g.session_ended = None, True


def end_sessions_of(staff: Staff) -> None:
    """End all sessions of a staff member at once (account disabled, password reset)."""
    db.session.execute(
        update(WebSession).where(WebSession.staff_id == staff.id, WebSession.ended_at.is_(None)).values(ended_at=clock.now())
    )


def touch() -> None:
    """Note that the session is in use, at most once a minute; reading counts as use."""
    row = current_session()
    if row is not None and clock.now() - row.seen_at > SEEN_EVERY:
        statement = update(WebSession).where(WebSession.id == row.id, WebSession.ended_at.is_(None))
        afterwards(lambda: write_beside(statement.values(seen_at=clock.now())))


def write_beside(statement: Executable) -> None:
    """One statement in a transaction of its own."""
    with side_transaction() as session:
        session.execute(statement)


def current_staff() -> Staff | None:
    """The signed-in staff member, or None."""
    if "staff" not in g:
        row = current_session()
        staff = db.session.get(Staff, row.staff_id) if row is not None and row.staff_id else None
        g.staff = staff if staff is not None and staff.disabled_at is None else None
    return g.staff


def actor_of(staff: Staff) -> Actor:
    """The staff member as one who acts."""
    return Actor(ActorKind.STAFF, staff.id, staff.full_name, staff.agency_id, permissions_of(staff.roles))


def current_actor() -> Actor:
    """Whoever acts in this request: the signed-in staff member, else a citizen's session."""
    if "actor" not in g:
        staff = current_staff()
        row = current_session()
        g.actor = actor_of(staff) if staff else Actor(ActorKind.CITIZEN, row.id if row else None, "Người dân")
    return g.actor


def _write_cookie(response: Response) -> Response:
    token = g.get("new_session_token") or (_token_of_replay() if g.get("is_replay") else None)
    if token and response.status_code < 400:  # a refused request opened nothing
        staff = g.web_session is not None and g.web_session.kind == "staff"
        set_cookie(response, COOKIE, token, max_age=None if staff else _COOKIE_KEPT)
    elif g.get("session_ended") and response.status_code < 400:
        drop_cookie(response, COOKIE)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _tell_denied(response: Response) -> Response:
    """A signed-in person was refused: one line, whoever refused (V16.3.2). Numbers and names of doors only."""
    row = g.get("web_session") if response.status_code == 403 else None
    if row is not None and row.kind == "staff":
        guard = guard_of(current_app, request.endpoint)
        permission = str(guard.permission) if guard and guard.permission else None
        log_event(
            "access.denied", staff=row.staff_id, permission=permission, endpoint=request.endpoint, method=request.method
        )
    return response


def _token_of_replay() -> str | None:
    """For a browser that sends a form again and missed the cookie of the first answer a moment ago."""
    token = _token_of_form() if current_session() is None else None
    row = _find(token) if token else None
    if row is None or not _is_live(row) or clock.now() - row.created_at > REPLAYED_FOR:
        return None
    g.web_session = row
    return token


class SignedIn(UserMixin):
    """Flask-Login's view of a signed-in staff member: ``current_user`` in templates and extensions."""

    def __init__(self, staff: Staff) -> None:
        self.id, self.staff = str(staff.id), staff


def _signed_in(_request: Request) -> SignedIn | None:
    staff = current_staff()
    return SignedIn(staff) if staff is not None else None


def init_app(app: Flask) -> None:
    """Flask-Login is glue only: who is signed in is decided by our own rows, never by Flask's cookie session."""
    login = LoginManager()
    login.init_app(app, add_context_processor=False)  # citizens' pages never ask
    app.jinja_env.globals["current_user"] = current_user
    login.request_loader(_signed_in)
    app.after_request(_write_cookie)
    app.after_request(_tell_denied)
