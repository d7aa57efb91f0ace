"""The machine-readable lines on the back of the card: ``IDVNM``, nine digits, a check digit, the 12-digit number.

Three lines of thirty signs (ICAO 9303, TD1). Passport readers at counters type them; the letters have no marks.
"""
from __future__ import annotations

import re
from dataclasses import dataclass

_WIDTH = 30
_FIRST = re.compile(r"IDVNM([0-9]{9})([0-9])([0-9]{12})(?=<)")
_SECOND = re.compile(r"([0-9]{6})([0-9])([MF<])([0-9]{6})([0-9])")
_THIRD = re.compile(r"[A-Z]+(?:<+[A-Z]+)*(?=<|\Z)")
_WEIGHTS = (7, 3, 1)


@dataclass(frozen=True, slots=True)
class Zone:
    """What the lines say; ``born`` is yyMMdd or empty, ``agrees`` whether all check digits are right."""

    number: str
    born: str
    sex: str  # male | female | ""
    name: str
    agrees: bool


def find_lines(text: str) -> str:
    """The lines, run together, if the text holds them; empty otherwise."""
    signs = re.sub(r"\s", "", text.upper())
    start = signs.find("IDVNM")
    return signs[start : start + 3 * _WIDTH] if start >= 0 and _FIRST.match(signs[start:]) else ""


def read(lines: str) -> Zone:
    """Read what ``find_lines`` found; the second and third line may be missing."""
    first = _FIRST.match(lines)
    assert first is not None
    agrees = _check(first[1]) == first[2]
    second = _SECOND.match(lines[_WIDTH : 2 * _WIDTH])
    third = _THIRD.match(lines[2 * _WIDTH :])
    if second is not None:
        agrees = agrees and _check(second[1]) == second[2] and _check(second[4]) == second[5]
    return Zone(
        number=first[3],
        born=second[1] if second else "",
        sex={"M": "male", "F": "female"}.get(second[3], "") if second else "",
        name=re.sub("<+", " ", third[0]) if third else "",
        agrees=agrees,
    )


def _check(signs: str) -> str:
    return str(sum(int(sign) * _WEIGHTS[place % 3] for place, sign in enumerate(signs)) % 10)
