"""Somebody without a telephone was told (đã báo): noted with the true time, which may be typed hours later."""
from __future__ import annotations

from datetime import datetime

from app.accounts.permissions import Permission
from app.core.actor import Actor
from app.core.errors import N_, Forbidden, NotFound
from app.dossiers.queries.telling import ToTell, find_to_tell
from app.notifications import services as notifications


def note_told(actor: Actor, message_id: int, told_at: datetime, note: str = "") -> ToTell:
    """Raises ``NotFound`` for another agency's, ``Conflict`` the second time, ``Invalid`` for a time that cannot be."""
    if not actor.may(Permission.DOSSIER_VIEW):
        raise Forbidden(N_("Vai trò của tài khoản này không làm được việc này."))
    line = find_to_tell(actor, message_id)
    if line is None:
        raise NotFound
    notifications.note_told(message_id, actor, told_at, note)
    return line
