"""Reads on money: an order and its history, what is in suspense, what must be given back, a day's receipts."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import Select, func, or_, select, tuple_

from app.core import clock, codes
from app.core.actor import Actor
from app.core.crypto import keyring
from app.core.db import db
from app.core.errors import N_, NotFound
from app.core.text import fold
from app.dossiers.models import Dossier, PaymentState, State
from app.dossiers.queries import list_to_refund
from app.files.models import StoredFile
from app.payments.models import (
    SUSPENSE,
    BankEvent,
    Exemption,
    ExemptionProof,
    ExemptionState,
    NoticeState,
    OrderState,
    PaymentEvent,
    PaymentOrder,
    Receipt,
)

PAGE = 50
_ENDED_UNSERVED = (State.REFUSED, State.STOPPED)
_SETTLED = (
    PaymentState.NONE, PaymentState.EXEMPT, PaymentState.PAID, PaymentState.REFUND_DUE, PaymentState.REFUNDED,
)
_WAITING = (PaymentState.DUE, PaymentState.PARTLY, PaymentState.UNKNOWN, PaymentState.EXEMPT_ASKED)


def owed_vnd(dossier: Dossier) -> int:
    """What is still to be paid, in đồng; 0 when nothing is known or nothing is due."""
    return max(0, (dossier.due_vnd or 0) - dossier.paid_vnd)


def why_not_payable(dossier: Dossier, *, at_counter: bool = False) -> str | None:
    """Why this dossier cannot be paid for now, as a message; None when it can.

    Online one pays when the procedure says so (on filing, on acceptance, on hand-over); at the counter at any time.
    """
    if dossier.state == State.DRAFT:
        return N_("Nộp hồ sơ trước, rồi mới nộp tiền.")
    if dossier.state in _ENDED_UNSERVED:
        return N_("Hồ sơ này không làm tiếp, nên không phải nộp tiền.")
    if dossier.payment_state == PaymentState.EXEMPT_ASKED:
        return N_("Phường đang xem giấy xin không nộp. Có trả lời rồi mới nộp tiền.")
    if dossier.due_vnd is None:
        return N_("Phường báo số tiền khi nhận hồ sơ. Bây giờ chưa phải nộp.")
    if dossier.payment_state in _SETTLED or owed_vnd(dossier) == 0:
        return N_("Hồ sơ này không còn khoản nào phải nộp.")
    return None if at_counter else _why_not_yet(dossier)


def _why_not_yet(dossier: Dossier) -> str | None:
    if dossier.state == State.WITHDRAWAL_ASKED:
        return N_("Ông/bà đang xin lấy hồ sơ về, nên chưa phải nộp tiền.")
    if dossier.collect == "on_acceptance" and dossier.accepted_at is None:
        return N_("Khi phường nhận hồ sơ mới phải nộp tiền.")
    if dossier.collect == "on_hand_over" and dossier.finished_at is None:
        return N_("Khi đến nhận giấy mới phải nộp tiền.")
    return None


@dataclass(frozen=True, slots=True)
class Checkout:
    """What the payment page of a dossier shows. ``live``: the code on it can be paid now."""

    dossier: Dossier
    order: PaymentOrder | None
    live: bool
    receipt: Receipt | None
    in_suspense: list[BankEvent]
    exemption: Exemption | None
    reason: str | None  # why nothing can be paid now

    @property
    def is_refund(self) -> bool:
        """Whether the money must be given back."""
        unserved = self.dossier.state in _ENDED_UNSERVED
        return self.order is not None and (
            self.order.state == OrderState.REFUND_DUE or (self.order.state == OrderState.PAID and unserved)
        )

    @property
    def page(self) -> str:
        """Which page it is: pay, paid, or words (start, wait, nothing to pay)."""
        if self.live:
            return "pay"
        settled = self.order is not None and self.order.state != OrderState.OPEN and owed_vnd(self.dossier) == 0
        return "paid" if settled else "money"


def get_checkout(dossier: Dossier) -> Checkout:
    """The facts for a dossier's payment page."""
    order = find_current_order(dossier.id)
    reason = why_not_payable(dossier)
    return Checkout(
        dossier=dossier, order=order, live=reason is None and is_live(order, dossier), receipt=find_receipt(order),
        in_suspense=list_suspense_of(dossier.id), exemption=find_exemption(dossier.id), reason=reason,
    )


def is_live(order: PaymentOrder | None, dossier: Dossier) -> bool:
    """Whether a transfer for this order would be booked now."""
    return (
        order is not None and order.state == OrderState.OPEN and order.expires_at > clock.now()
        and order.amount_vnd == owed_vnd(dossier) and dossier.state not in _ENDED_UNSERVED
    )


