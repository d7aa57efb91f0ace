"""The receipt as paper (biên lai thu phí, lệ phí): words in, PDF out, and amounts in words.

The layout is the ward's own; the legal electronic receipt (NĐ 123/2020) belongs to finance (domain.md 1.2, 3.4)
and is to be checked there.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from app.providers import pdf

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptData:
    """What stands on a receipt. ``copy`` is empty on the first print, afterwards says which copy this is."""

    agency: str  # UBND phường Phú Xuân
    centre: str
    place: str
    phone: str
    number: str  # BL26/0000012
    date_words: str  # ngày 23 tháng 11 năm 2026
    payer: str
    reason: str  # Lệ phí cấp 1 bản sao giấy khai sinh
    public_code: str  # as printed: K7M4 9QXT
    amount: str  # 8.000 đồng
    amount_words: str  # Tám nghìn đồng chẵn
    method: str  # tiền mặt, chuyển khoản
    received: str  # 9 giờ 12, thứ Hai 23/11/2026
    collector: str
    collector_title: str = "Người thu tiền"
    address: str = ""
    copy: str = ""  # Bản in lại lần 2


def receipt(data: ReceiptData, *, made_at: datetime) -> bytes:
    """The receipt, A5 lying, one page. ``made_at`` is aware."""
    return pdf.print_paper("payments/pdf/receipt.typ", asdict(data), made_at=made_at)


def amount_in_words(amount_vnd: int) -> str:
    """8000 -> ``Tám nghìn đồng``; as amounts stand on receipts. Raises ``ValueError`` below zero."""
    if amount_vnd < 0:
        raise ValueError("an amount in words is not negative")
    words = _read(amount_vnd)
    return f"{words[0].upper()}{words[1:]} đồng"


def _read(number: int) -> str:
    """A whole number read aloud, e.g. 1_005_000 -> ``một triệu không trăm linh năm nghìn``."""
    if number == 0:
        return _DIGITS[0]
    billions, rest = divmod(number, 10**9)
    head = f"{_read(billions)} tỷ" if billions else ""
    parts = [head] if head else []
    for power in (2, 1, 0):
        group = rest // 1000**power % 1000
        if group:
            parts.append(f"{_group(group, full=bool(parts))} {_GROUPS[power]}".strip())
    return " ".join(parts)


def _group(group: int, *, full: bool) -> str:
    """Three digits; ``full`` when higher groups were read, so that ``không trăm`` is said."""
    hundreds, tens, ones = group // 100, group // 10 % 10, group % 10
    parts = [f"{_DIGITS[hundreds]} trăm"] if hundreds or full else []
    if tens > 1:
        parts.append(f"{_DIGITS[tens]} mươi")
    elif tens == 1:
        parts.append("mười")
    elif ones and parts:
        parts.append("linh")
    if ones:
        parts.append(_ones(tens, ones))
    return " ".join(parts)


def _ones(tens: int, ones: int) -> str:
    """The last digit: mốt after hai mươi, lăm after mười."""
    if ones == 1 and tens > 1:
        return "mốt"
    if ones == 5 and tens > 0:
        return "lăm"
    return _DIGITS[ones]
