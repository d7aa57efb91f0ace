"""Money in suspense (tiền treo): read and noted here; matching it to an order is another desk's act."""
from __future__ import annotations

from app.accounts.permissions import Permission
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Forbidden, Invalid
from app.core.text import normalise_lines
from app.payments.models import BankEventNote
from app.payments.queries import get_suspense

LONGEST_NOTE = 1_000


def note_suspense(actor: Actor, ref: str, text: str) -> BankEventNote:
    """Write down what was found out about a payment. Raises ``NotFound`` when it is no longer in suspense."""
    if not actor.may(Permission.CASH_TAKE):
        raise Forbidden(N_("Vai trò của tài khoản này không làm được việc này."))
    event = get_suspense(ref)
    words = normalise_lines(text)
    if not words:
        raise Invalid(fields={"text": (N_("Ghi điều đã hỏi được về khoản tiền này."), {})})
    if len(words) > LONGEST_NOTE:
        raise Invalid(fields={"text": (N_("Ghi chú dài nhất %(most)s ký tự."), {"most": LONGEST_NOTE})})
    note = BankEventNote(bank_event_id=event.id, staff_id=actor.id or 0, staff_name=actor.label, text=words)
    db.session.add(note)
    audit.record(actor, "suspense.note", "bank_event", event.ref)
    db.session.flush()
    return note
