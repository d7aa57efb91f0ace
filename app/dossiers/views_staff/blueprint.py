"""The blueprint, and what several of its views need."""
from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor, current_session
from app.core.errors import Invalid
from app.dossiers.models import Dossier
from app.dossiers.queries import get_dossier
from app.web.i18n import words

bp = Blueprint("dossiers_staff", __name__, url_prefix="/can-bo")


def held(code: str) -> Dossier:
    """The dossier of this address, its row held until the transaction ends: the second of two clerks waits and sees."""
    return get_dossier(current_actor(), code, lock=True)


def seen_version() -> int:
    """The version of the dossier that the form was drawn from; a form without one is from nowhere."""
    return request.form.get("lock_version", 0, type=int)


def session_id() -> int:
    """The clerk's session that the guard let through."""
    row = current_session()
    assert row is not None
    return row.id


def to_dossier(code: str, **arguments: str) -> ResponseReturnValue:
    """Back to the dossier, where the next act is drawn."""
    return redirect(url_for("dossiers_staff.dossier", code=code, **arguments), 303)


def faults_of(error: Invalid, otherwise: str) -> dict[str, str]:
    """Sentences by field; a refusal that names no field stands at ``otherwise``."""
    if not error.fields:
        return {otherwise: words(error.message, error.params)}
    return told(error.fields)


def told(fields: Mapping[str, tuple[str, Mapping[str, object]]]) -> dict[str, str]:
    """Faults in the reader's language."""
    return {name: words(message, params) for name, (message, params) in fields.items()}
