"""Where on a photo a QR code may be, even when it is blurred, grey or half under a glare.

First the patches with the busiest fine pattern, each of which is cut out at one size; in a patch the finders
(the square eyes in three corners), by correlation with a blurred drawing of one; from three finders the grid.
Runs in the limited child.
"""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

from app.providers.scanner import grid
from app.providers.scanner.grid import Array

_MAP = 500  # long side of the map of busyness, in its own pixels
_CODE = 200  # pixels that a code's side is brought to: about four a module
_PATCH = 380  # side of a patch: the code and as much around it as a wrong guess of its size may need
_MODULES = (2.6, 3.2, 3.9, 4.8, 5.8)  # pixels a module that are looked for in a patch
_TURNS = (0.0, 22.5, 45.0, 67.5)  # degrees; a finder looks the same each 90
_FINDERS = 7  # of the best places kept a patch


@dataclass(frozen=True)
class Patch:
    """A square of the photo that may hold a code; ``side`` is how long the code's side seems, in pixels."""

    busyness: float
    x: float
    y: float
    side: float

    def overlaps(self, other: Patch) -> bool:
        near = max(abs(self.x - other.x), abs(self.y - other.y)) < 0.4 * max(self.side, other.side)
        return near and 0.62 < self.side / other.side < 1.6

    def cut(self, photo: Image.Image) -> Image.Image:
        """The patch at the size at which finders are looked for; what lies outside the photo is black."""
        half = self.side * _PATCH / _CODE / 2
        box = tuple(round(edge) for edge in (self.x - half, self.y - half, self.x + half, self.y + half))
        way = Image.Resampling.BOX if self.side > 2 * _CODE else Image.Resampling.LANCZOS
        return photo.crop(box).resize((_PATCH, _PATCH), way)


@dataclass(frozen=True)
class Finder:
    """A place that looks like a finder: its middle and its module in pixels of the patch."""

    likeness: float
    x: float
    y: float
    module: float


def patches(photo: Image.Image, count: int = 4) -> list[Patch]:
    """The squares of the photo with much fine pattern inside and little around, best first, in photo pixels."""
    shrink = max(1, round(max(photo.size) / 2048))
    small = photo.reduce(shrink) if shrink > 1 else photo
    pixel = max(small.size) / 2000
    fine, coarse = (small.filter(ImageFilter.BoxBlur(radius * pixel)) for radius in (0.7, 4.5))
    step = max(1, round(max(small.size) / _MAP))
    # Against the brightness there: a pattern in the shadow counts as much as one in the light.
    busy = np.asarray(ImageChops.difference(fine, coarse).reduce(step), np.float64)
    busy /= np.asarray(coarse.reduce(step), np.float64) + 20
    scale = step * shrink
    found = [patch for share in (0.04 * 1.3**power for power in range(11)) for patch in _squares(busy, share, scale)]
    found.sort(key=lambda patch: -patch.busyness)
    kept: list[Patch] = []
    for patch in found:
        if not any(patch.overlaps(other) for other in kept):
            kept.append(patch)
    return kept[:count]


def _squares(busy: Array, share: float, scale: int) -> Iterator[Patch]:
    """The best four squares whose side is that share of the photo's long side.

    A code lies on a plain card: a square counts by how much busier it is than the busiest strip along its four
    sides, so that a checked table cloth does not.
    """
    half = max(2, int(share * max(busy.shape) / 2))
    wide = int(half * 1.35) + 1
    sums = np.pad(busy, ((wide + 1, wide), (wide + 1, wide))).cumsum(0).cumsum(1)

    def mean(top: int, bottom: int, left: int, right: int) -> Array:
        """Over the box with these edges, counted from each place."""
        rows, columns = busy.shape
        ends = [
            sums[wide + 1 + y : wide + 1 + y + rows, wide + 1 + x : wide + 1 + x + columns]
            for y in (top - 1, bottom - 1)
            for x in (left - 1, right - 1)
        ]
        return (ends[3] - ends[2] - ends[1] + ends[0]) / ((bottom - top) * (right - left))

    strips = [(-wide, -half, -wide, wide), (half, wide, -wide, wide), (-half, half, -wide, -half), (-half, half, half, wide)]
    score = mean(-half, half, -half, half) - np.maximum.reduce([mean(*strip) for strip in strips])
    for _ in range(4):
        row, column = np.unravel_index(score.argmax(), score.shape)
        yield Patch(float(score[row, column]), (column + 0.5) * scale, (row + 0.5) * scale, 2 * half * scale)
        score[max(0, row - half) : row + half + 1, max(0, column - half) : column + half + 1] = -np.inf


def finders(pixels: Array) -> list[Finder]:
    """The places of an evened patch that look most like a finder, best first."""
    side = pixels.shape[0]
    width = side + 70  # room for the largest drawing, and a length that is fast to transform
    seen = np.fft.rfft2(pixels.astype(np.float32), (width, width))
    best = np.full(pixels.shape, -1.0, np.float32)
    module = np.zeros(pixels.shape)
    for size in _MODULES:
        radius = round(4.5 * size)
        _, spread = grid.neighbourhood(pixels, radius)
        length = np.sqrt(spread * spread + 0.01) * (2 * radius + 1)  # a trace of grain is no pattern
        for turn in _TURNS:
            drawing, reach = _drawing(size, turn, width)
            match = np.roll(np.fft.irfft2(seen * drawing, (width, width)), (reach, reach), (0, 1))[:side, :side]
            match /= length
            better = match > best
            best[better], module[better] = match[better], size
    found = []
    best[:8] = best[-8:] = best[:, :8] = best[:, -8:] = -1
    for _ in range(_FINDERS):
        row, column = np.unravel_index(best.argmax(), best.shape)
        size = float(module[row, column])
        found.append(Finder(float(best[row, column]), column + 0.5, row + 0.5, size))
        near = int(4 * size)
        best[max(0, row - near) : row + near + 1, max(0, column - near) : column + near + 1] = -1
    return found


