"""A helper's own pages: today, the five pages of training, the PIN. Pages that show a draft stand in the hall."""
from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.assistance import practice, queries, training
from app.assistance.forms import errors_of
from app.assistance.guards import current_help
from app.assistance.models import ByKind
from app.assistance.services import helpers, mandates, pins
from app.core.errors import Invalid, NotFound
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import begin, late_write

bp = Blueprint("assistance_helper", __name__, url_prefix="/giup-dan")


@bp.get("")
@require(Permission.HELP_GIVE)
def home() -> ResponseReturnValue:
    """Today: what is to be done before helping, open mandates, who was helped."""
    helper = queries.get_own_helper(current_actor())
    still_open = queries.list_open(helper)
    return page(
        "assistance/helper_home.html", helper=helper, standing=queries.standing(helper),
        mandates=still_open, in_force={one.code for one in still_open if queries.is_live(one)},
        under_way=current_help() is not None, sessions=queries.list_sessions(helper), tally=queries.tally(helper),
        lessons=len(training.LESSONS),
    )


@bp.post("/giay-nho/<code>")
@require(Permission.HELP_GIVE)
def end_mandate(code: str) -> ResponseReturnValue:
    """The helper needs a mandate no longer."""
    actor = current_actor()
    mandate = queries.get_mandate(actor, code)
    if mandate.helper.staff_id != actor.id:
        raise NotFound
    mandates.end_mandate(mandate, actor, by_kind=ByKind.HELPER, reason="by_helper")
    return redirect(url_for("assistance_helper.home"), 303)


@bp.get("/tap/<int:number>")
@require(Permission.HELP_GIVE)
def lesson(number: int) -> ResponseReturnValue:
    """One page of the training."""
    return _lesson_page(number)


@bp.post("/tap/<int:number>")
@require(Permission.HELP_GIVE)
def answer(number: int) -> ResponseReturnValue:
    """A right answer opens the next page. What was typed to practise is looked at and forgotten."""
    found = _lesson(number)
    if not training.is_right(found, request.form):
        return _lesson_page(number, 422, error=words(found.hint))
    actor = current_actor()
    helpers.finish_page(queries.get_own_helper(actor), number, actor)
    if number == len(training.LESSONS):
        return redirect(url_for("assistance_helper.home"), 303)
    return redirect(url_for("assistance_helper.lesson", number=number + 1), 303)


def _lesson(number: int) -> training.Lesson:
    if not 1 <= number <= len(training.LESSONS):
        raise NotFound
    return training.LESSONS[number - 1]


def _lesson_page(number: int, status: int = 200, *, error: str = "") -> ResponseReturnValue:
    helper = queries.get_own_helper(current_actor())
    return page(
        "assistance/helper_lesson.html", status, lesson=_lesson(number), error=error, typed=request.form,
        reached=helper.training_page, lessons=len(training.LESSONS),
    )


@bp.get("/bai-tap")
@require(Permission.HELP_GIVE)
def practise() -> ResponseReturnValue:
    """Ten minutes of practice with somebody else, in words."""
    return page("assistance/helper_practice.html", before=practice.BEFORE, steps=practice.STEPS)


@bp.get("/ma-pin")
@require(Permission.HELP_GIVE)
def pin() -> ResponseReturnValue:
    """Choose a PIN, or another one."""
    return _pin_page()


@bp.post("/ma-pin")
@require(Permission.HELP_GIVE)
@late_write
def set_pin() -> ResponseReturnValue:
    """Keep the PIN; the old one is a try that is counted before it is judged."""
    actor = current_actor()
    helper = queries.get_own_helper(actor)
    if helper.pin_hash is not None:
        pins.count_try(helper.id)
    begin()
    try:
        if request.form.get("pin", "") != request.form.get("again", ""):
            raise Invalid(fields={"again": (pins.NOT_THE_SAME, {})})
        pins.set_pin(actor, queries.get_own_helper(actor), request.form.get("pin", ""), old=request.form.get("old", ""))
    except Invalid as error:
        return _pin_page(422, errors_of(error, otherwise="pin"))
    return redirect(url_for("assistance_helper.home"), 303)


def _pin_page(status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    helper = queries.get_own_helper(current_actor())
    return page("assistance/helper_pin.html", status, helper=helper, errors=errors or {})
