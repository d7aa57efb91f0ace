"""What a bank tells: only the exact amount for an open order is booked, the rest waits for a person."""
from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, jobs
from app.core.audit import AuditEntry, faults
from app.core.crypto import unseal
from app.core.db import db, transaction
from app.dossiers.models import Dossier, PaymentState, State
from app.notifications.models import Message
from app.payments import queries, tasks
from app.payments.models import SUSPENSE, BankEvent, NoticeState, OrderState, Receipt
from app.payments.payment_codes import new_payment_code
from app.payments.services import notices, orders
from app.payments.simulation import make_credit
from tests.payments import desk

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("door", [desk.PAYOS, desk.SEPAY], ids=["payos", "sepay"])
def test_the_exact_amount_pays(door: Any) -> None:
    order = desk.make_order(phone="+84905000000")
    assert desk.pay(order, door) == NoticeState.BOOKED
    dossier, receipt = desk.dossier_of(order), queries.find_receipt(order)
    assert (dossier.payment_state, dossier.paid_vnd) == (PaymentState.PAID, 8_000)
    assert desk.fresh(order).state == OrderState.PAID
    assert receipt is not None and (receipt.number, receipt.method, receipt.amount_vnd) == (1, "transfer", 8_000)
    assert receipt.full_number == f"BL{clock.today():%y}/0000001" and receipt.collector_id is None
    assert [event.action for event in queries.list_history(order)] == ["start", "book_transfer"]
    actions = list(db.session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("payment"))))
    assert actions == ["payment.start", "payment.book_transfer", "payment.paid"] and not list(faults())
    texts = [message.text for message in db.session.scalars(select(Message))]
    assert len(texts) == 1 and "8.000 đồng" in texts[0]
    assert not desk.books_faults()


def test_the_dossier_that_waited_goes_on() -> None:
    order = desk.make_order(state=State.AWAITING_PAYMENT, state_before=State.IN_PROCESS, accepted_at=clock.now())
    desk.pay(order)
    assert desk.dossier_of(order).state == State.IN_PROCESS


@pytest.mark.parametrize(("wrong", "state"), [
    ({"amount_vnd": 7_999}, NoticeState.LESS),
    ({"amount_vnd": 1}, NoticeState.LESS),
    ({"amount_vnd": 8_001}, NoticeState.MORE),
    ({"amount_vnd": 800_000}, NoticeState.MORE),
    ({"amount_vnd": 9_999_999_999_999}, NoticeState.MORE),
    ({"minutes_ago": 4 * 24 * 60}, NoticeState.ODD_TIME),
    ({"minutes_ago": -11}, NoticeState.ODD_TIME),
    ({"text": "nop le phi"}, NoticeState.NO_CODE),
    ({"text": ""}, NoticeState.NO_CODE),
    ({"account": "1111111111"}, NoticeState.OTHER_ACCOUNT),
])
def test_anything_else_does_not(wrong: dict[str, Any], state: NoticeState) -> None:
    order = desk.make_order()
    assert desk.pay(order, **wrong) == state
    assert desk.fresh(order).state == OrderState.OPEN
    assert desk.dossier_of(order).payment_state == PaymentState.DUE and queries.find_receipt(order) is None
    in_list = [row.event.state for row in queries.list_suspense()]
    assert in_list == ([state] if state in SUSPENSE else [])
    assert desk.pay(order) == NoticeState.BOOKED and not desk.books_faults()


@pytest.mark.parametrize("spelled", ["{low}", "ND {code} CT", "{cut} {rest}", "{code}.FT26", "nộp tiền {low}"])
def test_the_code_survives_the_bank(spelled: str) -> None:
    order = desk.make_order()
    text = spelled.format(code=order.code, low=order.code.lower(), cut=order.code[:5], rest=order.code[5:])
    assert desk.pay(order, text=text) == NoticeState.BOOKED


def test_other_codes() -> None:
    one, other = desk.make_order(), desk.make_order()
    assert desk.pay(one, text=new_payment_code()) == NoticeState.UNKNOWN_CODE
    assert desk.pay(one, text=one.code[:-1]) == NoticeState.NO_CODE
    assert desk.pay(one, text=f"{one.code} {other.code}") == NoticeState.MANY_CODES
    assert desk.pay(one, text=f"{one.code} {new_payment_code()}") == NoticeState.BOOKED
    assert desk.pay(one, text=other.code) == NoticeState.BOOKED  # money belongs to whose code it carries
    assert desk.fresh(other).state == OrderState.PAID and not desk.books_faults()


def test_twice_late_and_after_the_end() -> None:
    twice, cancelled, expired, ended = (desk.make_order() for _ in range(4))
    assert [desk.pay(twice), desk.pay(twice)] == [NoticeState.BOOKED, NoticeState.TWICE]
    with transaction():
        orders.advance(desk.fresh(cancelled), orders.OrderAction.CANCEL, notices.BANK)
    assert desk.pay(cancelled) == NoticeState.LATE
    desk.end(ended, State.REFUSED, ago=timedelta(0))
    assert desk.pay(ended) == NoticeState.LATE
    with clock.moved_to(clock.now() + orders.LIFE + timedelta(minutes=5)):
        assert desk.pay(expired) == NoticeState.LATE
        assert desk.pay(expired, minutes_ago=30) == NoticeState.BOOKED  # told late, moved in time
    states = [desk.fresh(order).state for order in (twice, cancelled, ended)]
    assert states == [OrderState.PAID, OrderState.CANCELLED, OrderState.OPEN] and not desk.books_faults()


def test_told_late_of_a_transfer_in_time() -> None:
    order = desk.make_order()
    with clock.moved_to(clock.now() + orders.LIFE + timedelta(hours=5)):
        assert desk.pay(order, minutes_ago=10 * 60) == NoticeState.BOOKED


