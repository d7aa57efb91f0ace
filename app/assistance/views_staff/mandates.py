"""Mandates: the leader's list with what is odd, calls that ask people, signed papers that a clerk looks at."""
from __future__ import annotations

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.assistance import queries
from app.assistance.forms import errors_of
from app.assistance.models import ByKind, CallOutcome, EventKind, Mandate, Method
from app.assistance.queries import Flag
from app.assistance.services import calls, mandates
from app.assistance.views_staff.blueprint import bp
from app.core.errors import N_, Invalid
from app.files.views import send
from app.web.rendering import page
from app.web.transactions import writes

METHOD_NAMES = {
    Method.DRAWN: N_("ký bằng ngón tay"), Method.AGREED: N_("bấm đồng ý"), Method.PHONE_CODE: N_("mã về điện thoại"),
    Method.SIGNED_PAPER: N_("giấy ký tay"),
}
FLAG_NAMES = {
    Flag.SAME_PHONE: N_("một số điện thoại, nhiều người"), Flag.OWN_PHONE: N_("số của người giúp"),
    Flag.RELATIVE: N_("người nhà"), Flag.NIGHT: N_("nhiều lần ban đêm"),
}
OUTCOME_NAMES = {
    CallOutcome.CONFIRMED: N_("Đúng là đã nhờ"), CallOutcome.DENIED: N_("Không nhờ"),
    CallOutcome.NOT_REACHED: N_("Chưa gọi được"), CallOutcome.NO_PHONE: N_("Không có điện thoại, đã hỏi tận nhà"),
}
EVENT_NAMES = {
    EventKind.GIVEN: N_("Người dân đồng ý"), EventKind.CHECKED: N_("Cán bộ xem giấy, nhận"),
    EventKind.USED: N_("Người giúp làm"), EventKind.ENDED: N_("Dừng"),
}


@bp.get("/giay-nho-cua-to")
@require(Permission.HELP_LEAD)
def mandate_list() -> ResponseReturnValue:
    """Thirty days of mandates, with why one should look again."""
    only = request.args.get("loc", "") == "xem-lai"
    found = queries.list_reviewed(current_actor(), only_flagged=only)
    return page(
        "assistance/staff_mandates.html", lines=found, only=only, methods=METHOD_NAMES, flag_names=FLAG_NAMES
    )


@bp.post("/giay-nho-cua-to/<code>")
@require(Permission.HELP_LEAD)
def end_mandate(code: str) -> ResponseReturnValue:
    """The person called and wants no more help, or the leader stops it."""
    actor = current_actor()
    by_person = request.form.get("reason", "") == "by_phone"
    mandates.end_mandate(
        queries.get_mandate(actor, code), actor, by_kind=ByKind.PERSON if by_person else ByKind.STAFF,
        reason="by_phone" if by_person else "by_lead",
    )
    return redirect(url_for("assistance_staff.mandate_list"), 303)


@bp.get("/goi-kiem")
@require(Permission.HELP_LEAD)
def callbacks() -> ResponseReturnValue:
    """Whom to call and ask; what was said."""
    return _calls_page()


@bp.post("/goi-kiem")
@require(Permission.HELP_LEAD)
def note_call() -> ResponseReturnValue:
    """Keep what the person said."""
    actor, code = current_actor(), request.form.get("code", "")
    try:
        calls.note_call(
            queries.get_mandate(actor, code), actor, request.form.get("outcome", ""), request.form.get("note", "")
        )
    except Invalid as error:
        return _calls_page(422, errors_of(error, otherwise="outcome"), wrong=code)
    return redirect(url_for("assistance_staff.callbacks"), 303)


def _calls_page(status: int = 200, errors: dict[str, str] | None = None, *, wrong: str = "") -> ResponseReturnValue:
    actor = current_actor()
    return page(
        "assistance/staff_callbacks.html", status, due=queries.list_calls_due(actor), made=queries.list_calls_made(actor),
        methods=METHOD_NAMES, outcomes=OUTCOME_NAMES, errors=errors or {}, wrong=wrong, typed=request.form,
    )


@bp.get("/giay-nho")
@require(Permission.MANDATE_CHECK)
def papers() -> ResponseReturnValue:
    """Signed papers that wait for a look; mandates in force, to be ended at the counter."""
    actor = current_actor()
    return page(
        "assistance/staff_papers.html", waiting=queries.list_papers_to_check(actor), live=queries.list_in_force(actor),
        methods=METHOD_NAMES,
    )


@bp.get("/giay-nho/<code>")
@require(Permission.MANDATE_CHECK)
def paper(code: str) -> ResponseReturnValue:
    """One mandate with its journal and evidence."""
    return _paper_page(queries.get_mandate(current_actor(), code))


@bp.post("/giay-nho/<code>")
@require(Permission.MANDATE_CHECK)
def decide(code: str) -> ResponseReturnValue:
    """The paper is good, or it is not; or the person stands at the counter and wants no more help."""
    actor, act = current_actor(), request.form.get("act", "")
    mandate = queries.get_mandate(actor, code)
    if act == "end":
        mandates.end_mandate(mandate, actor, by_kind=ByKind.PERSON, reason="at_counter")
    elif act in ("accept", "refuse"):
        mandates.check_paper(mandate, actor, accepted=act == "accept")
    else:
        return _paper_page(mandate, 422)
    return redirect(url_for("assistance_staff.paper", code=code), 303)


@bp.get("/giay-nho/<code>/bang-chung")
@require(Permission.MANDATE_CHECK)
@writes
def evidence(code: str) -> Response:
    """What proves the consent, as a picture or in words."""
    actor = current_actor()
    return send(mandates.open_evidence(queries.get_mandate(actor, code), actor), inline=True)


def _paper_page(mandate: Mandate, status: int = 200) -> ResponseReturnValue:
    checked = queries.has_event(mandate, EventKind.CHECKED)
    return page(
        "assistance/staff_paper.html", status, mandate=mandate, events=queries.list_events(mandate),
        methods=METHOD_NAMES, event_names=EVENT_NAMES, is_open=queries.is_open(mandate),
        waits=mandate.method == Method.SIGNED_PAPER and not checked,
        picture=mandate.method in (Method.DRAWN, Method.SIGNED_PAPER),
    )
