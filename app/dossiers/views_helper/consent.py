"""The mandate (giấy nhờ giúp): the helper turns the screen, the person hears the words and says yes or no there.

Ways of ruling 10. A code to the person's own telephone is typed on the turned screen only. A signed paper is
photographed by the helper and counts once a clerk has looked at it.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assistance import drawing
from app.assistance.forms import errors_of, read_phone
from app.assistance.guards import helper_actor, helping, the_help, the_helper
from app.assistance.models import HelpSession, Method, TurnedFor
from app.assistance.services import evidence, help_sessions, mandates, phone_codes
from app.assistance.services.evidence import Evidence
from app.assistance.services.proposals import Proposal, propose
from app.core.errors import N_, Invalid, NotFound
from app.core.text import mask_digits
from app.dossiers.models import Dossier
from app.dossiers.services import helping as services
from app.dossiers.services.drafts import procedure_of
from app.dossiers.views_helper.blueprint import bp, dossier_of, web_session_id
from app.web.i18n import language, words
from app.web.rendering import page, phone_words
from app.web.transactions import begin, late_write

_CONSENT = TurnedFor.CONSENT
_TAP = drawing.WIDTH / 300  # the field is drawn 300 dots wide where a tap without scripts is counted


def _dossier(session: HelpSession) -> Dossier:
    found = dossier_of(session)
    if found is None or found.state not in services.TO_FILL:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was chosen on the page: the second person of who cannot write or see, and for how many days."""

    with_witness: bool
    witness_name: str
    days: int

    @classmethod
    def read(cls) -> _Asked:
        days = request.form.get("days", "1")
        return cls(
            bool(request.form.get("with_witness")), request.form.get("witness_name", ""),
            int(days) if days in ("1", "7") else 1,
        )


def _propose(session: HelpSession, method: Method, asked: _Asked) -> Proposal:
    found = _dossier(session)
    kept: dict[str, Any] = session.person or {}
    return propose(
        the_helper(), help_sessions.person_of(session), method, dossier_code=found.public_code,
        procedure_codes=(found.procedure_code,), days=asked.days, with_witness=asked.with_witness,
        witness_name=asked.witness_name, is_relative=bool(kept.get("relative")), language=language(),
    )


