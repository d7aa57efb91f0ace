"""What a bank would tell of a transfer for one of our orders: right or wrong, as asked (simulator, demonstrations)."""
from __future__ import annotations

import secrets
from datetime import timedelta

from app.core import clock, codes
from app.core.errors import N_, NotFound
from app.dossiers.queries import find_by_code
from app.payments.models import PaymentOrder
from app.payments.queries import find_current_order, get_order
from app.providers.payment import Credit


def find_order(code: str) -> PaymentOrder:
    """By payment code, or by the public code of a dossier. Raises ``NotFound``."""
    typed = codes.clean(code)
    dossier = find_by_code(typed)
    order = find_current_order(dossier.id) if dossier else None
    if dossier is not None and order is None:
        raise NotFound(N_("Hồ sơ này chưa có mã nộp tiền. Mở trang nộp tiền của hồ sơ trước, rồi chạy lại."))
    return order or get_order(typed)


def make_credit(
    order: PaymentOrder,
    *,
    amount_vnd: int | None = None,
    text: str | None = None,
    account: str | None = None,
    event_id: str = "",
    minutes_ago: int = 0,
) -> Credit:
    """A transfer to the order's account as banks report it; what is not given is right."""
    if not order.bank_account and account is None:
        raise NotFound("Cơ quan chưa có tài khoản nhận chuyển khoản.")
    event_id = event_id or str(secrets.randbelow(9 * 10**11) + 10**11)
    return Credit(
        event_id=event_id,
        incoming=True,
        account=account or order.bank_account,
        amount_vnd=order.amount_vnd if amount_vnd is None else amount_vnd,
        content=f"MBVCB.{event_id}.{order.purpose}.CT tu NGUYEN VAN MAU" if text is None else text,
        bank_reference=f"FT{event_id}",
        moved_at=clock.now().replace(microsecond=0) - timedelta(minutes=minutes_ago),
    )
