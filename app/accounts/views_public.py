"""Signing in (cán bộ): password and code together, set-up by ticket, and the demonstration's links."""
from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import services
from app.accounts.forms import SetUpForm, SignInForm
from app.accounts.guards import public
from app.accounts.models import Staff
from app.accounts.queries import get_staff
from app.accounts.sessions import current_staff, open_session
from app.core import audit, qr
from app.core.actor import Actor, ActorKind
from app.core.errors import Invalid, NotFound
from app.core.limits import give_back, spend
from app.web.i18n import words
from app.web.redirects import own_path
from app.web.rendering import page
from app.web.requests import visitor_network
from app.web.transactions import afterwards, begin, late_write

bp = Blueprint("accounts_public", __name__, url_prefix="/can-bo")


def _enter(staff: Staff, how: str) -> ResponseReturnValue:
    open_session("staff", staff)
    audit.record(Actor(ActorKind.STAFF, staff.id, staff.full_name), f"staff.sign_in.{how}", "staff", staff.username)
    return redirect(own_path(request.args.get("next", ""), url_for("accounts_staff.start")), 303)


@bp.get("/vao")
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page."""
    if current_staff() is not None:
        return redirect(url_for("accounts_staff.start"), 303)
    return page("accounts/public_sign_in.html", username="", error="")


@bp.post("/vao")
@public
@late_write
def do_sign_in() -> ResponseReturnValue:
    """Password and code; tries are counted for each account name and each address before they are judged."""
    form = SignInForm()
    tries = ((services.SIGN_IN_LIMIT, form.username.data), (services.SIGN_IN_BY_ADDRESS, visitor_network()))
    spend(*tries)
    begin()
    try:
        staff = services.sign_in(form.username.data, form.password.data or "", form.code.data)
    except Invalid as error:
        return page("accounts/public_sign_in.html", 422, username=form.username.data, error=words(error.message))
    afterwards(lambda: give_back(*tries))
    return _enter(staff, "password")


@bp.get("/tai-khoan/<token>")
@public
def set_up(token: str) -> ResponseReturnValue:
    """The owner of a new or reset account chooses a password and connects a code generator."""
    ticket = services.open_ticket(token, purpose="setup")
    return _set_up_page(token, get_staff(ticket.staff_id), services.new_totp_secret(), {})


def _set_up_page(token: str, staff: Staff, secret: str, errors: dict[str, str], status: int = 200) -> ResponseReturnValue:
    uri = services.totp_uri(staff, secret)
    return page(
        "accounts/public_set_up.html", status, token=token, staff=staff, secret=secret, picture=qr.svg(uri), errors=errors,
        least=services.MIN_PASSWORD,
    )


@bp.post("/tai-khoan/<token>")
@public
def do_set_up(token: str) -> ResponseReturnValue:
    """Keep password and generator, then sign in."""
    form = SetUpForm()
    secret = services.new_totp_secret(form.secret.data or "")
    staff = get_staff(services.open_ticket(token, purpose="setup").staff_id)
    try:
        services.set_up_account(
            token, password=form.password.data or "", totp_secret=secret, code=form.code.data
        )
    except Invalid as error:
        found = {name: words(*pair) for name, pair in error.fields.items()} or {"code": words(error.message)}
        return _set_up_page(token, staff, secret, found, 422)
    return _enter(staff, "set_up")


def _demo_only() -> None:
    if not current_app.extensions["settings"].demo:
        raise NotFound


@bp.get("/vao/<token>")
@public
def demo_link(token: str) -> ResponseReturnValue:
    """A sign-in link of the demonstration: shows who, enters at the press of a button."""
    _demo_only()
    ticket = services.open_ticket(token, purpose="demo")
    return page("accounts/public_demo.html", token=token, staff=get_staff(ticket.staff_id))


@bp.post("/vao/<token>")
@public
def do_demo_link(token: str) -> ResponseReturnValue:
    """Enter as the person of the link. Refused outside demonstration."""
    _demo_only()
    return _enter(get_staff(services.open_ticket(token, purpose="demo").staff_id), "demo")


@bp.get("/thoat-roi")
@public
def signed_out() -> ResponseReturnValue:
    """After signing out."""
    return page("accounts/public_signed_out.html")


