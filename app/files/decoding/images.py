"""Pictures: decoded whole, turned upright, made smaller and written anew, so that nothing of the old file survives.

EXIF, GPS, comments, colour profiles and whatever was hung behind the picture are gone. Tasks of the limited child.
"""
from __future__ import annotations

import io
from typing import Any

from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401  known to Image.open

from app.core.errors import Invalid
from app.files import refusals

MAX_MEGAPIXELS = 64  # ruling 12
LONG_EDGE = 3000  # an A4 page at 250 dots an inch: the small print of a paper stays legible
THUMBNAIL_EDGE = 360
QUALITY, TURNED_QUALITY, THUMBNAIL_QUALITY = 85, 92, 72

_ORIENTATION = 0x0112  # EXIF 2.3, table 4
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_CLOCKWISE = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}

Image.MAX_IMAGE_PIXELS = None  # our own limit stands below, on the header, before anything is decoded


def clean(data: bytes, format: str) -> dict[str, Any]:
    """The picture as a clean upright JPEG of at most ``LONG_EDGE``, and its thumbnail. Raises ``Invalid``."""
    if format == "HEIF":
        import pi_heif  # 30 ms that the other formats need not pay

        pi_heif.options.DECODE_THREADS = 1
        pi_heif.register_heif_opener()
    try:
        with Image.open(io.BytesIO(data), formats=(format,)) as picture:
            _check_size(picture)
            flat = _flatten(_shrink(picture))
    except (Invalid, MemoryError):
        raise
    except Exception as error:  # Pillow and its codecs raise a dozen kinds for bad bytes
        raise Invalid(refusals.BROKEN_IMAGE) from error
    return _answer(flat, QUALITY)


def turn(data: bytes, quarters: int) -> dict[str, Any]:
    """Our own clean JPEG turned clockwise by ``quarters`` of a full turn."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
        return _answer(picture.transpose(_CLOCKWISE[quarters % 4]), TURNED_QUALITY)


def _check_size(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_MEGAPIXELS * 1_000_000:
        raise Invalid(refusals.TOO_MANY_PIXELS, limit=MAX_MEGAPIXELS)


def _shrink(picture: Image.Image) -> Image.Image:
    """At most ``LONG_EDGE``, upright. A JPEG is decoded at a half, a quarter or an eighth where that is enough."""
    upright = _UPRIGHT.get(_orientation(picture))
    picture.draft(None, (LONG_EDGE, LONG_EDGE))
    picture.load()
    if picture.mode in ("1", "P", "PA") or picture.mode.startswith(("I", "F")):
        picture = _plain_mode(picture)
    if max(picture.size) > LONG_EDGE:
        picture.thumbnail((LONG_EDGE, LONG_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return picture.transpose(upright) if upright is not None else picture


def _orientation(picture: Image.Image) -> int:
    try:
        return picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # a picture with a spoiled note about itself is still a picture
        return 1


def _plain_mode(picture: Image.Image) -> Image.Image:
    """Modes that cannot be made smaller smoothly, as grey or colour."""
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode.startswith("I;16"):
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode.startswith(("I", "F")):
        return picture.convert("L")
    return picture.convert("RGBA" if "transparency" in picture.info or picture.mode == "PA" else "RGB")


def _flatten(picture: Image.Image) -> Image.Image:
    """Grey or RGB on white paper, without any note of the old file."""
    if picture.mode in ("LA", "La", "RGBA", "RGBa") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    flat = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
    flat.info = {}
    return flat


def _answer(picture: Image.Image, quality: int) -> dict[str, Any]:
    return {
        "data": _jpeg(picture, quality), "thumbnail": _thumbnail(picture),
        "width": picture.width, "height": picture.height,
    }


def _thumbnail(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _jpeg(small, THUMBNAIL_QUALITY)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()
