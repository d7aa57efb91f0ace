"""The acts that lead a dossier on. Each is one press, or one page that asks for a reason first."""
from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core.errors import N_, Invalid
from app.dossiers.forms import read_id
from app.dossiers.models import Dossier
from app.dossiers.queries import find_result, get_dossier, list_reasons
from app.dossiers.services import decision, intake
from app.dossiers.services import hand_over as handing_over
from app.dossiers.services.drafts import procedure_of
from app.dossiers.views_staff.blueprint import bp, faults_of, held, seen_version, to_dossier
from app.dossiers.views_staff.dossier import show
from app.web.rendering import page


@bp.post("/ho-so/<code>/nhan")
@require(Permission.DOSSIER_ACCEPT)
def accept(code: str) -> ResponseReturnValue:
    """Accept; the clock starts."""
    found, colleague = held(code), read_id(request.form.get("colleague", ""))
    try:
        intake.accept(found, current_actor(), assignee_id=colleague, lock_version=seen_version())
    except Invalid as error:
        return show(found, 422, faults_of(error, "colleague"))
    return to_dossier(found.public_code)


@bp.post("/ho-so/<code>/giao")
@require(Permission.DOSSIER_ASSIGN)
def assign(code: str) -> ResponseReturnValue:
    """Hand the dossier to a colleague."""
    found, colleague = held(code), read_id(request.form.get("colleague", ""))
    try:
        decision.assign(found, current_actor(), colleague or 0, lock_version=seen_version())
    except Invalid as error:
        return show(found, 422, faults_of(error, "colleague"))
    return to_dossier(found.public_code)


@bp.post("/ho-so/<code>/chuyen-xu-ly")
@require(Permission.DOSSIER_EXAMINE)
def start(code: str) -> ResponseReturnValue:
    """Put into process."""
    decision.start(held(code), current_actor(), lock_version=seen_version())
    return to_dossier(code)


@bp.post("/ho-so/<code>/ky")
@require(Permission.DOSSIER_SIGN)
def finish(code: str) -> ResponseReturnValue:
    """The leader signs."""
    decision.finish(held(code), current_actor(), lock_version=seen_version())
    return to_dossier(code)


@bp.post("/ho-so/<code>/cho-nop-tien")
@require(Permission.DOSSIER_ASK)
def ask_payment(code: str) -> ResponseReturnValue:
    """Wait for the money before going on."""
    decision.ask_payment(held(code), current_actor(), lock_version=seen_version())
    return to_dossier(code)


@bp.post("/ho-so/<code>/cho-rut")
@require(Permission.DOSSIER_SIGN)
def approve_withdrawal(code: str) -> ResponseReturnValue:
    """Let the person have the dossier back."""
    decision.approve_withdrawal(held(code), current_actor(), lock_version=seen_version())
    return to_dossier(code)


