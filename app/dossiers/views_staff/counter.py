"""The counter (tiếp nhận tại quầy): choose what it is about, fill the whole form on one page, accept and print.

The page is one form: whatever button is pressed, all that was typed and chosen goes along, and what is right is kept
at once. So it answers 200 when something is wrong: a 422 would undo what was kept.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import id_card
from app.accounts.card_reader import CardFacts, facts_of, read_card
from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.queries import list_colleagues
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import N_, AppError, NotFound
from app.dossiers import queries
from app.dossiers.forms import CounterInput, read_counter, read_id, read_on_paper
from app.dossiers.models import Dossier, State
from app.dossiers.services import deadlines, drafts, filing, papers
from app.dossiers.services.drafts import procedure_of
from app.dossiers.views_staff.blueprint import bp, held, session_id, told
from app.dossiers.workflow import STATE_NAMES
from app.files import services as files
from app.procedures.queries import find_procedure
from app.procedures.search import search
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import begin, late_write, repeatable

NO_PAPER = N_("Chụp giấy này, hoặc đánh dấu đã nhận bản giấy.")


@bp.get("/tiep-nhan")
@require(Permission.DOSSIER_INTAKE)
def intake() -> ResponseReturnValue:
    """What is it about? Search as people say it; go on with what was left."""
    text = request.args.get("q", "")[:200].strip()
    hits = [(hit, find_procedure(hit.code)) for hit in search(text, 8)] if text else []
    return page(
        "dossiers/staff_intake.html", text=text, hits=hits, drafts=queries.list_counter_drafts(current_actor())
    )


@bp.post("/tiep-nhan")
@require(Permission.DOSSIER_INTAKE)
def start_intake() -> ResponseReturnValue:
    """Begin a dossier at the counter."""
    found = drafts.start_counter_draft(request.form.get("procedure_code", ""), current_actor())
    return redirect(url_for(".counter", code=found.public_code), 303)


def _draft(code: str, *, lock: bool = False) -> Dossier:
    found = held(code) if lock else queries.get_dossier(current_actor(), code)
    if found.state != State.DRAFT:
        raise NotFound
    return found


@dataclass(slots=True)
class _Sent:
    """What came with the form besides answers."""

    photos: list[tuple[str, files.PutAway]] = field(default_factory=list)
    facts: CardFacts | None = None
    errors: dict[str, str] = field(default_factory=dict)


def _receive(found: Dossier) -> _Sent:
    """Take in files before the transaction: photos of papers, a photo of an ID card or what a scanner typed of it."""
    sent = _Sent()
    for paper in procedure_of(found).form.papers:
        for upload in request.files.getlist(f"photo-{paper.id}"):
            if upload.filename:
                try:
                    sent.photos.append((paper.id, files.receive_upload(upload.read(), upload.filename)))
                except AppError as error:
                    sent.errors[f"photo-{paper.id}"] = words(error.message, error.params)
    _read_card(sent)
    return sent


def _read_card(sent: _Sent) -> None:
    """The ID card, as a scanner typed it into its box or photographed; neither is kept."""
    typed, photo = request.form.get("card_text", "")[:1000], request.files.get("card_photo")
    source = "card_text" if typed.strip() else "card_photo"
    try:
        if typed.strip():
            sent.facts = facts_of(id_card.parse(typed))
        elif photo is not None and photo.filename:
            sent.facts = read_card(photo.read())
    except AppError as error:
        sent.errors[source] = words(error.message, error.params)


def _show(
    found: Dossier, sent: CounterInput | None = None, errors: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    procedure, faults = procedure_of(found), dict(errors or {})
    form = procedure.form
    here = form.pages(found.answers)
    typed: dict[str, object] = {}
    for one in here:
        typed.update(form.fill(one, found.answers).typed if one.kind == "question" else {})
    typed.update(sent.typed if sent else {})
    return page(
        "dossiers/staff_counter.html", dossier=found, procedure=procedure, pages=here, typed=typed, errors=faults,
        sections=form.sections, unsure=[(name, words(*said)) for name, said in sent.unsure] if sent else [],
        doubts=sent.doubts if sent else "", photos=queries.list_papers(found), counts=queries.count_papers(found),
        on_paper=filing.ON_PAPER, twins=queries.list_twins(found), fee=filing.assess_fee(found),
        promise=deadlines.explain_promise(procedure), states=STATE_NAMES,
        colleagues=_colleagues(found), saved="luu" in request.args and not faults,
    )


def _colleagues(found: Dossier) -> list[tuple[int, str, int]]:
    counts = queries.count_open_by_assignee(found.decided_agency_id)
    able = list_colleagues(found.decided_agency_id, Permission.DOSSIER_EXAMINE)
    return [(one.id, one.full_name, counts.get(one.id, 0)) for one in able]


@bp.get("/tiep-nhan/<code>")
@require(Permission.DOSSIER_INTAKE)
def counter(code: str) -> ResponseReturnValue:
    """The whole form, the papers, and the slip that will be printed."""
    return _show(_draft(code))


@bp.post("/tiep-nhan/<code>")
@require(Permission.DOSSIER_INTAKE)
@late_write
@repeatable
def fill(code: str) -> ResponseReturnValue:
    """Keep what came; then do what the pressed button says."""
    came = _receive(_draft(code))
    begin()
    found, act = _draft(code, lock=True), request.form.get("act", "save")
    if act == "discard":
        drafts.discard_draft(found, current_actor())
        return redirect(url_for(".intake"), 303)
    sent, errors = _keep(found, came)
    if act.startswith("remove:"):
        papers.remove_paper(found, act.removeprefix("remove:"), current_actor())
    if act == "accept" and not sent.again:
        errors |= told(sent.empty) | _lacking_papers(found)
        if not errors and sent.is_sure(request.form.get("doubts", "")):
            return _register(found)
        return _show(found, sent, errors)
    if errors or sent.again or sent.unsure:
        return _show(found, sent, errors)
    return redirect(url_for(".counter", code=code, luu=1), 303)


def _keep(found: Dossier, came: _Sent) -> tuple[CounterInput, dict[str, str]]:
    """Keep every answer that holds, every photo that arrived, what the card says; faults of the rest by input."""
    form = procedure_of(found).form
    sent = read_counter(form, request.form, found.answers, today=clock.today())
    drafts.keep_answers(found, {**sent.values, **read_on_paper(form, request.form, filing.ON_PAPER)})
    found.text_size = "xl" if request.form.get("big") else "m"
    errors = told(sent.errors) | came.errors
    for paper_id, away in came.photos:
        try:
            papers.add_paper(found, paper_id, away, current_actor())
        except AppError as error:
            errors[f"photo-{paper_id}"] = words(error.message, error.params)
    if came.facts is not None:
        for warning in came.facts.warnings:
            sent.doubt("card_text", warning)
        drafts.keep_card_facts(found, came.facts.as_prefill())
        for question_id in found.from_card:  # what the card says stands before what was typed
            for name in [name for name in sent.typed if name == question_id or name.startswith(f"{question_id}_")]:
                del sent.typed[name]
                errors.pop(name, None)
    return sent, errors


def _lacking_papers(found: Dossier) -> dict[str, str]:
    """Papers without a photo that were not taken on paper either."""
    form = procedure_of(found).form
    missing = set(filing.missing_pages(found)) & {paper.id for paper in form.papers}
    return {f"photo-{name}": words(NO_PAPER) for name in missing if found.answers.get(name) != filing.ON_PAPER}


def _register(found: Dossier) -> ResponseReturnValue:
    filing.register_walk_in(
        found, current_actor(), assignee_id=read_id(request.form.get("colleague", "")), session_id=session_id()
    )
    return redirect(url_for(".print_slip", code=found.public_code), 303)
