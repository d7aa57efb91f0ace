"""Opening a stranger's picture: what it is and how large is checked on its header, before anything is decoded.

Runs in the limited child.
"""
from __future__ import annotations

import contextlib
import warnings
from io import BytesIO

import pi_heif
from PIL import Image

from app.core.errors import N_, Invalid

MAX_BYTES = 32 << 20  # of one photo; a form may allow less
MAX_PIXELS = 64 << 20  # phones that say 64 Mpx send a little more than 64 million
_BROKEN = N_("Ảnh này hỏng hoặc gửi chưa hết. Chụp lại, rồi gửi lại.")
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

pi_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = None  # our own limit below counts; Pillow's would only warn
# What undoes each value of the EXIF orientation tag.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def open_grey(data: bytes, longest: int) -> Image.Image:
    """The picture in shades of grey, turned as its EXIF tag says, its long side reduced towards ``longest`` pixels.

    It is halved while it stays longer than ``longest``; a JPEG is then never decoded in full. Raises ``Invalid``.
    """
    if not data:
        raise Invalid(N_("Ảnh này trống, mở không lên. Chụp lại giúp."))
    if len(data) > MAX_BYTES:
        raise Invalid(N_("Ảnh này nặng hơn %(limit)s MB. Chụp lại cỡ nhỏ hơn."), limit=MAX_BYTES >> 20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a crooked EXIF block is no reason to stop, nor to speak
        picture = _opened(data)
        if picture.width * picture.height > MAX_PIXELS:
            raise Invalid(N_("Ảnh này lớn quá, máy mở không nổi. Chụp lại cỡ nhỏ hơn."))
        halving = _halving(picture, longest)
        try:
            return _loaded(picture, halving)
        except MemoryError:
            raise
        except Exception as error:  # decoders throw what they like at broken bytes
            raise Invalid(_BROKEN) from error


def is_reduced(data: bytes, longest: int) -> bool:
    """Whether ``open_grey`` gives fewer pixels than the picture has."""
    return _halving(_opened(data), longest) > 1


def _opened(data: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(data), formats=FORMATS)
    except MemoryError:
        raise
    except Exception as error:
        raise Invalid(_what_else(data)) from error


def _what_else(data: bytes) -> str:
    if data[:4] == b"%PDF":
        return N_("Đây là tệp PDF, không phải ảnh. Chụp ảnh thẻ rồi gửi.")
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG")) or data[8:12] == b"WEBP" or data[4:8] == b"ftyp":
        return _BROKEN
    return N_("Tệp này không phải ảnh mở được. Gửi ảnh chụp bằng điện thoại.")


def _halving(picture: Image.Image, longest: int) -> int:
    halving = 1
    while max(picture.size) > longest * halving and halving < 8:
        halving *= 2
    return halving


def _loaded(picture: Image.Image, halving: int) -> Image.Image:
    full = picture.size
    if picture.format in ("JPEG", "MPO"):
        picture.draft("L", (full[0] // halving, full[1] // halving))
    picture.load()
    if "A" in picture.getbands() or "transparency" in picture.info:  # a clear ground is paper, not black
        clear = picture.convert("RGBA")
        picture = Image.new("RGBA", clear.size, "white")
        picture.alpha_composite(clear)
    grey = _grey(picture)
    left = round(max(full) / max(grey.size))
    if left < halving:
        grey = grey.reduce(halving // left)
    turn = _TURNS.get(_tag(picture))
    return grey.transpose(turn) if turn is not None else grey


def _grey(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits a pixel: Pillow would cut them off at 255
        return picture.point(lambda value: value * (1 / 257)).convert("L")
    return picture.convert("L")


def _tag(picture: Image.Image) -> int:
    with contextlib.suppress(Exception):  # a crooked EXIF block says nothing
        return int(picture.getexif().get(0x0112, 1))
    return 1
