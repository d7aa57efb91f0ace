"""Helpers: the list, a new one, one's particulars, closing, renewing, PIN and badge."""
from __future__ import annotations

from collections.abc import Callable

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import services as accounts
from app.accounts.guards import require
from app.accounts.models import FIELD_ROLES, Role
from app.accounts.permissions import ROLE_NAMES, Permission
from app.accounts.queries import get_ward, list_residential_groups
from app.accounts.sessions import current_actor
from app.assistance import badges, queries
from app.assistance.forms import HelperForm, errors_of
from app.assistance.models import Helper
from app.assistance.services import helpers as services
from app.assistance.services import pins
from app.assistance.views_staff.blueprint import bp
from app.core import clock
from app.core.actor import Actor
from app.core.errors import N_, AppError, Invalid
from app.files import services as files
from app.files.views import send
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import begin, late_write, writes

STANDING_NAMES = {
    queries.Standing.GOOD: N_("Đang giúp"), queries.Standing.UNTRAINED: N_("Chưa tập xong"),
    queries.Standing.DISABLED: N_("Đã khóa"), queries.Standing.EXPIRED: N_("Hết hạn"),
    queries.Standing.IDLE: N_("Lâu không giúp"), queries.Standing.UNCONFIRMED: N_("Chờ xác nhận vai trò"),
}
ROLES = [role for role in Role if role in FIELD_ROLES]
ACTS: dict[str, Callable[[Actor, Helper], None]] = {
    "disable": services.disable_helper, "renew": services.renew_helper, "badge": services.renew_badge, "pin": pins.reset_pin,
}


@bp.get("/nguoi-giup")
@require(Permission.HELPERS_EDIT)
def helpers() -> ResponseReturnValue:
    """All helpers with where they stand."""
    found = [(one, queries.standing(one)) for one in queries.list_helpers(current_actor())]
    return page("assistance/staff_helpers.html", helpers=found, standings=STANDING_NAMES, roles=ROLE_NAMES)


@bp.get("/nguoi-giup/them")
@require(Permission.HELPERS_EDIT)
def new_helper() -> ResponseReturnValue:
    """The form for a new helper."""
    return _new_page()


@bp.post("/nguoi-giup/them")
@require(Permission.HELPERS_EDIT)
def add_helper() -> ResponseReturnValue:
    """Add a helper. The set-up link is shown once, to be handed over in person."""
    form, actor = HelperForm(), current_actor()
    try:
        helper = services.add_helper(
            actor, username=form.username.data, full_name=form.full_name.data, role=form.chosen_role,
            particulars=form.particulars,
        )
        token = accounts.reset_staff(actor, helper.staff.username)
    except Invalid as error:
        return _new_page(422, errors_of(error, otherwise="username"))
    except AppError as error:
        return _new_page(422, {"username": words(error.message, error.params)})
    return _helper_page(helper, link=url_for("accounts_public.set_up", token=token, _external=True))


def _new_page(status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return page(
        "assistance/staff_helper_new.html", status, errors=errors or {}, typed=request.form, roles=ROLE_NAMES,
        choices=ROLES, groups=list_residential_groups(get_ward().id), chosen=request.form.getlist("groups"),
    )


@bp.get("/nguoi-giup/<ref>")
@require(Permission.HELPERS_EDIT)
def helper(ref: str) -> ResponseReturnValue:
    """One helper: particulars, and what can be done with the account."""
    return _helper_page(queries.get_helper(current_actor(), ref))


@bp.post("/nguoi-giup/<ref>")
@require(Permission.HELPERS_EDIT)
def change_helper(ref: str) -> ResponseReturnValue:
    """Keep the particulars, or close, renew, forget the PIN, make the badge anew."""
    actor, act = current_actor(), request.form.get("act", "")
    found = queries.get_helper(actor, ref)
    try:
        if act == "save":
            services.edit_helper(actor, found, HelperForm().particulars)
        elif act in ACTS:
            ACTS[act](actor, found)
        else:
            raise Invalid(N_("Chọn việc cần làm với người giúp này."))
    except Invalid as error:
        return _helper_page(found, 422, errors_of(error, otherwise="team"))
    return redirect(url_for("assistance_staff.helper", ref=ref, xong=act), 303)


@bp.post("/nguoi-giup/<ref>/cam-ket")
@require(Permission.HELPERS_EDIT)
@late_write
def add_pledge(ref: str) -> ResponseReturnValue:
    """The signed pledge, photographed or scanned."""
    upload = request.files.get("pledge")
    try:
        if upload is None or not upload.filename:
            raise Invalid(N_("Chọn ảnh hoặc tệp PDF của bản cam kết."))
        away = files.receive_upload(upload.read(), upload.filename)
    except Invalid as error:
        return _helper_page(queries.get_helper(current_actor(), ref), 422, errors_of(error, otherwise="pledge"))
    begin()
    actor = current_actor()
    services.keep_pledge(actor, queries.get_helper(actor, ref), away)
    return redirect(url_for("assistance_staff.helper", ref=ref, xong="pledge"), 303)


@bp.get("/nguoi-giup/<ref>/cam-ket")
@require(Permission.HELPERS_EDIT)
@writes
def pledge(ref: str) -> Response:
    """The pledge as it was signed; the look is noted."""
    actor = current_actor()
    return send(services.open_pledge(actor, queries.get_helper(actor, ref)), inline=True, download_name=f"cam-ket-{ref}")


@bp.get("/nguoi-giup/<ref>/the.pdf")
@require(Permission.HELPERS_EDIT)
def badge(ref: str) -> Response:
    """The badge as it is printed."""
    found = queries.get_helper(current_actor(), ref)
    paper = badges.print_badge(found, current_app.extensions["settings"].public_url, made_at=clock.now())
    answer = Response(paper, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"the-{found.staff.username}.pdf")
    return answer


def _helper_page(
    found: Helper, status: int = 200, errors: dict[str, str] | None = None, *, link: str = ""
) -> ResponseReturnValue:
    done, again = request.args.get("xong", ""), errors is not None and "pledge" not in errors
    return page(
        "assistance/staff_helper.html", status, helper=found, standing=queries.standing(found), standings=STANDING_NAMES,
        roles=ROLE_NAMES, groups=list_residential_groups(found.staff.agency_id), errors=errors or {}, link=link,
        typed=request.form if again else {}, done=done if done in ACTS or done in ("save", "pledge") else "",
        chosen=request.form.getlist("groups") if again else [str(group.id) for group in found.groups],
    )
