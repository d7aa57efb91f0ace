"""From a stranger's bytes to a file that can be kept: looked at, scanned, decoded in the limited child, written anew.

Slow (0.1 to 2 s) and without the database: call it between transactions, never inside one.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from app.core import text
from app.core.errors import AppError, Invalid
from app.core.logs import log_event
from app.files import checking, refusals
from app.files.checking import Format
from app.providers import decoder
from app.providers.antivirus import antivirus
from app.providers.decoder import DecoderFailed, FailureKind

JPEG, PDF = "image/jpeg", "application/pdf"
NAME_LENGTH = 120
MAX_MEGAPIXELS = 64  # the same figure is enforced in the child; here it only fills the sentence
_IMAGES, _PDF, _PAGES = "app.files.decoding.images", "app.files.decoding.pdf", "app.files.decoding.pages"


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file that holds nothing but what one sees. ``size_received`` is what the person sent, in bytes."""

    data: bytes
    mime: str
    size_received: int
    name: str
    thumbnail: bytes | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None


def clean_upload(upload: bytes | BinaryIO, name: str = "") -> CleanFile:
    """Check and clean what somebody sent. ``name`` is only remembered for staff.

    Raises ``Invalid`` with the sentence for what is wrong, ``Unavailable`` when the scanner or a decoder is not there.
    """
    data = checking.read_all(upload)
    kind = checking.find_format(data)
    found = antivirus().find(data)
    if found:
        log_event("upload.virus", size=len(data))
        raise Invalid(refusals.VIRUS)
    return _clean_pdf(data, name) if kind is Format.PDF else _clean_picture(data, kind, name)


def issued_paper(data: bytes, name: str, *, pages: int | None = None) -> CleanFile:
    """A PDF of our own, kept to the byte."""
    return CleanFile(data=data, mime=PDF, size_received=len(data), name=tidy_name(name), pages=pages)


def draw_page(pdf: bytes, page: int, *, small: bool = False) -> bytes:
    """A JPEG of one page (from 1) of a PDF. Raises ``Invalid`` when it cannot be drawn."""
    try:
        return decoder.run(f"{_PAGES}:draw", pdf, page=page, small=small)
    except DecoderFailed as failure:
        raise Invalid(refusals.HEAVY_PDF) from failure


def turned(data: bytes, mime: str, quarters: int) -> dict[str, Any]:
    """Our own clean ``data`` turned clockwise: data, and thumbnail, width, height or pages as they apply."""
    try:
        if mime == PDF:
            return {**decoder.run(f"{_PDF}:turn", data, quarters=quarters), "thumbnail": None}
        return decoder.run(f"{_IMAGES}:turn", data, quarters=quarters)
    except DecoderFailed as failure:
        raise Invalid(refusals.CANNOT_TURN) from failure


def pdf_thumbnail(data: bytes) -> bytes | None:
    """A small picture of page 1, or None: a document that cannot be drawn can still be kept and read."""
    try:
        return draw_page(data, 1, small=True)
    except AppError:
        return None


def tidy_name(name: str) -> str:
    """The name a person's phone gave the file, without its folders, as one line of text."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return text.normalise(last)[-NAME_LENGTH:]


def _clean_picture(data: bytes, kind: Format, name: str) -> CleanFile:
    try:
        answer = decoder.run(f"{_IMAGES}:clean", data, format=str(kind))
    except DecoderFailed as failure:
        if failure.kind is FailureKind.MEMORY:
            raise Invalid(refusals.TOO_MANY_PIXELS, limit=MAX_MEGAPIXELS) from failure
        sentence = refusals.TOO_SLOW if failure.kind is FailureKind.TIME else refusals.BROKEN_IMAGE
        raise Invalid(sentence) from failure
    return CleanFile(
        data=answer["data"], mime=JPEG, size_received=len(data), name=tidy_name(name),
        thumbnail=answer["thumbnail"], width=answer["width"], height=answer["height"],
    )


def _clean_pdf(data: bytes, name: str) -> CleanFile:
    try:
        answer = decoder.run(f"{_PDF}:clean", data)
    except DecoderFailed as failure:
        heavy = failure.kind in (FailureKind.MEMORY, FailureKind.TIME)
        raise Invalid(refusals.HEAVY_PDF if heavy else refusals.BROKEN_PDF) from failure
    return CleanFile(
        data=answer["data"], mime=PDF, size_received=len(data), name=tidy_name(name),
        thumbnail=pdf_thumbnail(answer["data"]), pages=answer["pages"],
    )