def test_the_fee_changed_after_the_code_was_shown() -> None:
    order = desk.make_order()
    with transaction() as session:
        session.get_one(Dossier, order.dossier_id).due_vnd = 16_000
    assert desk.pay(order) == NoticeState.LESS
    with transaction() as session:
        session.get_one(Dossier, order.dossier_id).due_vnd = 4_000
    assert desk.pay(order) == NoticeState.MORE
    assert desk.dossier_of(order).paid_vnd == 0


def test_outgoing_money_is_not_ours_to_book() -> None:
    order = desk.make_order()
    assert desk.tell(replace(make_credit(order), incoming=False)) == NoticeState.OUTGOING
    assert not queries.list_suspense() and desk.fresh(order).state == OrderState.OPEN


def test_authentic_and_unreadable_waits_for_a_person_once() -> None:
    _, headers = desk.SEPAY.sign(make_credit(desk.make_order()))
    ids = []
    for _ in range(2):
        notice = notices.verify_notice(desk.SEPAY, b'{"id": "x", "transferType": "in"}', headers)
        with transaction():
            ids.append(notices.journal_notice(notice))
        with transaction():
            assert notices.process_notice(ids[-1]) == NoticeState.UNREADABLE
    assert ids[0] == ids[1] and len(queries.list_suspense()) == 1


def test_one_transfer_told_by_two_providers_is_one_payment() -> None:
    order = desk.make_order()
    credit = replace(make_credit(order), event_id="26327000123", bank_reference="FT26327000123")
    assert desk.tell(credit, desk.SEPAY) == NoticeState.BOOKED
    assert desk.tell(replace(credit, event_id="FT26327000123"), desk.PAYOS) == NoticeState.SAME_MONEY
    assert desk.tell(replace(credit, event_id="FT26327000124"), desk.PAYOS) == NoticeState.TWICE


def test_a_replay_does_nothing_whatever_it_says() -> None:
    order = desk.make_order()
    credit = make_credit(order, event_id="700")
    assert desk.tell(credit) == NoticeState.BOOKED
    assert desk.tell(credit) == NoticeState.BOOKED  # the first answer
    assert desk.tell(replace(credit, amount_vnd=99_000)) == NoticeState.BOOKED
    assert db.session.scalar(select(func.count()).select_from(BankEvent)) == 1
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 1


def test_fifty_at_once_are_one_booking(app: Flask) -> None:
    order = desk.make_order()
    credit = make_credit(order)
    gate, states, errors = threading.Barrier(50), [], []

    def hook() -> None:
        with app.app_context():
            gate.wait()
            try:
                states.append(desk.tell(credit))
            except Exception as error:
                errors.append(error)

    threads = [threading.Thread(target=hook) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and set(states) == {NoticeState.BOOKED} and len(states) == 50
    assert not desk.books_faults() and not list(faults())
    assert db.session.scalar(select(func.count()).select_from(BankEvent)) == 1


def test_the_request_died_after_the_journal() -> None:
    order = desk.make_order()
    notice = notices.verify_notice(desk.SEPAY, *desk.SEPAY.sign(make_credit(order)))
    with transaction():
        notices.journal_notice(notice)
    assert desk.fresh(order).state == OrderState.OPEN and tasks.process_notice
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        assert jobs.run_due() >= 1
        assert jobs.run_due() == 0
    assert desk.fresh(order).state == OrderState.PAID and not desk.books_faults()


def test_the_journal_keeps_the_raw_body_sealed() -> None:
    order = desk.make_order()
    credit = make_credit(order, text=f"{order.code} NGUYEN VAN MAU")
    desk.tell(credit)
    event = db.session.scalars(select(BankEvent)).one()
    assert b"NGUYEN" not in event.raw_body and event.content == credit.content
    assert json.loads(unseal(event.raw_body))["content"] == credit.content


def test_raw_bodies_are_forgotten_when_all_is_settled() -> None:
    order = desk.make_order()
    desk.pay(order)
    desk.pay(order, amount_vnd=5)
    with transaction():
        assert notices.forget_raw_bodies() == 0
    with clock.moved_to(clock.now() + timedelta(days=91)), transaction():
        assert notices.forget_raw_bodies() == 1
        assert notices.forget_raw_bodies() == 0
    bodies = {event.state: event.raw_body for event in db.session.scalars(select(BankEvent))}
    assert bodies[NoticeState.BOOKED] == b"" and bodies[NoticeState.TWICE] != b""


def test_receipts_of_a_day_have_no_gap_when_one_booking_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = desk.make_order(), desk.make_order()
    with pytest.raises(RuntimeError), monkeypatch.context() as patch:
        patch.setattr(orders, "record_payment_state", _fail)
        desk.pay(first)
    assert desk.pay(second) == NoticeState.BOOKED
    db.session.rollback()
    waiting = db.session.scalars(select(BankEvent.id).where(BankEvent.state == NoticeState.RECEIVED)).one()
    with transaction():
        assert notices.process_notice(waiting) == NoticeState.BOOKED
    assert not desk.books_faults()


def _fail(*_args: object, **_named: object) -> None:
    raise RuntimeError("the power went")


def test_the_person_is_told_once_that_money_is_unclear() -> None:
    order = desk.make_order(phone="+84905000000")
    desk.pay(order, amount_vnd=5_000)
    desk.pay(order, amount_vnd=3_000)
    assert [message.template for message in db.session.scalars(select(Message))] == ["payments/unclear.v1"]
    assert [event.amount_vnd for event in queries.list_suspense_of(order.dossier_id)] == [5_000, 3_000]
    assert queries.suspense_total() == (2, 8_000)
