"""Staff: the latest messages to people. Their words are shown in the demonstration only (ruling 8: codes and states)."""
from __future__ import annotations

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.notifications.queries import list_messages
from app.web.rendering import page

bp = Blueprint("notifications_staff", __name__, url_prefix="/can-bo")


@bp.get("/tin-nhan")
@require(Permission.MESSAGES_VIEW)
def messages() -> ResponseReturnValue:
    """What went out and what waits. A message may hold a 6-digit code: only the demonstration shows its text."""
    return page(
        "notifications/staff_messages.html", messages=list_messages(),
        open_words=current_app.extensions["settings"].demo,
    )
