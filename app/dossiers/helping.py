"""What a session of help opens of the citizen's own pages: some to the helper, some only to the person on the turned screen.

A helper never gets the slip's key. The helper's web session opens the one dossier that its session of help names, under
a mandate that is in force at this moment, and nothing of it after the end.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, request, url_for
from sqlalchemy import select

from app.accounts.guards import staff_only
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.assistance.guards import current_help, dress, note_use, the_help, the_helper, the_mandate, to_pin
from app.assistance.models import Helper, HelpSession, Mandate, TurnedFor
from app.core.db import db, hold
from app.core.errors import N_, Forbidden, NotFound
from app.dossiers.models import Dossier, State
from app.dossiers.queries import find_by_code
from app.dossiers.services.drafts import procedure_of
from app.dossiers.services.helped import note_mode
from app.procedures.fields import Message
from app.web.transactions import before_keeping, is_writing

_C, _P = "dossiers_citizen", "payments_citizen"
# What the helper may open and do, with what it is called in the journal ("" for a look).
HELPER_MAY: dict[str, str] = {
    f"{_C}.card": "", f"{_C}.read": "card.read", f"{_C}.card_result": "", f"{_C}.question": "", f"{_C}.answer": "answers.keep",
    f"{_C}.paper": "", f"{_C}.add_photos": "papers.add", f"{_C}.photo": "", f"{_C}.view_photo": "",
    f"{_C}.change_photo": "papers.change", f"{_C}.begin_upload": "", f"{_C}.upload_state": "", f"{_C}.take_piece": "",
    f"{_C}.finish_upload": "papers.add", f"{_C}.drop_upload": "", f"{_C}.review": "", f"{_C}.track": "",
}
# What the ward asked for again: photos, never answers; those need the code to the person's own telephone.
MENDING = {
    f"{_C}.paper", f"{_C}.add_photos", f"{_C}.photo", f"{_C}.view_photo", f"{_C}.change_photo", f"{_C}.begin_upload",
    f"{_C}.upload_state", f"{_C}.take_piece", f"{_C}.finish_upload", f"{_C}.drop_upload", f"{_C}.track",
}
_PAYING = {
    f"{_P}.checkout": "", f"{_P}.start": "payment.start", f"{_P}.waiting": "", f"{_P}.picture": "", f"{_P}.share": "",
    f"{_P}.counter": "", f"{_P}.exemption": "", f"{_P}.ask_exemption": "exemption.ask",
}
# What the person does on the turned screen, by what it was turned for.
PERSON_MAY: dict[TurnedFor, dict[str, str]] = {
    TurnedFor.SUBMIT: {
        f"{_C}.submit": "submit", f"{_C}.confirmation": "", f"{_C}.slip_pdf": "", f"{_C}.track": "",
        f"{_C}.send_supplement": "supplement.send",
        **_PAYING,
    },
    TurnedFor.PAYMENT: _PAYING,
    TurnedFor.SLIP: {f"{_C}.slip_pdf": ""},
}
_OWN = N_("Việc này người xin tự làm: trên điện thoại của mình, hoặc đến quầy. Người giúp không làm thay được.")
_KNOWN_PHONE = N_("Số điện thoại này người xin đã ghi từ trước. Muốn đổi thì người xin tự đổi, hoặc gọi phường.")
_OVER = N_("Hồ sơ đã nộp, nên người giúp không mở được nữa. Người xin xem bằng phiếu của mình.")


def helped_dossier() -> Dossier:
    """The dossier of the session of help, held until the transaction ends when one is under way."""
    return _find(the_help().dossier_code or "")


def beside() -> Helper | None:
    """Who helps in this request, if anyone does."""
    return the_helper() if "helping" in g else None


def phone_faults(dossier: Dossier, values: Mapping[str, Any]) -> dict[str, Message]:
    """Why a helper may not keep these answers: they would change how the person, who began this draft, is reached.

    By input; empty for everyone else, and in a draft that began with this helper.
    """
    session = g.helping if "helping" in g else None
    if session is None or session.is_turned or session.began_draft:
        return {}
    form = procedure_of(dossier).form
    before = form.columns(dossier.answers).get("phone")
    after = form.columns(form.drop_hidden({**dossier.answers, **values})).get("phone")
    if not before or before == after:
        return {}
    asked = [name for name in values if "phone" in form.questions[name].columns] or list(values)
    return {asked[0]: (_KNOWN_PHONE, {})}


def _find(code: str) -> Dossier:
    if is_writing():
        hold(select(Dossier.id).where(Dossier.public_code == code))
    found = find_by_code(code)
    if found is None:
        raise NotFound
    if is_writing():
        db.session.refresh(found)
    return found


def open_for_helper(code: str) -> Any:
    """The guard of a citizen's page when a helper's browser asks for it. Anything not named above stays shut."""
    g.pop("actor", None)  # asked again when a transaction begins late: the person may have acted until then
    session = current_help() if current_actor().may(Permission.HELP_GIVE) else None
    if session is None or session.dossier_code is None or session.dossier_code != code:
        raise NotFound  # not yours looks like not there
    acts = PERSON_MAY.get(TurnedFor(session.turned_for), {}) if session.turned_for else HELPER_MAY
    endpoint = request.endpoint or ""
    if endpoint not in acts:
        if session.is_turned:
            return to_pin()
        raise Forbidden(_OWN)
    if (refusal := staff_only(Permission.HELP_GIVE)) is not None:
        return refusal
    mandate = the_mandate(session)
    g.dossier = _find(code)
    _check_state(session, g.dossier, endpoint)
    dress(session)
    if acts[endpoint]:
        _note(session, mandate, acts[endpoint])
    return _to_several(session, endpoint)


def _check_state(session: HelpSession, dossier: Dossier, endpoint: str) -> None:
    """Once handed in, a dossier shows the helper nothing more, but what the ward asks for again."""
    if session.is_turned or dossier.state == State.DRAFT:
        return
    if dossier.state == State.AWAITING_SUPPLEMENT and endpoint in MENDING:
        return
    raise Forbidden(_OVER)


def _note(session: HelpSession, mandate: Mandate, act: str) -> None:
    note_use(session, mandate, act)
    if not session.is_turned and "mode_noted" not in g:
        g.mode_noted = True
        dossier, mode = g.dossier, session.mode
        g.last_acts.insert(0, lambda: note_mode(dossier, mode))  # before the journal, which comes last


def _to_several(session: HelpSession, endpoint: str) -> Any:
    """The helper who wants several questions on a page gets them, unless one is to be changed alone."""
    if session.several_per_page and endpoint == f"{_C}.question" and g.dossier.state == State.DRAFT and "ve" not in request.args:
        return redirect(url_for("dossiers_helper.several", page_id=(request.view_args or {})["page_id"]), 303)
    return None


def note_act(act: str) -> None:
    """Note an act of a page of the session itself (several questions at once), and who typed."""
    session = the_help()
    mandate, dossier, mode = the_mandate(session), helped_dossier(), session.mode
    before_keeping(lambda: note_mode(dossier, mode))
    note_use(session, mandate, act)
