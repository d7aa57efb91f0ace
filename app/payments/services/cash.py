"""Money taken at the counter (thu tiền mặt), and the receipt for it."""
from __future__ import annotations

from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Invalid
from app.core.text import normalise
from app.dossiers.models import Dossier
from app.payments.models import Receipt
from app.payments.services import orders
from app.payments.workflow import ORDER, OrderAction


def take_cash(actor: Actor, dossier: Dossier, *, amount_vnd: int, payer_name: str) -> Receipt:
    """Take the whole fee in cash and number a receipt; an open order for a transfer is paid by it.

    The cashier types the amount that was counted: it must be what is due. Raises ``Invalid`` when it is not,
    ``Conflict`` when nothing is due (any more), ``Forbidden`` without the permission.
    """
    ORDER.check_permission(OrderAction.TAKE_CASH, actor)
    if not normalise(payer_name):
        raise Invalid(fields={"payer_name": (N_("Ghi họ và tên người nộp tiền."), {})})
    orders.lock_dossier(dossier)
    orders.check_payable(dossier, at_counter=True)
    order = orders.start_order(dossier, actor, at_counter=True)
    if amount_vnd != order.amount_vnd:
        wrong = (N_("Phải thu đúng %(due)s đồng."), {"due": f"{order.amount_vnd:,}".replace(",", ".")})
        raise Invalid(fields={"amount_vnd": wrong})
    orders.lock_order(order)
    return orders.settle(order, dossier, OrderAction.TAKE_CASH, actor, method="cash", payer_name=payer_name)


def count_print(actor: Actor, receipt: Receipt) -> bool:
    """Note that a receipt is printed; whether this print is a copy (bản in lại)."""
    db.session.refresh(receipt, with_for_update=True)
    receipt.printed += 1
    audit.record(actor, "receipt.print", "receipt", receipt.full_number, copy=receipt.printed)
    db.session.flush()
    return receipt.printed > 1
