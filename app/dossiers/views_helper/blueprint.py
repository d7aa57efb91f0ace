"""The blueprint, and what several of its views need. No address names a person or a dossier: the session row does."""
from __future__ import annotations

from flask import Blueprint, g, request, url_for

from app.accounts.sessions import current_session
from app.assistance.guards import the_help
from app.assistance.models import HelpSession, Mode
from app.dossiers.helping import helped_dossier
from app.dossiers.models import Dossier
from app.dossiers.queries import find_by_code
from app.dossiers.services.drafts import procedure_of
from app.procedures.form import Page
from app.procedures.schema import Procedure

bp = Blueprint("dossiers_helper", __name__, url_prefix="/giup-dan")


def web_session_id() -> int:
    """The helper's own web session."""
    row = current_session()
    assert row is not None
    return row.id


def dossier_of(session: HelpSession) -> Dossier | None:
    """The dossier that the session names, whatever may be seen of it."""
    return find_by_code(session.dossier_code) if session.dossier_code else None


def dossier() -> Dossier:
    """The dossier of the session of this request."""
    if "helped_dossier" not in g:
        g.helped_dossier = helped_dossier()
    return g.helped_dossier


def procedure() -> Procedure:
    return procedure_of(dossier())


def read_mode() -> Mode:
    """Who types, as chosen in a form."""
    return Mode.BESIDE if request.form.get("mode") == Mode.BESIDE else Mode.HELPER


def address_of(here: Page | None) -> str:
    """Where a page of the form stands for the helper; None: all is done."""
    code = dossier().public_code
    if here is None:
        return url_for("dossiers_citizen.review", code=code)
    if here.kind == "paper":
        return url_for("dossiers_citizen.paper", code=code, paper_id=here.id)
    if the_help().several_per_page:
        return url_for("dossiers_helper.several", page_id=here.id)
    return url_for("dossiers_citizen.question", code=code, page_id=here.id)
