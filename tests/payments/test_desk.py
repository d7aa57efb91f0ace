"""The cashier's desk: cash with a receipt, notes on money in suspense, exemptions."""
from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.dossiers.models import Dossier, PaymentState, State
from app.files.cleaning import CleanFile
from app.files.services import PutAway, put_away
from app.payments import queries
from app.payments.models import ExemptionState, NoticeState, OrderState, Receipt
from app.payments.services import cash, exemptions, orders, suspense
from tests.payments import desk

pytestmark = pytest.mark.usefixtures("database")
CASHIER = Role.CASHIER


def take(dossier_id: int, amount_vnd: int = 8_000, payer: str = "Lê Thị Thử", role: Role = CASHIER) -> Receipt:
    actor = desk.staff(role)
    with transaction() as session:
        dossier = session.get_one(Dossier, dossier_id)
        return cash.take_cash(actor, dossier, amount_vnd=amount_vnd, payer_name=payer)


def test_cash_pays_and_numbers_a_receipt() -> None:
    order = desk.make_order()
    receipt = take(order.dossier_id)
    assert (receipt.method, receipt.number, receipt.payer_name, receipt.collector_name) == (
        "cash", 1, "Lê Thị Thử", "Trần Thị Ví Dụ",
    )
    assert desk.fresh(order).state == OrderState.PAID  # the open order for a transfer is the same money
    assert desk.dossier_of(order).payment_state == PaymentState.PAID and not desk.books_faults()
    assert desk.pay(order) == NoticeState.TWICE
    with pytest.raises(Conflict):
        take(order.dossier_id)


def test_cash_without_an_order_and_before_its_time() -> None:
    with transaction():
        dossier_id = desk.make_dossier(collect="on_hand_over").id
    assert take(dossier_id).amount_vnd == 8_000 and not desk.books_faults()


def test_cash_after_a_transfer_is_refused() -> None:
    order = desk.make_order()
    desk.pay(order)
    with pytest.raises(Conflict):
        take(order.dossier_id)
    assert not desk.books_faults()


@pytest.mark.parametrize(("amount", "payer", "field"), [
    (7_000, "Lê Thị Thử", "amount_vnd"), (9_000, "Lê Thị Thử", "amount_vnd"), (0, "Lê Thị Thử", "amount_vnd"),
    (8_000, "  ", "payer_name"),
])
def test_cash_that_was_typed_wrong_takes_nothing(amount: int, payer: str, field: str) -> None:
    order = desk.make_order()
    with pytest.raises(Invalid) as refusal:
        take(order.dossier_id, amount, payer)
    assert field in refusal.value.fields
    assert queries.find_receipt(desk.fresh(order)) is None and not desk.books_faults()


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_take_cash(role: Role) -> None:
    order = desk.make_order()
    with pytest.raises(Forbidden):
        take(order.dossier_id, role=role)


@pytest.mark.parametrize("columns", [
    {"due_vnd": None}, {"due_vnd": 0}, {"state": State.REFUSED}, {"payment_state": PaymentState.EXEMPT_ASKED},
])
def test_nothing_to_take(columns: dict[str, object]) -> None:
    with transaction():
        dossier_id = desk.make_dossier(**columns).id  # type: ignore[arg-type]
    with pytest.raises(Conflict):
        take(dossier_id)


def test_ten_cashiers_at_once_take_it_once(app: Flask) -> None:
    order = desk.make_order()
    desk.staff(CASHIER)
    gate, taken, refused = threading.Barrier(10), [], []

    def run() -> None:
        with app.app_context():
            gate.wait()
            try:
                taken.append(take(order.dossier_id).number)
            except Conflict as error:
                refused.append(error)

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused)) == (1, 9) and not desk.books_faults()


