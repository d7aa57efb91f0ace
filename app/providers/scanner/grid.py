"""A QR code that is found but too blurred to read: fit its grid, undo the blur, sort dark from light.

Every QR code carries 200 to 600 modules that are known beforehand (finders, timing lines, alignment marks). They
serve twice: the grid is moved until the photo agrees with them best, and a linear equaliser is trained on them,
which learns this photo's own blur and shake and takes it back. Runs in the limited child.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import zxingcpp
from PIL import Image

Array = npt.NDArray[np.float64]

SIZES = range(21, 74, 4)  # modules on a side: versions 1 to 14; an ID card has 7 to 10
_FINE = 3  # samples a module, each way
_MARGIN = 2  # modules sampled beyond the code
_UNKNOWN = -1


@dataclass(frozen=True)
class Placing:
    """A grid laid over a patch of a photo: its corners, clockwise from the code's own top left, and modules a side.

    ``likeness`` is how well the photo agrees with the modules that are known, -1 to 1.
    """

    corners: Array
    size: int
    likeness: float = -1.0


@cache
def known_modules(size: int) -> npt.NDArray[np.int8]:
    """The modules that are the same in every code of that size: 1 dark, 0 light, -1 data."""
    known = np.full((size, size), _UNKNOWN, np.int8)
    for row, column in ((0, 0), (0, size - 7), (size - 7, 0)):
        for inset, dark in ((-1, 0), (0, 1), (1, 0), (2, 1)):
            top, left = max(row + inset, 0), max(column + inset, 0)
            known[top : row + 7 - inset, left : column + 7 - inset] = dark
    known[6, 8 : size - 8] = known[8 : size - 8, 6] = np.arange(8, size - 8) % 2 == 0
    places = _alignment(size)
    for row in places:
        for column in places:
            if (row, column) not in ((6, 6), (6, places[-1]), (places[-1], 6)):
                for inset, dark in ((0, 1), (1, 0), (2, 1)):
                    known[row - 2 + inset : row + 3 - inset, column - 2 + inset : column + 3 - inset] = dark
    known[size - 8, 8] = 1
    return known


def _alignment(size: int) -> list[int]:
    """Middles of the alignment marks (ISO/IEC 18004, annex E; the formula holds for versions below 32)."""
    version = (size - 17) // 4
    if version == 1:
        return []
    gaps = version // 7 + 1
    step = (version * 4 + 2 * gaps + 3) // (2 * gaps) * 2
    return [6] + [size - 7 - step * back for back in range(gaps - 1, -1, -1)]


def projections(corners: Array, size: int) -> Array:
    """For each code (its four corners, clockwise from its own top left) the map from modules to pixels."""
    (x0, x1, x2, x3), (y0, y1, y2, y3) = corners[..., 0].T, corners[..., 1].T
    across_x, down_x, across_y, down_y = x1 - x2, x3 - x2, y1 - y2, y3 - y2
    left_x, left_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    area = across_x * down_y - down_x * across_y
    area = np.where(np.abs(area) < 1e-9, 1e-9, area)
    g, h = (left_x * down_y - down_x * left_y) / area, (across_x * left_y - left_x * across_y) / area
    rows = (x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, np.ones_like(g))
    return np.stack(rows, -1).reshape(-1, 3, 3) @ np.diag([1 / size, 1 / size, 1])


def neighbourhood(pixels: Array, radius: int) -> tuple[Array, Array]:
    """Mean and spread of the square of ``radius`` around each pixel."""
    mean = _box(pixels, radius)
    return mean, np.sqrt(np.maximum(_box(pixels * pixels, radius) - mean * mean, 0))


def evened(pixels: Array, radius: int) -> Array:
    """Shadow and glare taken out: how far each pixel is from its neighbourhood, in the neighbourhood's own spread."""
    mean, spread = neighbourhood(pixels, radius)
    return (pixels - mean) / (spread + 2)


