"""A scanner for development and tests: it reads what it was told to."""
from __future__ import annotations

from collections.abc import Iterable

from app.core.errors import N_, Invalid


class MemoryScanner:
    """Answers ``codes`` to any photo with bytes in it, and counts the photos without keeping one."""

    def __init__(self, codes: Iterable[str] = ()) -> None:
        self.codes = list(codes)
        self.photos = 0

    def read_codes(self, photo: bytes) -> list[str]:
        self.photos += 1
        if not photo:
            raise Invalid(N_("Ảnh này trống, mở không lên. Chụp lại giúp."))
        return list(self.codes)