@cache
def _drawing(module: float, degrees: float, width: int) -> tuple[npt.NDArray[np.complex64], int]:
    """The transform of a finder with its quiet line, turned, blurred, of mean 0 and length 1; and half its width."""
    reach = int(np.ceil(6 * module))
    fine = (np.arange((2 * reach + 1) * 3) - (2 * reach + 1) * 1.5 + 0.5) / 3 / module
    x, y = np.meshgrid(fine, fine)
    turn = np.radians(degrees)
    ring = np.maximum(np.abs(x * np.cos(turn) + y * np.sin(turn)), np.abs(y * np.cos(turn) - x * np.sin(turn)))
    shade = np.select([ring < 1.5, ring < 2.5, ring < 3.5, ring < 4.5], [-1.0, 1.0, -1.0, 1.0], 0.0)
    shade = shade.reshape(2 * reach + 1, 3, 2 * reach + 1, 3).mean((1, 3))
    bell = np.exp(-(np.arange(-8, 9) ** 2) / (2 * (0.45 * module) ** 2))
    for axis in (0, 1):
        shade = np.apply_along_axis(np.convolve, axis, shade, bell / bell.sum(), "same")
    inside = ring.reshape(2 * reach + 1, 3, 2 * reach + 1, 3).mean((1, 3)) < 4.5
    shade = np.where(inside, shade - shade[inside].mean(), 0)
    shade /= np.sqrt((shade * shade).sum())
    return np.conj(np.fft.rfft2(shade.astype(np.float32), (width, width))), reach


def placings(found: list[Finder], pixels: Array, count: int = 6) -> list[grid.Placing]:
    """The grids that three of the finders may span, those that agree best with the photo first.

    After them come some that two finders may span: a glare often hides one.
    """
    threes = (grids for three in combinations(found, 3) for grids in _by_three(three))
    twos = (grids for two in combinations(found[:3], 2) for grids in _by_two(two))
    return [*_best(threes, pixels, count), *_best(twos, pixels, count)]


def _best(grids: Iterable[tuple[int, Array]], pixels: Array, count: int) -> list[grid.Placing]:
    of_size: dict[int, list[Array]] = {}
    for size, corners in grids:
        of_size.setdefault(size, []).append(corners)
    tried = [
        grid.Placing(corners, size, float(likeness))
        for size, some in of_size.items()
        for likeness, corners in zip(grid.likeness(pixels, np.stack(some), size), some, strict=True)
    ]
    return sorted(tried, key=lambda placing: -placing.likeness)[:count]


def _by_three(three: tuple[Finder, ...]) -> Iterator[tuple[int, Array]]:
    """The grids with these finders, if they stand roughly in a right angle with equal arms."""
    points = [np.array([finder.x, finder.y]) for finder in three]
    opposite = [float(np.linalg.norm(points[i - 1] - points[i - 2])) for i in range(3)]
    top = int(np.argmax(opposite))
    corner, right, down = points[top], points[top - 1] - points[top], points[top - 2] - points[top]
    if right[0] * down[1] < right[1] * down[0]:
        right, down = down, right
    arms = float(np.linalg.norm(right)), float(np.linalg.norm(down))
    if min(arms) > max(arms) / 2 and abs(right @ down) < 0.6 * arms[0] * arms[1]:
        yield from _grids(three, corner, right, down)


def _by_two(two: tuple[Finder, ...]) -> Iterator[tuple[int, Array]]:
    """The grids with these finders, as if the code were seen straight on: side by side, or across from each other."""
    one, other = (np.array([finder.x, finder.y]) for finder in two)
    for first, last in ((one, other), (other, one)):
        arm = last - first
        turned = np.array([-arm[1], arm[0]])
        yield from _grids(two, first, arm, turned)
        yield from _grids(two, last, turned, -arm)
        yield from _grids(two, (first + last - turned) / 2, (arm + turned) / 2, (turned - arm) / 2)


def _grids(finders: tuple[Finder, ...], corner: Array, right: Array, down: Array) -> Iterator[tuple[int, Array]]:
    """The grids of each likely size, given the middle of their first finder and the ways to the other two."""
    modules = [finder.module for finder in finders]
    if max(modules) > 1.9 * min(modules):
        return
    arm = float(np.linalg.norm(right) + np.linalg.norm(down)) / 2
    seems = arm / (sum(modules) / len(modules)) + 7
    for size in grid.SIZES:
        if 0.6 * seems < size < 1.6 * seems:
            across, along = right / (size - 7), down / (size - 7)
            start = corner - 3.5 * (across + along)
            yield size, np.array([start, start + size * across, start + size * (across + along), start + size * along])
