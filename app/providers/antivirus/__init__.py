"""The door to a virus scanner (máy quét vi-rút). Configured and unreachable means refused, never skipped."""
from __future__ import annotations

from typing import Protocol


class Antivirus(Protocol):
    """Looks at bytes before anything else of ours does."""

    def find(self, data: bytes) -> str | None:
        """The name of what was found in ``data``, or None. Raises ``Unavailable`` when nobody answers."""


_antivirus: Antivirus | None = None


def configure(antivirus: Antivirus) -> None:
    """Use this scanner from now on."""
    global _antivirus
    _antivirus = antivirus


def antivirus() -> Antivirus:
    """The scanner in use."""
    if _antivirus is None:
        raise RuntimeError("antivirus is not configured")
    return _antivirus