def test_receipts_are_numbered_without_gap_by_many_at_once(app: Flask) -> None:
    dossier_ids = [desk.make_order().dossier_id for _ in range(16)]
    desk.staff(CASHIER)
    gate = threading.Barrier(16)

    def run(dossier_id: int) -> None:
        with app.app_context():
            gate.wait()
            take(dossier_id)

    threads = [threading.Thread(target=run, args=(dossier_id,)) for dossier_id in dossier_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not desk.books_faults()
    assert sorted(db.session.scalars(select(Receipt.number))) == list(range(1, 17))


def test_numbers_begin_anew_with_the_year_in_viet_nam() -> None:
    eve = datetime(2026, 12, 31, 16, 59, tzinfo=UTC)  # 23:59 in Việt Nam
    made = []
    for minutes in (0, 0, 2, 3):  # past midnight there, still December in UTC
        with clock.moved_to(eve + timedelta(minutes=minutes)):
            made.append(take(desk.make_order().dossier_id).full_number)
    assert made == ["BL26/0000001", "BL26/0000002", "BL27/0000001", "BL27/0000002"]


def test_prints_are_counted() -> None:
    receipt, cashier = take(desk.make_order().dossier_id), desk.staff(CASHIER)
    for is_copy in (False, True):
        with transaction():
            assert cash.count_print(cashier, receipt) is is_copy
    assert desk.fresh(receipt).printed == 2


def test_notes_on_money_in_suspense() -> None:
    order = desk.make_order()
    desk.pay(order, amount_vnd=5_000)
    ref = queries.list_suspense()[0].event.ref
    cashier = desk.staff(CASHIER)
    with transaction():
        suspense.note_suspense(cashier, ref, "  Đã gọi, con trai nộp thiếu.\n")
    assert [note.text for note in queries.get_suspense(ref).notes] == ["Đã gọi, con trai nộp thiếu."]
    for role, text, wanted in ((CASHIER, " ", Invalid), (CASHIER, "x" * 1001, Invalid), (Role.AUDITOR, "x", Forbidden)):
        actor = desk.staff(role)
        with pytest.raises(wanted), transaction():
            suspense.note_suspense(actor, ref, text)
    with pytest.raises(NotFound), transaction():
        suspense.note_suspense(cashier, "0" * 16, "x")


def test_suspense_is_paged_newest_first() -> None:
    order = desk.make_order()
    for amount in range(1, 8):
        desk.pay(order, amount_vnd=amount)
    first = queries.list_suspense(limit=3)
    second = queries.list_suspense(after=first[-1].event.ref, limit=3)
    third = queries.list_suspense(after=second[-1].event.ref, limit=3)
    assert [row.event.amount_vnd for row in first + second + third] == [7, 6, 5, 4, 3, 2, 1]
    assert {row.dossier_code for row in first} == {desk.dossier_of(order).public_code}


def photo() -> PutAway:
    return put_away(CleanFile(
        data=b"proof", mime="image/jpeg", size_received=5, name="giấy.jpg", thumbnail=b"t", width=4, height=3,
    ))


def ask(dossier_id: int, ground: str = "poor", proofs: int = 1) -> None:
    taken = [photo() for _ in range(proofs)]
    with transaction() as session:
        exemptions.ask_exemption(session.get_one(Dossier, dossier_id), desk.CITIZEN, ground=ground, proofs=taken)


def decide(dossier_id: int, granted: bool | None, reason: str = "", role: Role = Role.SPECIALIST) -> None:
    actor = desk.staff(role)
    with transaction() as session:
        exemptions.decide_exemption(actor, session.get_one(Dossier, dossier_id), granted=granted, reason=reason)


@pytest.mark.usefixtures("disk")
def test_exemption_granted() -> None:
    order = desk.make_order()
    ask(order.dossier_id, proofs=2)
    dossier = desk.dossier_of(order)
    assert (dossier.payment_state, desk.fresh(order).state) == (PaymentState.EXEMPT_ASKED, OrderState.CANCELLED)
    (found, _), = queries.list_exemptions(desk.staff(Role.SPECIALIST))
    assert len(queries.list_proofs(found)) == 2
    assert queries.get_proof(dossier, queries.list_proofs(found)[0].token).id
    assert desk.pay(order) == NoticeState.LATE  # money on the way when it was asked: to a person
    decide(order.dossier_id, True)
    dossier = desk.dossier_of(order)
    assert (dossier.payment_state, dossier.due_vnd) == (PaymentState.EXEMPT, 0)
    with pytest.raises(Conflict):
        decide(order.dossier_id, False, "nghĩ lại")


@pytest.mark.usefixtures("disk")
def test_exemption_declined_says_why_and_is_due_again() -> None:
    order = desk.make_order()
    ask(order.dossier_id)
    with pytest.raises(Invalid):
        decide(order.dossier_id, False)
    with pytest.raises(Invalid):
        decide(order.dossier_id, None, "x")
    with pytest.raises(Forbidden):
        decide(order.dossier_id, True, role=CASHIER)
    decide(order.dossier_id, False, "Giấy hết hạn từ tháng 6.")
    found = queries.find_exemption(order.dossier_id)
    assert found is not None and (found.state, found.reason) == (ExemptionState.DECLINED, "Giấy hết hạn từ tháng 6.")
    with transaction():
        again = orders.start_order(desk.dossier_of(order), desk.CITIZEN)
    assert again.code != order.code and desk.pay(again) == NoticeState.BOOKED


@pytest.mark.usefixtures("disk")
def test_exemption_asked_wrongly_changes_nothing() -> None:
    order = desk.make_order()
    for ground, proofs, field in (("poor", 0, "proofs"), ("rich", 1, "ground"), ("poor", 7, "proofs")):
        with pytest.raises(Invalid) as refusal:
            ask(order.dossier_id, ground, proofs)
        assert field in refusal.value.fields
    assert desk.fresh(order).state == OrderState.OPEN
    desk.pay(order)
    with pytest.raises(Conflict):
        ask(order.dossier_id)


def test_lists_of_the_desk_belong_to_the_agency() -> None:
    order = desk.make_order()
    cashier = desk.staff(CASHIER)
    stranger = desk.Actor(cashier.kind, None, "", (cashier.agency_id or 0) + 1, cashier.permissions)
    code = desk.dossier_of(order).public_code
    assert [found.public_code for found in queries.list_unpaid(cashier)] == [code]
    assert queries.list_unpaid(stranger) == []
    assert queries.get_dossier(cashier, f"{code[:4]} {code[4:]}".lower()).public_code == code
    with pytest.raises(NotFound):
        queries.get_dossier(stranger, code)
    assert queries.list_unpaid(cashier, search="mẫu") and queries.list_unpaid(cashier, search=code.lower())
    assert queries.list_unpaid(cashier, search="khong co ai") == []
    receipt = take(order.dossier_id)
    assert queries.get_receipt(cashier, receipt.year, receipt.number).id == receipt.id
    with pytest.raises(NotFound):
        queries.get_receipt(stranger, receipt.year, receipt.number)
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1
