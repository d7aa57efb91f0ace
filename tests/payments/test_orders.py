"""An order: made once, never resurrected, closed when its time or its dossier ends."""
from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, jobs
from app.core.actor import SYSTEM
from app.core.db import db, transaction
from app.core.errors import Conflict, NotFound
from app.dossiers.models import Dossier, PaymentState, State
from app.payments import queries
from app.payments.models import NoticeState, OrderState, PaymentOrder
from app.payments.payment_codes import find_codes
from app.payments.services import orders
from tests.payments import desk

pytestmark = pytest.mark.usefixtures("database")


def test_started_twice_is_one_order() -> None:
    order = desk.make_order()
    with transaction():
        again = orders.start_order(desk.dossier_of(order), desk.CITIZEN)
    assert again.code == order.code and again.link_token == order.link_token
    assert [event.action for event in queries.list_history(order)] == ["start"]
    assert find_codes(order.purpose) == [order.code]
    assert (order.amount_vnd, order.bank_bin, order.bank_account) == (8_000, "999999", "0123456789")


def test_twenty_at_once_make_one_order(app: Flask) -> None:
    with transaction():
        dossier_id = desk.make_dossier().id
    gate, made, faults = threading.Barrier(20), [], []

    def start() -> None:
        with app.app_context():
            gate.wait()
            try:
                with transaction() as session:
                    made.append(orders.start_order(session.get_one(Dossier, dossier_id), desk.CITIZEN).code)
            except Exception as error:
                faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and len(made) == 20 and len(set(made)) == 1
    assert db.session.scalar(select(func.count()).select_from(PaymentOrder)) == 1


@pytest.mark.parametrize("changed", [{"due_vnd": 16_000}, {"paid_vnd": 3_000}])
def test_another_amount_is_another_order(changed: dict[str, int]) -> None:
    order = desk.make_order()
    with transaction() as session:
        dossier = session.get_one(Dossier, order.dossier_id)
        for name, value in changed.items():
            setattr(dossier, name, value)
        other = orders.start_order(dossier, desk.CITIZEN)
    assert other.code != order.code and other.amount_vnd == queries.owed_vnd(desk.dossier_of(order))
    assert desk.fresh(order).state == OrderState.CANCELLED


def test_another_account_is_another_order() -> None:
    order = desk.make_order()
    with transaction():
        desk.ward().bank_account = "9876543210"
        db.session.flush()
        other = orders.start_order(db.session.get_one(Dossier, order.dossier_id), desk.CITIZEN)
    assert (other.bank_account, desk.fresh(order).state) == ("9876543210", OrderState.CANCELLED)


def test_an_expired_order_is_followed_by_a_new_one() -> None:
    order = desk.make_order()
    with clock.moved_to(clock.now() + orders.LIFE + timedelta(hours=1)), transaction() as session:
        other = orders.start_order(session.get_one(Dossier, order.dossier_id), desk.CITIZEN)
    assert other.code != order.code and desk.fresh(order).state == OrderState.EXPIRED


@pytest.mark.parametrize(("columns", "word"), [
    ({"state": State.DRAFT}, "Nộp hồ sơ trước"),
    ({"state": State.REFUSED}, "không làm tiếp"),
    ({"state": State.STOPPED}, "không làm tiếp"),
    ({"state": State.WITHDRAWAL_ASKED}, "xin lấy hồ sơ về"),
    ({"due_vnd": 0}, "không còn khoản"),
    ({"due_vnd": None}, "báo số tiền"),
    ({"payment_state": PaymentState.EXEMPT_ASKED}, "giấy xin không nộp"),
    ({"payment_state": PaymentState.EXEMPT, "due_vnd": 0}, "không còn khoản"),
    ({"collect": "on_acceptance"}, "Khi phường nhận"),
    ({"collect": "on_hand_over"}, "Khi đến nhận giấy"),
])
def test_what_cannot_be_paid_says_why(columns: dict[str, object], word: str) -> None:
    with pytest.raises(Conflict, match=word), transaction():
        orders.start_order(desk.make_dossier(**columns), desk.CITIZEN)  # type: ignore[arg-type]
    assert db.session.scalar(select(func.count()).select_from(PaymentOrder)) == 0


