"""Staff: where one starts, signing out, the accounts of colleagues, the ward's own data."""
from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import frame, services
from app.accounts.forms import NewAccountForm
from app.accounts.guards import require, signed_in
from app.accounts.permissions import ROLE_NAMES, Permission
from app.accounts.queries import get_agency, get_ward, list_staff
from app.accounts.sessions import current_actor, end_session
from app.core.errors import N_, AppError, Invalid
from app.web.i18n import words
from app.web.rendering import page

bp = Blueprint("accounts_staff", __name__, url_prefix="/can-bo")

# Where each permission's day begins, best first; the roof fills in what stands above accounts.
STARTS: list[tuple[Permission, str]] = [
    (Permission.DOSSIER_LIST, "dossiers_staff.queue"),
    (Permission.STAFF_EDIT, "accounts_staff.accounts"),
]
MENU: list[tuple[Permission, str, str]] = []


def menu() -> list[tuple[str, str]]:
    """(title, endpoint) of what the signed-in person may open."""
    actor = current_actor()
    return [(title, endpoint) for permission, title, endpoint in MENU if actor.may(permission)]


@bp.get("")
@signed_in
def start() -> ResponseReturnValue:
    """The first page of one's day."""
    actor = current_actor()
    for permission, endpoint in STARTS:
        if actor.may(permission):
            return redirect(url_for(endpoint), 303)
    return page("accounts/staff_start.html", menu=menu())


@bp.post("/thoat")
@signed_in
def sign_out() -> ResponseReturnValue:
    """End the session; the browser forgets what it kept."""
    end_session()
    return redirect(url_for("accounts_public.signed_out"), 303)


def _accounts_page(status: int = 200, **context: object) -> ResponseReturnValue:
    given = {"error": "", "typed": {}, "link": "", "link_for": "", **context}
    return page("accounts/staff_accounts.html", status, staff=list_staff(), roles=ROLE_NAMES, **given)


@bp.get("/tai-khoan")
@require(Permission.STAFF_EDIT)
def accounts() -> ResponseReturnValue:
    """All accounts, and a form for a new one."""
    return _accounts_page()


@bp.post("/tai-khoan")
@require(Permission.STAFF_EDIT)
def change_account() -> ResponseReturnValue:
    """Add, reset or disable an account. A set-up link is shown once, to be handed over in person."""
    act, username = request.form.get("act", ""), request.form.get("username", "")
    actor = current_actor()
    try:
        if act == "disable":
            services.disable_staff(actor, username)
            return redirect(url_for("accounts_staff.accounts"), 303)
        if act not in ("add", "reset"):
            raise Invalid(N_("Chọn việc cần làm với tài khoản này."))
        if act == "add":
            form = NewAccountForm()
            username = form.username.data
            services.add_staff(
                actor, username=username, full_name=form.full_name.data, roles=form.chosen_roles,
                agency=get_agency(actor.agency_id or get_ward().id), title=form.title.data, desk=form.desk.data,
            )
        token = services.reset_staff(actor, username)
    except AppError as error:
        return _accounts_page(422, error=words(error.message, error.params), typed=request.form)
    link = url_for("accounts_public.set_up", token=token, _external=True)
    return _accounts_page(link=link, link_for=username)


AGENCY_FIELDS = (
    "name", "short_name", "parent_name", "service_centre", "place", "address", "phone", "hours", "desk", "domain",
    "bank_bin", "bank_name", "bank_account", "bank_account_name", "national_portal_url",
)


@bp.get("/phuong")
@require(Permission.AGENCY_EDIT)
def agency() -> ResponseReturnValue:
    """The ward's own data: words, telephone, hours, bank account."""
    return page("accounts/staff_agency.html", agency=get_ward(), fields=AGENCY_FIELDS, errors={}, typed={})


@bp.post("/phuong")
@require(Permission.AGENCY_EDIT)
def edit_agency() -> ResponseReturnValue:
    """Keep the ward's data; the bank account is checked before it is printed into payment codes."""
    typed = {name: request.form.get(name, "") for name in AGENCY_FIELDS}
    try:
        services.edit_agency(current_actor(), get_ward(), **typed)
    except AppError as error:
        errors = {name: words(*pair) for name, pair in getattr(error, "fields", {}).items()}
        return page(
            "accounts/staff_agency.html", 422, agency=get_ward(), fields=AGENCY_FIELDS, errors=errors, typed=typed
        )
    frame.forget()
    return redirect(url_for("accounts_staff.agency"), 303)
