"""Not to pay, or to pay less (miễn, giảm): asked with its proof, decided by a clerk."""
from __future__ import annotations

from collections.abc import Sequence

from app.core import audit, clock
from app.core.actor import SYSTEM, Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Invalid
from app.core.text import normalise_lines
from app.dossiers.models import Dossier, PaymentState, State
from app.dossiers.services.desk import reassess_fee, record_payment_state
from app.dossiers.services.filing import assess_fee
from app.files import services as files
from app.files.models import FileKind
from app.payments.models import Exemption, ExemptionProof, ExemptionState, OrderState
from app.payments.queries import find_current_order, find_exemption
from app.payments.services import orders
from app.payments.services.messages import tell
from app.payments.workflow import EXEMPTION, ExemptionAction, OrderAction
from app.procedures.parts import Exemption as Ground

MAX_PROOFS = 6


def list_grounds(dossier: Dossier) -> list[Ground]:
    """Who need not pay, or pays less, by the version that the dossier was filed under; each ground once."""
    lines = [line for line in assess_fee(dossier).lines if line.amount_vnd != 0]
    return list({ground.id: ground for line in lines for ground in line.fee.exemptions}.values())


def find_ground(dossier: Dossier, ground_id: str) -> Ground | None:
    return next((ground for ground in list_grounds(dossier) if ground.id == ground_id), None)


def may_ask(dossier: Dossier) -> bool:
    """Whether an exemption can be asked for now: something is due, nothing is paid, there are grounds by law."""
    return (
        dossier.payment_state == PaymentState.DUE
        and dossier.paid_vnd == 0
        and dossier.state not in (State.DRAFT, State.REFUSED, State.STOPPED, State.HANDED_OVER)
        and bool(list_grounds(dossier))
    )


def ask_exemption(
    dossier: Dossier, actor: Actor, *, ground: str, proofs: Sequence[files.PutAway]
) -> Exemption:
    """Ask not to pay, with photos of the proof (from ``files.receive_upload``). Until it is decided nothing is due.

    Raises ``Invalid`` when ground or proof are missing, ``Conflict`` when it cannot be asked for (any more).
    """
    orders.lock_dossier(dossier)
    if not may_ask(dossier):
        raise Conflict(N_("Bây giờ chưa xin được. Hỏi phường nếu cần."))
    missing: dict[str, tuple[str, dict[str, object]]] = {}
    if find_ground(dossier, ground) is None:
        missing["ground"] = (N_("Chọn một dòng."), {})
    if not proofs:
        missing["proofs"] = (N_("Gửi ảnh giấy chứng nhận."), {})
    if len(proofs) > MAX_PROOFS:
        missing["proofs"] = (N_("Gửi nhiều nhất %(most)s ảnh."), {"most": MAX_PROOFS})
    if missing:
        raise Invalid(fields=missing)
    exemption = Exemption(dossier_id=dossier.id, ground=ground, asked_at=clock.now())
    exemption.proofs = [
        ExemptionProof(
            file_id=files.store(proof, owner_ref=dossier.public_code, kind=FileKind.UPLOAD, actor=actor).id
        )
        for proof in proofs
    ]
    db.session.add(exemption)
    order = find_current_order(dossier.id)
    if order is not None and order.state == OrderState.OPEN:
        orders.advance(order, OrderAction.CANCEL, SYSTEM)
    record_payment_state(dossier, actor, payment_state=PaymentState.EXEMPT_ASKED)
    audit.record(actor, "exemption.ask", "dossier", dossier.public_code)
    db.session.flush()
    return exemption


def decide_exemption(actor: Actor, dossier: Dossier, *, granted: bool | None, reason: str = "") -> Exemption:
    """Grant or decline the request that waits; the fee is computed anew, or is due again.

    Declining says why, in words for the citizen. Raises ``Invalid`` without an answer (None) or a reason,
    ``Conflict`` when a colleague decided first.
    """
    if granted is None:
        raise Invalid(fields={"answer": (N_("Chọn một dòng."), {})})
    action = ExemptionAction.GRANT if granted else ExemptionAction.DECLINE
    EXEMPTION.check_permission(action, actor)
    orders.lock_dossier(dossier)
    exemption = find_exemption(dossier.id)
    if exemption is None or exemption.state != ExemptionState.ASKED:
        raise Conflict(N_("Đơn xin miễn này đã có người xét. Mở lại trang để xem."))
    words = normalise_lines(reason)
    if not granted and not words:
        raise Invalid(fields={"reason": (N_("Ghi lý do, để người dân biết."), {})})
    exemption.state = EXEMPTION.target(action, ExemptionState(exemption.state))
    exemption.decided_at, exemption.decided_by_id, exemption.reason = clock.now(), actor.id, words[:1000]
    audit.record(actor, f"exemption.{action}", "dossier", dossier.public_code)
    tell(dossier, "exemption_granted" if granted else "exemption_declined", about=f"{dossier.public_code}/exemption")
    if granted:
        reassess_fee(dossier, actor, frozenset({exemption.ground}))
    else:
        record_payment_state(dossier, actor, payment_state=PaymentState.DUE)
    db.session.flush()
    return exemption
