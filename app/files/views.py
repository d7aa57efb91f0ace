"""How a file leaves the house. Routes stand with the owner, who knows who may see it."""
from __future__ import annotations

from urllib.parse import quote

from flask import Response

from app.core import text
from app.files import services
from app.files.models import FileKind, StoredFile

# A file can do nothing in our name: no script, no form, no frame, an origin of its own.
_LOCKED = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"
# Browsers refuse to show a sandboxed PDF; papers that we made ourselves may be shown.
_OWN_PAPER = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"


def send(file: StoredFile, *, inline: bool = False, download_name: str = "") -> Response:
    """The file itself. ``inline`` shows pictures and the ward's own PDF in the browser; all else is a download."""
    own_paper = file.kind != FileKind.UPLOAD and not file.is_picture
    shown = inline and (file.is_picture or own_paper)
    return _response(
        services.read(file), file.mime, "inline" if shown else "attachment",
        _name(download_name, file.extension), _OWN_PAPER if own_paper else _LOCKED,
    )


def send_thumbnail(file: StoredFile) -> Response | None:
    """The small picture, or None when there is none."""
    data = services.read_thumbnail(file)
    return None if data is None else _response(data, "image/jpeg", "inline", "anh.jpg", _LOCKED)


def send_page(file: StoredFile, page: int) -> Response:
    """One page as a picture."""
    return _response(services.read_page(file, page), "image/jpeg", "inline", f"trang-{page}.jpg", _LOCKED)


def _name(wanted: str, extension: str) -> str:
    """A safe name with the extension of what it really is; letters keep their marks (RFC 6266 carries them)."""
    stem = text.normalise(wanted).removesuffix(extension)
    stem = "".join("-" if sign in '\\/:*?"<>|;%' else sign for sign in stem).strip(" .-")
    return (stem[:80] or "giay-to") + extension


def _file_name(name: str) -> dict[str, str]:
    """RFC 6266: a name in plain letters for old readers, and the true one."""
    if name.isascii():
        return {"filename": name}
    stem, dot, extension = name.rpartition(".")
    plain = text.fold(stem).replace(" ", "-") or "giay-to"
    return {"filename": plain + dot + extension, "filename*": f"UTF-8''{quote(name)}"}


def _response(data: bytes, mime: str, disposition: str, name: str, policy: str) -> Response:
    response = Response(data, mimetype=mime)
    response.headers.set("Content-Disposition", disposition, **_file_name(name))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = policy
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
