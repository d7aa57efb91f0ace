"""Posters as PDF (tờ dán): one procedure on A4, a sheet for a field, the whole ward in one file.

Pure drawing: words in, bytes out. Each QR holds only the ward's own short address; never an account number.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from app.core import qr
from app.providers import pdf

PRINT_LEVEL = "Q"  # sun, rain and thumbs may take a quarter of the code (design.md 6)
PER_PAGE = 6

@dataclass(frozen=True, slots=True, kw_only=True)
class PosterEntry:
    """One procedure on a poster: what it is called, how long, how much, and where its QR leads."""

    title: str  # the everyday name: Xin bản sao giấy khai sinh
    name: str  # the official one
    code: str  # mã thủ tục on the national portal: 2.000635
    url: str  # HTTPS://PHUXUAN.EXAMPLE/Q/7K3MX
    time: str  # Trong ngày
    fee: str  # 8.000 đồng một bản


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterData:
    """A sheet that hangs somewhere: whose it is, how else to reach the ward, where it hangs, what it offers."""

    agency: str  # UBND phường Phú Xuân, thành phố Huế
    site: str  # phuxuan.example, as people type it
    phone: str  # 0234 3000 000
    desk: str  # quầy 3, where people help
    place: str  # nhà sinh hoạt Tổ dân phố 5; may be empty
    sheet_number: str  # 12, in the register of posters; may be empty
    entries: tuple[PosterEntry, ...]
    heading: str = ""  # name of the field, on a sheet with several codes


def poster(data: PosterData, *, made_at: datetime) -> bytes:
    """One A4 page for the only entry of ``data``."""
    return ward_file([data], made_at=made_at)


def field_sheet(data: PosterData, *, made_at: datetime) -> bytes:
    """All entries of ``data`` as a grid under its heading, at most six on a page."""
    pages = ceil(len(data.entries) / PER_PAGE)
    share = ceil(len(data.entries) / pages)  # 4 + 3 rather than 6 + 1
    sheets = [
        _sheet(replace(data, entries=data.entries[first : first + share]))
        for first in range(0, len(data.entries), share)
    ]
    for number, sheet in enumerate(sheets, start=1):
        sheet["page"] = f"Trang {number}/{len(sheets)}" if len(sheets) > 1 else ""
    return _print("field_sheet", data.heading, sheets, made_at)


def ward_file(sheets: Sequence[PosterData], *, made_at: datetime) -> bytes:
    """One A4 page for each entry of each sheet, in one file. There is at least one."""
    pages = sum(len(sheet.entries) for sheet in sheets)
    title = sheets[0].entries[0].title if pages == 1 else f"{pages} tờ dán"
    return _print("poster", title, [_sheet(sheet) for sheet in sheets], made_at)


def _print(template: str, title: str, sheets: list[dict[str, object]], made_at: datetime) -> bytes:
    return pdf.print_paper(
        f"procedures/pdf/{template}.typ", {"title": f"Tờ dán: {title}", "sheets": sheets}, made_at=made_at
    )


def _sheet(sheet: PosterData) -> dict[str, object]:
    foot = [
        f"Nơi dán: {sheet.place}" if sheet.place else "",
        f"Tờ số {sheet.sheet_number}" if sheet.sheet_number else "",
    ]
    return {
        "agency": sheet.agency,
        "site": sheet.site,
        "phone": sheet.phone,
        "desk": sheet.desk,
        "heading": sheet.heading,
        "foot": " · ".join(part for part in foot if part),
        "entries": [_entry(entry) for entry in sheet.entries],
    }


def _entry(entry: PosterEntry) -> dict[str, object]:
    return {
        "title": entry.title,
        "name": entry.name,
        "code": entry.code,
        "time": entry.time,
        "fee": entry.fee,
        "short": " · ".join(dict.fromkeys(_first_sentence(text) for text in (entry.time, entry.fee) if text)),
        "qr": pdf.Drawing(qr.svg(entry.url, level=PRINT_LEVEL)),
        "qr_alt": f"Mã QR mở trang: {entry.title}",
    }


def _first_sentence(text: str) -> str:
    """What fits under a small code; the page behind it says the rest."""
    return text.split(". ", 1)[0].rstrip(".")
