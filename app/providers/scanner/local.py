"""Reads codes on this machine: the photo goes to the limited child, only texts come back."""
from __future__ import annotations

from app.core.errors import N_, Invalid
from app.providers.decoder import DecoderFailed, FailureKind, run

TASK = "app.providers.scanner.zxing:decode"


class LocalScanner:
    """The scanner in use. A call costs 0.3 to 3 s, so make it between transactions."""

    def read_codes(self, photo: bytes) -> list[str]:
        """See ``Scanner.read_codes``."""
        try:
            return run(TASK, photo)
        except DecoderFailed as failure:
            if failure.kind in (FailureKind.MEMORY, FailureKind.TIME):
                raise Invalid(N_("Ảnh này lớn quá, máy mở không nổi. Chụp lại cỡ nhỏ hơn.")) from failure
            raise Invalid(N_("Ảnh này hỏng, mở không lên. Chụp lại giúp.")) from failure
