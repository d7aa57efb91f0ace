"""The text of an ID card's square code (CCCD, thẻ căn cước): read leniently, checked with warnings, never refused.

The code is not signed: it is a typing aid, never proof of identity. Layout and checks: domain.md section 4.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from app.accounts import card_mrz, card_text, id_number
from app.core import clock
from app.core.errors import N_, Invalid
from app.core.text import fold, normalise

NOT_A_CARD = N_("Mã vuông này không phải mã của thẻ căn cước. Chụp lại mặt thẻ có mã vuông.")
_EMPTY = N_("Mã vuông này trống. Chụp lại mặt thẻ có mã vuông.")
_CUT_OFF = N_("Mã vuông trên thẻ đọc chưa hết. Chụp lại gần hơn, hoặc tự gõ cũng được.")
_ZERO = N_("Số thẻ đọc được thiếu số 0 ở đầu, đã thêm vào. Xem lại số giúp.")
_PLACE = N_("Ba số đầu %(code)s không phải mã tỉnh nào. Sinh ở nước ngoài thì đúng.")
_YEAR_APART = N_("Số thẻ ứng với năm sinh %(year)s. Xem lại năm sinh giúp.")
_SEX_APART = N_("Số thẻ và giới tính chưa khớp nhau. Xem lại giúp.")
_YEAR_AHEAD = N_("Số thẻ ứng với năm %(year)s, chưa tới. Xem lại số giúp.")
_NO_DAY = N_("Ngày sinh đọc được không có trong lịch. Xem lại giúp.")
_BIRTH_AHEAD = N_("Ngày sinh đọc được chưa tới. Xem lại giúp.")
_NEW_YEAR = N_("Thẻ ghi sinh ngày 01/01. Nếu chỉ biết năm thì bỏ ngày và tháng.")
_ISSUE_DAY = N_("Ngày cấp thẻ đọc được chưa hợp lý. Xem lại giúp.")
_LOST = N_("Có chữ đọc không ra. Xem lại từng chữ giúp.")
_TELEX = N_("Tên đọc được có vẻ sai dấu (bộ gõ đang bật). Xem lại từng chữ giúp.")
_NO_MARKS = N_("Tên đọc được không có dấu. Gõ lại cho đủ dấu giúp.")
_NAME_DIGITS = N_("Tên đọc được có chữ số. Xem lại từng chữ giúp.")
_ZONE = N_("Dòng chữ mặt sau thẻ có chỗ đọc sai. Xem lại từng chữ giúp.")
# In this order for ever: pages name them by their place.
WARNINGS = (
    _ZERO, _PLACE, _YEAR_APART, _SEX_APART, _YEAR_AHEAD, _NO_DAY, _BIRTH_AHEAD, _NEW_YEAR,
    _ISSUE_DAY, _LOST, _TELEX, _NO_MARKS, _NAME_DIGITS, _ZONE,
)
# What other square codes begin with, and what to say of them.
_OTHER_CODES = (
    (re.compile(r"(?:https?://|www\.)", re.IGNORECASE),
     N_("Mã vuông này là địa chỉ trang mạng, không phải thẻ căn cước. Chụp mặt thẻ có mã vuông.")),
    (re.compile(r"0002(?:01|02).*6304", re.DOTALL),
     N_("Mã vuông này để chuyển tiền, không phải thẻ căn cước. Chụp mặt thẻ có mã vuông.")),
    (re.compile(r"[A-Z]{2}[0-9]{13}\||[0-9]{10}\|(?:[0-9a-f]{2}){4,}\|"),
     N_("Mã vuông này của thẻ bảo hiểm y tế. Chụp thẻ căn cước giúp.")),
)  # fmt: skip
_START = re.compile(r"[^0-9A-Za-z]*([0-9]{12})(?![0-9])")
_SHORT_START = re.compile(r"[^0-9A-Za-z]*([0-9]{10,11})(?![0-9])")
_SHAPED = 500  # signs that are looked at for their shape, which takes their square of time
_LONGEST = 4000  # signs; a card has 300, the largest square code 4296
_BARS = str.maketrans("¦‖ǀ｜│∣", "||||||")
_DAY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})\Z")
_PARTED_DAY = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4})\Z")
_DIGITS = re.compile(r"[0-9]+\Z")
_YEAR = re.compile(r"[0-9]{4}\Z")
# The fields by their shape alone, for a separator that also occurs inside them.
_BY_SHAPE = re.compile(
    r"(?P<old>[0-9]{9}|[0-9]{12})?\W*(?P<name>[^\W\d][^\d]*?)\W+(?P<born>[0-9]{8})\W+(?P<sex>nam|nữ|nu)\W+(?P<address>.+?)"
    r"(?:\W+(?P<issued>[0-9]{8}))?\W*\Z",
    re.IGNORECASE,
)
_SEXES = {"nam": "male", "male": "male", "nu": "female", "nuwx": "female", "female": "female"}

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

    @property
    def birth_place(self) -> str:
        """Province of birth registration, by the number; empty for births abroad."""
        return id_number.birth_place(self.number)


@dataclass(frozen=True, slots=True)
class _Fields:
    """The code cut into its fields, not yet understood."""

    number: str
    old: str
    name: str
    born: str
    sex: str
    address: str
    issued: str


def parse(text: str) -> IdCard:
    """Read one code. Raises ``Invalid`` for a text that is no ID card's, saying what it seems to be instead."""
    text = card_text.cleaned(text[:_LONGEST])
    if lines := card_mrz.find_lines(text):
        return _by_zone(card_mrz.read(lines))
    fields = _fields(text)
    number = fields.number.zfill(12)
    born_on, name, address = _birth(fields.born), normalise(fields.name), normalise(fields.address).strip(" ,")
    issued, sex = _birth(fields.issued), _SEXES.get(fold(fields.sex), "")
    issued_on = _whole(issued)
    return IdCard(
        number=number, old_number=fields.old if len(fields.old) in (9, 12) else "", full_name=_cased(name),
        born_on=born_on, sex=sex, address=address, issued_on=issued_on,
        warnings=[
            *_number_warnings(number, fields.number, born_on, sex),
            *_birth_warnings(fields.born, born_on, issued_on),
            *_text_warnings(name, address),
        ],
    )


