"""Codes that people read aloud: public code, secret, payment code; one alphabet, one check sign.

Alphabet: digits and capital letters without 0 O 1 I L, 31 signs. 31 is prime, so a check sign in the
manner of the pure systems of ISO/IEC 7064 (modulus 31, radix 3, whose powers run through all 30
residues) finds every single wrong sign and every swap of two neighbours. Rulings 1 and 17.
"""
from __future__ import annotations

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_MODULUS, _RADIX = len(ALPHABET), 3
PUBLIC_CODE_LENGTH, SECRET_LENGTH = 8, 6
# RFC 4648 base32; 26 signs carry 130 bits, of which we use 128 (ruling 1).
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SLIP_TOKEN = re.compile(r"[A-Z2-7]{26}\Z")


def check_sign(body: str) -> str:
    """The sign that follows ``body``. ``KeyError`` when a sign is not of the alphabet."""
    total = 0
    for sign in body:
        total = (total + _VALUE[sign]) * _RADIX % _MODULUS
    return ALPHABET[(1 - total) % _MODULUS]


def is_valid(code: str) -> bool:
    """Whether every sign is of the alphabet and the last one checks the others."""
    if len(code) < 2 or any(sign not in _VALUE for sign in code):
        return False
    return check_sign(code[:-1]) == code[-1]


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_public_code() -> str:
    """A fresh public code (mã hồ sơ): 7 random signs and the check sign."""
    body = _random(PUBLIC_CODE_LENGTH - 1)
    return body + check_sign(body)


def new_secret() -> str:
    """A fresh secret (mã bí mật): 6 random signs, about 30 bits; only good with limits counted in the database."""
    return _random(SECRET_LENGTH)


def new_slip_token() -> str:
    """26 base32 signs with 128 random bits, for the slip's QR."""
    number = secrets.randbits(128)
    signs = []
    for _ in range(26):
        signs.append(_BASE32[number & 31])
        number >>= 5
    return "".join(signs)


def clean(typed: str) -> str:
    """What a person typed, as signs of a code: upper case, without spaces, dots and dashes."""
    return re.sub(r"[\s.\-–—_]", "", typed).upper()


def show(code: str) -> str:
    """A code as it is printed: 8 signs in two groups of four, 6 signs in two groups of three."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}" if len(code) in (PUBLIC_CODE_LENGTH, SECRET_LENGTH) else code
