"""The code to the phone: sent by pressing a button, never by opening a link; typed on this page only."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.core.errors import N_, Conflict, Invalid, NotFound
from app.core.text import mask_digits
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.services import phone_codes
from app.dossiers.views_citizen.blueprint import bp, procedure, session_id
from app.web.i18n import words
from app.web.rendering import page, phone_words
from app.web.transactions import begin, late_write

_AFTER = {"change": "dossiers_citizen.change", "withdraw": "dossiers_citizen.withdraw", "download": "dossiers_citizen.result"}


def _check(act: str) -> None:
    if act not in phone_codes.ACTS:
        raise NotFound
    if not phone_codes.is_wanted(current_dossier(), act):
        raise Conflict(N_("Hồ sơ đã sang bước khác, việc này không còn làm được. Mở lại hồ sơ để xem."))


def _show(act: str, *, error: str = "", status: int = 200) -> ResponseReturnValue:
    dossier = current_dossier()
    return page(
        "dossiers/citizen_phone_code.html", status, dossier=dossier, procedure=procedure(), act=act, error=error,
        masked=mask_digits(phone_words(dossier.phone)) if dossier.phone else "", sent="da-gui" in request.args,
    )


@bp.get("/ma/<act>")
@slip_session
def phone_code(code: str, act: str) -> ResponseReturnValue:
    """Say where the code would go, and the counter as the other way."""
    _check(act)
    return _show(act)


@bp.post("/ma/<act>/gui")
@slip_session
@late_write
def send_phone_code(code: str, act: str) -> ResponseReturnValue:
    """Send a code; limits are counted before."""
    _check(act)
    dossier = current_dossier()
    phone_codes.count_sending(dossier)
    begin()
    phone_codes.send_code(dossier, act, session_id())
    return redirect(url_for("dossiers_citizen.phone_code", code=code, act=act, **{"da-gui": 1}), 303)


@bp.post("/ma/<act>")
@slip_session
@late_write
def check_phone_code(code: str, act: str) -> ResponseReturnValue:
    """Check the typed code; the guess is counted before it is judged."""
    _check(act)
    counted = phone_codes.count_guess(current_dossier(), act, session_id())
    begin()
    try:
        phone_codes.use_code(counted, act, request.form.get("ma", ""))
    except Invalid as error:
        return _show(act, error=words(*error.fields["code"]), status=422)
    return redirect(url_for(_AFTER[act], code=code), 303)