def _fields(text: str) -> _Fields:
    text = text.translate(_BARS)
    found = _START.match(text) or _SHORT_START.match(text)
    if found is None:
        raise Invalid(_what_else(text))
    rest = text[found.end() :]
    separator = rest[:1]
    # A scanner that types may put any sign of its keyboard for the bar; some stand inside the fields too.
    if separator.isalnum() or separator in " ,./-":
        return _by_shape(found[1], rest)
    parts = [" ".join(part.split()) for part in rest[1:].split(separator)]
    if len(parts) < 2 and len(found[1]) < 12:
        raise Invalid(NOT_A_CARD)
    if len(parts) < 5 or not _is_like(found[1], parts):
        raise Invalid(_CUT_OFF if len(found[1]) == 12 and len(parts) < 5 and len(parts) > 1 else NOT_A_CARD)
    return _by_place(found[1], parts)


def _is_like(number: str, parts: list[str]) -> bool:
    """A number that lost its leading zeros is believed only when the rest agrees with it."""
    if len(number) == 12:
        return True
    fields, number = _by_place(number, parts), number.zfill(12)
    born_on = _birth(fields.born)
    return bool(id_number.birth_place(number)) and born_on is not None and born_on.year == id_number.birth_year(number)


def _by_place(number: str, parts: list[str]) -> _Fields:
    """Six fields, seven or more; the old number may be empty or left out, what follows the day of issue is not read."""
    old = parts.pop(0) if not parts[0] or _DIGITS.match(parts[0]) else ""
    name, born, sex, *rest = [*parts, "", "", ""]
    end = next((place for place, part in enumerate(rest) if place and _is_day(part)), None)
    address = ", ".join(filter(None, rest[:end])) if end else rest[0] if rest else ""
    return _Fields(number, old, name, born, sex, address, rest[end] if end else "")


