"""The end: the paper for the person, then nothing of them stays on this machine; and what the helper sees of it later."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assistance.guards import helper_actor, helping, the_help, the_helper, the_mandate
from app.assistance.models import HelpSession, Method, Mode
from app.dossiers.help_slips import help_slip_pdf
from app.dossiers.models import State
from app.dossiers.queries import find_by_code
from app.dossiers.services import helping as services
from app.dossiers.views_citizen.filing import slip_papers_response
from app.dossiers.views_helper.blueprint import bp, dossier, dossier_of
from app.dossiers.workflow import STATE_NAMES
from app.web.rendering import page


@dataclass(frozen=True, slots=True)
class Helped:
    """One line of what a helper did: when, what kind of work, where it stands. No name, no content."""

    at: datetime
    title: str
    state: str
    is_open: bool


def helped(sessions: list[HelpSession]) -> list[Helped]:
    """For the helper's own list."""
    lines = []
    for one in sessions:
        found = find_by_code(one.dossier_code) if one.dossier_code else None
        lines.append(Helped(
            one.started_at, found.title if found else "", STATE_NAMES[State(found.state)] if found else "",
            one.ended_at is None,
        ))
    return lines


@bp.get("/ket-thuc")
@helping(mandate=False)
def ending() -> ResponseReturnValue:
    """Before the end: the paper of what was done, the codes of a draft that is left."""
    session = the_help()
    found = dossier_of(session) if session.mandate_id else None
    return page("dossiers/helper_ending.html", session=session, dossier=found)


@bp.post("/ket-thuc")
@helping(mandate=False)
def end() -> ResponseReturnValue:
    """The end. The browser is told to forget what it kept."""
    services.finish(the_help(), helper_actor())
    answer = make_response(redirect(url_for("assistance_helper.home", **{"da-xong": 1}), 303))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@bp.get("/phieu-da-lam.pdf")
@helping()
def done_slip() -> ResponseReturnValue:
    """The paper for the person: what was done, by whom, when, where to say no. No code that opens anything."""
    session, found = the_help(), dossier()
    mandate = the_mandate(session)
    # Weak ways are always asked about. Whom of the others the draw chose, no helper may know beforehand.
    data = help_slip_pdf(
        found, the_helper(), public_url=current_app.extensions["settings"].public_url, mode=Mode(session.mode),
        called_back=Method(mandate.method).is_weak, narrow="hep" in request.args,
    )
    return slip_papers_response(data, "phieu-da-lam-giup.pdf", inline=True)
