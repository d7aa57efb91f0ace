"""Who may open a dossier's pages: the browser that wrote the draft, or one that showed a living slip (ruling 2)."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy import update

from app.accounts.sessions import (
    SHARED_IDLE,
    adopt_session,
    current_session,
    sent_token_hash,
    session_expired,
    touch,
    write_beside,
)
from app.core import clock, codes
from app.core.errors import NotFound
from app.dossiers.helping import open_for_helper
from app.dossiers.models import Dossier, SlipAccess, State
from app.dossiers.queries import Access, find_access, find_access_by_token
from app.web.guarding import Guard, View, guarded_by
from app.web.transactions import afterwards, is_writing

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=8)
_SEEN_EVERY = timedelta(minutes=1)


def current_dossier() -> Dossier:
    """The dossier that the guard let through."""
    return g.dossier


def _is_fresh(access: SlipAccess) -> bool:
    now = clock.now()
    return now - access.seen_at <= IDLE and now - access.opened_at <= LONGEST


def _touch(access: SlipAccess) -> None:
    if clock.now() - access.seen_at > _SEEN_EVERY:
        statement = update(SlipAccess).where(SlipAccess.id == access.id)
        afterwards(lambda: write_beside(statement.values(seen_at=clock.now())))


def _find(code: str) -> Access | None:
    token = sent_token_hash()
    if token is None:
        return None
    if is_writing():
        # Who writes holds the row: two tabs or a clerk at the same moment wait for each other.
        row = current_session()
        return find_access(row.id, code, lock=True) if row is not None else None
    found = find_access_by_token(token, code)
    if found is None:
        return None
    adopt_session(found[0])
    return found[1] if current_session() is not None else None


def _check() -> Any:
    code = codes.clean((request.view_args or {}).get("code", ""))
    found = _find(code)
    row = current_session()
    if row is not None and row.kind == "staff":
        return open_for_helper(code)
    if found is None:
        if session_expired():
            return redirect(url_for("dossiers_public.resting", code=code), 303)
        # Not yours looks like not there; whoever holds the slip knows the way in.
        raise NotFound
    dossier, access, g.procedure_sha256 = found.dossier, found.slip, found.procedure_sha256
    wrote_it = dossier.state == State.DRAFT and row is not None and dossier.session_id == row.id
    if not wrote_it:
        if access is None or not _is_fresh(access):
            return redirect(url_for("dossiers_public.resting", code=code), 303)
        _touch(access)
    touch()
    if row is not None and row.shared_device:  # the page goes when the session does, so that the next person sees nothing
        g.rest_after = int(SHARED_IDLE.total_seconds()) + 5
        g.rest_to = url_for("dossiers_public.resting", code=code)
    g.dossier = dossier
    return None


def slip_session(view: View) -> View:
    """A citizen's page about one dossier; the view's ``code`` names it."""
    return guarded_by(Guard("slip_session", _check))(view)
