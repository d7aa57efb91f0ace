"""Reading QR codes off photos with zxing-cpp, and what is tried when it finds nothing at once.

Runs in the limited child (``app.providers.decoder``); ``local`` is the caller's side. A good photo costs one call
of the decoder. Else the busiest patches of the photo are cut out, sharpened in several ways and tried again, and
what is too blurred for that is read module by module (``finders``, ``grid``), until the time is used up.
"""
from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from app.providers.scanner import finders, grid, picture

SECONDS = 2.5  # after which nothing more is tried; the step begun by then ends first
_LONGEST = 4700  # pixels of the long side: a 12 Mpx photo stays whole, one of 48 Mpx is halved
_LIKELY = 0.55  # how well a true grid agrees at the least; a wrong one seldom does
_FITS = 3  # best grids a patch whose modules are read
_EVEN = 24  # pixels of a patch within which light is evened, about six modules


def decode(data: bytes, seconds: float = SECONDS) -> list[str]:
    """The texts of the QR codes on a photo (JPEG, PNG, WebP, HEIC), each once; none if none can be read.

    Raises ``Invalid`` for what is no picture that can be opened.
    """
    clock = _Clock(seconds)
    photo = picture.open_grey(data, _LONGEST)
    if texts := _read(photo):
        return texts
    for enlarged in (False, True):
        if enlarged:
            if clock.used() > 0.5 or not picture.is_reduced(data, _LONGEST):
                break
            photo = picture.open_grey(data, 2 * _LONGEST)
        for attempt in _attempts(photo):
            if texts := attempt:
                return texts
            if clock.used() > 1:
                return []
    return []


class _Clock:
    """How much of the time is used up: the processor's, so that a busy machine reads
    as much as an idle one, and thrice as much on the wall."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._work, self._wall = time.process_time(), time.monotonic()

    def used(self) -> float:
        """A share; past 1 nothing more is tried."""
        work, wall = time.process_time() - self._work, time.monotonic() - self._wall
        return max(work, wall / 3) / self._seconds


def _attempts(photo: Image.Image) -> Iterator[list[str]]:
    """What each further attempt gave, the cheap and promising first."""
    patches = finders.patches(photo)
    for patch in patches:
        cut = patch.cut(photo)
        for clearer in _clearer(cut):
            yield _read(clearer)
        yield from _read_damaged(cut)
    for share in (0.5, 0.25):  # a sharp code that fills the photo is easier to see from afar
        small = photo.resize((max(1, round(photo.width * share)), max(1, round(photo.height * share))))
        yield _read(small)
        yield _read(_evened(small.filter(ImageFilter.UnsharpMask(2, 300, 0)), 12))


def _clearer(patch: Image.Image) -> Iterator[Image.Image]:
    """The patch sharpened, and with the light evened: what most blurred and shaded codes need."""
    yield patch
    sharp = patch.filter(ImageFilter.UnsharpMask(3, 300, 0))
    yield sharp
    yield _evened(sharp, 7)
    yield _evened(patch.filter(ImageFilter.MedianFilter(3)), 14)


def _evened(picture: Image.Image, radius: int) -> Image.Image:
    """Each pixel against the mean around it, four times as strong."""
    return ImageChops.subtract(picture, picture.filter(ImageFilter.BoxBlur(radius)), 0.25, 128)


def _read_damaged(patch: Image.Image) -> Iterator[list[str]]:
    evened = np.clip(grid.evened(np.asarray(patch, np.float64), _EVEN), -2.5, 2.5)
    fits = [grid.fitted(evened, placing) for placing in finders.placings(finders.finders(evened), evened)]
    for fit in sorted(fits, key=lambda fit: -fit.likeness)[:_FITS]:
        if fit.likeness > _LIKELY:
            code = grid.read(patch, evened, fit)
            yield [_text(code)] if code else []


def _read(image: Image.Image) -> list[str]:
    codes = zxingcpp.read_barcodes(image, formats=zxingcpp.QRCode, text_mode=zxingcpp.TextMode.Plain)
    return list(dict.fromkeys(_text(code.bytes, code.text) for code in codes if code.valid and code.bytes))


def _text(code: bytes, otherwise: str | None = None) -> str:
    """UTF-8 if it is: the decoder's own guess of the character set goes wrong on short Vietnamese names."""
    try:
        return code.decode("utf-8")
    except UnicodeDecodeError:
        return code.decode("latin-1") if otherwise is None else otherwise