@pytest.mark.parametrize("columns", [
    {"collect": "on_acceptance", "accepted_at": clock.now(), "state": State.ACCEPTED},
    {"collect": "on_hand_over", "accepted_at": clock.now(), "finished_at": clock.now(), "state": State.FINISHED},
])
def test_paid_when_the_procedure_says_so(columns: dict[str, object]) -> None:
    assert desk.make_order(**columns).state == OrderState.OPEN


def test_without_an_account_the_order_says_so() -> None:
    with transaction():
        dossier = desk.make_dossier()
        desk.ward().bank_account = ""
        db.session.flush()
        order = orders.start_order(dossier, desk.CITIZEN)
    assert not order.takes_transfers


def test_paid_stays_paid_when_started_again() -> None:
    order = desk.make_order()
    desk.pay(order)
    with transaction():
        assert orders.start_order(desk.dossier_of(order), desk.CITIZEN).code == order.code


def test_more_became_due_after_paying() -> None:
    order = desk.make_order()
    desk.pay(order)
    with transaction() as session:
        dossier = session.get_one(Dossier, order.dossier_id)
        dossier.due_vnd, dossier.payment_state = 20_000, PaymentState.DUE
        other = orders.start_order(dossier, desk.CITIZEN)
    assert (other.amount_vnd, other.state) == (12_000, OrderState.OPEN)
    assert desk.pay(other) == NoticeState.BOOKED
    assert desk.dossier_of(order).paid_vnd == 20_000 and not desk.books_faults()


def test_links_open_their_order_and_no_other() -> None:
    order, other = desk.make_order(), desk.make_order()
    assert queries.get_order_by_link(order.link_token).code == order.code
    for wrong in (other.code, order.code, order.link_token[:-1], order.link_token.lower(), ""):
        with pytest.raises(NotFound):
            queries.get_order_by_link(wrong)


def close_all(at: timedelta = timedelta(0)) -> int:
    with clock.moved_to(clock.now() + at), transaction():
        return orders.close_ended_orders()


def test_closing_what_ended() -> None:
    paid, stopped, served, running = (desk.make_order() for _ in range(4))
    desk.pay(paid)
    desk.end(paid, State.REFUSED)
    desk.end(stopped)
    desk.end(served, State.HANDED_OVER)
    assert close_all() == 3 and close_all() == 0
    states = [desk.fresh(order).state for order in (paid, stopped, served, running)]
    assert states == [OrderState.REFUND_DUE, OrderState.CANCELLED, OrderState.CANCELLED, OrderState.OPEN]
    assert desk.dossier_of(paid).payment_state == PaymentState.REFUND_DUE
    assert close_all(orders.LIFE + timedelta(days=1)) == 0  # grace: yesterday's transfer may be told of today
    assert close_all(orders.LIFE + timedelta(days=3)) == 1
    assert desk.fresh(running).state == OrderState.EXPIRED


def test_ended_orders_are_looked_for_every_hour() -> None:
    paid, _ = desk.make_order(), desk.make_order()
    desk.pay(paid)
    desk.end(paid)
    of_kind = jobs.Job.kind == orders.CLOSE_JOB
    waiting = select(func.count()).select_from(jobs.Job).where(of_kind, jobs.Job.state == "ready")
    for hours in (1, 2, 3):
        assert db.session.scalar(waiting) == 1
        with clock.moved_to(clock.now() + timedelta(hours=hours, minutes=hours)):
            assert jobs.run_due() >= 1
        db.session.rollback()
    assert desk.fresh(paid).state == OrderState.REFUND_DUE


def test_a_refusal_just_now_can_still_be_taken_back() -> None:
    order = desk.make_order()
    desk.end(order, State.REFUSED, ago=timedelta(minutes=3))
    assert close_all() == 0 and desk.fresh(order).state == OrderState.OPEN


def test_refunds_are_seen_the_moment_a_dossier_ends() -> None:
    order = desk.make_order()
    desk.pay(order)
    cashier = desk.staff()
    assert queries.list_refunds_due(cashier) == []
    desk.end(order, ago=timedelta(0))
    assert [dossier.id for dossier in queries.list_refunds_due(cashier)] == [order.dossier_id]


def test_final_states_take_no_act() -> None:
    order = desk.make_order()
    with transaction():
        orders.advance(desk.fresh(order), orders.OrderAction.CANCEL, SYSTEM)
    for action in orders.OrderAction:
        if action is not orders.OrderAction.TAKE_CASH:
            with pytest.raises(Conflict), transaction():
                orders.advance(desk.fresh(order), action, SYSTEM)
