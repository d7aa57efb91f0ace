"""What is typed on the pages of this room, as plain values; a field that cannot be read is named."""
from __future__ import annotations

import re

from app.core.errors import N_, Invalid
from app.web.i18n import words

_NOT_AN_AMOUNT = N_("Ghi số tiền bằng chữ số, ví dụ 8.000.")


def parse_amount(typed: str, field: str = "amount_vnd") -> int:
    """``8.000``, ``8 000 đ`` or ``8000`` as whole đồng. Raises ``Invalid`` for anything else."""
    digits = re.sub(r"[\s.,]|đồng|đ", "", typed.strip().casefold())
    if not re.fullmatch(r"[0-9]{1,13}", digits):
        raise Invalid(fields={field: (_NOT_AN_AMOUNT, {})})
    return int(digits)


def errors_of(error: Invalid, *, otherwise: str) -> dict[str, str]:
    """A refusal as sentences by field; one that names no field is shown at the field ``otherwise``."""
    fields = error.fields or {otherwise: (error.message, error.params)}
    return {name: words(message, params) for name, (message, params) in fields.items()}