def hash_link(token: str) -> bytes:
    """How the token of a family link is kept."""
    return keyring.mac("payment-link", token)


def find_current_order(dossier_id: int) -> PaymentOrder | None:
    """The order that a dossier's payment page shows: open, paid or to be given back; the newest."""
    states = (OrderState.OPEN, OrderState.PAID, OrderState.REFUND_DUE)
    query = select(PaymentOrder).where(PaymentOrder.dossier_id == dossier_id, PaymentOrder.state.in_(states))
    return db.session.scalar(query.order_by(PaymentOrder.id.desc()).limit(1))


def get_order(code: str) -> PaymentOrder:
    """The order with a payment code. Raises ``NotFound``."""
    order = db.session.scalar(select(PaymentOrder).where(PaymentOrder.code == codes.clean(code)))
    if order is None:
        raise NotFound(N_("Không có khoản nộp nào mang mã này."))
    return order


def get_order_by_link(token: str) -> PaymentOrder:
    """The order that a family link opens. Raises ``NotFound``; a wrong link tells nothing."""
    order = db.session.scalar(select(PaymentOrder).where(PaymentOrder.link_hash == hash_link(token)))
    if order is None:
        raise NotFound(N_("Đường dẫn này không mở được khoản nộp nào. Xin người nhờ gửi lại."))
    return order


def get_dossier_of(order: PaymentOrder) -> Dossier:
    return db.session.get_one(Dossier, order.dossier_id)


def find_receipt(order: PaymentOrder | None) -> Receipt | None:
    """The receipt of an order, if it was paid."""
    return db.session.scalar(select(Receipt).where(Receipt.order_id == order.id)) if order else None


def get_receipt(actor: Actor, year: int, number: int) -> Receipt:
    """A receipt of the actor's agency. Raises ``NotFound``."""
    receipt = db.session.scalar(
        select(Receipt).where(Receipt.agency_id == actor.agency_id, Receipt.year == year, Receipt.number == number)
    )
    if receipt is None:
        raise NotFound(N_("Không thấy biên lai này."))
    return receipt


def get_receipt_order(receipt: Receipt) -> PaymentOrder:
    return db.session.get_one(PaymentOrder, receipt.order_id)


def list_history(order: PaymentOrder) -> list[PaymentEvent]:
    """What happened to an order, oldest first."""
    query = select(PaymentEvent).where(PaymentEvent.order_id == order.id).order_by(PaymentEvent.seq)
    return list(db.session.scalars(query))


def list_suspense_of(dossier_id: int) -> list[BankEvent]:
    """Money in suspense that came with a code of this dossier: its payer is told that it arrived."""
    orders = select(PaymentOrder.id).where(PaymentOrder.dossier_id == dossier_id)
    query = select(BankEvent).where(BankEvent.order_id.in_(orders), BankEvent.state.in_(SUSPENSE))
    return list(db.session.scalars(query.order_by(BankEvent.id)))


@dataclass(frozen=True, slots=True)
class SuspenseRow:
    """A notice in suspense with what it may belong to."""

    event: BankEvent
    order_code: str | None
    dossier_code: str | None


def list_suspense(*, after: str = "", limit: int = PAGE) -> list[SuspenseRow]:
    """Money that no order took, newest first; ``after`` is the ``ref`` of the last row of the page before.

    Of the whole installation: money has no agency until a person has matched it.
    """
    query = (
        select(BankEvent, PaymentOrder.code, Dossier.public_code)
        .outerjoin(PaymentOrder, PaymentOrder.id == BankEvent.order_id)
        .outerjoin(Dossier, Dossier.id == PaymentOrder.dossier_id)
        .where(BankEvent.state.in_(SUSPENSE))
    )
    last = db.session.scalar(select(BankEvent).where(BankEvent.ref == after)) if after else None
    if last is not None:
        query = query.where(tuple_(BankEvent.received_at, BankEvent.id) < (last.received_at, last.id))
    rows = db.session.execute(query.order_by(BankEvent.received_at.desc(), BankEvent.id.desc()).limit(limit))
    return [SuspenseRow(*row) for row in rows]


def get_suspense(ref: str) -> BankEvent:
    """A notice in suspense. Raises ``NotFound``."""
    event = db.session.scalar(select(BankEvent).where(BankEvent.ref == ref))
    if event is None or not event.in_suspense:
        raise NotFound(N_("Khoản tiền này không còn trong danh sách chờ."))
    return event


def suspense_total() -> tuple[int, int]:
    """How many notices are in suspense and how much money, in đồng."""
    count, total = db.session.execute(
        select(func.count(), func.coalesce(func.sum(BankEvent.amount_vnd), 0)).where(BankEvent.state.in_(SUSPENSE))
    ).one()
    return count, int(total)


