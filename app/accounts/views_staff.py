"""Staff: where one starts, signing out, the accounts and roles of colleagues, the ward's own data."""
from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import frame, services
from app.accounts import roles as staff_roles
from app.accounts.forms import NewAccountForm, RolesForm
from app.accounts.guards import require, signed_in
from app.accounts.models import StaffRole
from app.accounts.permissions import ROLE_NAMES, Permission
from app.accounts.queries import find_staff, get_agency, get_ward, list_staff, list_waiting_roles, role_history
from app.accounts.sessions import current_actor, current_staff, end_session
from app.core.errors import N_, AppError, Invalid, NotFound
from app.web.i18n import words
from app.web.rendering import page

bp = Blueprint("accounts_staff", __name__, url_prefix="/can-bo")

# Where each permission's day begins, best first; the roof fills in what stands above accounts.
STARTS: list[tuple[Permission, str]] = [
    (Permission.DOSSIER_LIST, "dossiers_staff.queue"),
    (Permission.HELP_GIVE, "assistance_helper.home"),
    (Permission.HELP_BOARD, "assistance_staff.board"),
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
    me = current_staff()
    return page("accounts/staff_start.html", menu=menu(), waiting=me.roles_waiting if me else [], roles=ROLE_NAMES)


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


ROLE_EVENTS = {
    "staff.add": N_("Thêm tài khoản"),
    "staff.role_grant": N_("Cấp vai trò"),
    "staff.role_confirm": N_("Xác nhận vai trò"),
    "staff.role_refuse": N_("Từ chối vai trò"),
    "staff.role_remove": N_("Bỏ vai trò"),
}


@bp.get("/vai-tro")
@require(Permission.ROLES_CONFIRM)
def waiting_roles() -> ResponseReturnValue:
    """Roles that wait for a second person."""
    return page("accounts/staff_roles.html", rows=list_waiting_roles(), roles=ROLE_NAMES, may_be_second=_may_be_second)


@bp.get("/vai-tro/<username>")
@require(Permission.ROLES_CONFIRM)
def account(username: str) -> ResponseReturnValue:
    """One account: its roles, who gave and who confirmed them, what waits."""
    return _account_page(username)


@bp.post("/vai-tro/<username>")
@require(Permission.ROLES_CONFIRM)
def judge_role(username: str) -> ResponseReturnValue:
    """The second person confirms or refuses a role."""
    verbs = {"confirm": staff_roles.confirm_role, "refuse": staff_roles.refuse_role}
    try:
        form = RolesForm()
        verbs[form.chosen_act(verbs)](current_actor(), username, form.role)
    except AppError as error:
        return _account_page(username, error)
    return redirect(url_for("accounts_staff.account", username=username), 303)


@bp.post("/vai-tro/<username>/sua")
@require(Permission.STAFF_EDIT)
def change_roles(username: str) -> ResponseReturnValue:
    """Ask for more roles of an account, or take one away."""
    try:
        form = RolesForm()
        if form.chosen_act(("grant", "remove")) == "grant":
            staff_roles.grant_roles(current_actor(), username, form.chosen_roles)
        else:
            staff_roles.remove_role(current_actor(), username, form.role)
    except AppError as error:
        return _account_page(username, error)
    return redirect(url_for("accounts_staff.account", username=username), 303)


def _may_be_second(row: StaffRole) -> bool:
    return staff_roles.may_be_second(current_actor(), row)


def _account_page(username: str, error: AppError | None = None) -> ResponseReturnValue:
    staff = find_staff(username)
    if staff is None:
        raise NotFound(N_("Không có tài khoản này."))
    return page(
        "accounts/staff_account.html", error.status if error else 200, one=staff, roles=ROLE_NAMES, events=ROLE_EVENTS,
        history=role_history(staff.username), may_be_second=_may_be_second,
        error=words(error.message, error.params) if error else "",
    )


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
