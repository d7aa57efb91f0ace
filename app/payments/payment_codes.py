"""The payment code (mã nộp tiền): what stands first in a transfer's text and leads the money to its order.

``PX``, seven random signs and a check sign over all of them, in the alphabet of ``app.core.codes``: ten capital
ASCII signs that survive what banks do to a text. It is not the dossier's public code: a bank statement must not
carry that about, and an order that ended keeps its code for ever.
"""
from __future__ import annotations

import re
import secrets

from app.core import codes

PREFIX = "PX"
LENGTH = len(PREFIX) + codes.PUBLIC_CODE_LENGTH
LONGEST_CONTENT = 1_000  # a bank's text is at most 210 signs (MT940 field 86 has 6 x 65)

_NOISE = re.compile(r"[^0-9A-Za-z]+")
# A look-ahead, so that a code which begins inside a longer look-alike ("PXPX...") is found too.
_CANDIDATE = re.compile(f"(?={PREFIX}([{codes.ALPHABET}]{{{codes.PUBLIC_CODE_LENGTH}}}))")


def new_payment_code() -> str:
    """A fresh payment code; the caller keeps it unique."""
    body = PREFIX + "".join(secrets.choice(codes.ALPHABET) for _ in range(LENGTH - len(PREFIX) - 1))
    return body + codes.check_sign(body)


def find_codes(content: str) -> list[str]:
    """Every payment code with a right check sign in a bank's transfer text, in order, each once.

    Survives a bank's own words before and after, glued or not, lower case, spaces and punctuation inside the code,
    line breaks. A code that was itself cut or mistyped is not guessed at: such money goes to a person.
    """
    squeezed = _NOISE.sub("", content[:LONGEST_CONTENT]).upper()
    found = (PREFIX + match[1] for match in _CANDIDATE.finditer(squeezed))
    return list(dict.fromkeys(code for code in found if codes.is_valid(code)))
