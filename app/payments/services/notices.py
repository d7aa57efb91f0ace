"""What a bank tells us: verified, journalled, and only then looked at. Safe to repeat at every step."""
from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.models import Agency
from app.core import clock, jobs
from app.core.actor import Actor, ActorKind
from app.core.crypto import blind_index, seal
from app.core.db import db
from app.core.logs import log_event
from app.core.text import normalise
from app.dossiers.models import Dossier, State
from app.payments.models import SUSPENSE, BankEvent, NoticeState, OrderState, PaymentOrder
from app.payments.payment_codes import find_codes
from app.payments.queries import list_suspense_of, owed_vnd
from app.payments.services import orders
from app.payments.services.messages import tell
from app.payments.workflow import OrderAction
from app.providers.payment import Credit, PaymentDoor, Unreadable

PROCESS_JOB = "payments.process_notice"
BANK = Actor(ActorKind.SYSTEM, label="Ngân hàng báo có")
# The request that brought a notice looks at it at once; the job is there for the request that died.
JOB_DELAY = timedelta(seconds=10)
RAW_KEPT = timedelta(days=90)  # safety notes, section 6
# Where a provider says when the bank booked the money (ruling 14): clocks differ a little, hooks may be a weekend late.
CLOCK_DRIFT, LATEST_TELLING = timedelta(minutes=10), timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Notice:
    """An authentic notice: the raw body and, if it could be read, what it says."""

    provider: str
    body: bytes
    verdict: str
    credit: Credit | None

    @property
    def event_id(self) -> str:
        """The provider's id, or the body's own hash where no id could be read: the same bytes are one event."""
        return self.credit.event_id if self.credit else f"body:{hashlib.sha256(self.body).hexdigest()}"


def verify_notice(door: PaymentDoor, body: bytes, headers: Mapping[str, str]) -> Notice:
    """Raises ``NotAuthentic`` (nothing is kept of it). Touches no database."""
    try:
        return Notice(door.name, body, "authentic", door.read(body, headers))
    except Unreadable as error:
        return Notice(door.name, body, f"unreadable:{error.reason}", None)


def journal_notice(notice: Notice) -> int:
    """Write an authentic notice down, once; the id of its row. Commit before ``process_notice``."""
    credit = notice.credit
    values = {
        "ref": secrets.token_hex(8), "provider": notice.provider, "provider_event_id": notice.event_id,
        "raw_body": seal(notice.body), "headers_verdict": notice.verdict[:40], "received_at": clock.now(),
        "state": NoticeState.RECEIVED,
        "incoming": credit.incoming if credit else True, "account": credit.account if credit else "",
        "amount_vnd": credit.amount_vnd if credit else 0, "content": normalise(credit.content) if credit else "",
        "bank_reference": credit.bank_reference if credit else "", "moved_at": credit.moved_at if credit else None,
        "payer_index": blind_index("payer-account", credit.payer_account) if credit and credit.payer_account else None,
    }
    insert = (postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite).insert
    unique = [BankEvent.provider, BankEvent.provider_event_id]
    statement = insert(BankEvent).values(values).on_conflict_do_nothing(index_elements=unique).returning(BankEvent.id)
    event_id = db.session.scalar(statement)
    if event_id is not None:
        jobs.enqueue(PROCESS_JOB, delay=JOB_DELAY, event_id=event_id)
        return event_id
    known = select(BankEvent.id).where(
        BankEvent.provider == notice.provider, BankEvent.provider_event_id == notice.event_id
    )
    return db.session.scalars(known).one()


