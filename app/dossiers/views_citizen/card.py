"""The ID card: one photo instead of four questions. A typing aid, never proof; the photo is not kept."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.card_reader import read_card, warnings_again
from app.accounts.sessions import current_actor
from app.core.errors import AppError, Invalid
from app.core.limits import Limit, spend
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.models import State
from app.dossiers.queries import count_papers
from app.dossiers.services import drafts, filing
from app.dossiers.views_citizen.blueprint import bp, check_may_change, page_address, procedure
from app.procedures.fields import REGISTRY
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import begin, late_write, repeatable

# Reading a photo takes up to seconds of a core.
_READS = Limit("card-read", 30, 3600)


def _show(error: str = "", status: int = 200) -> ResponseReturnValue:
    dossier = current_dossier()
    first = procedure().form.first_open(dossier.answers, count_papers(dossier))
    onward = page_address(dossier, first) if first else url_for("dossiers_citizen.review", code=dossier.public_code)
    return page("dossiers/citizen_card.html", status, dossier=dossier, procedure=procedure(), error=error, onward=onward)


@bp.get("/the")
@slip_session
def card(code: str) -> ResponseReturnValue:
    """Ask for a photo of the card's square code; typing is always the other way."""
    check_may_change(current_dossier(), "question", "card")
    return _show()


@bp.post("/the")
@slip_session
@late_write
@repeatable
def read(code: str) -> ResponseReturnValue:
    """Read the photo outside any transaction, keep the fields, forget the photo."""
    dossier = current_dossier()
    check_may_change(dossier, "question", "card")
    spend((_READS, dossier.public_code))
    upload = request.files.get("id_photo")
    try:
        found = read_card(upload.read() if upload else b"")
    except AppError as error:
        return _show(words(error.message, error.params), error.status if isinstance(error, Invalid) else 422)
    begin()
    values, facts = {}, found.as_prefill()
    for question in procedure().form.questions.values():
        source, _dot, key = question.prefill.partition(".")
        value = REGISTRY[question.type].prefill(question, facts.get(key)) if source == "card" else None
        if value is not None:
            values[question.id] = value
    if dossier.state == State.SUBMITTED:
        filing.change_answers(dossier, values, current_actor(), from_card=frozenset(values))
    else:
        drafts.keep_answers(dossier, values, from_card=frozenset(values))
    return redirect(url_for("dossiers_citizen.card_result", code=dossier.public_code, luu_y=found.warned or None), 303)


@bp.get("/the/doc-duoc")
@slip_session
def card_result(code: str) -> ResponseReturnValue:
    """What was read, each line marked as read from the card and open to change."""
    dossier, form = current_dossier(), procedure().form
    check_may_change(dossier, "question", "card")
    rows = [row for section in form.summary(dossier.answers, words) for row in section.rows if row.id in dossier.from_card]
    first = form.first_open(dossier.answers, count_papers(dossier))
    return page(
        "dossiers/citizen_card_result.html", dossier=dossier, procedure=procedure(), rows=rows,
        onward=page_address(dossier, first) if first else url_for("dossiers_citizen.review", code=dossier.public_code),
        warnings=[words(*one) for one in warnings_again(request.args.get("luu_y", ""), _number_read())] if rows else [],
    )


def _number_read() -> str:
    """The ID number that the card filled in, empty when it did not."""
    dossier = current_dossier()
    asked = (one.id for one in procedure().form.questions.values() if one.prefill == "card.id_number")
    return next((str(dossier.answers.get(name)) for name in asked if name in dossier.from_card), "")
