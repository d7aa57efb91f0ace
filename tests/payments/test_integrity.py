"""The doctor's look at the books finds what was tampered with, and nothing in sound books."""
from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from app.accounts.permissions import Role
from app.core import clock
from app.core.db import db, transaction
from app.dossiers.models import Dossier
from app.payments.integrity import faults
from app.payments.models import BankEvent, PaymentEvent, PaymentOrder, Receipt
from app.payments.services import cash, notices
from app.payments.simulation import make_credit
from tests.payments import desk

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def books() -> tuple[PaymentOrder, PaymentOrder]:
    """One order paid by transfer, one in cash, one open with money in suspense."""
    by_bank, by_cash, waiting = (desk.make_order() for _ in range(3))
    desk.pay(by_bank)
    desk.pay(waiting, amount_vnd=1)
    cashier = desk.staff(Role.CASHIER)
    with transaction() as session:
        dossier = session.get_one(Dossier, by_cash.dossier_id)
        cash.take_cash(cashier, dossier, amount_vnd=8_000, payer_name="Lê Thị Thử")
    assert list(faults()) == [] == desk.books_faults()
    return by_bank, by_cash


@pytest.mark.parametrize(("tamper", "words"), [
    (lambda a, b: update(PaymentOrder).where(PaymentOrder.id == a).values(state="open"), "no receipt|has a receipt"),
    (lambda a, b: update(PaymentOrder).where(PaymentOrder.id == a).values(amount_vnd=9_000), "is of 8000"),
    (lambda a, b: update(Receipt).where(Receipt.order_id == b).values(amount_vnd=1), "is of 1"),
    (lambda a, b: delete(Receipt).where(Receipt.order_id == a), "no receipt"),
    (lambda a, b: update(Receipt).where(Receipt.order_id == b).values(number=9), "gap"),
    (lambda a, b: update(Receipt).where(Receipt.order_id == b).values(method="transfer"), "the bank told of None"),
    (lambda a, b: update(BankEvent).where(BankEvent.order_id == a).values(state="late"), "the bank told of None"),
    (lambda a, b: update(BankEvent).where(BankEvent.order_id == a).values(amount_vnd=1), "the bank told of 1"),
    (lambda a, b: delete(PaymentEvent).where(PaymentEvent.order_id == a, PaymentEvent.seq == 2), "its history"),
    (lambda a, b: update(PaymentEvent).where(PaymentEvent.order_id == a).values(to_state="paid"), "does not follow"),
    (lambda a, b: update(Dossier).where(Dossier.paid_vnd > 0).values(paid_vnd=7_999), "says 7999"),
])
def test_what_was_tampered_with_is_found(books: tuple[PaymentOrder, PaymentOrder], tamper: object, words: str) -> None:
    statement = tamper(books[0].id, books[1].id)  # type: ignore[operator]
    with transaction() as session:
        session.execute(statement)
    found = " ".join(faults())
    assert any(word in found for word in words.split("|")), found


def test_a_notice_that_nobody_looked_at_is_told_of() -> None:
    notice = notices.verify_notice(desk.SEPAY, *desk.SEPAY.sign(make_credit(desk.make_order())))
    with transaction():
        notices.journal_notice(notice)
    assert list(faults()) == []
    with clock.moved_to(clock.now() + timedelta(minutes=11)):
        assert "wait to be looked at" in " ".join(faults())
    db.session.rollback()
