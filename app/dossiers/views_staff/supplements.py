"""Asking for more: which papers can be read, what is wanted again and why; taking what came."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core.errors import Invalid
from app.dossiers.forms import lacking_reasons, read_wanted
from app.dossiers.models import Dossier
from app.dossiers.queries import get_dossier, last_supplement, list_papers, list_reasons
from app.dossiers.services import papers, supplements
from app.dossiers.services.drafts import procedure_of
from app.dossiers.services.supplements import Wanted
from app.dossiers.views_staff.blueprint import bp, faults_of, held, seen_version, to_dossier, told
from app.web.i18n import words
from app.web.rendering import page

BLURRED = "blurred"


@bp.post("/ho-so/<code>/doc-ro")
@require(Permission.DOSSIER_ASK)
def tick(code: str) -> ResponseReturnValue:
    """Keep the ticks "đọc rõ"; what is not ticked is offered on the page that asks for more."""
    found = held(code)
    papers.tick_readable(found, current_actor(), frozenset(request.form.getlist("readable")))
    if request.form.get("then") == "ask":
        return redirect(url_for(".ask_supplement", code=code), 303)
    return to_dossier(code, anh=request.form.get("anh", ""))


@bp.get("/ho-so/<code>/bo-sung")
@require(Permission.DOSSIER_ASK)
def ask_supplement(code: str) -> ResponseReturnValue:
    """Choose what is wanted; photos that could not be read are chosen already."""
    found = get_dossier(current_actor(), code)
    unread = dict.fromkeys(row.paper_id for row, _file in list_papers(found) if row.readable is False)
    return _ask(found, [Wanted("paper", paper_id, BLURRED) for paper_id in unread])


def _ask(found: Dossier, wanted: list[Wanted], errors: dict[str, str] | None = None) -> ResponseReturnValue:
    form = procedure_of(found).form
    rows = [row for section in form.summary(found.answers, words) for row in section.rows if not row.is_paper]
    return page(
        "dossiers/staff_supplement.html", 422 if errors else 200, dossier=found, errors=errors or {},
        papers=form.visible_papers(found.answers), questions=rows, reasons=list_reasons("supplement"),
        wanted={f"{one.kind}.{one.ref}": one for one in wanted},
        opened=any(one.kind == "question" for one in wanted), note=request.form.get("note", ""),
        before=last_supplement(found),
    )


@bp.post("/ho-so/<code>/bo-sung")
@require(Permission.DOSSIER_ASK)
def do_ask_supplement(code: str) -> ResponseReturnValue:
    """Ask for it; the clock stands (Mẫu 02)."""
    found, wanted = held(code), read_wanted(request.form)
    if faults := lacking_reasons(wanted):
        return _ask(found, wanted, told(faults))
    try:
        supplements.ask_supplement(
            found, current_actor(), wanted, note=request.form.get("note", ""), lock_version=seen_version()
        )
    except Invalid as error:
        return _ask(found, wanted, faults_of(error, "papers"))
    return to_dossier(code)


@bp.post("/ho-so/<code>/da-du")
@require(Permission.DOSSIER_ASK)
def confirm_supplement(code: str) -> ResponseReturnValue:
    """All is there; the dossier goes on where it stood."""
    supplements.confirm_supplement(held(code), current_actor(), lock_version=seen_version())
    return to_dossier(code)