def _ask(
    found: Dossier, title: str, says: str, button: str, *, act: str = "", errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    """The page that asks why: reasons to choose from where the ward has a list, and words of one's own."""
    return page(
        "dossiers/staff_reason.html", 422 if errors else 200, dossier=found, title=title, says=says, button=button,
        reasons=list_reasons(act) if act else [], errors=errors or {}, typed=request.form, bad=bool(act),
    )


def _ask_refuse(found: Dossier, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    says = N_("Người nộp thấy đúng những lời này. Tin nhắn đi sau 5 phút, trước đó còn hoàn tác được.")
    return _ask(found, N_("Không tiếp nhận hồ sơ"), says, N_("Không tiếp nhận"), act="refuse", errors=errors)


@bp.get("/ho-so/<code>/khong-nhan")
@require(Permission.DOSSIER_REFUSE)
def refuse(code: str) -> ResponseReturnValue:
    """Ask why the dossier is not accepted."""
    return _ask_refuse(get_dossier(current_actor(), code))


@bp.post("/ho-so/<code>/khong-nhan")
@require(Permission.DOSSIER_REFUSE)
def do_refuse(code: str) -> ResponseReturnValue:
    """Do not accept (Mẫu 03)."""
    found, form = held(code), request.form
    try:
        intake.refuse(
            found, current_actor(), reason_code=form.get("reason_code", ""), reason=form.get("reason", ""),
            lock_version=seen_version(),
        )
    except Invalid as error:
        return _ask_refuse(found, faults_of(error, "reason"))
    return to_dossier(code)


def _ask_stop(found: Dossier, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    says = N_("Hồ sơ không làm tiếp nữa. Người nộp thấy đúng những lời này.")
    return _ask(found, N_("Dừng giải quyết hồ sơ"), says, N_("Dừng giải quyết"), act="stop", errors=errors)


@bp.get("/ho-so/<code>/dung")
@require(Permission.DOSSIER_SIGN)
def stop(code: str) -> ResponseReturnValue:
    """Ask why the dossier is stopped."""
    return _ask_stop(get_dossier(current_actor(), code))


@bp.post("/ho-so/<code>/dung")
@require(Permission.DOSSIER_SIGN)
def do_stop(code: str) -> ResponseReturnValue:
    """Stop the dossier."""
    found, form = held(code), request.form
    try:
        decision.stop(
            found, current_actor(), reason_code=form.get("reason_code", ""), reason=form.get("reason", ""),
            lock_version=seen_version(),
        )
    except Invalid as error:
        return _ask_stop(found, faults_of(error, "reason"))
    return to_dossier(code)


def _ask_return(found: Dossier, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    says = N_("Chỉ cán bộ thấy lời này. Hồ sơ về lại người thụ lý.")
    return _ask(found, N_("Trả lại người thụ lý"), says, N_("Trả lại"), errors=errors)


@bp.get("/ho-so/<code>/tra-lai")
@require(Permission.DOSSIER_SIGN)
def return_to_examiner(code: str) -> ResponseReturnValue:
    """Ask why the leader does not sign yet."""
    return _ask_return(get_dossier(current_actor(), code))


@bp.post("/ho-so/<code>/tra-lai")
@require(Permission.DOSSIER_SIGN)
def do_return(code: str) -> ResponseReturnValue:
    """Give the dossier back to who examined it."""
    found = held(code)
    try:
        decision.return_to_examiner(
            found, current_actor(), reason=request.form.get("reason", ""), lock_version=seen_version()
        )
    except Invalid as error:
        return _ask_return(found, faults_of(error, "reason"))
    return to_dossier(code)


def _ask_decline(found: Dossier, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    says = N_("Hồ sơ làm tiếp. Người nộp thấy đúng những lời này.")
    return _ask(found, N_("Không đồng ý cho rút"), says, N_("Không cho rút"), errors=errors)


@bp.get("/ho-so/<code>/khong-cho-rut")
@require(Permission.DOSSIER_SIGN)
def decline_withdrawal(code: str) -> ResponseReturnValue:
    """Ask why the person may not have the dossier back."""
    return _ask_decline(get_dossier(current_actor(), code))


@bp.post("/ho-so/<code>/khong-cho-rut")
@require(Permission.DOSSIER_SIGN)
def do_decline(code: str) -> ResponseReturnValue:
    """Go on with the dossier."""
    found = held(code)
    try:
        decision.decline_withdrawal(
            found, current_actor(), reason=request.form.get("reason", ""), lock_version=seen_version()
        )
    except Invalid as error:
        return _ask_decline(found, faults_of(error, "reason"))
    return to_dossier(code)


def _ask_who_came(found: Dossier, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return page(
        "dossiers/staff_hand_over.html", 422 if errors else 200, dossier=found, procedure=procedure_of(found),
        result=find_result(found), errors=errors or {}, typed=request.form,
    )


@bp.get("/ho-so/<code>/tra-ket-qua")
@require(Permission.DOSSIER_HAND_OVER)
def hand_over(code: str) -> ResponseReturnValue:
    """Ask who came for the result."""
    return _ask_who_came(get_dossier(current_actor(), code))


@bp.post("/ho-so/<code>/tra-ket-qua")
@require(Permission.DOSSIER_HAND_OVER)
def do_hand_over(code: str) -> ResponseReturnValue:
    """Hand the result over."""
    found, form = held(code), request.form
    try:
        handing_over.hand_over(
            found, current_actor(), collector_name=form.get("collector_name", ""), relation=form.get("relation", ""),
            identity_checked=bool(form.get("identity_checked")), lock_version=seen_version(),
        )
    except Invalid as error:
        return _ask_who_came(found, faults_of(error, "collector_name"))
    return to_dossier(code)
