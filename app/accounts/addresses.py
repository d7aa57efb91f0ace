"""Addresses as on the paper and as they are called today: since July 2025 wards are larger and districts are gone.

Both are always kept: papers printed earlier are matched by the old words (domain.md 5.2 and 6).
"""
from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.text import fold, normalise


@dataclass(frozen=True, slots=True)
class Merger:
    """Former wards (phường cũ) that became one: their names, where they lay, and what to write today."""

    former_wards: tuple[str, ...]
    former_districts: tuple[str, ...]
    cities: tuple[str, ...]
    ward: str
    city: str


PHU_XUAN = Merger(
    former_wards=("Thuận Hòa", "Thuận Lộc", "Tây Lộc", "Đông Ba", "Gia Hội", "Phú Hậu"),
    former_districts=("Quận Phú Xuân",),
    cities=("Thành phố Huế", "Tỉnh Thừa Thiên Huế", "Tỉnh TT Huế", "Tỉnh TTH"),
    ward="Phường Phú Xuân",
    city="Thành phố Huế",
)  # NQ 1675/NQ-UBTVQH15, in force 16/06/2025


@dataclass(frozen=True, slots=True)
class AddressPair:
    """An address as the paper writes it and as it is today; equal where nothing changed or nothing is known."""

    as_written: str
    today: str
    former_ward: str = ""  # its name without "Phường", empty if the address names none of them

    @property
    def changed(self) -> bool:
        return bool(self.former_ward)


# "P.", "TP Huế" and the like are written by hand and by old databases.
_KINDS = (
    ("phuong", ("phuong", "p", "ph")),
    ("quan", ("quan", "q")),
    ("thanh pho", ("thanh pho", "tp", "t p")),
    ("tinh", ("tinh", "t")),
)


def address_today(address: str, merger: Merger = PHU_XUAN) -> AddressPair:
    """``address`` with a former ward replaced by today's ward and city; house, street and group stay.

    A part counts as the ward when it is "Phường <name>" or the bare name, and what follows it names nothing but
    that ward's district, city or province: a street or a ward of the same name elsewhere stays as it is.
    """
    written = normalise(address).strip(" ,;.")
    parts = [(found.start(), found[0].strip()) for found in _parts_of(written).finditer(written)]
    wards = {fold(ward): ward for ward in merger.former_wards}
    around = {name for place in (*merger.former_districts, *merger.cities) for name in _names(place)}
    for place in range(len(parts) - 1, -1, -1):
        start, part = parts[place]
        kind, name = _kind(part)
        if name in wards and kind in ("", "phuong"):
            after = [part for _, part in parts[place + 1 :]]
            if all(_is_around(part, around) for part in after) and (after or kind):
                before = written[:start].rstrip(" ,;-")
                return AddressPair(written, ", ".join(filter(None, (before, merger.ward, merger.city))), wards[name])
    return AddressPair(written, written)


def _parts_of(written: str) -> re.Pattern[str]:
    """Commas part an address; dashes do where there is no comma."""
    return re.compile(r"[^,;]+") if re.search(r"[,;]", written) else re.compile(r"(?:(?! - ).)+")


def _names(place: str) -> tuple[str, str]:
    """A place with its kind and by its bare name."""
    kind, name = _kind(place)
    return f"{kind} {name}", name


def _is_around(part: str, around: set[str]) -> bool:
    kind, name = _kind(part)
    return f"{kind} {name}".strip() in around or fold(part) == "viet nam"


def _kind(part: str) -> tuple[str, str]:
    """("phuong", "thuan loc") of "P. Thuận Lộc"; the kind is empty where none is written."""
    folded = fold(part)
    for kind, spellings in _KINDS:
        for spelling in spellings:
            if folded.startswith(spelling + " "):
                return kind, folded.removeprefix(spelling + " ")
    return "", folded
