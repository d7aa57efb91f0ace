"""The VietQR of an order, as text and as a picture."""
from __future__ import annotations

from app.core import qr
from app.core.errors import N_, NotFound
from app.payments import vietqr
from app.payments.models import PaymentOrder

# Level M and four modules of quiet zone: what banks' apps expect of a VietQR (domain notes 11.11).
LEVEL, BORDER, PIXELS_A_MODULE = "M", 4, 10


def payload_of(order: PaymentOrder) -> str:
    """The VietQR payload: the order's account, exact amount, payment code. Raises ``NotFound`` without account."""
    if not order.takes_transfers:
        raise NotFound(N_("Phường chưa có tài khoản nhận chuyển khoản. Nộp tiền tại quầy."))
    return vietqr.encode(order.bank_bin, order.bank_account, amount_vnd=order.amount_vnd, purpose=order.purpose)


def order_picture(order: PaymentOrder) -> bytes:
    """The same as a PNG that a bank's app reads from the gallery."""
    return qr.png(payload_of(order), level=LEVEL, scale=PIXELS_A_MODULE, border=BORDER)
