"""Calls that ask people whether the help was so (gọi kiểm): all weak mandates and five in a hundred of the others."""
from __future__ import annotations

from app.assistance.models import ByKind, CallOutcome, Mandate, MandateCall
from app.assistance.services.mandates import end_mandate
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid
from app.core.text import normalise_lines


def note_call(mandate: Mandate, actor: Actor, outcome: str, note: str = "") -> MandateCall:
    """What the person said. Who denies it never gave it: the mandate ends at once, and a sentence says what was found."""
    if outcome not in set(CallOutcome):
        raise Invalid(fields={"outcome": (N_("Chọn kết quả cuộc gọi."), {})})
    note = normalise_lines(note)[:500]
    if outcome == CallOutcome.DENIED and not note:
        raise Invalid(fields={"note": (N_("Ghi lại lời người dân: ai đến, làm gì."), {})})
    if not mandate.to_call_back:
        raise Conflict(N_("Giấy nhờ này không có trong danh sách gọi kiểm."))
    if actor.id == mandate.helper.staff_id:
        raise Forbidden(N_("Không tự gọi kiểm người mình đã giúp. Nhờ người khác gọi."))
    call = MandateCall(mandate_id=mandate.id, called_by_id=actor.id, outcome=outcome, note=note)
    db.session.add(call)
    db.session.flush()
    audit.record(actor, "mandate_call.note", "mandate", mandate.code, outcome=outcome)
    if outcome == CallOutcome.DENIED:
        end_mandate(mandate, actor, by_kind=ByKind.PERSON, reason="denied")
    return call
