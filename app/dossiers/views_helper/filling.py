"""Going on: what is to do next, who types, several questions on a page. The other pages are the citizen's own."""
from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assistance.guards import helper_actor, helping, the_help, the_helper
from app.assistance.queries import live_mandate
from app.assistance.services import help_sessions
from app.core import clock
from app.core.errors import N_, Conflict, NotFound
from app.dossiers.forms import CounterInput, read_counter
from app.dossiers.helping import note_act, phone_faults
from app.dossiers.models import Dossier, State
from app.dossiers.queries import count_papers
from app.dossiers.services import drafts
from app.dossiers.views_helper.blueprint import address_of, bp, dossier, dossier_of, procedure, read_mode
from app.procedures.form import Page
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import repeatable

MOST_PER_PAGE = 5
_NOT_SENT = N_("Hồ sơ đã nộp rồi, không sửa ở đây được nữa.")


@bp.get("/dang-giup")
@helping(mandate=False)
def overview() -> ResponseReturnValue:
    """Where the session stands and what comes next: the mandate, the form, handing the screen over, the end."""
    session = the_help()
    found = dossier_of(session)
    if found is None:
        return redirect(url_for("dossiers_helper.ending"), 303)
    if live_mandate(the_helper(), found.public_code) is None:
        return redirect(url_for("dossiers_helper.ask"), 303)
    form = procedure().form
    counts = count_papers(found)
    first = form.first_open(found.answers, counts) if found.state == State.DRAFT else None
    return page(
        "dossiers/helper_overview.html", session=session, dossier=found, procedure=procedure(),
        lacking=len(form.missing(found.answers, counts)) if found.state == State.DRAFT else 0,
        onward=address_of(first) if found.state == State.DRAFT else "",
    )


@bp.post("/dang-giup")
@helping()
def set_manner() -> ResponseReturnValue:
    """Who types from here on: "lần này bác tự bấm, tôi đứng cạnh", or the helper, one question a page or several."""
    help_sessions.set_manner(the_help(), helper_actor(), mode=read_mode(), several=bool(request.form.get("several")))
    return redirect(url_for("dossiers_helper.overview"), 303)


def _pages(found: Dossier, page_id: str) -> list[Page]:
    """The page and those after it in its section, as far as a paper or enough questions. Raises ``NotFound``."""
    run: list[Page] = []
    for here in procedure().form.pages(found.answers):
        if run and (here.kind != "question" or here.section != run[0].section):
            break
        if here.id == page_id or run:
            run.append(here)
        if sum(len(one.questions) for one in run) >= MOST_PER_PAGE:
            break
    if not run or run[0].kind != "question":
        raise NotFound
    return run


def _draft() -> Dossier:
    found = dossier()
    if found.state != State.DRAFT:
        raise Conflict(_NOT_SENT)
    return found


@bp.get("/nhieu-cau/<page_id>")
@helping()
def several(page_id: str) -> ResponseReturnValue:
    """Several questions of one section on a page."""
    found = _draft()
    return _several_page(found, _pages(found, page_id))


def _several_page(
    found: Dossier, shown: list[Page], sent: CounterInput | None = None, errors: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    form = procedure().form
    typed: dict[str, object] = {}
    for here in shown:
        typed.update(form.fill(here, found.answers).typed)
    typed.update(sent.typed if sent else {})
    before = form.previous_page(found.answers, shown[0].id)
    return page(
        "dossiers/helper_several.html", dossier=found, procedure=procedure(), pages=shown, typed=typed, errors=errors or {},
        section=form.sections[shown[0].section], unsure=[(name, words(*said)) for name, said in sent.unsure] if sent else [],
        doubts=sent.doubts if sent else "", progress=form.progress(found.answers, shown[0].id),
        back=address_of(before) if before else url_for("dossiers_helper.overview"),
    )


@bp.post("/nhieu-cau/<page_id>")
@helping()
@repeatable
def keep_several(page_id: str) -> ResponseReturnValue:
    """Keep every answer that holds and go on; what does not hold stands again, and what was right is kept (so it is a 200)."""
    found = _draft()
    shown = _pages(found, page_id)
    form = procedure().form
    sent = read_counter(form, request.form, found.answers, today=clock.today())
    held = phone_faults(found, sent.values)
    drafts.keep_answers(found, {name: value for name, value in sent.values.items() if name not in held})
    note_act("answers.keep")
    errors = {name: words(*said) for name, said in {**sent.errors, **sent.empty, **held}.items()}
    if errors or sent.again or not sent.is_sure(request.form.get("doubts", "")):
        return _several_page(found, _pages(found, page_id), sent, errors)
    asked = set(request.form.getlist("shown"))
    last = [here for here in form.pages(found.answers) if here.id in asked]
    return redirect(address_of(form.next_page(found.answers, (last or shown)[-1].id)), 303)
