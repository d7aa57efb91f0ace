"""What money says to the person by text message; without a phone nothing is sent, the page and the counter say it."""
from __future__ import annotations

from app.core import codes
from app.dossiers.models import Dossier
from app.notifications import services as notifications


def tell(dossier: Dossier, template: str, *, about: str, amount_vnd: int = 0) -> None:
    """Send ``payments/<template>``. ``about`` is the order's code: undoing an act at the desk leaves it alone."""
    if dossier.phone:
        amount = f"{amount_vnd:,} đồng".replace(",", ".")
        notifications.send_sms(
            template=f"payments/{template}", phone=dossier.phone, about=about,
            params={"dossier": codes.show(dossier.public_code), "amount": amount},
        )
