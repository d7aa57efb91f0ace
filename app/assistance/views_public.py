"""For anyone: whether a badge is that of a helper of the ward today."""
from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts.guards import public
from app.assistance.queries import Standing, find_by_badge, standing
from app.web.rendering import page

bp = Blueprint("assistance_public", __name__)


@bp.get("/nguoi-giup/<token>")
@public
def badge(token: str) -> ResponseReturnValue:
    """Yes with first name and team, or no. A code that nobody has is a no as well."""
    helper = find_by_badge(token)
    good = helper is not None and standing(helper) is Standing.GOOD
    return page("assistance/public_badge.html", 200 if helper else 404, helper=helper if good else None)
