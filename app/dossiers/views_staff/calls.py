"""People who asked to be called back: take a call, say what came of it."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core.errors import Invalid
from app.dossiers.forms import read_id
from app.dossiers.queries import list_answered_calls, list_waiting_calls
from app.dossiers.services import help_calls
from app.dossiers.views_staff.blueprint import bp, faults_of
from app.web.rendering import page


def _show(call_id: int = 0, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return page(
        "dossiers/staff_calls.html", 422 if errors else 200, waiting=list_waiting_calls(),
        answered=list_answered_calls(), wrong=call_id, errors=errors or {}, typed=request.form,
        me=current_actor().id,
    )


@bp.get("/goi-lai")
@require(Permission.HELP_ANSWER)
def calls() -> ResponseReturnValue:
    """Who waits for a call, oldest first, and whom we called lately."""
    return _show()


@bp.post("/goi-lai")
@require(Permission.HELP_ANSWER)
def do_call() -> ResponseReturnValue:
    """Take a call, so that two do not call the same person; or close it with what came of it."""
    call_id = read_id(request.form.get("call", "")) or 0
    try:
        if request.form.get("act") == "take":
            help_calls.take_call(call_id, current_actor())
        else:
            help_calls.answer_call(call_id, current_actor(), request.form.get("outcome", ""))
    except Invalid as error:
        return _show(call_id, faults_of(error, "outcome"))
    return redirect(url_for(".calls"), 303)
