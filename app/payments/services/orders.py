"""An order from its beginning to the end: made once, settled once, never resurrected."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from app.accounts.queries import get_agency
from app.core import audit, clock, codes, jobs
from app.core.actor import SYSTEM, Actor
from app.core.counters import next_number
from app.core.db import db
from app.core.errors import Conflict
from app.core.text import normalise
from app.dossiers.models import Dossier, PaymentState, State
from app.dossiers.services.desk import record_payment_state
from app.payments.models import OrderState, PaymentEvent, PaymentOrder, Receipt
from app.payments.payment_codes import new_payment_code
from app.payments.queries import find_current_order, hash_link, owed_vnd, why_not_payable
from app.payments.workflow import ORDER, OrderAction

LIFE = timedelta(days=30)
# A transfer made on the last day may be told of a day later; until then the order is not closed.
GRACE = timedelta(days=2)
# A wrong refusal can be taken back for a few minutes; money follows after that.
AFTER_END = timedelta(hours=1)
_UNSERVED = (State.REFUSED, State.STOPPED)
CLOSE_JOB = "payments.close_ended"
CLOSE_EVERY = timedelta(hours=1)


def check_payable(dossier: Dossier, *, at_counter: bool = False) -> None:
    """Raises ``Conflict`` with the reason why this dossier cannot be paid for now."""
    reason = why_not_payable(dossier, at_counter=at_counter)
    if reason is not None:
        raise Conflict(reason)


def start_order(dossier: Dossier, actor: Actor, *, at_counter: bool = False) -> PaymentOrder:
    """The order for what this dossier still owes, made once however often it is asked for.

    An order that ran out, or whose amount or account changed since, is closed and followed by a new one.
    Raises ``Conflict`` when there is nothing to pay now.
    """
    lock_dossier(dossier)
    order = find_current_order(dossier.id)
    if order is not None and order.state != OrderState.OPEN:
        if owed_vnd(dossier) <= 0:
            return order
        order = None  # more became due after the first payment
    check_payable(dossier, at_counter=at_counter)
    amount_vnd = owed_vnd(dossier)
    agency = get_agency(dossier.received_agency_id)
    if order is not None:
        expired = order.expires_at <= clock.now()
        said = (order.amount_vnd, order.bank_bin, order.bank_account)
        if not expired and said == (amount_vnd, agency.bank_bin, agency.bank_account):
            return order
        advance(order, OrderAction.EXPIRE if expired else OrderAction.CANCEL, SYSTEM)
    code, token = _free_code(), codes.new_slip_token()
    order = PaymentOrder(
        dossier_id=dossier.id, code=code, purpose=code, amount_vnd=amount_vnd, state=ORDER.initial,
        bank_bin=agency.bank_bin, bank_name=agency.bank_name, bank_account=agency.bank_account,
        bank_account_name=agency.bank_account_name, link_token=token, link_hash=hash_link(token),
        created_at=clock.now(), expires_at=clock.now() + LIFE,
    )
    db.session.add(order)
    db.session.flush()
    _write_history(order, "start", "", actor, {"amount_vnd": amount_vnd})
    keep_closing()
    return order


def keep_closing() -> None:
    """See to it that ended orders are looked for within the hour, as long as there are orders at all."""
    waits = select(jobs.Job.id).where(
        jobs.Job.kind == CLOSE_JOB, jobs.Job.state == "ready", jobs.Job.run_at > clock.now()
    )
    if db.session.scalar(waits.limit(1)) is None:
        jobs.enqueue(CLOSE_JOB, delay=CLOSE_EVERY)


def _free_code() -> str:
    while True:
        code = new_payment_code()
        if db.session.scalar(select(PaymentOrder.id).where(PaymentOrder.code == code)) is None:
            return code


def lock_dossier(dossier: Dossier) -> None:
    """Hold the dossier's row until the end of the transaction and read it anew.

    Whoever moves money locks the dossier first and its order second, so two of them never wait in a circle.
    """
    db.session.flush()
    db.session.refresh(dossier, with_for_update=True)


def lock_order(order: PaymentOrder) -> Dossier:
    """Hold an order and its dossier, both read anew; gives the dossier."""
    dossier = db.session.get_one(Dossier, order.dossier_id)
    lock_dossier(dossier)
    db.session.refresh(order, with_for_update=True)
    return dossier


def advance(order: PaymentOrder, action: OrderAction, actor: Actor, **detail: Any) -> None:
    """Take ``action`` on an order: permission, table, history row, audit row. ``detail`` holds codes and numbers.

    Raises ``Conflict`` when the order's state does not allow it, ``Forbidden`` when the actor may not.
    """
    ORDER.check_permission(action, actor)
    source = OrderState(order.state)
    order.state = ORDER.target(action, source)
    _write_history(order, action, source, actor, detail)


def _write_history(order: PaymentOrder, action: str, source: str, actor: Actor, detail: dict[str, Any]) -> None:
    last = db.session.scalar(select(func.max(PaymentEvent.seq)).where(PaymentEvent.order_id == order.id)) or 0
    db.session.add(PaymentEvent(
        order_id=order.id, seq=last + 1, at=clock.now(), action=action, from_state=source, to_state=order.state,
        actor_kind=actor.kind, actor_id=actor.id, actor_label=actor.label, detail=detail,
    ))
    audit.record(actor, f"payment.{action}", "payment_order", order.code, to_state=str(order.state), **detail)
    db.session.flush()


def settle(
    order: PaymentOrder,
    dossier: Dossier,
    action: OrderAction,
    actor: Actor,
    *,
    method: str,
    payer_name: str,
    **detail: Any,
) -> Receipt:
    """The money is here: the order is paid, a receipt is numbered and the dossier knows, or nothing of it.

    Both rows are held by the caller (``lock_order``).
    """
    receipt = _number_receipt(order, dossier, actor, method, payer_name)
    advance(order, action, actor, receipt=receipt.full_number, **detail)
    order.paid_at = clock.now()
    record_payment_state(
        dossier, actor, payment_state=PaymentState.PAID, paid_vnd=dossier.paid_vnd + order.amount_vnd
    )
    return receipt


def _number_receipt(order: PaymentOrder, dossier: Dossier, actor: Actor, method: str, payer_name: str) -> Receipt:
    agency_id, year = dossier.received_agency_id, clock.today().year
    receipt = Receipt(
        agency_id=agency_id, year=year, number=next_number(f"receipt/{agency_id}/{year}"), order_id=order.id,
        method=method, amount_vnd=order.amount_vnd, payer_name=normalise(payer_name)[:120], collector_id=actor.id,
        collector_name=actor.label, issued_at=clock.now(),
    )
    db.session.add(receipt)
    db.session.flush()
    return receipt


def close_ended_orders() -> int:
    """Close orders whose time ran out or whose dossier ended; paid ones of unserved dossiers become refunds.

    Safe to repeat; how many orders changed.
    """
    changed = 0
    for order_id in _orders_to_close():
        order = db.session.get_one(PaymentOrder, order_id)
        dossier = lock_order(order)
        unserved = dossier.state in _UNSERVED and dossier.changed_at <= clock.now() - AFTER_END
        if order.state == OrderState.PAID and unserved:
            owe_refund(order, dossier, SYSTEM)
        elif order.state == OrderState.OPEN and (unserved or dossier.state == State.HANDED_OVER):
            advance(order, OrderAction.CANCEL, SYSTEM)
        elif order.state == OrderState.OPEN and order.expires_at + GRACE <= clock.now():
            advance(order, OrderAction.EXPIRE, SYSTEM)
        else:
            continue
        changed += 1
    return changed


def _orders_to_close() -> list[int]:
    now = clock.now()
    ended = Dossier.changed_at <= now - AFTER_END
    run_out = PaymentOrder.expires_at <= now - GRACE
    open_ones = ended & Dossier.state.in_((*_UNSERVED, State.HANDED_OVER)) | run_out
    query = (
        select(PaymentOrder.id)
        .join(Dossier, Dossier.id == PaymentOrder.dossier_id)
        .where(
            ((PaymentOrder.state == OrderState.OPEN) & open_ones)
            | ((PaymentOrder.state == OrderState.PAID) & ended & Dossier.state.in_(_UNSERVED))
        )
        .order_by(PaymentOrder.id)
    )
    return list(db.session.scalars(query))


def owe_refund(order: PaymentOrder, dossier: Dossier, actor: Actor) -> None:
    """A paid dossier was refused, stopped or withdrawn: its money must be given back. Both rows are held."""
    advance(order, OrderAction.OWE_REFUND, actor)
    record_payment_state(dossier, actor, payment_state=PaymentState.REFUND_DUE)
