"""Correcting a typing error in an answer: the question's own field, a reason, and what stood there before."""
from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.dossiers.models import Dossier
from app.dossiers.queries import get_dossier
from app.dossiers.services import desk
from app.dossiers.services.drafts import procedure_of
from app.dossiers.views_staff.blueprint import bp, faults_of, held, seen_version, to_dossier, told
from app.procedures.fields import REGISTRY, Typed
from app.procedures.parts import Question
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import repeatable


def _question(found: Dossier, question_id: str) -> Question:
    form = procedure_of(found).form
    if question_id not in form.questions or not form.is_visible(question_id, found.answers):
        raise NotFound
    return form.questions[question_id]


def _show(
    found: Dossier, question: Question, typed: Typed, errors: dict[str, str] | None = None, status: int = 200
) -> ResponseReturnValue:
    kind = REGISTRY[question.type]
    return page(
        "dossiers/staff_correct.html", status, dossier=found, question=question, typed=typed, errors=errors or {},
        before=kind.show(question, found.answers.get(question.id), words), reason=request.form.get("reason", ""),
    )


@bp.get("/ho-so/<code>/sua/<question_id>")
@require(Permission.DOSSIER_CORRECT)
def correct(code: str, question_id: str) -> ResponseReturnValue:
    """The answer as it stands, open to change."""
    found = get_dossier(current_actor(), code)
    question = _question(found, question_id)
    return _show(found, question, REGISTRY[question.type].typed(question, found.answers.get(question_id)))


@bp.post("/ho-so/<code>/sua/<question_id>")
@require(Permission.DOSSIER_CORRECT)
@repeatable
def do_correct(code: str, question_id: str) -> ResponseReturnValue:
    """Keep the corrected answer; the old one and the reason stay in history."""
    found = held(code)
    question = _question(found, question_id)
    parsed = REGISTRY[question.type].parse(question, request.form, today=clock.today())
    if parsed.again or parsed.errors:
        return _show(found, question, parsed.typed, told(parsed.errors), 422 if parsed.errors else 200)
    try:
        desk.correct_answer(
            found, current_actor(), question_id, parsed.value, reason=request.form.get("reason", ""),
            lock_version=seen_version(),
        )
    except Invalid as error:
        return _show(found, question, parsed.typed, faults_of(error, "reason"), 422)
    return to_dossier(code)