def _of_agency(actor: Actor) -> Select[tuple[Dossier]]:
    return select(Dossier).where(Dossier.received_agency_id == actor.agency_id, Dossier.state != State.DRAFT)


def list_unpaid(actor: Actor, *, search: str = "", limit: int = PAGE) -> list[Dossier]:
    """Dossiers of the actor's agency with a fee that is not settled, oldest first; by name or public code."""
    query = _of_agency(actor).where(
        Dossier.payment_state.in_(_WAITING), Dossier.state.not_in((*_ENDED_UNSERVED, State.HANDED_OVER))
    )
    words, code = fold(search), codes.clean(search)
    if words:
        query = query.where(or_(Dossier.public_code == code, Dossier.search_text.contains(words, autoescape=True)))
    return list(db.session.scalars(query.order_by(Dossier.submitted_at, Dossier.id).limit(limit)))


def get_dossier(actor: Actor, public_code: str) -> Dossier:
    """A dossier of the actor's agency, for the cashier. Raises ``NotFound``."""
    dossier = db.session.scalar(_of_agency(actor).where(Dossier.public_code == codes.clean(public_code)))
    if dossier is None:
        raise NotFound(N_("Không thấy hồ sơ này."))
    return dossier


def list_refunds_due(actor: Actor) -> list[Dossier]:
    """Dossiers of the actor's agency that were refused, stopped or withdrawn after money came in: it goes back.

    It looks at both axes, so it is complete the moment a dossier ends.
    """
    return list_to_refund(actor.agency_id or 0)


def find_exemption(dossier_id: int) -> Exemption | None:
    """The newest request for exemption of a dossier."""
    query = select(Exemption).where(Exemption.dossier_id == dossier_id).order_by(Exemption.id.desc())
    return db.session.scalar(query.limit(1))


def list_proofs(exemption: Exemption) -> list[StoredFile]:
    """The photos that prove a request."""
    query = (
        select(StoredFile)
        .join(ExemptionProof, ExemptionProof.file_id == StoredFile.id)
        .where(ExemptionProof.exemption_id == exemption.id)
        .order_by(ExemptionProof.id)
    )
    return list(db.session.scalars(query))


def get_proof(dossier: Dossier, token: str) -> StoredFile:
    """A photo of this dossier's requests by its token. Raises ``NotFound``."""
    query = (
        select(StoredFile)
        .join(ExemptionProof, ExemptionProof.file_id == StoredFile.id)
        .join(Exemption, Exemption.id == ExemptionProof.exemption_id)
        .where(Exemption.dossier_id == dossier.id, StoredFile.token == token)
    )
    file = db.session.scalar(query)
    if file is None:
        raise NotFound(N_("Không thấy ảnh này."))
    return file


def list_exemptions(actor: Actor) -> list[tuple[Exemption, Dossier]]:
    """Requests of the actor's agency that wait for a decision, oldest first."""
    query = (
        select(Exemption, Dossier)
        .join(Dossier, Dossier.id == Exemption.dossier_id)
        .where(Exemption.state == ExemptionState.ASKED, Dossier.received_agency_id == actor.agency_id)
        .order_by(Exemption.asked_at)
    )
    return [(exemption, dossier) for exemption, dossier in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class DayRow:
    """A receipt with the dossier it belongs to."""

    receipt: Receipt
    dossier_code: str
    title: str


def list_receipts(actor: Actor, day: date) -> list[DayRow]:
    """The receipts of the actor's agency on one day, in order of number."""
    start = clock.at_local(day, time(0))
    query = (
        select(Receipt, Dossier.public_code, Dossier.title)
        .join(PaymentOrder, PaymentOrder.id == Receipt.order_id)
        .join(Dossier, Dossier.id == PaymentOrder.dossier_id)
        .where(Receipt.agency_id == actor.agency_id)
        .where(Receipt.issued_at >= start, Receipt.issued_at < start + timedelta(days=1))
        .order_by(Receipt.year, Receipt.number)
    )
    return [DayRow(*row) for row in db.session.execute(query)]


def sum_receipts(rows: list[DayRow]) -> dict[str, int]:
    """Cash and transfers of some receipts, in đồng."""
    return {
        method: sum(row.receipt.amount_vnd for row in rows if row.receipt.method == method)
        for method in ("cash", "transfer")
    }


def received_by_state() -> dict[str, int]:
    """All incoming money that banks have told us of, in đồng, by what became of it."""
    query = select(BankEvent.state, func.sum(BankEvent.amount_vnd)).where(
        BankEvent.state.not_in((NoticeState.OUTGOING, NoticeState.OTHER_ACCOUNT))
    )
    return {state: int(total) for state, total in db.session.execute(query.group_by(BankEvent.state))}
