"""The books balance after any history of transfers, replays, cash, changed fees, refusals and time (safety notes, m20).

The model beside it knows only what the bank told and what the cashier counted; the books are read from raw rows.
"""
from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core import clock
from app.core.audit import faults as audit_faults
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid
from app.dossiers.models import Dossier, PaymentState, State
from app.payments import queries
from app.payments.integrity import faults
from app.payments.models import SUSPENSE, BankEvent, NoticeState, PaymentOrder, Receipt
from app.payments.services import cash, orders
from app.payments.simulation import make_credit
from app.providers.payment import Credit
from tests.payments import desk

FEES = (8_000, 16_000, 24_000)


class Books(RuleBasedStateMachine):
    """One dossier at a time; the rows of earlier histories stay in the same books."""

    @initialize()
    def open(self) -> None:
        self.now = clock.now()
        self.cashier = desk.staff(Role.CASHIER)
        db.session.rollback()
        self.before = sum(queries.received_by_state().values())
        self.told: dict[str, Credit] = {}
        self.moved = 0
        self._next_person()

    @precondition(lambda self: self.ended)
    @rule()
    def next_person(self) -> None:
        self._next_person()

    def _next_person(self) -> None:
        with clock.moved_to(self.now), transaction():
            self.dossier_id = desk.make_dossier().id
        self.due, self.paid, self.ended = 8_000, 0, False
        self.live: tuple[str, int] | None = None  # code and amount of the order that can be paid
        self.made_at = self.now
        self.codes: list[str] = []
        self.start()

    def _dossier(self) -> Dossier:
        db.session.rollback()
        return db.session.get_one(Dossier, self.dossier_id, populate_existing=True)

    def _order(self, code: str) -> PaymentOrder:
        return db.session.scalars(select(PaymentOrder).where(PaymentOrder.code == code)).one()

    def _expired(self) -> bool:
        return self.now >= self.made_at + orders.LIFE

    @rule()
    def start(self) -> None:
        with clock.moved_to(self.now):
            try:
                with transaction() as session:
                    order = orders.start_order(session.get_one(Dossier, self.dossier_id), desk.CITIZEN)
            except Conflict:
                assert self.ended or self.paid >= self.due
                return
        assert not self.ended or self.paid
        if self.paid >= self.due:
            return
        if self.live and self.live == (order.code, self.due - self.paid) and not self._expired():
            return
        assert order.code not in self.codes, "an order that ended is never brought back"
        self.live, self.made_at = (order.code, self.due - self.paid), self.now
        self.codes.append(order.code)

    @precondition(lambda self: self.live)
    @rule(door=st.sampled_from([desk.PAYOS, desk.SEPAY]))
    def right_transfer(self, door: object) -> None:
        self.transfer(0, 0, door, "{}")

    @precondition(lambda self: self.codes)
    @rule(
        which=st.integers(0, 20),
        wrong=st.sampled_from([0, 0, 0, -1, 1, 8_000]),
        door=st.sampled_from([desk.PAYOS, desk.SEPAY]),
        text=st.sampled_from(["{}", "{}", "mbvcb.{}.ct", "khong ma"]),
    )
    def transfer(self, which: int, wrong: int, door: object, text: str) -> None:
        code = self.codes[-1 - which % len(self.codes)]
        with clock.moved_to(self.now):
            order = self._order(code)
            amount = max(1, order.amount_vnd + wrong)
            credit = make_credit(order, amount_vnd=amount, text=text.format(code.lower()))
            state = desk.tell(credit, door)  # type: ignore[arg-type]
        self.told[credit.event_id] = credit
        self.moved += amount
        owed = self.due - self.paid
        right = (
            not self.ended and self.live == (code, amount) and amount == owed and not self._expired() and "{}" in text
        )
        assert (state == NoticeState.BOOKED) == right, (state, self.live, code, amount, owed)
        assert right or state in SUSPENSE
        if right:
            self._settled(amount)

    @precondition(lambda self: self.told)
    @rule(which=st.integers(0, 20), other_amount=st.booleans())
    def replay(self, which: int, other_amount: bool) -> None:
        credit = list(self.told.values())[which % len(self.told)]
        rows = db.session.scalar(select(func.count()).select_from(BankEvent))
        door = desk.PAYOS if self._door(credit) == "payos" else desk.SEPAY
        with clock.moved_to(self.now):
            desk.tell(replace(credit, amount_vnd=credit.amount_vnd + other_amount), door)
        db.session.rollback()
        assert db.session.scalar(select(func.count()).select_from(BankEvent)) == rows

    def _door(self, credit: Credit) -> str:
        db.session.rollback()
        event = db.session.scalars(select(BankEvent).where(BankEvent.provider_event_id == credit.event_id)).one()
        return event.provider

    @rule(wrong=st.sampled_from([0, 0, 1, -1]))
    def cash(self, wrong: int) -> None:
        owed = self.due - self.paid
        with clock.moved_to(self.now):
            try:
                with transaction() as session:
                    dossier = session.get_one(Dossier, self.dossier_id)
                    cash.take_cash(self.cashier, dossier, amount_vnd=max(0, owed + wrong), payer_name="Lê Thị Thử")
            except (Conflict, Invalid) as error:
                assert wrong or self.ended or owed <= 0, error
                return
        assert not wrong and not self.ended and owed > 0
        if self.live is None or self.live[1] != owed or self._expired():
            self.codes.append(self._newest())
        self._settled(owed)

    def _newest(self) -> str:
        newest = select(PaymentOrder.code).where(PaymentOrder.dossier_id == self.dossier_id)
        return db.session.scalars(newest.order_by(PaymentOrder.id.desc()).limit(1)).one()

    def _settled(self, amount: int) -> None:
        self.paid += amount
        self.live = None

    @precondition(lambda self: not self.ended)
    @rule(due=st.sampled_from(FEES))
    def change_fee(self, due: int) -> None:
        if due < self.paid:
            return
        with clock.moved_to(self.now), transaction() as session:
            dossier = session.get_one(Dossier, self.dossier_id)
            dossier.due_vnd = due
            dossier.payment_state = PaymentState.PAID if due <= self.paid else PaymentState.DUE
        self.due = due

    @precondition(lambda self: not self.ended)
    @rule(state=st.sampled_from([State.REFUSED, State.STOPPED]))
    def end(self, state: State) -> None:
        with clock.moved_to(self.now), transaction() as session:
            dossier = session.get_one(Dossier, self.dossier_id)
            dossier.state, dossier.changed_at = state, clock.now()
        self.ended = True

    @rule(hours=st.sampled_from([1, 30, 31 * 24, 33 * 24]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def sweep(self) -> None:
        with clock.moved_to(self.now), transaction():
            orders.close_ended_orders()

    @invariant()
    def books_balance(self) -> None:
        if not hasattr(self, "dossier_id"):
            return
        assert not desk.books_faults(self.dossier_id)
        received = queries.received_by_state()
        assert sum(received.values()) - self.before == self.moved, "money that was told of is missing from the books"
        dossier = self._dossier()
        assert dossier.paid_vnd == self.paid
        in_refunds = self.dossier_id in {row.id for row in queries.list_refunds_due(self.cashier)}
        assert in_refunds == (self.ended and self.paid > 0)


@pytest.mark.usefixtures("database")
def test_books_balance_after_any_history() -> None:
    short = settings(
        max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck), database=None,
        phases=[Phase.generate],  # a failing history is told as it was found: shrinking it on a database takes minutes
    )
    run_state_machine_as_test(Books, settings=short)
    assert not desk.books_faults() and not list(faults()) and not list(audit_faults())
    assert db.session.scalar(select(func.count()).select_from(Receipt)), "no history paid anything"
