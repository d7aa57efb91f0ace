"""What must hold of the books, replayed from the rows themselves (for ``doctor``): orders, notices, receipts, numbers."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from app.core import clock
from app.core.counters import Counter
from app.core.db import db
from app.dossiers.models import Dossier
from app.payments.models import BankEvent, NoticeState, OrderState, PaymentEvent, PaymentOrder, Receipt
from app.payments.workflow import ORDER, OrderAction

SETTLED = frozenset({OrderState.PAID, OrderState.REFUND_DUE})
# A notice is looked at by the request that brought it, at the latest by a job some seconds later.
LOOKED_AT_WITHIN = timedelta(minutes=10)


def faults() -> Iterator[str]:
    """One sentence for each thing that does not hold; nothing when every đồng is where it should be."""
    yield from _histories()
    yield from _orders()
    yield from _dossiers()
    yield from _numbers()
    late = select(func.count()).select_from(BankEvent).where(
        BankEvent.state == NoticeState.RECEIVED, BankEvent.received_at < clock.now() - LOOKED_AT_WITHIN
    )
    if waiting := db.session.scalar(late):
        yield f"money: {waiting} notices of a bank wait to be looked at; is the job worker running?"


def _histories() -> Iterator[str]:
    """Replay each order's history through the table: it must end where the order stands."""
    stands: dict[int, str] = {}
    for event in db.session.scalars(select(PaymentEvent).order_by(PaymentEvent.order_id, PaymentEvent.seq)).yield_per(1000):
        before = stands.get(event.order_id, "")
        wanted = ORDER.initial if event.action == "start" else None
        if wanted is None and event.action in set(OrderAction) and before in set(OrderState):
            row = ORDER.table[OrderAction(event.action)]
            wanted = row.target if OrderState(before) in row.sources else None
        if event.from_state != before or event.to_state != wanted:
            yield f"money: line {event.seq} of order row {event.order_id} ({event.action}) does not follow from {before!r}"
        stands[event.order_id] = event.to_state
    for order in db.session.execute(select(PaymentOrder.id, PaymentOrder.code, PaymentOrder.state)):
        if stands.get(order.id) != order.state:
            yield f"money: order {order.code} stands at {order.state}, its history at {stands.get(order.id)}"


def _orders() -> Iterator[str]:
    """A settled order has one receipt of its amount, and a transfer receipt one notice of that amount."""
    booked = {
        row.order_id: row.amount_vnd
        for row in db.session.execute(
            select(BankEvent.order_id, BankEvent.amount_vnd).where(BankEvent.state == NoticeState.BOOKED)
        )
    }
    rows = db.session.execute(
        select(PaymentOrder.id, PaymentOrder.code, PaymentOrder.state, PaymentOrder.amount_vnd, Receipt.method,
               Receipt.amount_vnd.label("received_vnd"))
        .outerjoin(Receipt, Receipt.order_id == PaymentOrder.id)
    )
    for row in rows:
        if (row.state in SETTLED) != (row.method is not None):
            yield f"money: order {row.code} is {row.state} and has {'a' if row.method else 'no'} receipt"
        if row.method is not None and row.received_vnd != row.amount_vnd:
            yield f"money: the receipt of order {row.code} is of {row.received_vnd}, not {row.amount_vnd}"
        told = booked.pop(row.id, None)
        if told != (row.amount_vnd if row.method == "transfer" else None):
            yield f"money: order {row.code} of {row.amount_vnd} was settled by {row.method}, the bank told of {told}"


def _dossiers() -> Iterator[str]:
    """What a dossier says was paid is the sum of its receipts."""
    sums = (
        select(PaymentOrder.dossier_id, func.sum(Receipt.amount_vnd).label("total"))
        .join(Receipt, Receipt.order_id == PaymentOrder.id)
        .group_by(PaymentOrder.dossier_id)
        .subquery()
    )
    received = func.coalesce(sums.c.total, 0)
    wrong = (
        select(Dossier.public_code, Dossier.paid_vnd, received)
        .outerjoin(sums, sums.c.dossier_id == Dossier.id)
        .where(Dossier.paid_vnd != received)
    )
    for code, said, total in db.session.execute(wrong):
        yield f"money: dossier {code} says {said} was paid, its receipts {total}"


def _numbers() -> Iterator[str]:
    """Receipts of an agency and year: no gap, no double, none beyond the counter."""
    rows = db.session.execute(
        select(Receipt.agency_id, Receipt.year, func.count(), func.min(Receipt.number), func.max(Receipt.number))
        .group_by(Receipt.agency_id, Receipt.year)
    )
    for agency_id, year, count, lowest, highest in rows.all():
        if (lowest, highest) != (1, count):
            yield f"numbers: receipts of agency {agency_id} in {year} have a gap or a double"
        kept = db.session.scalar(select(Counter.value).where(Counter.name == f"receipt/{agency_id}/{year}"))
        if kept != highest:
            yield f"numbers: receipts of agency {agency_id} in {year} end at {highest}, their counter at {kept}"