def _ask_page(status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    session = the_help()
    if session.dossier_code is None:
        return redirect(url_for("dossiers_helper.ending"), 303)
    found = _dossier(session)
    return page(
        "dossiers/helper_ask.html", status, session=session, procedure=procedure_of(found), errors=errors or {},
        typed=request.form, helper=the_helper(),
    )


@bp.get("/nho")
@helping(mandate=False)
def ask() -> ResponseReturnValue:
    """Before the person is asked: what is about to be said, and the paper for who signs by hand."""
    return _ask_page()


@bp.post("/nho/giay")
@helping(mandate=False)
@late_write
def photograph_paper() -> ResponseReturnValue:
    """A photo of the signed paper. It counts once a clerk has looked at it, so the session ends here."""
    upload = request.files.get("paper")
    asked = _Asked.read()
    try:
        if upload is None or not upload.filename:
            raise Invalid(fields={"paper": (N_("Chụp tờ giấy nhờ đã ký."), {})})
        proof = evidence.signed_paper(upload.read(), upload.filename)
        begin()
        session = the_help()
        mandate = mandates.give_mandate(helper_actor(), _propose(session, Method.SIGNED_PAPER, asked), proof)
        session.mandate_id = mandate.id
    except Invalid as error:
        return _ask_page(422, errors_of(error, otherwise="paper"))
    services.finish(session, helper_actor())
    return redirect(url_for("assistance_helper.home", **{"cho-xem": 1}), 303)


# On the turned screen

def _consent_page(status: int = 200, errors: dict[str, str] | None = None, **more: Any) -> ResponseReturnValue:
    session = the_help()
    found = dossier_of(session)
    if found is None:  # the person said no
        return redirect(url_for("dossiers_helper.take_back"), 303)
    plain = _propose(session, Method.AGREED, _Asked(False, "", 1))
    return page(
        "dossiers/helper_consent.html", status, session=session, procedure=procedure_of(found), proposal=plain,
        helper=the_helper(), errors=errors or {}, typed=request.form, **more,
    )


@bp.get("/dong-y")
@helping(_CONSENT, mandate=False)
def consent() -> ResponseReturnValue:
    """Who, what, which data, until when, in words to read aloud; yes and no of one size."""
    return _consent_page()


@bp.post("/dong-y")
@helping(_CONSENT, mandate=False)
@late_write
def agree() -> ResponseReturnValue:
    """The large "Tôi đồng ý", or "Tôi không đồng ý": then nothing of the person stays."""
    session, answer = the_help(), request.form.get("answer", "")
    if answer == "no":
        begin()
        services.refuse(the_help(), dossier_of(the_help()), helper_actor())
        return redirect(url_for("dossiers_helper.take_back"), 303)
    if answer != "yes":
        return _consent_page(422, {"answer": words(N_("Chọn đồng ý hoặc không đồng ý."))})
    asked = _Asked.read()
    try:
        proposal = _propose(session, Method.AGREED, asked)
        return _give(Method.AGREED, asked, evidence.agreed(proposal, web_session_id=web_session_id()))
    except Invalid as error:
        return _consent_page(422, errors_of(error, otherwise="answer"))


def _give(method: Method, asked: _Asked, proof: Evidence, **code: Any) -> ResponseReturnValue:
    """Keep the mandate in one transaction with what it opens; then the screen goes back to the helper."""
    begin()
    session, actor = the_help(), helper_actor()
    found = _dossier(session)
    mandate = mandates.give_mandate(actor, _propose(session, method, asked), proof, **code)
    services.agree(session, mandate, found)
    return redirect(url_for("dossiers_helper.take_back"), 303)


@bp.get("/dong-y/ky")
@helping(_CONSENT, mandate=False)
def draw() -> ResponseReturnValue:
    """A signature with a finger; taps draw it where there are no scripts."""
    return _drawing_page([])


def _drawing_page(strokes: drawing.Strokes, status: int = 200, **more: Any) -> ResponseReturnValue:
    given = {"errors": {}, "lifted": False, **more}
    return _page_of(
        "dossiers/helper_draw.html", status, ink=drawing.write_strokes(strokes), path=drawing.svg_path(strokes), **given
    )


def _page_of(template: str, status: int, **more: Any) -> ResponseReturnValue:
    session = the_help()
    found = dossier_of(session)
    if found is None:
        return redirect(url_for("dossiers_helper.take_back"), 303)
    return page(template, status, session=session, procedure=procedure_of(found), helper=the_helper(), typed=request.form, **more)


@bp.post("/dong-y/ky")
@helping(_CONSENT, mandate=False)
@late_write
def sign() -> ResponseReturnValue:
    """A tap, a lifted pen, a clean sheet, or the signature that is done."""
    strokes: drawing.Strokes = []
    try:
        strokes = drawing.read_strokes(request.form.get("ink", ""))
        act = request.form.get("act", "")
        lifted = bool(request.form.get("lifted"))
        if "tap.x" in request.form:
            tap = (_dot("tap.x"), _dot("tap.y"))
            return _drawing_page(drawing.add_tap(strokes, tap, lifted=lifted))
        if act in ("clear", "lift"):
            return _drawing_page([] if act == "clear" else strokes, lifted=True)
        asked = _Asked.read()
        _propose(the_help(), Method.DRAWN, asked)
        return _give(Method.DRAWN, asked, evidence.drawn(strokes))
    except Invalid as error:
        return _drawing_page(strokes, 422, errors=errors_of(error, otherwise="ink"))


def _dot(name: str) -> int:
    typed = request.form.get(name, "")
    return round(int(typed) * _TAP) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 0


@bp.get("/dong-y/ma")
@helping(_CONSENT, mandate=False)
def code() -> ResponseReturnValue:
    """A code to the person's own telephone; it is typed here, on the turned screen, and nowhere else."""
    return _code_page()


def _code_page(status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    phone = help_sessions.person_of(the_help()).phone
    return _page_of(
        "dossiers/helper_code.html", status, errors=errors or {}, sent=bool(request.args.get("da-gui")) and bool(phone),
        masked=mask_digits(phone_words(phone)) if phone else "", days=request.args.get("ngay", "1"),
    )


@bp.post("/dong-y/ma/gui")
@helping(_CONSENT, mandate=False)
@late_write
def send_code() -> ResponseReturnValue:
    """Send the code, after it was counted. A helper's telephone is refused."""
    asked, typed = _Asked.read(), request.form.get("phone", "").strip()
    try:
        phone = read_phone(typed) if typed else help_sessions.person_of(the_help()).phone
        proposal = _with_phone(the_help(), phone, asked)
        phone_codes.count_sending(proposal)
        begin()
        help_sessions.note_phone(the_help(), phone)
        phone_codes.send_code(_propose(the_help(), Method.PHONE_CODE, asked))
    except Invalid as error:
        return _code_page(422, errors_of(error, otherwise="phone"))
    return redirect(url_for("dossiers_helper.code", ngay=asked.days, **{"da-gui": 1}), 303)


def _with_phone(session: HelpSession, phone: str, asked: _Asked) -> Proposal:
    """What would be agreed to with this telephone; nothing is kept yet."""
    found, person = _dossier(session), help_sessions.person_of(session)
    asking = type(person)(name=person.name, phone=phone, id_number=person.id_number)
    return propose(
        the_helper(), asking, Method.PHONE_CODE, dossier_code=found.public_code, procedure_codes=(found.procedure_code,),
        days=asked.days, with_witness=asked.with_witness, witness_name=asked.witness_name, language=language(),
    )


@bp.post("/dong-y/ma")
@helping(_CONSENT, mandate=False)
@late_write
def check_code() -> ResponseReturnValue:
    """Check what was typed; the guess is counted before it is judged."""
    session, asked = the_help(), _Asked.read()
    phone = help_sessions.person_of(session).phone
    try:
        if not phone:
            raise Invalid(fields={"phone": (N_("Cách này cần số điện thoại của chính người nhờ."), {})})
        proposal = _propose(session, Method.PHONE_CODE, asked)
        code_id = phone_codes.count_guess(proposal.helper, phone)
        return _give(
            Method.PHONE_CODE, asked, evidence.phone_code(proposal, code_id=code_id), code_id=code_id,
            typed_code=request.form.get("code", ""),
        )
    except Invalid as error:
        return _code_page(422, errors_of(error, otherwise="code"))
