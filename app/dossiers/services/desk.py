"""Small acts at the desk: open, note, correct a typing error, take a wrong act back, payment state from below."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from app.accounts.permissions import Permission
from app.core import audit, clock
from app.core.actor import Actor, ActorKind
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from app.core.text import normalise_lines
from app.dossiers.models import (
    Correction,
    Dossier,
    DossierEvent,
    DossierPaper,
    Note,
    PaymentState,
    State,
    Supplement,
)
from app.dossiers.queries import find_result, get_dossier, last_event, open_supplement
from app.dossiers.services.advance import SNAPSHOT, add_event, advance, check_acts, check_unchanged, flush
from app.dossiers.services.deadlines import end_pause, undo_pauses
from app.dossiers.services.drafts import procedure_of, write_columns
from app.dossiers.services.fees import assess_fee, follow_answers, tell_unknown_fee
from app.dossiers.services.messages import UNDO_WINDOW, take_back
from app.dossiers.workflow import UNDOABLE, Action


def open_dossier(actor: Actor, code: str) -> Dossier:
    """Open a dossier with its papers; each look is one audit row (who, when)."""
    dossier = get_dossier(actor, code)
    audit.record(actor, "dossier.view", "dossier", dossier.public_code)
    return dossier


def add_note(dossier: Dossier, actor: Actor, text: str) -> Note:
    """A note that only colleagues see."""
    clean = normalise_lines(text)
    if not clean:
        raise Invalid(fields={"note": (N_("Ghi chú đang trống."), {})})
    note = Note(dossier_id=dossier.id, staff_id=actor.id or 0, text=clean[:2000])
    db.session.add(note)
    audit.record(actor, "dossier.note", "dossier", dossier.public_code)
    db.session.flush()
    return note


def correct_answer(
    dossier: Dossier, actor: Actor, question_id: str, value: Any, *, reason: str, lock_version: int | None = None
) -> None:
    """Correct a typing error in one answer; the old value and the reason stay in history."""
    check_unchanged(dossier, lock_version)
    check_acts(dossier, Action.CORRECT, actor)
    form = procedure_of(dossier).form
    if question_id not in form.questions or not form.is_visible(question_id, dossier.answers):
        raise NotFound
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Ghi lý do sửa, ví dụ: gõ thiếu dấu."), {})})
    old = dossier.answers.get(question_id)
    if old == value:
        raise Invalid(fields={question_id: (N_("Chưa có gì thay đổi."), {})})
    db.session.add(Correction(
        dossier_id=dossier.id, question_id=question_id, old_value=old, new_value=value, reason=reason.strip(),
        actor_kind=actor.kind, staff_id=actor.id,
    ))
    before = dossier.answers
    dossier.answers = form.drop_hidden({**before, question_id: value})
    dossier.from_card = [name for name in dossier.from_card if name != question_id and name in dossier.answers]
    write_columns(dossier, form.columns(dossier.answers))
    follow_answers(dossier, before)
    advance(dossier, Action.CORRECT, actor, reason=reason.strip(), detail={"question": question_id})


def find_undoable(dossier: Dossier, actor: Actor) -> DossierEvent | None:
    """The last act, when ``actor`` did it a moment ago and nothing of it has left the house."""
    event = last_event(dossier)
    if event is None or event.actor_id != actor.id or event.actor_kind != actor.kind or event.undone_by_id:
        return None
    if Action(event.action) not in UNDOABLE or "before" not in event.detail or clock.now() - event.at > UNDO_WINDOW:
        return None
    return event


def undo(dossier: Dossier, actor: Actor, *, lock_version: int | None = None) -> None:
    """Take the last act back. Raises ``Conflict`` when its message has gone out or time is over."""
    check_unchanged(dossier, lock_version)
    event = find_undoable(dossier, actor)
    if event is None:
        raise Conflict(N_("Việc này không còn hoàn tác được: đã quá lâu, hoặc người khác đã làm tiếp."))
    if not take_back(dossier, event.at):
        raise Conflict(N_("Tin nhắn đã gửi đến người dân, nên không hoàn tác được."))
    source = State(dossier.state)
    undo_pauses(dossier, event.at)
    _undo_children(dossier, event)
    for name in SNAPSHOT:
        value = event.detail["before"][name]
        setattr(dossier, name, datetime.fromisoformat(value) if value and name.endswith("_at") else value)
    dossier.changed_at = clock.now()
    row = add_event(dossier, Action.UNDO, actor, source, reason_code="", reason="", detail={"of": event.seq})
    db.session.flush()
    event.undone_by_id = row.id
    flush(dossier)


def _undo_children(dossier: Dossier, event: DossierEvent) -> None:
    """Rows that the act had made beside the dossier."""
    from_action = Action(event.action)
    if from_action == Action.ASK_SUPPLEMENT:
        supplement = open_supplement(dossier)
        if supplement is not None:  # photos that came in the meantime stay, as photos of their papers
            of_it = update(DossierPaper).where(DossierPaper.supplement_id == supplement.id)
            db.session.execute(of_it.values(supplement_id=None))
            db.session.delete(supplement)
    elif from_action == Action.CONFIRM_SUPPLEMENT:
        latest = select(Supplement).where(Supplement.dossier_id == dossier.id).order_by(Supplement.id.desc()).limit(1)
        supplement = db.session.scalar(latest)
        if supplement is not None:
            supplement.closed_at = None
    elif from_action == Action.HAND_OVER:
        result = find_result(dossier)
        if result is not None:
            result.collector_name, result.collector_relation = None, ""
            result.identity_checked, result.handed_over_by_id = False, None


def record_payment_state(
    dossier: Dossier,
    actor: Actor,
    *,
    payment_state: PaymentState,
    due_vnd: int | None = None,
    paid_vnd: int | None = None,
) -> None:
    """The finance axis, written down by payments; a dossier that waited for the money goes on."""
    dossier.payment_state = payment_state
    if due_vnd is not None:
        dossier.due_vnd = due_vnd
    if paid_vnd is not None:
        dossier.paid_vnd = paid_vnd
    audit.record(
        actor, f"payment.{payment_state}", "dossier", dossier.public_code, due_vnd=dossier.due_vnd,
        paid_vnd=dossier.paid_vnd,
    )
    settled = payment_state in (PaymentState.PAID, PaymentState.EXEMPT, PaymentState.NONE)
    if settled and dossier.state == State.AWAITING_PAYMENT:
        # The cashier's act is the money; that the dossier goes on is the system's.
        advance(dossier, Action.CONFIRM_PAYMENT, Actor(ActorKind.SYSTEM, None, actor.label))
        end_pause(dossier)
    flush(dossier)


def tell_fee(dossier: Dossier, actor: Actor) -> None:
    """Assess a fee that was not known when the dossier came, now that the amount was entered (phường báo khi nhận)."""
    if not actor.may(Permission.DOSSIER_ASK):
        raise Forbidden(N_("Vai trò của tài khoản này không làm được việc này."))
    tell_unknown_fee(dossier)
    if dossier.payment_state == PaymentState.UNKNOWN:
        raise Conflict(N_("Chưa có mức thu cho việc này. Nhờ lãnh đạo hoặc quản trị nhập mức thu."))
    audit.record(actor, "dossier.fee", "dossier", dossier.public_code, due_vnd=dossier.due_vnd)
    flush(dossier)


def reassess_fee(dossier: Dossier, actor: Actor, granted: frozenset[str]) -> None:
    """Compute the fee again after an exemption was decided or an amount was entered."""
    fee = assess_fee(dossier, granted)
    if fee.due_vnd is None:
        record_payment_state(dossier, actor, payment_state=PaymentState.UNKNOWN)
    elif fee.due_vnd == 0:
        record_payment_state(
            dossier, actor, payment_state=PaymentState.EXEMPT if granted else PaymentState.NONE, due_vnd=0
        )
    else:
        state = PaymentState.PAID if dossier.paid_vnd >= fee.due_vnd else PaymentState.DUE
        record_payment_state(dossier, actor, payment_state=state, due_vnd=fee.due_vnd)

