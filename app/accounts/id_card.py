"""The text of an ID card's square code (CCCD, thẻ căn cước): read leniently, checked with warnings, never refused.

The code is not signed: it is a typing aid, never proof of identity. Layout and checks: domain.md section 4.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from app.core import clock
from app.core.errors import N_, Invalid
from app.core.text import normalise

NOT_A_CARD = N_("Mã vuông này không phải mã của thẻ căn cước. Chụp lại mặt thẻ có mã vuông.")
_NUMBER, _OLD_NUMBER = re.compile(r"[0-9]{12}\Z"), re.compile(r"[0-9]{9}\Z")
_DAY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})\Z")
_SEPARATORS = ("|", "¦", "‖", "ǀ", "｜")
# A keyboard-wedge scanner under a Vietnamese input method doubles vowels and leaves tone letters (Telex).
_TELEX = re.compile(r"(aa|ee|oo|dd|aw|ow|uw)[a-z]*[sfrxj]?\b|[aeiouy]{1,3}[nctmpgh]{0,2}[sfrxj]\b", re.IGNORECASE)
_MOJIBAKE = re.compile(r"[ÃÂÆÄá»º]{2}|á»|áº|Ã.|Æ°|Ä.")

Warning_ = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A birth date as the card writes it; ``month`` and ``day`` are None where only the year is known."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def year_only(self) -> bool:
        return self.month is None


@dataclass(frozen=True, slots=True)
class IdCard:
    """What the code says. ``warnings`` are shown and let pass."""

    number: str
    old_number: str
    full_name: str
    born_on: BirthDate | None
    sex: str  # male | female | ""
    address: str
    issued_on: date | None
    warnings: list[Warning_] = field(default_factory=list)


def parse(text: str) -> IdCard:
    """Read one code. Raises ``Invalid`` for a text that is no ID card's (an address, a bank code)."""
    parts = _split(_repaired(text))
    if len(parts) < 6 or not _NUMBER.match(parts[0]):
        raise Invalid(NOT_A_CARD)
    old = parts[1] if _OLD_NUMBER.match(parts[1]) else ""
    name, born_on, sex, address = normalise(parts[2]), _birth(parts[3]), _sex(parts[4]), normalise(parts[5])
    issued = _full_date(parts[6]) if len(parts) > 6 else None
    return IdCard(
        number=parts[0], old_number=old, full_name=_cased(name), born_on=born_on, sex=sex, address=address, issued_on=issued,
        warnings=[*_number_warnings(parts[0], born_on, sex), *_text_warnings(name, address)],
    )


def _split(text: str) -> list[str]:
    for separator in _SEPARATORS[1:]:
        text = text.replace(separator, _SEPARATORS[0])
    return [part.strip() for part in text.strip().split(_SEPARATORS[0])]


def _repaired(text: str) -> str:
    """UTF-8 that was read as Latin-1 or Windows-1252 is put right when it can be without loss."""
    text = text.lstrip("\ufeff")
    if not _MOJIBAKE.search(text):
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _cased(name: str) -> str:
    """Names all in capitals or all in small letters get a capital each word; mixed ones stay as they are."""
    return " ".join(word.capitalize() for word in name.split()) if name.isupper() or name.islower() else name


def _birth(text: str) -> BirthDate | None:
    """``ddMMyyyy``; zeros, or 01/01 as births of unknown day are registered, mean that only the year is known."""
    found = _DAY.match(re.sub(r"[^0-9]", "", text))
    if found is None:
        return BirthDate(int(text)) if re.fullmatch(r"[0-9]{4}", text) else None
    day, month, year = (int(part) for part in found.groups())
    if day == 0 or month == 0:
        return BirthDate(year) if year else None
    try:
        date(year, month, day)
    except ValueError:
        return None
    return BirthDate(year, month, day)


def _full_date(text: str) -> date | None:
    found = _birth(text)
    return date(found.year, found.month, found.day) if found and found.month and found.day else None


def _sex(text: str) -> str:
    """The field itself, as a whole: "nam" inside "Việt Nam" is no answer."""
    return {"nam": "male", "nữ": "female", "nu": "female", "male": "male", "female": "female"}.get(normalise(text).lower(), "")


def _number_warnings(number: str, born_on: BirthDate | None, sex: str) -> list[Warning_]:
    """Digit 4 tells century and sex, digits 5-6 the year; a mismatch is a warning (domain.md 4.2)."""
    warnings: list[Warning_] = []
    century, said_sex = 1900 + 100 * (int(number[3]) // 2), "female" if int(number[3]) % 2 else "male"
    year = century + int(number[4:6])
    if born_on is not None and born_on.year != year:
        warnings.append((N_("Số thẻ ứng với năm sinh %(year)s. Xem lại năm sinh giúp."), {"year": str(year)}))
    if sex and sex != said_sex:
        warnings.append((N_("Số thẻ và giới tính chưa khớp nhau. Xem lại giúp."), {}))
    if year > clock.today().year:
        warnings.append((N_("Số thẻ ứng với năm %(year)s, chưa tới. Xem lại số giúp."), {"year": str(year)}))
    return warnings


def _text_warnings(name: str, address: str) -> list[Warning_]:
    doubled = any(pair in name.lower() for pair in ("ee", "aa", "oo", "dd", "uw", "ow"))
    if doubled and name.isascii() and _TELEX.search(name):
        return [(N_("Tên đọc được có vẻ sai dấu (bộ gõ đang bật). Xem lại từng chữ giúp."), {})]
    if "\ufffd" in name + address:
        return [(N_("Có chữ đọc không ra. Xem lại từng chữ giúp."), {})]
    return []
