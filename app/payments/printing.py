"""A receipt row as the words that stand on paper."""
from __future__ import annotations

from datetime import datetime

from app.accounts.queries import get_agency
from app.core import clock, codes
from app.payments import receipts
from app.payments.models import Receipt
from app.payments.queries import get_dossier_of, get_receipt_order

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_METHODS = {"cash": "tiền mặt", "transfer": "chuyển khoản"}


def print_receipt(receipt: Receipt) -> bytes:
    """The receipt as PDF; from the second print on it says that it is a copy (bản in lại)."""
    agency, dossier = get_agency(receipt.agency_id), get_dossier_of(get_receipt_order(receipt))
    issued = clock.local(receipt.issued_at)
    data = receipts.ReceiptData(
        agency=agency.name, centre=agency.service_centre, place=agency.place, phone=agency.phone,
        address=agency.address, number=receipt.full_number,
        date_words=f"ngày {issued.day:02d} tháng {issued.month:02d} năm {issued.year}",
        payer=receipt.payer_name, reason=f"Phí, lệ phí: {dossier.title}", public_code=codes.show(dossier.public_code),
        amount=f"{receipt.amount_vnd:,} đồng".replace(",", "."),
        amount_words=receipts.amount_in_words(receipt.amount_vnd),
        method=_METHODS[receipt.method], received=_moment(issued), collector=receipt.collector_name,
        collector_title="Người thu tiền" if receipt.method == "cash" else "Ghi thu theo",
        copy=f"Bản in lại lần {receipt.printed}" if receipt.printed > 1 else "",
    )
    return receipts.receipt(data, made_at=receipt.issued_at)


def _moment(at: datetime) -> str:
    """9 giờ 12, thứ Hai 23/11/2026"""
    hour = f"{at.hour} giờ" + (f" {at.minute:02d}" if at.minute else "")
    return f"{hour}, {_WEEKDAYS[at.weekday()]} {at:%d/%m/%Y}"