def process_notice(event_id: int) -> NoticeState:
    """Look at a journalled notice and book it, or leave it to a person. The second time it does nothing."""
    event = db.session.get_one(BankEvent, event_id, with_for_update=True, populate_existing=True)
    if event.state != NoticeState.RECEIVED:
        return NoticeState(event.state)
    order = _order_meant(event)
    if isinstance(order, NoticeState):
        event.state = order
    else:
        dossier = orders.lock_order(order)
        told_before = bool(list_suspense_of(dossier.id))
        event.order_id = order.id
        event.state = _judge(event, order, dossier)
        if event.state == NoticeState.BOOKED:
            orders.settle(
                order, dossier, OrderAction.BOOK_TRANSFER, BANK, method="transfer", payer_name=dossier.applicant_name,
                bank_event=event.id,
            )
            tell(dossier, "received", about=order.code, amount_vnd=event.amount_vnd)
        elif event.in_suspense and not told_before:
            tell(dossier, "unclear", about=order.code, amount_vnd=event.amount_vnd)
    event.processed_at = clock.now()
    db.session.flush()
    log_event("payment.notice", provider=event.provider, event_id=event.id, state=str(event.state))
    return NoticeState(event.state)


def forget_raw_bodies() -> int:
    """Erase what banks sent, long after it was dealt with; the facts that were read from it stay. How many."""
    settled = BankEvent.state.not_in((*SUSPENSE, NoticeState.RECEIVED))
    old = settled & (BankEvent.received_at < clock.now() - RAW_KEPT) & (BankEvent.raw_body != b"")
    return db.session.execute(update(BankEvent).where(old).values(raw_body=b"")).rowcount


def _order_meant(event: BankEvent) -> PaymentOrder | NoticeState:
    """The order that a notice speaks of, or why there is none."""
    if event.headers_verdict != "authentic":
        return NoticeState.UNREADABLE
    if not event.incoming:
        return NoticeState.OUTGOING
    found = _orders_with(find_codes(event.content))
    if not _is_our_account(event.account, found):
        return NoticeState.OTHER_ACCOUNT
    if len(found) == 1:
        return found[0]
    if found:
        return NoticeState.MANY_CODES
    return NoticeState.UNKNOWN_CODE if find_codes(event.content) else NoticeState.NO_CODE


def _orders_with(codes: list[str]) -> list[PaymentOrder]:
    if not codes:
        return []
    return list(db.session.scalars(select(PaymentOrder).where(PaymentOrder.code.in_(codes)).order_by(PaymentOrder.id)))


def _is_our_account(account: str, found: list[PaymentOrder]) -> bool:
    """Whether the account is an agency's, or the one that the order itself was to be paid to."""
    ours = set(db.session.scalars(select(Agency.bank_account).where(Agency.bank_account != "")))
    return account in ours | {order.bank_account for order in found if order.bank_account}


def _judge(event: BankEvent, order: PaymentOrder, dossier: Dossier) -> NoticeState:
    """What a notice with the code of ``order`` is. Only the exact amount for an open order is booked."""
    if order.state in (OrderState.PAID, OrderState.REFUND_DUE):
        return NoticeState.SAME_MONEY if _is_told_twice(event, order) else NoticeState.TWICE
    at = event.moved_at or event.received_at
    if order.state != OrderState.OPEN or at > order.expires_at or dossier.state in (State.REFUSED, State.STOPPED):
        return NoticeState.LATE
    # The fee may have changed after the code was shown; then a person decides what the money is for.
    for wanted_vnd in (order.amount_vnd, owed_vnd(dossier)):
        if event.amount_vnd != wanted_vnd:
            return NoticeState.LESS if event.amount_vnd < wanted_vnd else NoticeState.MORE
    return NoticeState.BOOKED if _is_timely(event, order) else NoticeState.ODD_TIME


def _is_timely(event: BankEvent, order: PaymentOrder) -> bool:
    """Whether the bank's time of the transfer can be true: after the order was made, told of within days."""
    if event.moved_at is None:
        return True
    earliest = max(order.created_at, event.received_at - LATEST_TELLING) - CLOCK_DRIFT
    return earliest <= event.moved_at <= event.received_at + CLOCK_DRIFT


def _is_told_twice(event: BankEvent, order: PaymentOrder) -> bool:
    """Whether another provider told of this very transfer: same bank number, same amount, other door."""
    if not event.bank_reference:
        return False
    booked = db.session.scalar(
        select(BankEvent).where(BankEvent.order_id == order.id, BankEvent.state == NoticeState.BOOKED)
    )
    return booked is not None and booked.provider != event.provider and (
        (booked.bank_reference, booked.amount_vnd) == (event.bank_reference, event.amount_vnd)
    )
