"""A helper's badge as PDF (thẻ người giúp): a card to wear, with a code that tells anyone whether it holds today."""
from __future__ import annotations

from datetime import datetime

from app.accounts.queries import get_agency
from app.assistance.models import Helper
from app.core import qr
from app.core.public_urls import host_in_words, printed_url
from app.providers import pdf


def badge_url(helper: Helper, public_url: str) -> str:
    """Where the badge's code leads."""
    return printed_url(public_url, "badge", token=helper.badge_token)


def print_badge(helper: Helper, public_url: str, *, made_at: datetime) -> bytes:
    """One sheet of A6 with a card of 85.6 x 54 mm, front and back, to cut out and fold. ``made_at`` is aware."""
    agency = get_agency(helper.staff.agency_id)
    data = {
        "title": f"Thẻ người giúp: {helper.staff.full_name}", "agency": agency.name, "name": helper.staff.full_name,
        "team": helper.team, "until": f"{helper.expires_on:%d/%m/%Y}", "phone": agency.phone,
        "site": host_in_words(public_url), "qr": pdf.Drawing(qr.svg(badge_url(helper, public_url), level="M")),
        "qr_alt": "Mã QR mở trang: có phải người giúp của phường không",
    }
    return pdf.print_paper("assistance/pdf/badge.typ", data, made_at=made_at)
