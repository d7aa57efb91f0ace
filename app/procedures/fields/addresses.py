"""Addresses of two levels (số nhà, đường · tổ dân phố · phường, xã · tỉnh, thành phố), and "as on the paper" beside.

Names of wards from before July 2025 are taken and led to today's ward; both are kept (domain.md 5.2, 6).
"""
from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app.accounts.id_number import BIRTH_PLACES
from app.core.errors import N_
from app.core.text import fold
from app.procedures.conditions import is_unknown
from app.procedures.fields.base import Answers, FieldType, Message, Parsed, Translate, Typed, clean
from app.procedures.parts import Question

PLACES_FILE = Path(__file__).parents[1] / "catalogue" / "places.toml"
PART_LIMIT, PAPER_LIMIT = 120, 300
_KIND = re.compile(r"^(?:phuong|p|xa|thi tran|tt) ")
_CITY_KIND = re.compile(r"^(?:thanh pho|tp|tinh|t) ")
_GROUP = re.compile(r"^(?:to dan pho|tdp|to|khu pho|thon|xom|ap|ban) ")

EMPTY_LINE = N_("Ghi số nhà, tên đường, hoặc tổ dân phố.")
EMPTY_WARD = N_("Ghi tên phường hoặc xã, ví dụ %(example)s.")
EMPTY_CITY = N_("Ghi tên thành phố hoặc tỉnh, ví dụ %(example)s.")
TOO_LONG = N_("Ô này có %(count)s chữ cái. Ô này nhận nhiều nhất %(limit)s. Ghi ngắn lại.")
ASK_LINE = N_("Chưa ghi số nhà, tên đường hay tổ dân phố. Không có thì bấm Tiếp tục.")
SHOW_PAPER = N_("Trên giấy ghi: %(paper)s")
SHOW_FORMER = N_("Trước là %(ward)s")


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward of today."""

    name: str
    city: str
    former: tuple[str, ...] = ()
    former_district: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The wards that the field knows, and which one is ours."""

    here: Ward
    by_former: Mapping[tuple[str, str], tuple[Ward, str]]  # (former ward, city), both bare and folded
    by_name: Mapping[tuple[str, str], Ward]


def bare(name: str) -> str:
    """"Phường Thuận Lộc", "p. thuận lộc", "Thuan Loc" -> "thuan loc"."""
    return _KIND.sub("", fold(name))


def _bare_city(name: str) -> str:
    return _CITY_KIND.sub("", fold(name)).removeprefix("thua thien ")


def load_places(path: Path = PLACES_FILE) -> Places:
    """The wards of ``places.toml``."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    wards = [
        Ward(row["name"], row["city"], tuple(row.get("former", ())), row.get("former_district", ""))
        for row in data["ward"]
    ]
    return Places(
        here=next(ward for ward in wards if (ward.name, ward.city) == (data["here"]["ward"], data["here"]["city"])),
        by_former={(bare(old), _bare_city(ward.city)): (ward, old) for ward in wards for old in ward.former},
        by_name={(bare(ward.name), _bare_city(ward.city)): ward for ward in wards},
    )


PLACES = load_places()


def split(text: str) -> dict[str, str]:
    """An address in one line ("12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế") in its parts.

    Cards printed before 07/2025 often leave "xã", "huyện", "tỉnh" out: "Thôn 1, Triệu Mẫu, Triệu Thử, Quảng Trị".
    """
    pieces = [piece for piece in (clean(part) for part in text.split(",")) if piece]
    found = {"line": "", "group": "", "ward": "", "city": ""}
    if len(pieces) > 1 and (_CITY_KIND.match(fold(pieces[-1])) or _bare_city(pieces[-1]) in _CITIES):
        found["city"] = pieces.pop()
    if len(pieces) > 1 and re.match(r"^(?:quan|huyen|q|h|thi xa|tx|thanh pho|tp) ", fold(pieces[-1])):
        pieces.pop()  # the district is gone since July 2025; "as on the paper" keeps it
    elif len(pieces) > 2 and found["city"] and not _KIND.match(fold(pieces[-1])):
        pieces.pop()  # three bare names before the province: the last one is its district
    if pieces and (_KIND.match(fold(pieces[-1])) or (found["city"] and len(pieces) > 1)):
        found["ward"] = pieces.pop()
    if pieces and _GROUP.match(fold(pieces[-1])):
        found["group"] = pieces.pop()
    found["line"] = ", ".join(pieces)
    return found


# Provinces as cards call them, old and new; those of today all bear a name that was there before.
_CITIES = frozenset({_bare_city(city) for city in (*BIRTH_PLACES.values(), *(ward.city for ward in PLACES.by_name.values()))})


def settled(parts: Mapping[str, str]) -> dict[str, str]:
    """Parts of an address with a former ward led to today's; the old name is kept beside."""
    value = {key: parts.get(key, "") for key in ("line", "group", "ward", "city", "paper")}
    ward_text = value["ward"].split(",")[0]
    city = _bare_city(value["city"]) or _bare_city(PLACES.here.city)
    value["former_ward"] = parts.get("former_ward", "")
    if found := PLACES.by_former.get((bare(ward_text), city)):
        ward, value["former_ward"] = found
        value["ward"], value["city"] = ward.name, ward.city
    elif known := PLACES.by_name.get((bare(ward_text), city)):
        value["ward"], value["city"] = known.name, known.city
    return value


