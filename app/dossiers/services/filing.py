"""Handing a dossier in: by the citizen online, by a clerk at the counter; changing answers until it is accepted."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.assistance.models import Helper, Mode
from app.core import clock
from app.core.actor import Actor
from app.core.errors import N_, Conflict, Invalid
from app.dossiers.models import Channel, Dossier, PaymentState, State
from app.dossiers.queries import count_papers, find_slip
from app.dossiers.services.advance import advance, check_actor
from app.dossiers.services.deadlines import answer_due_at
from app.dossiers.services.drafts import keep_answers, note_changes, procedure_of
from app.dossiers.services.fees import assess_fee, write_fee
from app.dossiers.services.helped import tell_submitted
from app.dossiers.services.intake import accept_facts, after_acceptance, check_colleague
from app.dossiers.services.slips import SlipCodes, grant, make_slip, shown_codes
from app.dossiers.workflow import Action

# In the answers under a paper's id: the clerk holds the paper itself, no photo was taken.
ON_PAPER = "on_paper"

__all__ = ["ON_PAPER", "assess_fee", "change_answers", "missing_pages", "register_walk_in", "submit"]


def missing_pages(dossier: Dossier) -> list[str]:
    """Ids of the pages that still lack an answer or a photo with bytes; empty when the dossier can be handed in."""
    return procedure_of(dossier).form.missing(dossier.answers, count_papers(dossier))


def submit(dossier: Dossier, actor: Actor, *, session_id: int | None, helper: Helper | None = None) -> SlipCodes:
    """Hand the draft in. Raises ``Invalid`` naming the first page that still lacks something.

    ``helper``: who sits beside the person that presses; the message about it names them.
    The secret of the draft stays when it was made in this session; otherwise a new slip is made (ruling 16).
    """
    if dossier.state != State.DRAFT:
        raise Conflict(N_("Hồ sơ này đã nộp rồi."))
    missing = missing_pages(dossier)
    if missing:
        raise Invalid(N_("Còn chỗ chưa làm xong. Làm nốt rồi nộp."), page=missing[0])
    now = clock.now()
    write_fee(dossier)
    advance(dossier, Action.SUBMIT, actor, submitted_at=now, answer_due_at=answer_due_at(now))
    made = shown_codes(dossier, session_id)
    slip = find_slip(dossier) if made else None
    if slip is not None and session_id is not None:
        grant(dossier, slip, session_id)  # the draft opened by itself; from now on the slip does, and it begins now
    made = made or make_slip(dossier, reason="submitted", session_id=session_id)
    tell_submitted(dossier, helper)
    return made


def change_answers(
    dossier: Dossier, values: Mapping[str, Any], actor: Actor, *, from_card: frozenset[str] = frozenset()
) -> None:
    """The citizen changes answers after filing, before a clerk accepted; old values are kept."""
    if dossier.state != State.SUBMITTED:
        raise Conflict(N_("Cán bộ đã nhận hồ sơ, nên không tự sửa được nữa. Gọi phường để sửa."))
    before = dict(dossier.answers)
    keep_answers(dossier, values, from_card=from_card)
    changed = note_changes(dossier, before, actor)
    if not changed:
        return
    if dossier.payment_state in (PaymentState.NONE, PaymentState.DUE, PaymentState.UNKNOWN):
        write_fee(dossier)
    advance(dossier, Action.CHANGE_ANSWERS, actor, detail={"questions": changed})


def register_walk_in(
    dossier: Dossier, actor: Actor, *, assignee_id: int | None = None, session_id: int | None = None
) -> SlipCodes:
    """Accept a dossier that a clerk filled in at the counter: number, promised date, slip on paper only.

    ``session_id``: the clerk's session, which may print the slip for ten minutes. Raises ``Invalid`` naming the first
    page that lacks an answer, or a paper that is neither photographed nor taken on paper.
    """
    check_actor(Action.INTAKE, actor)
    missing = [page for page in missing_pages(dossier) if dossier.answers.get(page) != ON_PAPER]
    if missing:
        raise Invalid(N_("Còn thiếu giấy tờ hoặc lời khai. Bổ sung rồi nhận hồ sơ."), page=missing[0])
    colleague = check_colleague(dossier, assignee_id)
    dossier.channel, dossier.help_mode = Channel.COUNTER, Mode.COUNTER
    write_fee(dossier)
    now = clock.now()
    advance(
        dossier, Action.INTAKE, actor, submitted_at=now, assignee_id=assignee_id,
        detail={"to": colleague.full_name} if colleague else None, **accept_facts(dossier, actor),
    )
    after_acceptance(dossier)
    return make_slip(dossier, reason="intake", session_id=session_id, staff_id=actor.id)