def _by_shape(number: str, rest: str) -> _Fields:
    found = _BY_SHAPE.match(rest.strip(" ,./-\t\r\n")[:_SHAPED])
    if found is None:
        raise Invalid(NOT_A_CARD)
    fields = found.groupdict("")
    return _Fields(
        number, fields["old"], fields["name"], fields["born"], fields["sex"], fields["address"], fields["issued"]
    )


def _is_day(text: str) -> bool:
    return bool(_DAY.match(text) or _PARTED_DAY.match(text))


def _what_else(text: str) -> str:
    if not text:
        return _EMPTY
    return next((sentence for pattern, sentence in _OTHER_CODES if pattern.match(text)), NOT_A_CARD)


def _by_zone(zone: card_mrz.Zone) -> IdCard:
    """The lines on the back of the card have no marks and no address."""
    born_on = None
    if zone.born:
        year = id_number.birth_year(zone.number) // 100 * 100 + int(zone.born[:2])
        born_on = _birth(f"{zone.born[4:]}{zone.born[2:4]}{year}")
    warnings = list(_number_warnings(zone.number, zone.number, born_on, zone.sex))
    if not zone.agrees:
        warnings.append((_ZONE, {}))
    if zone.name:
        warnings.append((_NO_MARKS, {}))
    return IdCard(
        number=zone.number, old_number="", full_name=_cased(zone.name), born_on=born_on, sex=zone.sex, address="",
        issued_on=None, warnings=warnings,
    )


def _cased(name: str) -> str:
    """Names all in capitals or all in small letters get a capital each word; mixed ones stay as they are."""
    if not (name.isupper() or name.islower()):
        return name
    return re.sub(r"[^\s'’\-]+", lambda word: word[0].capitalize(), name)


def _birth(text: str) -> BirthDate | None:
    """``ddMMyyyy``; zeros mean that only the year is known. None where it is no date at all."""
    text = text.strip()
    if _YEAR.match(text):
        return BirthDate(int(text)) if int(text) else None
    found = _PARTED_DAY.match(text) or _DAY.match(text)
    if found is None:
        return None
    day, month, year = (int(part) for part in found.groups())
    if day == 0 or month == 0:
        return BirthDate(year) if year else None
    try:
        date(year, month, day)
    except ValueError:
        return None
    return BirthDate(year, month, day)


def _whole(day: BirthDate | None) -> date | None:
    return date(day.year, day.month, day.day) if day and day.month and day.day else None


def _number_warnings(number: str, read: str, born_on: BirthDate | None, sex: str) -> Iterator[Warning_]:
    """Digits 1-3 tell the place, digit 4 century and sex, digits 5-6 the year; a mismatch is a warning (domain.md 4.2)."""
    year = id_number.birth_year(number)
    if len(read) < 12:
        yield _ZERO, {}
    if not id_number.birth_place(number):
        yield _PLACE, {"code": number[:3]}
    if born_on is not None and born_on.year != year:
        yield _YEAR_APART, {"year": str(year)}
    if sex and sex != id_number.sex(number):
        yield _SEX_APART, {}
    if year > clock.today().year:
        yield _YEAR_AHEAD, {"year": str(year)}


def _birth_warnings(read: str, born_on: BirthDate | None, issued_on: date | None) -> Iterator[Warning_]:
    born = _whole(born_on)
    if born_on is None and read:
        yield _NO_DAY, {}
    elif born is not None and born > clock.today():
        yield _BIRTH_AHEAD, {}
    elif born is not None and (born.month, born.day) == (1, 1):
        yield _NEW_YEAR, {}
    if issued_on is not None and (issued_on > clock.today() or (born is not None and issued_on < born)):
        yield _ISSUE_DAY, {}


def _text_warnings(name: str, address: str) -> Iterator[Warning_]:
    if card_text.has_lost_letters(f"{name} {address}"):
        yield _LOST, {}
    elif card_text.looks_like_telex(name):
        yield _TELEX, {}
    elif card_text.has_no_marks(f"{name} {address}"):
        yield _NO_MARKS, {}
    if any(sign.isdigit() for sign in name):
        yield _NAME_DIGITS, {}