def _box(pixels: Array, radius: int) -> Array:
    width = 2 * radius + 1
    sums = np.pad(pixels, ((radius + 1, radius), (radius + 1, radius)), mode="edge").cumsum(0).cumsum(1)
    return (sums[width:, width:] - sums[:-width, width:] - sums[width:, :-width] + sums[:-width, :-width]) / width**2


def likeness(pixels: Array, corners: Array, size: int) -> Array:
    """For each placing of the grid, how well the photo agrees with the known modules (-1 to 1)."""
    points, lightness = _expected(size)
    return _agreement(pixels, corners, size, points, lightness)


@cache
def _expected(size: int) -> tuple[Array, Array]:
    """Middles of the known modules and of the quiet line around, and how light each must be (-1 or 1)."""
    known = np.pad(known_modules(size), 1, constant_values=0)
    rows, columns = np.nonzero(known != _UNKNOWN)
    lightness = np.where(known[rows, columns] == 1, -1.0, 1.0)
    return np.stack([columns - 0.5, rows - 0.5, np.ones(len(rows))]), lightness


@cache
def _middles(size: int) -> Array:
    rows, columns = np.mgrid[0:size, 0:size] + 0.5
    return np.stack([columns.ravel(), rows.ravel(), np.ones(size * size)])


def _agreement(pixels: Array, corners: Array, size: int, points: Array, lightness: Array) -> Array:
    """Correlation of the pixels under ``points`` with ``lightness``, for each placing."""
    u, v, w = np.moveaxis(projections(corners, size) @ points, 1, 0)
    w = np.where(np.abs(w) < 1e-9, 1e-9, w)
    height, width = pixels.shape
    x, y = np.clip(u / w - 0.5, 0, width - 1.01), np.clip(v / w - 0.5, 0, height - 1.01)
    left, top = x.astype(np.int32), y.astype(np.int32)
    x, y = x - left, y - top
    flat, at = pixels.ravel(), top * width + left
    above = flat[at] * (1 - x) + flat[at + 1] * x
    below = flat[at + width] * (1 - x) + flat[at + width + 1] * x
    seen = above * (1 - y) + below * y
    seen = seen - seen.mean(1, keepdims=True)
    wanted = lightness - lightness.mean()
    return (seen @ wanted) / np.sqrt((seen * seen).sum(1) * (wanted @ wanted) + 1e-9)


def fitted(pixels: Array, placing: Placing) -> Placing:
    """The grid moved, in ever smaller steps, to where the known modules agree best."""
    points, lightness = _expected(placing.size)
    return _climbed(pixels, placing, points, lightness, (1.5, 0.8, 0.4, 0.2, 0.1))


def _climbed(pixels: Array, placing: Placing, points: Array, lightness: Array, steps: tuple[float, ...]) -> Placing:
    """``steps`` are in modules."""
    corners, size = placing.corners, placing.size
    module = float(np.linalg.norm(corners - np.roll(corners, 1, 0), axis=1).mean()) / size
    moves = _moves(corners)
    best = float(_agreement(pixels, corners[None], size, points, lightness)[0])
    for step in steps:
        for _ in range(12):
            tried = corners + moves * (step * module)
            found = _agreement(pixels, tried, size, points, lightness)
            first = int(found.argmax())
            if found[first] <= best + 1e-5:
                break
            best, corners = float(found[first]), tried[first]
    return Placing(corners, size, best)


def _moves(corners: Array) -> Array:
    """Each corner each way, the whole code each way, larger, smaller, turned left, turned right."""
    single = np.eye(8).reshape(8, 4, 2)
    right, down = np.broadcast_to([1.0, 0.0], (4, 2)), np.broadcast_to([0.0, 1.0], (4, 2))
    out = corners - corners.mean(0)
    out = out / np.abs(out).max()
    turned = np.stack([-out[:, 1], out[:, 0]], 1)
    half = np.concatenate([single, [right, down, out, turned]])
    return np.concatenate([half, -half])


