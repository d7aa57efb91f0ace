"""Made-up papers for demonstration and tests (giấy tờ mẫu): they look like papers and say across that they are none.

Only for data of our own making: nothing here runs on what a person sends.
"""
from __future__ import annotations

import io
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.core import qr
from app.files.cleaning import JPEG, CleanFile

_TEMPLATE = Path(__file__).parents[2] / "templates" / "files" / "pdf" / "demo_paper.typ"
_DPI = 130
_QUALITY, _THUMBNAIL_QUALITY, _THUMBNAIL_EDGE = 78, 70, 360
_STEADY_DEGREES = 2.0


class DemoPaper(StrEnum):
    """What can be drawn."""

    ID_CARD = "id_card"  # thẻ căn cước, with the square code of its chip
    BIRTH_PROOF = "birth_proof"  # giấy chứng sinh
    OLD_BIRTH_CERTIFICATE = "old_birth_certificate"  # giấy khai sinh cũ, written by hand
    DEATH_NOTICE = "death_notice"  # giấy báo tử
    MARRIAGE = "marriage"  # giấy chứng nhận kết hôn
    LAND = "land"  # giấy chứng nhận quyền sử dụng đất
    GENERIC = "generic"  # any other paper; give it a title


@dataclass(frozen=True, slots=True)
class _Look:
    look: str
    title: str
    office: str
    signer: str


_LOOKS = {
    DemoPaper.ID_CARD: _Look("card", "Căn cước", "", ""),
    DemoPaper.BIRTH_PROOF: _Look("plain", "Giấy chứng sinh", "Bệnh viện Mẫu", "Người đỡ đẻ"),
    DemoPaper.OLD_BIRTH_CERTIFICATE: _Look("old", "Giấy khai sinh", "UBND xã Mẫu", "Ủy viên thư ký"),
    DemoPaper.DEATH_NOTICE: _Look("plain", "Giấy báo tử", "Bệnh viện Mẫu", "Giám đốc"),
    DemoPaper.MARRIAGE: _Look("framed", "Giấy chứng nhận kết hôn", "UBND phường Mẫu", "Chủ tịch"),
    DemoPaper.LAND: _Look("land", "Giấy chứng nhận quyền sử dụng đất", "UBND thành phố Mẫu", "Chủ tịch"),
    DemoPaper.GENERIC: _Look("plain", "Giấy xác nhận", "Cơ quan Mẫu", "Người ký"),
}
# Keys of ``fields`` that have a place of their own on the paper; every other one is a line "label: value".
_PLACES = ("title", "number", "office", "place", "signer", "signed_by", "qr")


def draw_paper(kind: DemoPaper | str, fields: Mapping[str, str]) -> bytes:
    """A photo of a paper, as JPEG; the same fields always give the same photo.

    ``fields``: lines in order, "Họ và tên": "Nguyễn Văn Mẫu"; and, if wanted, ``title``, ``number``, ``office``,
    ``place`` (place and date), ``signer`` (office held), ``signed_by`` and ``qr`` (the text of a square code).
    """
    from PIL import Image

    out = io.BytesIO()
    with Image.open(io.BytesIO(_drawn(DemoPaper(kind), fields)), formats=("PNG",)) as picture:
        picture.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def draw_clean(kind: DemoPaper | str, fields: Mapping[str, str], name: str = "") -> CleanFile:
    """The same, ready for ``services.store``: our own drawing need not go through the limited child."""
    from PIL import Image

    data, small = draw_paper(kind, fields), io.BytesIO()
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        width, height = picture.size
        picture.thumbnail((_THUMBNAIL_EDGE, _THUMBNAIL_EDGE))
        picture.save(small, "JPEG", quality=_THUMBNAIL_QUALITY)
    return CleanFile(
        data=data, mime=JPEG, size_received=len(data), name=name or f"{kind}.jpg", thumbnail=small.getvalue(),
        width=width, height=height,
    )


def _drawn(kind: DemoPaper, fields: Mapping[str, str]) -> bytes:
    # Heavy, and wanted by demonstration data alone: the web worker must start without it.
    import typst

    look = _LOOKS[kind]
    facts = json.dumps(dict(fields), ensure_ascii=False)
    data = {
        "look": look.look, "title": look.title, "office": look.office, "signer": look.signer, "number": "",
        "place": "", "signed_by": "", **{key: value for key, value in fields.items() if key in _PLACES},
        "qr": qr.svg(fields["qr"], border=2) if fields.get("qr") else "",
        "lines": [[key, value] for key, value in fields.items() if key not in _PLACES],
        "tilt": (zlib.crc32(facts.encode()) % 1000 / 1000 - 0.5) * _STEADY_DEGREES,
    }
    return typst.compile(
        _TEMPLATE, format="png", ppi=_DPI, root=_TEMPLATE.parent, ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )

