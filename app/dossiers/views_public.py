"""Ways in: start a dossier, scan a slip, type both codes, come back after a rest; calls for help; privacy."""
from __future__ import annotations

from flask import Blueprint, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import public
from app.accounts.queries import get_ward, list_residential_groups
from app.accounts.sessions import citizen_session, current_actor, current_session, end_session
from app.assistance.services.help_calls import Ask, what_is_missing
from app.core import clock, codes
from app.core.errors import Invalid, NotFound
from app.core.limits import Limit, spend
from app.dossiers.forms import read_id
from app.dossiers.models import Dossier
from app.dossiers.queries import count_papers, find_access, list_own_drafts
from app.dossiers.services import drafts, help_calls, slips
from app.procedures.fields import REGISTRY, Sent
from app.procedures.parts import Question
from app.procedures.queries import get_procedure
from app.web.i18n import words
from app.web.preferences import keep_preferences, preferences
from app.web.redirects import own_path
from app.web.rendering import page
from app.web.requests import visitor_network
from app.web.transactions import afterwards, begin, late_write, writes

bp = Blueprint("dossiers_public", __name__)
_STARTS = Limit("start-draft", 20, 3600)
# Many phones of one network share an address; a browser that keeps no cookie has nothing else.
_STARTS_BY_ADDRESS = Limit("start-draft-address", 6000, 3600)
_CALLS = Limit("help-call", 5, 3600)
# Made-up numbers must not bury those who wait for a call.
_CALLS_BY_ADDRESS = Limit("help-call-address", 30, 3600)
_PHONE = Question(id="phone", type="phone", label="Số điện thoại", section="")


def _place(dossier: Dossier) -> tuple[int, int | None]:
    """(question reached, of how many): where a draft goes on."""
    form = drafts.procedure_of(dossier).form
    first = form.first_open(dossier.answers, count_papers(dossier))
    return form.progress(dossier.answers, first.id) if first else (0, None)


def draft_cards(session_id: int | None, procedure_code: str | None = None) -> list[tuple[Dossier, tuple[int, int | None]]]:
    """Drafts of this browser with how far they are."""
    if session_id is None:
        return []
    return [(one, _place(one)) for one in list_own_drafts(session_id, procedure_code)]


def own_drafts() -> list[tuple[Dossier, tuple[int, int | None]]]:
    """For the home page: drafts of this browser."""
    if "own_drafts" not in g:
        row = current_session()
        g.own_drafts = draft_cards(row.id if row and row.kind == "citizen" else None)
    return g.own_drafts


@bp.get("/lam/<procedure_code>")
@public
def start(procedure_code: str) -> ResponseReturnValue:
    """Before the first answer: drafts that exist already, else what happens to what one tells us."""
    procedure = get_procedure(procedure_code)
    if not procedure.online:
        return redirect(url_for("procedures_citizen.procedure", code=procedure.code), 303)
    row = current_session()
    cards = draft_cards(row.id if row else None, procedure.code)
    if cards and "moi" not in request.args:
        return page("dossiers/public_draft_gate.html", procedure=procedure, cards=cards, kept_until=drafts.kept_until)
    return page("dossiers/public_start.html", procedure=procedure)


@bp.post("/lam/<procedure_code>")
@public
@late_write
def do_start(procedure_code: str) -> ResponseReturnValue:
    """Begin a draft on this phone."""
    row = current_session()
    spend((_STARTS, str(row.id)) if row else (_STARTS_BY_ADDRESS, visitor_network()))
    begin()
    session = citizen_session()
    session.shared_device = session.shared_device or bool(request.form.get("shared"))
    dossier = drafts.start_draft(procedure_code, session_id=session.id)
    drafts.see_privacy_notice(dossier)
    dossier.text_size = preferences().text
    return redirect(url_for("dossiers_citizen.card", code=dossier.public_code), 303)


@bp.get("/S/<token>")
@bp.get("/s/<token>")
@public
@writes
def scan(token: str) -> ResponseReturnValue:
    """A scanned slip: exchanged at once for a session, on to a clean address (ruling 1). Named in ruling 4."""
    token = token.upper()
    if not codes.SLIP_TOKEN.match(token):
        raise NotFound
    dossier = slips.open_by_token(token, citizen_session().id)
    answer = redirect(url_for("dossiers_citizen.track", code=dossier.public_code), 303)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return keep_preferences(answer, preferences().changed(text=dossier.text_size))  # type: ignore[arg-type]