class Address(FieldType):
    """Where someone lives today, and how the paper puts it."""

    code = "address"
    suffixes = ("_line", "_group", "_ward", "_city", "_paper")

    def read(self, question: Question, typed: Typed, name: str, today: date) -> Parsed:
        parts = {suffix[1:]: clean(str(typed[name + suffix])) for suffix in self.suffixes}
        if not any(parts.values()) or self._only_ours(question, parts):
            return self._nothing(question, typed, name)
        if parts["line"].count(",") >= 2 and (not parts["ward"] or self._only_ours(question, {**parts, "line": ""})):
            spread = split(parts["line"])
            if spread["ward"] and spread["city"]:
                parts = {**parts, **spread, "group": parts["group"] or spread["group"],
                         "paper": parts["paper"] or parts["line"]}
        if parts["ward"] and not parts["city"] and _is_ours(parts["ward"]):
            parts["city"] = PLACES.here.city
        errors = self._faults(parts)
        if errors:
            return Parsed(None, {name + suffix: fault for suffix, fault in errors.items()}, typed)
        return Parsed(settled(parts), {}, typed)

    def is_blank(self, question: Question, typed: Typed, name: str) -> bool:
        parts = {suffix[1:]: clean(str(typed[name + suffix])) for suffix in self.suffixes}
        return not any(parts.values()) or self._only_ours(question, parts)

    def _only_ours(self, question: Question, parts: Mapping[str, str]) -> bool:
        """Nothing but the ward and city that we had filled in ourselves."""
        ours = PLACES.here
        return (
            question.here
            and not (parts["line"] or parts["group"] or parts["paper"])
            and parts["ward"] == ours.name
            and parts["city"] == ours.city
        )

    def _nothing(self, question: Question, typed: Typed, name: str) -> Parsed:
        if not question.required:
            return Parsed(None, {}, typed)
        errors = {f"{name}_line": (EMPTY_LINE, {})}
        here = PLACES.here
        if not clean(str(typed[name + "_ward"])):
            errors[f"{name}_ward"] = (EMPTY_WARD, {"example": here.name})
        if not clean(str(typed[name + "_city"])):
            errors[f"{name}_city"] = (EMPTY_CITY, {"example": here.city})
        return Parsed(None, errors, typed)

    def _faults(self, parts: Mapping[str, str]) -> dict[str, Message]:
        errors: dict[str, Message] = {}
        if not parts["ward"]:
            errors["_ward"] = (EMPTY_WARD, {"example": PLACES.here.name})
        if not parts["city"]:
            errors["_city"] = (EMPTY_CITY, {"example": PLACES.here.city})
        for key, text in parts.items():
            limit = PAPER_LIMIT if key == "paper" else PART_LIMIT
            if len(text) > limit:
                errors[f"_{key}"] = (TOO_LONG, {"count": len(text), "limit": limit})
        return errors

    def check(self, question: Question, value: Any, *, today: date, answers: Answers | None = None) -> list[Message]:
        """Neither street nor group: possible in some places, so it is asked."""
        if not isinstance(value, Mapping) or is_unknown(value) or value.get("line") or value.get("group"):
            return []
        return [(ASK_LINE, {})]

    def show_value(self, question: Question, value: Any, _: Translate) -> list[str]:
        lines = [one_line(value)]
        if value.get("paper"):
            lines.append(_(SHOW_PAPER, {"paper": value["paper"]}))
        elif value.get("former_ward"):
            lines.append(_(SHOW_FORMER, {"ward": value["former_ward"]}))
        return lines

    def print_value(self, question: Question, value: Any) -> list[str]:
        return [one_line(value)]

    def type_value(self, question: Question, value: Any, name: str) -> Typed:
        typed: Typed = {name + suffix: str(value.get(suffix[1:], "")) for suffix in self.suffixes}
        if value.get("former_ward"):
            typed[name + "_ward"] = value["former_ward"]
        return typed

    def prefill(self, question: Question, raw: object) -> Any:
        """A card's address, led to today's ward, with the card's own words kept as "on the paper"."""
        if not isinstance(raw, str) or not (text := clean(raw)[:PAPER_LIMIT]):
            return None
        parts = {key: part[:PART_LIMIT] for key, part in split(text).items()}
        if not parts["ward"]:
            return None
        value = settled({**parts, "city": parts["city"] or PLACES.here.city})
        whole = text == one_line(value) and (value["line"] or value["group"])
        value["paper"] = "" if whole else text
        return value

    def column(self, value: Any) -> Any:
        return one_line(value)


def _is_ours(ward: str) -> bool:
    """Whether a ward without a city can only be one of ours."""
    key = (bare(ward), _bare_city(PLACES.here.city))
    return key in PLACES.by_former or key in PLACES.by_name


def one_line(value: Mapping[str, Any]) -> str:
    """"12 Đường Thử, TDP 5, Phường Phú Xuân, Thành phố Huế"."""
    return ", ".join(part for part in (value.get(key) for key in ("line", "group", "ward", "city")) if part)
