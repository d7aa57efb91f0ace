"""The door to text messages (SMS). One driver is configured at start; production refuses ``memory``."""
from __future__ import annotations

from typing import Protocol


class SmsDoor(Protocol):
    """Sends one text message."""

    def send(self, phone: str, text: str, *, key: str) -> str:
        """Hand ``text`` for ``phone`` (E.164) to the provider; its reference. Raises ``OSError`` when it does not take it.

        ``key`` names the message: a provider that saw it before sends nothing again.
        """
        ...


_door: SmsDoor | None = None


def configure(driver: SmsDoor) -> None:
    """Choose the driver (the roof does, once)."""
    global _door
    _door = driver


def door() -> SmsDoor:
    """The configured driver."""
    if _door is None:
        raise RuntimeError("no SMS driver is configured")
    return _door
