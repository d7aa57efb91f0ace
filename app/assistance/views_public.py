"""For anyone: whether a badge holds today; what was promised to who asked for help; an incident reported without an account."""
from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import public
from app.accounts.queries import get_ward, list_residential_groups
from app.accounts.sessions import current_actor
from app.assistance.forms import read_incident
from app.assistance.queries import Hurry, Standing, find_badge_of, find_by_badge, find_call, hurry_of, standing
from app.assistance.services import help_calls
from app.core import codes
from app.core.errors import N_, AppError, Invalid
from app.core.limits import Limit, spend
from app.files import services as files
from app.web.i18n import words
from app.web.redirects import own_path
from app.web.rendering import page
from app.web.requests import visitor_network
from app.web.transactions import begin, late_write

bp = Blueprint("assistance_public", __name__)
# Many phones of one network share an address; a flood of made-up incidents must not bury the true ones.
_REPORTS = Limit("incident-address", 20, 3600)
_REPORTS_OF_DAY = Limit("incident-all", 500, 86400)


@bp.get("/nguoi-giup/<token>")
@public
def badge(token: str) -> ResponseReturnValue:
    """Yes with first name and team, or no. A code that nobody has is a no as well."""
    helper = find_by_badge(token)
    good = helper is not None and standing(helper) is Standing.GOOD
    return page("assistance/public_badge.html", 200 if helper else 404, helper=helper if good else None)


@bp.get("/loi-hen")
@public
def promises() -> ResponseReturnValue:
    """Type the code that was given, see how far it is."""
    typed = request.args.get("ma", "")
    code = codes.clean(typed)
    if not code:
        return page("assistance/public_promises.html", typed="", error="")
    if not codes.is_valid(code):
        wrong = words(N_("Mã này chưa đúng. Xem lại từng chữ trên giấy."))
        return page("assistance/public_promises.html", 422, typed=typed, error=wrong)
    return redirect(url_for("assistance_public.promised", code=code), 303)


@bp.get("/loi-hen/<code>")
@public
def promised(code: str) -> ResponseReturnValue:
    """What was promised and how far it is. It tells no name, no number and no place: whoever has the code may see it."""
    call = find_call(code)
    if call is None:
        return page(
            "assistance/public_promises.html", 404, typed=code, error=words(N_("Không thấy mã này. Xem lại hoặc gọi phường."))
        )
    return page(
        "assistance/public_promised.html", call=call, came_from=own_path(request.args.get("tu", ""), "/"),
        late=hurry_of(call) is Hurry.LATE, badge=find_badge_of(call),
    )


@bp.get("/bao-su-co")
@public
def incident() -> ResponseReturnValue:
    """Report an incident: words, place, a photo, a telephone if one likes."""
    return _incident_page()


@bp.post("/bao-su-co")
@public
@late_write
def report_incident() -> ResponseReturnValue:
    """Keep it, and lead to the code by which it is followed. A photo that cannot be taken is named, the words stay."""
    what, errors = read_incident(request.form)
    errors = {name: words(*message) for name, message in (help_calls.what_is_untold(what) | errors).items()}
    if errors:
        return _incident_page(422, errors)
    spend((_REPORTS, visitor_network()), (_REPORTS_OF_DAY, ""))
    photo = None
    upload = request.files.get("photo")
    if upload is not None and upload.filename:
        try:
            photo = files.receive_upload(upload.read(), upload.filename)
        except Invalid as error:
            return _incident_page(422, {"photo": words(error.message, error.params)})
    begin()
    try:
        call = help_calls.report(current_actor(), what, photo)
    except AppError as error:
        return _incident_page(422, {"text": words(error.message, error.params)})
    return redirect(url_for("assistance_public.promised", code=call.code), 303)


def _incident_page(status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return page(
        "assistance/public_incident.html", status, typed=request.form, errors=errors or {},
        groups=list_residential_groups(get_ward().id),
    )
