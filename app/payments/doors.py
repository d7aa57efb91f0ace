"""The doors of this installation, with their keys."""
from __future__ import annotations

from app.core.crypto import keyring
from app.core.errors import NotFound
from app.core.settings import Settings
from app.providers.payment import PaymentDoor
from app.providers.payment.payos import PayOS
from app.providers.payment.sepay import SePay

PROVIDERS = ("payos", "sepay")


def get_door(settings: Settings, name: str) -> PaymentDoor:
    """The door of one provider. Raises ``NotFound`` for a name we do not know.

    Outside production a missing key is derived from the root key, so that the simulator works without set-up;
    in production a missing key is refused at start, and a door without a key believes nobody.
    """
    if name == "payos":
        return PayOS(settings.payos_checksum_key or _own_key(settings, name))
    if name == "sepay":
        return SePay(settings.sepay_api_key or _own_key(settings, name))
    raise NotFound


def _own_key(settings: Settings, name: str) -> str:
    return "" if settings.production else keyring.key(f"payment-door/{name}").hex()