@bp.get("/xem")
@public
def track() -> ResponseReturnValue:
    """Type both codes; scanning goes straight in."""
    return page("dossiers/public_track.html", code=codes.clean(request.args.get("ma", "")), errors={}, wrong="")


@bp.post("/xem")
@public
@late_write
def open_track() -> ResponseReturnValue:
    """Open by both codes. The try is counted before it is judged; one answer for every kind of wrong."""
    typed, visitor = request.form.get("code", ""), visitor_network()
    try:
        code = slips.count_try(typed, visitor)
        begin()
        dossier = slips.open_by_codes(code, request.form.get("secret", ""), citizen_session().id)
    except Invalid as error:
        errors = {name: words(*pair) for name, pair in error.fields.items()}
        return page(
            "dossiers/public_track.html", 422, code=typed, errors=errors, wrong="" if errors else words(error.message)
        )
    afterwards(lambda: slips.forgive_try(code, visitor))
    answer = redirect(url_for("dossiers_citizen.track", code=dossier.public_code), 303)
    return keep_preferences(answer, preferences().changed(text=dossier.text_size))  # type: ignore[arg-type]


@bp.get("/nghi/<code>")
@public
def resting(code: str) -> ResponseReturnValue:
    """The page closed by itself: what is kept, and how to go on. Tells nothing about whether the code exists."""
    return page("dossiers/public_resting.html", code=codes.clean(code)[:8])


@bp.get("/rieng-tu")
@public
def privacy() -> ResponseReturnValue:
    """What the ward does with what people tell it, in plain words."""
    return page("dossiers/public_privacy.html")


@bp.post("/ket-thuc")
@public
def finish_here() -> ResponseReturnValue:
    """Leave nothing on this phone: the session ends, the slip stays good."""
    row = current_session()
    if row is not None:
        slips.forget_codes_of(row.id)
    end_session()
    return redirect(url_for("procedures_citizen.home"), 303)


def _help_dossier(code: str) -> Dossier | None:
    row = current_session()
    # Not from the screen that a helper turned: the call would open the draft to the helper again, without its codes.
    found = find_access(row.id, codes.clean(code)) if row and row.kind == "citizen" and code else None
    return found.dossier if found else None


def _help_page(status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    came_from = own_path(request.values.get("tu", ""), "/")
    return page(
        "dossiers/public_help.html", status, typed=request.form, errors=errors or {}, came_from=came_from,
        groups=list_residential_groups(get_ward().id),
    )


@bp.get("/giup")
@public
def help() -> ResponseReturnValue:
    """Call, or ask to be called back or visited. Page and draft come along."""
    return _help_page()


@bp.post("/giup")
@public
@late_write
def ask_help() -> ResponseReturnValue:
    """Note who asks, and lead to what they are promised; a slip of typing keeps all that was typed."""
    form, came_from = request.form, own_path(request.form.get("tu", ""), "/")
    typed, phone = form.get("phone", "").strip(), ""
    errors = {}
    if typed:
        parsed = REGISTRY["phone"].parse(_PHONE, Sent({"phone": typed}), today=clock.today())
        errors = {name: words(*message) for name, message in parsed.errors.items()}
        phone = "" if errors else str(parsed.value)
    asked = {
        "name": form.get("name", ""), "phone": phone or typed, "way": form.get("how", "phone"), "text": form.get("text", ""),
        "landmark": form.get("landmark", ""),
    }
    errors = {name: words(*message) for name, message in what_is_missing(Ask(**asked)).items()} | errors
    if errors:
        return _help_page(422, errors)
    spend(*([(_CALLS, phone)] if phone else []), (_CALLS_BY_ADDRESS, visitor_network()))
    begin()
    parts = came_from.split("/")
    code = parts[2] if len(parts) > 2 and parts[1] == "ho-so" else ""
    call = help_calls.ask_for_help(
        current_actor(), **asked, page=came_from, dossier=_help_dossier(code), group_id=read_id(form.get("group", "")),
        best_time=form.get("best_time", ""), urgent=bool(form.get("urgent")),
    )
    return redirect(url_for("assistance_public.promised", code=call.code, tu=came_from), 303)
