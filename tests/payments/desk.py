"""What tests of money need: a dossier that owes something, a cashier, a bank that tells."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.accounts.models import Agency, Staff
from app.accounts.permissions import Role, permissions_of
from app.core import clock, codes
from app.core.actor import Actor, ActorKind
from app.core.db import db, side_transaction, transaction
from app.dossiers.models import Dossier, PaymentState, State
from app.payments.models import BankEvent, NoticeState, OrderState, PaymentOrder, Receipt
from app.payments.services import notices, orders
from app.payments.simulation import make_credit
from app.procedures.models import ProcedureVersion
from app.providers.payment import Credit, PaymentDoor
from app.providers.payment.payos import PayOS
from app.providers.payment.sepay import SePay

PAYOS, SEPAY = PayOS("payos-key-of-tests"), SePay("sepay-key-of-tests")
CITIZEN = Actor(ActorKind.CITIZEN, None, "Người dân")
BANK_COLUMNS = {
    "bank_bin": "999999", "bank_name": "Ngân hàng Mẫu", "bank_account": "0123456789",
    "bank_account_name": "UBND PHUONG PHU XUAN",
}


def ward() -> Agency:
    """The ward, with the sample account that no bank's app accepts."""
    agency = db.session.scalars(select(Agency).where(Agency.kind == "ward")).one()
    for name, value in BANK_COLUMNS.items():
        setattr(agency, name, value)
    return agency


def make_dossier(*, due_vnd: int | None = 8_000, state: State = State.SUBMITTED, **columns: Any) -> Dossier:
    """A filed dossier for an extract copy that owes ``due_vnd``; call it inside a transaction."""
    agency = ward()
    versions = select(ProcedureVersion).where(ProcedureVersion.code == "2.000635")
    version = db.session.scalars(versions.order_by(ProcedureVersion.id.desc())).first()
    assert version is not None
    known = PaymentState.UNKNOWN if due_vnd is None else PaymentState.DUE if due_vnd else PaymentState.NONE
    facts: dict[str, Any] = {
        "public_code": codes.new_public_code(), "procedure_code": "2.000635", "procedure_version_id": version.id,
        "title": "Bản sao giấy khai sinh", "state": state, "received_agency_id": agency.id,
        "decided_agency_id": agency.id, "applicant_name": "Nguyễn Văn Mẫu", "search_text": "nguyen van mau",
        "submitted_at": clock.now(), "payment_state": known, "due_vnd": due_vnd, "answers": {"copies": 1},
    }
    dossier = Dossier(**(facts | columns))
    db.session.add(dossier)
    db.session.flush()
    dossier.due_vnd = facts["due_vnd"]  # a new row takes None for "not said"
    db.session.flush()
    return dossier


def make_order(**columns: Any) -> PaymentOrder:
    """A dossier with its order, committed."""
    with transaction():
        return orders.start_order(make_dossier(**columns), CITIZEN)


def staff(*roles: Role) -> Actor:
    """A member of the ward's staff with the permissions of some roles; call it before a transaction begins."""
    agency_id, name = ward().id, "Trần Thị Ví Dụ"
    db.session.rollback()
    staff_id = db.session.scalar(select(Staff.id).where(Staff.username == "vidu"))
    if staff_id is None:
        with side_transaction() as session:
            row = Staff(username="vidu", full_name=name, agency_id=agency_id)
            session.add(row)
            session.flush()
            staff_id = row.id
    return Actor(ActorKind.STAFF, staff_id, name, agency_id, permissions_of(frozenset(roles)))


def tell(credit: Credit, door: PaymentDoor = SEPAY) -> NoticeState:
    """The bank tells: signed, verified, journalled, looked at, each as the webhook does."""
    notice = notices.verify_notice(door, *door.sign(credit))
    with transaction():
        event_id = notices.journal_notice(notice)
    with transaction():
        return notices.process_notice(event_id)


def pay(order: PaymentOrder, door: PaymentDoor = SEPAY, **wrong: Any) -> NoticeState:
    """A transfer for ``order``, right but for what is said."""
    return tell(make_credit(order, **wrong), door)


def fresh(row: Any) -> Any:
    """The row as it stands in the database now."""
    db.session.rollback()
    db.session.refresh(row)
    return row


def dossier_of(order: PaymentOrder) -> Dossier:
    db.session.rollback()
    return db.session.get_one(Dossier, order.dossier_id, populate_existing=True)


def end(order: PaymentOrder, state: State = State.STOPPED, *, ago: timedelta = timedelta(hours=2)) -> None:
    """The dossier was refused or stopped a while ago."""
    with transaction() as session:
        dossier = session.get_one(Dossier, order.dossier_id)
        dossier.state, dossier.changed_at = state, clock.now() - ago


def books_faults(dossier_id: int | None = None) -> list[str]:
    """The books from raw rows alone, of one dossier or of all: what does not hold, in words."""
    db.session.rollback()
    faults = []
    all_orders, all_dossiers = select(PaymentOrder), select(Dossier)
    if dossier_id is not None:
        all_orders = all_orders.where(PaymentOrder.dossier_id == dossier_id)
        all_dossiers = all_dossiers.where(Dossier.id == dossier_id)
    for order in db.session.scalars(all_orders):
        receipts = list(db.session.scalars(select(Receipt).where(Receipt.order_id == order.id)))
        booked = list(db.session.scalars(
            select(BankEvent).where(BankEvent.order_id == order.id, BankEvent.state == NoticeState.BOOKED)
        ))
        settled = order.state in (OrderState.PAID, OrderState.REFUND_DUE)
        if len(receipts) != settled:
            faults.append(f"{order.code} is {order.state} and has {len(receipts)} receipts")
        if any(receipt.amount_vnd != order.amount_vnd for receipt in receipts):
            faults.append(f"{order.code}: the receipt is of another amount")
        by_bank = [receipt for receipt in receipts if receipt.method == "transfer"]
        if len(booked) != len(by_bank) or any(event.amount_vnd != order.amount_vnd for event in booked):
            faults.append(f"{order.code}: {len(booked)} transfers booked, {len(by_bank)} receipts for transfers")
    for dossier in db.session.scalars(all_dossiers):
        paid = db.session.scalars(
            select(Receipt.amount_vnd).join(PaymentOrder, PaymentOrder.id == Receipt.order_id)
            .where(PaymentOrder.dossier_id == dossier.id)
        )
        if dossier.paid_vnd != sum(paid):
            faults.append(f"{dossier.public_code} says {dossier.paid_vnd}")
    series: dict[tuple[int, int], list[int]] = {}
    for agency_id, year, number in db.session.execute(select(Receipt.agency_id, Receipt.year, Receipt.number)):
        series.setdefault((agency_id, year), []).append(number)
    for name, numbers in series.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            faults.append(f"receipts {name} have a gap or a double: {sorted(numbers)}")
    waiting = db.session.scalars(select(BankEvent.id).where(BankEvent.state == NoticeState.RECEIVED)).all()
    return faults + ([f"notices nobody looked at: {waiting}"] if waiting else [])
