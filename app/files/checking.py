"""The first look at an upload: how long it is and what its first bytes say. Nothing is decoded here.

Allow-list: JPEG, PNG, WebP, HEIC/HEIF, PDF, by content alone; a name or a declared type is never believed.
"""
from __future__ import annotations

import re
from enum import StrEnum
from typing import BinaryIO

from app.core.errors import Invalid
from app.files import refusals

MAX_MB = 12  # ruling 12
MAX_BYTES = MAX_MB << 20
_LOOK = 4096


class Format(StrEnum):
    """What we take. The value is what the child's decoder calls it."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    HEIF = "HEIF"
    PDF = "PDF"


_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_VIDEO_BRANDS = {b"isom", b"iso2", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ", b"3gp4", b"3gp5"}
_OTHER_PICTURES = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0", b"8BPS", b"\xff\x0a", b"\0\0\0\x0cJXL ")
_ARCHIVES = (b"PK\3\4", b"PK\5\6", b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_OFFICE_NAMES = (b"[Content_Types].xml", b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")
_DRAWING = re.compile(rb"<svg[\s>]", re.IGNORECASE)
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf|\s)*<[!?a-z/]", re.IGNORECASE)


def read_all(upload: bytes | BinaryIO) -> bytes:
    """All of ``upload``. Raises ``Invalid`` when it is empty or longer than ``MAX_BYTES``; reads no more than that."""
    data = upload if isinstance(upload, bytes) else upload.read(MAX_BYTES + 1)
    if not data:
        raise Invalid(refusals.EMPTY)
    if len(data) > MAX_BYTES:
        raise Invalid(refusals.TOO_BIG, limit=MAX_MB)
    return data


def find_format(data: bytes) -> Format:
    """What ``data`` is. Raises ``Invalid`` with the sentence for what it is instead."""
    found = _taken(data)
    if found is None:
        raise Invalid(_reason(data[:_LOOK]))
    return found


def _taken(data: bytes) -> Format | None:
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp" and data[8:12] in _HEIF_BRANDS:
        return Format.HEIF
    if data.lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(b"%PDF-"):
        return Format.PDF
    return None


def _reason(head: bytes) -> str:
    if not head.strip(b"\0 \t\r\n"):
        return refusals.EMPTY
    if head[4:8] == b"ftyp":
        return refusals.VIDEO if head[8:12] in _VIDEO_BRANDS else refusals.OTHER_PICTURE
    if head.startswith(b"\x1aE\xdf\xa3") or (head.startswith(b"RIFF") and head[8:12] == b"AVI "):
        return refusals.VIDEO
    if head.startswith(b"\xd0\xcf\x11\xe0") or (head.startswith(b"PK") and any(n in head for n in _OFFICE_NAMES)):
        return refusals.OFFICE
    if head.startswith(_ARCHIVES):
        return refusals.ARCHIVE
    if head.startswith(_OTHER_PICTURES):
        return refusals.OTHER_PICTURE
    if _MARKUP.match(head):
        return refusals.DRAWING if _DRAWING.search(head) else refusals.WEB_PAGE
    return refusals.UNKNOWN
