"""Who may do what on this very dossier: what the table of transitions cannot know.

Duties stay apart (ruling 9): who received may examine only where the procedure says so and never signs; who examined
never signs. Buttons are drawn from ``acts`` and services refuse by the same sentences.
"""
from __future__ import annotations

from app.core.actor import Actor
from app.core.errors import N_
from app.dossiers.models import Dossier, State
from app.dossiers.workflow import DOSSIER, Action
from app.procedures.schema import Procedure

RECEIVER = N_("Người nhận hồ sơ không thụ lý hồ sơ này. Giao cho đồng nghiệp.")
SIGNER = N_("Người nhận hoặc người thụ lý không ký hồ sơ này.")
NOT_SENT_UP = N_("Hồ sơ này chưa trình ký.")
SENT_UP = N_("Hồ sơ này đã trình ký, đang chờ lãnh đạo.")
NOTHING_DUE = N_("Hồ sơ này không còn khoản nào phải nộp.")

# Acts that need a page of their own on the desk, or none at all there.
_ELSEWHERE = frozenset({Action.INTAKE, Action.CORRECT, Action.REPLACE_SLIP})


def separation(action: Action, dossier: Dossier, procedure: Procedure, actor: Actor) -> str:
    """Why this person may not do this act on this dossier, whoever else may; empty when nothing forbids it."""
    if action in (Action.START, Action.EXAMINE):
        received = actor.id is not None and actor.id == dossier.received_by_id
        return RECEIVER if received and not procedure.receiver_may_examine else ""
    if action == Action.FINISH:
        return SIGNER if actor.id in (dossier.received_by_id, dossier.examined_by_id) else ""
    return ""


def unready(action: Action, dossier: Dossier) -> str:
    """Why the dossier is not ready for this act, whoever does it; empty when it is."""
    if action == Action.EXAMINE:
        return SENT_UP if dossier.examined_by_id is not None else ""
    if action in (Action.RETURN_TO_EXAMINER, Action.FINISH):
        return NOT_SENT_UP if dossier.examined_by_id is None else ""
    if action == Action.ASK_PAYMENT:
        return NOTHING_DUE if not dossier.due_vnd or dossier.paid_vnd >= dossier.due_vnd else ""
    return ""


def acts(dossier: Dossier, procedure: Procedure, actor: Actor) -> list[Action]:
    """The acts to draw for this person on this dossier."""
    return [
        action for action in DOSSIER.available(State(dossier.state), actor)
        if action not in _ELSEWHERE
        and not unready(action, dossier) and not separation(action, dossier, procedure, actor)
    ]


def hindrance(dossier: Dossier, procedure: Procedure, actor: Actor) -> str:
    """The sentence to show someone whose role could go on with the dossier, were they not the wrong person for it."""
    for action in DOSSIER.available(State(dossier.state), actor):
        if not unready(action, dossier) and (why := separation(action, dossier, procedure, actor)):
            return why
    return ""
