"""Pages that belong to no room: how pages look, the health check."""
from __future__ import annotations

from flask import Blueprint, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.health import health
from app.web.guarding import public
from app.web.preferences import LANGUAGES, TEXT_SIZES, THEMES, keep_preferences, preferences
from app.web.redirects import nearest_path, own_referrer
from app.web.rendering import page

bp = Blueprint("web", __name__)


@bp.get("/hien-thi")
@public
def display() -> ResponseReturnValue:
    """Choose text size, theme and language. A choice in the address is kept in a cookie and leads back."""
    chosen = preferences().changed(
        text=request.args.get("chu", ""), theme=request.args.get("mau", ""), language=request.args.get("tieng", "")
    )
    back = own_referrer() or nearest_path(request.args.get("ve", ""), url_for("procedures_citizen.home"))
    if not request.args.keys() & {"chu", "mau", "tieng"}:
        return page("web/citizen_display.html", sizes=TEXT_SIZES, themes=THEMES, languages=LANGUAGES, back=back)
    answer = redirect(back, 303)
    return keep_preferences(answer, chosen)  # type: ignore[arg-type]


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """For those who run it: 200 when all is well, 503 when work is stuck or the database does not answer."""
    facts, well = health(current_app.extensions["settings"])
    return jsonify(facts), 200 if well else 503
