"""Begin to help: what it is about, who it is, or going on with what a person or a colleague began."""
from __future__ import annotations

from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.card_reader import read_card
from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.assistance import queries
from app.assistance.forms import errors_of, read_phone
from app.assistance.models import CallKind, HelpCall, Helper
from app.assistance.services.proposals import Person
from app.core.errors import N_, AppError, Conflict, Invalid, NotFound
from app.core.limits import Limit, spend
from app.dossiers.forms import hide, unhide
from app.dossiers.queries import find_by_code
from app.dossiers.services import helping, slips
from app.dossiers.views_helper.blueprint import bp, read_mode, web_session_id
from app.procedures.queries import find_procedure, get_procedure
from app.procedures.search import search
from app.web.i18n import words
from app.web.rendering import page
from app.web.requests import visitor_network
from app.web.transactions import afterwards, begin, late_write

# Reading a photo takes up to seconds of a core.
_READS = Limit("helper-card-read", 60, 3600)
_STARTS = Limit("helper-start", 60, 24 * 3600)
_NOT_HERE = N_("Việc này nộp tại quầy, chưa làm trên máy được.")


def _helper() -> Helper:
    helper = queries.get_good_helper(current_actor())
    if helper.pin_hash is None:
        raise Conflict(N_("Chưa đặt mã PIN. Đặt mã trước khi giúp người dân."))
    return helper


def _start_page(status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    text = request.args.get("q", "")[:200].strip()
    hits = [(hit, found) for hit in search(text, 8) if (found := find_procedure(hit.code)) and found.online] if text else []
    return page(
        "dossiers/helper_start.html", status, text=text, hits=hits, errors=errors or {}, typed=request.form,
        calls=[call for call in queries.list_for_helper(_helper()) if _is_mine(call)],
    )


def _is_mine(call: HelpCall) -> bool:
    """Given to this helper, still open, and about a person."""
    return call.taken_by_id == current_actor().id and call.is_open and call.kind != CallKind.INCIDENT


@bp.get("/bat-dau")
@require(Permission.HELP_GIVE)
def start() -> ResponseReturnValue:
    """What is it about? Or: the person has begun and shows the two codes, or the board gave a call."""
    _helper()
    return _start_page()


def _person_page(code: str, status: int = 200, errors: dict[str, str] | None = None, **more: Any) -> ResponseReturnValue:
    procedure = get_procedure(code)
    if not procedure.online:
        raise Conflict(_NOT_HERE)
    given = {"card": "", "read": False, "warnings": [], "typed": request.form, **more}
    return page("dossiers/helper_person.html", status, procedure=procedure, errors=errors or {}, **given)


@bp.get("/bat-dau/viec/<procedure_code>")
@require(Permission.HELP_GIVE)
def person(procedure_code: str) -> ResponseReturnValue:
    """Who is helped: a photo of the ID card, or typing."""
    _helper()
    return _person_page(procedure_code)


@bp.post("/bat-dau/viec/<procedure_code>")
@require(Permission.HELP_GIVE)
@late_write
def begin_help(procedure_code: str) -> ResponseReturnValue:
    """Begin with a new draft, after a look at what the card says."""
    helper = _helper()
    card, name = unhide(request.form.get("card", "")), request.form.get("name", "")
    card = card if isinstance(card, dict) else {}
    upload = request.files.get("id_photo")
    if upload is not None and upload.filename:
        spend((_READS, str(helper.id)))
        try:
            found = read_card(upload.read())
        except AppError as error:
            return _person_page(
                procedure_code, 422, {"id_photo": words(error.message, error.params)}, card=hide(card) if card else ""
            )
        # Read aloud before anything is kept: whoever sits there says whether it is right.
        facts = found.as_prefill()
        return _person_page(
            procedure_code, card=hide(facts), read=True, warnings=[words(*one) for one in found.warnings],
            typed={**request.form, "name": facts["full_name"]},
        )
    try:
        asked = _asked(name, str(card.get("id_number", "")))
        spend((_STARTS, str(helper.id)))
        begin()
        helping.begin(
            current_actor(), _helper(), asked, procedure_code, web_session_id=web_session_id(), mode=read_mode(),
            is_relative=bool(request.form.get("relative")), card=card,
        )
    except Invalid as error:
        return _person_page(
            procedure_code, 422, errors_of(error, otherwise="name"), card=hide(card) if card else "", read=bool(card)
        )
    return redirect(url_for("dossiers_helper.ask"), 303)


def _asked(name: str, id_number: str = "") -> Person:
    """Who asks for help, as typed. Raises ``Invalid`` with every fault."""
    phone = request.form.get("phone", "").strip()
    faults = {} if name.strip() else {"name": (N_("Ghi họ và tên người nhờ giúp."), {})}
    number = ""
    if phone:
        try:
            number = read_phone(phone)
        except Invalid as error:
            faults.update(error.fields)
    if faults:
        raise Invalid(fields=faults)
    return Person(name=name, phone=number, id_number=id_number)


@bp.post("/bat-dau/ma")
@require(Permission.HELP_GIVE)
@late_write
def start_by_codes() -> ResponseReturnValue:
    """The person shows the slip and types its secret: go on where they stopped. Tries are counted as on every page."""
    _helper()
    visitor = visitor_network()
    try:
        asked = _asked(request.form.get("name", ""))
        code = slips.count_try(request.form.get("code", ""), visitor)
        begin()
        found, _slip = slips.find_by_codes(code, request.form.get("secret", ""))
        helping.take_up(
            current_actor(), _helper(), asked, found, web_session_id=web_session_id(), mode=read_mode(),
            is_relative=bool(request.form.get("relative")),
        )
    except Invalid as error:
        return _start_page(422, errors_of(error, otherwise="code"))
    afterwards(lambda: slips.forgive_try(code, visitor))
    return redirect(url_for("dossiers_helper.ask"), 303)


@bp.post("/bat-dau/goi")
@require(Permission.HELP_GIVE)
def start_by_call() -> ResponseReturnValue:
    """A call or a visit that the board gave to this helper: the draft from whose page it came opens after consent."""
    actor, helper = current_actor(), _helper()
    call = queries.get_call(actor, request.form.get("call", ""))
    if not _is_mine(call):
        raise NotFound
    found = find_by_code(call.dossier_code) if call.dossier_code else None
    about = Person(name=call.name, phone=call.phone)
    if found is not None and found.state in helping.TO_FILL:
        helping.take_up(
            actor, helper, about, found, web_session_id=web_session_id(), mode=read_mode(), call_code=call.code
        )
    elif call.procedure_code and (procedure := find_procedure(call.procedure_code)) and procedure.online:
        helping.begin(
            actor, helper, about, procedure.code, web_session_id=web_session_id(), mode=read_mode(), call_code=call.code
        )
    else:
        return redirect(url_for("dossiers_helper.start"), 303)
    return redirect(url_for("dossiers_helper.ask"), 303)


@bp.post("/bat-dau/giay-nho")
@require(Permission.HELP_GIVE)
def start_by_mandate() -> ResponseReturnValue:
    """Go on under a mandate that is still in force."""
    session = helping.go_on(
        current_actor(), _helper(), request.form.get("mandate", ""), web_session_id=web_session_id(), mode=read_mode()
    )
    return redirect(url_for("dossiers_helper.overview" if session.mandate_id else "dossiers_helper.ask"), 303)