def read(window: Image.Image, pixels: Array, placing: Placing) -> bytes:
    """The bytes of the code with that grid, none if it cannot be read. ``pixels`` is the window, evened.

    What cannot be read at first is fitted again, now to all modules as they were last guessed.
    """
    for again in (True, True, False):
        sampled = _sampled(window, placing)
        for reach in (3, 4):  # a wider equaliser undoes more blur and keeps more grain
            guess = _equalised(sampled, placing.size, reach)
            if found := _decoded(guess):
                return found
        if again:
            lightness = -np.clip(guess, -1, 1).ravel()
            placing = _climbed(pixels, placing, _middles(placing.size), lightness, (0.2, 0.1, 0.05))
    return b""


def _sampled(window: Image.Image, placing: Placing) -> Array:
    """The code laid flat, _FINE samples a module, evened."""
    width = (placing.size + 2 * _MARGIN) * _FINE
    to_modules = np.array([[1 / _FINE, 0, -_MARGIN], [0, 1 / _FINE, -_MARGIN], [0, 0, 1]])
    matrix = projections(placing.corners[None], placing.size)[0] @ to_modules
    data = tuple((matrix / matrix[2, 2]).ravel()[:8])
    flat = window.transform((width, width), Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR)
    return evened(np.asarray(flat, np.float64), 7 * _FINE // 2)


def _equalised(sampled: Array, size: int, reach: int) -> Array:
    """How dark each module is (about 1 dark, -1 light) once a linear filter has undone the blur.

    The filter weighs the samples within ``reach`` of a module's middle. It is trained on the known modules first,
    then on its own surest answers, a few times over; last it also hears what its neighbours were taken for, and
    so takes out what they spilled over (decision feedback, as in a modem).
    """
    samples = np.stack([*_around(sampled, reach, size), np.ones(size * size)], 1)
    known = known_modules(size).ravel()
    is_known = known != _UNKNOWN
    answer = np.where(known == 1, 1.0, -1.0)
    guess, weight = answer, is_known.astype(np.float64)
    for feedback in (False, False, False, True, True, True, True, True):
        inputs = samples
        if feedback:
            taken = np.where(is_known, answer, np.clip(1.5 * guess, -1, 1)).reshape(size, size)
            inputs = np.concatenate([samples, np.stack(_neighbours(taken), 1)], 1)
        weighed = inputs * weight[:, None]
        ridge = np.eye(inputs.shape[1]) * weight.mean()
        guess = inputs @ np.linalg.solve(weighed.T @ inputs + ridge, weighed.T @ answer)
        answer = np.where(is_known, answer, np.sign(guess))
        weight = np.where(is_known, 1.0, np.minimum(np.abs(guess), 1))
    return guess.reshape(size, size)


def _around(sampled: Array, reach: int, size: int) -> list[Array]:
    """For each step within ``reach`` samples, the sample that far from each module's middle."""
    padded = np.pad(sampled, reach, mode="edge")
    start = _FINE * _MARGIN + _FINE // 2
    stop = start + _FINE * size
    steps = range(2 * reach + 1)
    return [padded[start + dy : stop + dy : _FINE, start + dx : stop + dx : _FINE].ravel() for dy in steps for dx in steps]


def _neighbours(taken: Array) -> list[Array]:
    """What each of the 24 modules around each module is taken for; beyond the code it is light."""
    size = len(taken)
    padded = np.pad(taken, 2, constant_values=-1)
    return [
        padded[dy : dy + size, dx : dx + size].ravel() for dy in range(5) for dx in range(5) if (dy, dx) != (2, 2)
    ]


def _decoded(guess: Array) -> bytes:
    """What the decoder makes of the modules drawn clean; it corrects errors and refuses what does not add up."""
    size = len(guess)
    known = known_modules(size)
    dark = np.pad(np.where(known == _UNKNOWN, guess > 0, known == 1), 4)
    drawn = np.where(dark, 0, 255).astype(np.uint8).repeat(3, 0).repeat(3, 1)
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(drawn), formats=zxingcpp.QRCode,
        is_pure=True, try_rotate=False, try_downscale=False, try_invert=False,
    )
    return found[0].bytes if found and found[0].valid else b""
