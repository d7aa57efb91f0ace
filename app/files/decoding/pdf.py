"""PDF: kept as a document, without anything that acts. Tasks of the limited child.

Scripts, actions, links, embedded files, films, XFA and the notes about author and place are taken out, and the file
is written anew. A signed PDF that holds nothing of the kind is kept to the byte, or its signature would break.
"""
from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from app.core.errors import Invalid
from app.files import refusals
from app.files.decoding.segments import without_notes

MAX_PAGES = 60
_TAIL = 4096  # a PDF that was cut off has no end mark here

# Keys that make a reader act or that carry another file (ISO 32000-2).
_ACTING = (
    "/AA", "/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/URI", "/URLS", "/Renditions", "/Collection",
    "/AlternatePresentations", "/RichMediaContent", "/NeedsRendering",
)
_ACTIONS = ("/OpenAction", "/A", "/PA")
_TELLING = ("/Metadata", "/PieceInfo", "/Thumb", "/LastModified")
_ACTING_NOTES = ("/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D")
_OUTSIDE_DATA = ("/F", "/FFilter", "/FDecodeParms")


def clean(data: bytes) -> dict[str, Any]:
    """The document without anything that acts, and how many pages it has. Raises ``Invalid``."""
    if b"%%EOF" not in data[-_TAIL:]:
        raise Invalid(refusals.BROKEN_PDF)
    start = data.find(b"%PDF-")
    try:
        with Pdf.open(io.BytesIO(data[start:])) as document:
            pages = _count_pages(document)
            # Whatever was hung before or behind the document is no part of what was signed.
            bare = start == 0 and data.rstrip().endswith(b"%%EOF")
            signed = bare and _is_signed(document)
            if _disarm(document) or not signed:
                _forget(document)
                data = _saved(document)
    except pikepdf.PasswordError as error:
        raise Invalid(refusals.LOCKED_PDF) from error
    except (Invalid, MemoryError):
        raise
    except Exception as error:  # qpdf and its binding raise many kinds for bad bytes
        raise Invalid(refusals.BROKEN_PDF) from error
    return {"data": data, "pages": pages}


def turn(data: bytes, quarters: int) -> dict[str, Any]:
    """Our own clean PDF with every page turned clockwise by ``quarters`` of a full turn."""
    with Pdf.open(io.BytesIO(data)) as document:
        for page in document.pages:
            page.rotate(90 * (quarters % 4), relative=True)
        return {"data": _saved(document), "pages": len(document.pages)}


def _count_pages(document: Pdf) -> int:
    pages = len(document.pages)
    if pages == 0:
        raise Invalid(refusals.EMPTY_PDF)
    if pages > MAX_PAGES:
        raise Invalid(refusals.TOO_MANY_PAGES, pages=pages, limit=MAX_PAGES)
    return pages


def _is_signed(document: Pdf) -> bool:
    """Whether the file holds a signature over its beginning; whether it is right is for readers of signatures to say."""
    form = document.Root.get("/AcroForm")
    if not isinstance(form, Dictionary) or int(form.get("/SigFlags", 0)) & 1 != 1:
        return False
    ranges = [item["/ByteRange"] for item in _containers(document) if "/ByteRange" in item and "/Contents" in item]
    return any(isinstance(covered, Array) and len(covered) >= 4 and int(covered[0]) == 0 for covered in ranges)


def _containers(document: Pdf) -> Iterator[Object]:
    """Every dictionary and stream of the file, wherever it hides."""
    waiting: list[Object] = [document.trailer, *document.objects]
    while waiting:
        item = waiting.pop()
        parts: list[Object] = []
        if isinstance(item, Dictionary | Stream):
            yield item
            parts = [part for _, part in item.items()]
        elif isinstance(item, Array):
            parts = list(item)
        # What is not direct stands in document.objects itself.
        waiting += [part for part in parts if isinstance(part, Dictionary | Array) and not part.is_indirect]


def _disarm(document: Pdf) -> int:
    """Take out all that acts; how much there was."""
    found = 0
    for item in _containers(document):
        for key in (*_ACTING, *(_OUTSIDE_DATA if isinstance(item, Stream) else ())):
            if key in item:
                del item[key]
                found += 1
        for key in _ACTIONS:
            if key in item and _acts(item[key]):
                del item[key]
                found += 1
    return found + sum(_drop_notes(page.obj) for page in document.pages)


def _acts(action: Object) -> bool:
    """Whether a value is an action beyond a jump inside the document (attributes of a tag share the key /A)."""
    if not isinstance(action, Dictionary) or "/S" not in action:
        return False
    return action.get("/S") != Name.GoTo or "/Next" in action


def _drop_notes(page: Object) -> int:
    notes = page.get("/Annots")
    if not isinstance(notes, Array):
        return 0
    kept = [note for note in notes if not (isinstance(note, Dictionary) and str(note.get("/Subtype")) in _ACTING_NOTES)]
    if len(kept) < len(notes):
        page["/Annots"] = Array(kept)
    return len(notes) - len(kept)


def _forget(document: Pdf) -> None:
    """Take out who wrote it, with what, when and where; also from the photos inside."""
    if "/Info" in document.trailer:
        del document.trailer["/Info"]
    for item in _containers(document):
        for key in _TELLING:
            if key in item:
                del item[key]
        if isinstance(item, Stream) and item.get("/Filter") in (Name.DCTDecode, Array([Name.DCTDecode])):
            photo = item.read_raw_bytes()
            bare = without_notes(photo)
            if len(bare) < len(photo):
                item.write(bare, filter=Name.DCTDecode, decode_parms=item.get("/DecodeParms"))


def _saved(document: Pdf) -> bytes:
    out = io.BytesIO()
    document.save(out, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
