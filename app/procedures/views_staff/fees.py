"""What the ward collects (mức thu): what the law says, what staff entered with its source, what is still unknown."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.queries import get_ward
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.procedures.fields import REGISTRY
from app.procedures.parts import Question
from app.procedures.queries import get_procedure, list_fee_amounts, list_fee_lines
from app.procedures.services import enter_fee
from app.procedures.views_staff.blueprint import bp
from app.web.i18n import words
from app.web.rendering import page

_AMOUNT = Question(id="amount_vnd", type="money", label="Số tiền")


@bp.get("/le-phi")
@require(Permission.FEES_EDIT)
def fees() -> ResponseReturnValue:
    """Every fee of the catalogue, those without an amount first."""
    return page("procedures/staff_fees.html", lines=list_fee_lines(current_actor().agency_id or get_ward().id))


def _show(code: str, fee_id: str, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    procedure = get_procedure(code)
    fee = procedure.fee(fee_id)
    if fee is None or fee.basis == "none":
        raise NotFound
    entered = [row for row in list_fee_amounts(current_actor().agency_id or get_ward().id, code) if row.fee_id == fee_id]
    return page(
        "procedures/staff_fee.html", 422 if errors else 200, procedure=procedure, fee=fee, entered=entered,
        errors=errors or {}, typed=request.form,
    )


@bp.get("/le-phi/<code>/<fee_id>")
@require(Permission.FEES_EDIT)
def fee(code: str, fee_id: str) -> ResponseReturnValue:
    """One fee: what the catalogue says, what was entered before, a new amount."""
    return _show(code, fee_id)


@bp.post("/le-phi/<code>/<fee_id>")
@require(Permission.FEES_EDIT)
def enter(code: str, fee_id: str) -> ResponseReturnValue:
    """Enter an amount with the paper that says so; it counts for dossiers assessed from now on."""
    parsed = REGISTRY["money"].parse(_AMOUNT, request.form, today=clock.today())
    errors = {name: words(*message) for name, message in parsed.errors.items()}
    if errors:
        return _show(code, fee_id, errors)
    actor = current_actor()
    try:
        enter_fee(
            actor, agency_id=actor.agency_id or get_ward().id, procedure_code=code, fee_id=fee_id,
            amount_vnd=parsed.value, source_note=request.form.get("source_note", ""),
        )
    except Invalid as error:
        return _show(code, fee_id, {name: words(*message) for name, message in error.fields.items()})
    return redirect(url_for(".fees"), 303)
