"""The door to code reading (đọc mã QR từ ảnh): a photo in, the texts of the codes on it out.

``local`` reads on this machine, in the limited child; ``memory`` answers what a test told it. The photo is a
picture of an ID card as a rule, so no driver keeps it, writes it to a disk or logs anything of it.
"""
from __future__ import annotations

from typing import Protocol


class Scanner(Protocol):
    """Reads square codes off a photo."""

    def read_codes(self, photo: bytes) -> list[str]:
        """The texts of the codes on the photo, none if none can be read; each text once.

        Takes JPEG, PNG, WebP or HEIC up to 64 Mpx. Raises ``Invalid`` with its own sentence for a picture that
        is empty, broken, too large or no picture, ``Unavailable`` when too many are being read at once.
        """
        ...
