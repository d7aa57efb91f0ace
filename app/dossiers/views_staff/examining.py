"""The specialist's work: the drafted result, and sending it up for signature."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core.errors import N_, Invalid
from app.dossiers import duties
from app.dossiers.models import Dossier
from app.dossiers.queries import find_result, get_dossier
from app.dossiers.services import decision
from app.dossiers.services.drafts import procedure_of
from app.dossiers.views_staff.blueprint import bp, faults_of, held, seen_version, to_dossier
from app.dossiers.workflow import Action
from app.files import services as files
from app.web.rendering import page
from app.web.transactions import begin, late_write


def _show(found: Dossier, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    procedure = procedure_of(found)
    return page(
        "dossiers/staff_examine.html", 422 if errors else 200, dossier=found, procedure=procedure,
        result=find_result(found), errors=errors or {}, typed=request.form,
        hindrance=duties.separation(Action.EXAMINE, found, procedure, current_actor())
        or duties.unready(Action.EXAMINE, found),
    )


@bp.get("/ho-so/<code>/trinh-ky")
@require(Permission.DOSSIER_EXAMINE)
def examine(code: str) -> ResponseReturnValue:
    """The drafted result and an opinion; then up for signature."""
    return _show(get_dossier(current_actor(), code))


@bp.post("/ho-so/<code>/ket-qua")
@require(Permission.DOSSIER_EXAMINE)
@late_write
def attach_result(code: str) -> ResponseReturnValue:
    """Keep the file of the result; a second one replaces the first until it is sent up."""
    upload = request.files.get("result")
    try:
        if upload is None or not upload.filename:
            raise Invalid(fields={"result": (N_("Chọn tệp kết quả: ảnh chụp hoặc PDF."), {})})
        away = files.receive_upload(upload.read(), upload.filename)
    except Invalid as error:
        return _show(get_dossier(current_actor(), code), {"result": next(iter(faults_of(error, "result").values()))})
    begin()
    decision.attach_result(held(code), current_actor(), away, number=request.form.get("number", ""))
    return redirect(url_for(".examine", code=code), 303)


@bp.post("/ho-so/<code>/trinh-ky")
@require(Permission.DOSSIER_EXAMINE)
def do_examine(code: str) -> ResponseReturnValue:
    """Send it up for signature."""
    found = held(code)
    try:
        decision.examine(found, current_actor(), opinion=request.form.get("opinion", ""), lock_version=seen_version())
    except Invalid as error:
        return _show(found, faults_of(error, "opinion"))
    return to_dossier(code)


