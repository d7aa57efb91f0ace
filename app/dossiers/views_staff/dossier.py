"""One dossier: what was declared, its papers, its history, and what this person may do next."""
from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.queries import list_colleagues
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import Invalid
from app.dossiers import duties, queries
from app.dossiers.chips import chip
from app.dossiers.models import Dossier, State
from app.dossiers.queries.learning import MODE_NAMES, list_modes
from app.dossiers.services import desk
from app.dossiers.services.deadlines import promised_at
from app.dossiers.services.drafts import procedure_of
from app.dossiers.services.messages import message_name
from app.dossiers.views_staff.blueprint import bp, faults_of, held, seen_version, to_dossier
from app.dossiers.views_staff.buttons import buttons_of
from app.dossiers.workflow import ACTION_NAMES, STATE_NAMES, Action
from app.notifications.queries import list_messages_about
from app.procedures.fields import REGISTRY
from app.procedures.schema import Procedure
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import writes
from app.working_time.queries import load_calendar


@bp.get("/ho-so/<code>")
@require(Permission.DOSSIER_VIEW)
@writes
def dossier(code: str) -> ResponseReturnValue:
    """The dossier's page; the look is audited."""
    return show(desk.open_dossier(current_actor(), code))


def show(found: Dossier, status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    """The page of a dossier, with what was wrong when a small form of it is sent back."""
    actor, procedure = current_actor(), procedure_of(found)
    acts = duties.acts(found, procedure, actor)
    supplement = queries.open_supplement(found) if found.state == State.AWAITING_SUPPLEMENT else None
    mended = supplement is not None and supplement.sent_at is not None
    lapsed = supplement is not None and not mended and supplement.until_at < clock.now()
    main, others = buttons_of(found, acts, mended=mended)
    return page(
        "dossiers/staff_dossier.html", status, dossier=found, procedure=procedure, errors=errors or {},
        typed=request.form, state_name=STATE_NAMES[State(found.state)], main=main, others=others,
        may_assign=Action.ASSIGN in acts, hindrance="" if main else duties.hindrance(found, procedure, actor),
        chip=chip(found, load_calendar(), mended=mended, lapsed=lapsed), supplement=supplement, mended=mended, lapsed=lapsed,
        colleagues=_colleagues(found) if Action.ASSIGN in acts else [], undoable=desk.find_undoable(found, actor),
        promise=promised_at(procedure) if found.state == State.SUBMITTED else None,
        people=queries.people_of(found), result=queries.find_result(found), twins=queries.list_twins(found),
        notes=queries.list_notes(found), messages=list_messages_about(found.public_code),
        message_name=message_name, action_names=ACTION_NAMES, states=STATE_NAMES,
        events=queries.list_events(found), last_supplement=queries.last_supplement(found), mode_names=MODE_NAMES,
        modes_before=[words(MODE_NAMES[mode]) for mode in list_modes(found)],
        **_declared(found, procedure), **_papers(found, procedure),
    )


def _declared(found: Dossier, procedure: Procedure) -> dict[str, object]:
    """The answers by section, what was corrected in them, whether this person may correct."""
    form, corrections = procedure.form, {}
    for row, who in queries.list_corrections(found):
        question = form.questions.get(row.question_id)
        if question is not None:
            old = REGISTRY[question.type].show(question, row.old_value, words)
            corrections.setdefault(row.question_id, []).append((row, old, who))
    open_now = Action.CORRECT in duties.DOSSIER.available(State(found.state), current_actor())
    return {
        "sections": form.summary(found.answers, words, queries.count_papers(found)), "corrections": corrections,
        "may_correct": open_now,
    }


def _papers(found: Dossier, procedure: Procedure) -> dict[str, object]:
    """Photos with the names of their papers, and the one that lies on top."""
    titles = {paper.id: paper.title for paper in procedure.form.papers}
    photos = [(row, file, titles.get(row.paper_id, row.paper_id)) for row, file in queries.list_papers(found)]
    wanted = request.args.get("anh", "")
    place = next((at for at, (_row, file, _title) in enumerate(photos) if file.token == wanted), 0)
    return {"photos": photos, "on_top": photos[place] if photos else None, "place": place + 1}


def _colleagues(found: Dossier) -> list[tuple[int, str, int]]:
    """To whom the dossier may be given: id, name, how many open dossiers they have."""
    counts = queries.count_open_by_assignee(found.decided_agency_id)
    able = list_colleagues(found.decided_agency_id, Permission.DOSSIER_EXAMINE)
    if found.state == State.IN_PROCESS and found.examined_by_id:
        able = list_colleagues(found.decided_agency_id, Permission.DOSSIER_SIGN)
    return [(one.id, one.full_name, counts.get(one.id, 0)) for one in able if one.id != found.assignee_id]


@bp.post("/ho-so/<code>/ghi-chu")
@require(Permission.DOSSIER_NOTE)
def add_note(code: str) -> ResponseReturnValue:
    """A note that only colleagues see."""
    found = held(code)
    try:
        desk.add_note(found, current_actor(), request.form.get("note", ""))
    except Invalid as error:
        return show(found, 422, faults_of(error, "note"))
    return to_dossier(found.public_code)


@bp.post("/ho-so/<code>/hoan-tac")
@require(Permission.DOSSIER_VIEW)
def undo(code: str) -> ResponseReturnValue:
    """Take one's own last act back while nothing has left the house."""
    found = held(code)
    desk.undo(found, current_actor(), lock_version=seen_version())
    return to_dossier(found.public_code)


@bp.post("/ho-so/<code>/tinh-tien")
@require(Permission.DOSSIER_ASK)
def tell_fee(code: str) -> ResponseReturnValue:
    """Compute a fee that was not known, once its amount was entered."""
    found = held(code)
    desk.tell_fee(found, current_actor())
    return to_dossier(found.public_code)
