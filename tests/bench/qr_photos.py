"""Degraded photos of made-up ID cards, and how many of them the scanner reads (make bench).

    python -m tests.bench.qr_photos [--count 100] [--seed 1] [--level 1 2 3] [--keep DIRECTORY]

Three levels of damage, each photo from its own seed, 12 to 50 Mpx, stored turned with the EXIF tag that says so:
1. a steady hand by daylight; 2. a tilted card, soft focus, a shadow, a lamp's glare beside the code;
3. a small code, strongly tilted, out of focus or shaken, grainy, glare running over it.
The column "bare" is the same decoder called once on the upright grey picture: the floor of this run.
"""
from __future__ import annotations

import argparse
import random
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import segno
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageOps

from app.providers.scanner import zxing

LEVELS = (1, 2, 3)
FRAMES = ((4032, 3024), (4032, 3024), (4032, 3024), (4624, 3468), (5712, 4284), (8064, 6048), (8160, 6144))
CARD_MM = (85.6, 54.0)
CODE_MM = 11.0
DRAWN = 24  # pixels a millimetre of the flat card
_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đặng", "Võ", "Tôn Nữ", "Huỳnh")
_GIVEN = ("Văn Mẫu", "Thị Ví Dụ", "Thị Thử", "Hữu Mẫu", "Ngọc Ví Dụ", "Minh Thử")
_WARDS = ("Thuận Hòa", "Thuận Lộc", "Tây Lộc", "Đông Ba", "Gia Hội", "Phú Hậu")


@dataclass(frozen=True)
class Damage:
    """What the hand, the lamp and the camera did. Blur is in modules of the code, angles in degrees."""

    share: tuple[float, float]  # of the frame's long side that the card takes
    tilt: float
    turn: float
    blur: tuple[float, float]
    shake: tuple[float, float]
    noise: tuple[float, float]
    ink: tuple[int, int]
    paper: tuple[int, int]
    shadow: float
    glare_over_code: float  # share of the code's side that the glare's middle may reach into
    glare: tuple[float, float]
    quality: tuple[int, int]


DAMAGE = {
    1: Damage((0.70, 0.92), 8, 12, (0.05, 0.20), (0, 0), (1, 3), (15, 45), (205, 240), 0.10, -1.2, (0.2, 0.6), (85, 95)),
    2: Damage((0.50, 0.80), 24, 45, (0.15, 0.42), (0, 0.5), (2, 7), (30, 75), (165, 225), 0.45, -0.35, (0.5, 1.0), (70, 90)),
    3: Damage((0.34, 0.60), 34, 180, (0.36, 0.64), (0, 1.0), (3, 10), (40, 95), (135, 205), 0.6, -0.02, (0.5, 1.0), (55, 85)),
}


def card_text(dice: random.Random) -> str:
    """The QR text of a made-up card: numbers, marks and an address as they stood before July 2025."""
    year, woman = dice.randint(1940, 2008), dice.random() < 0.5
    sign = (1 if woman else 0) + (2 if year >= 2000 else 0)
    number = f"046{sign}{year % 100:02}{dice.randrange(10**6):06}"
    old = f"19{dice.randrange(10**7):07}" if dice.random() < 0.6 else ""
    name = f"{dice.choice(_FAMILY)} {dice.choice(_GIVEN)}"
    born = f"{dice.randint(1, 28):02}{dice.randint(1, 12):02}{year}"
    address = f"{dice.randint(1, 90)} Đường Thử, {dice.choice(_WARDS)}, Thành phố Huế, Thừa Thiên Huế"
    return "|".join((number, old, name, born, "Nữ" if woman else "Nam", address, f"{dice.randint(1, 28):02}082021"))


def photo(level: int, seed: int) -> tuple[bytes, str]:
    """A JPEG of a made-up card with that much damage, and the text of its code."""
    dice = random.Random(f"{level}/{seed}")
    damage = DAMAGE[level]
    text = card_text(dice)
    frame = dice.choice(FRAMES)
    ink, paper = dice.randint(*damage.ink), dice.randint(*damage.paper)
    card, code, modules = _flat_card(text, ink, paper)
    width = frame[0] * dice.uniform(*damage.share)
    corners = _pose(dice, damage, frame, width)
    matrix = _homography(_rectangle(*card.size), corners)
    picture, box = _laid_on_table(dice, card, matrix, corners, frame)
    side = _side(matrix, code)
    part = picture.crop(box)
    part = _lit(part, dice, damage, _moved(matrix, code) - np.array(box[:2]), side)
    part = _blurred(part, dice, damage, side / modules)
    part = _grainy(part, dice, damage)
    picture.paste(part, box[:2])
    return _stored(picture, dice, damage), text


def _flat_card(text: str, ink: int, paper: int) -> tuple[Image.Image, tuple[float, float, float, float], int]:
    size = tuple(round(mm * DRAWN) for mm in CARD_MM)
    card = Image.new("L", size, paper)
    draw = ImageDraw.Draw(card)
    for step in range(0, size[0], 14):  # the guilloche of the ground
        draw.arc((step - 900, -500, step + 900, size[1] + 500), 60, 300, fill=paper - 10, width=2)
    draw.rectangle((60, 60, 480, 240), fill=paper - 35)
    draw.rectangle((70, 460, 560, 1080), fill=(ink + paper) // 2)  # where the portrait is
    font = ImageFont.load_default(52)
    for line, words in enumerate(("CAN CUOC CONG DAN", *text.split("|"))):
        draw.text((620, 420 + 92 * line), words[:38], fill=ink, font=font)
    code = segno.make(text.encode(), error="M", micro=False, boost_error=False)
    modules = code.symbol_size(border=0)[0]
    buffer = BytesIO()
    code.save(buffer, kind="png", scale=6, border=2)
    grey = Image.open(buffer).convert("L").point([ink + (paper - ink) * v // 255 for v in range(256)])
    side = round(CODE_MM * DRAWN)
    margin = side * 2 // modules
    grey = grey.resize((side + 2 * margin, side + 2 * margin), Image.Resampling.LANCZOS)
    left, top = size[0] - side - 110, 90
    card.paste(grey, (left - margin, top - margin))
    return card, (left, top, left + side, top + side), modules


def _rectangle(width: float, height: float) -> np.ndarray:
    return np.array([(0, 0), (width, 0), (width, height), (0, height)], float)


def _pose(dice: random.Random, damage: Damage, frame: tuple[int, int], width: float) -> np.ndarray:
    """Corners of the card in the frame: turned in its plane, tilted about both other axes, seen from near."""
    height = width * CARD_MM[1] / CARD_MM[0]
    turn, nod, yaw = (np.radians(dice.uniform(-limit, limit)) for limit in (damage.turn, damage.tilt, damage.tilt))
    flat = _rectangle(width, height) - (width / 2, height / 2)
    points = np.c_[flat, np.zeros(4)]
    for angle, (a, b) in ((turn, (0, 1)), (nod, (1, 2)), (yaw, (0, 2))):
        rotation = np.eye(3)
        rotation[a, a] = rotation[b, b] = np.cos(angle)
        rotation[a, b], rotation[b, a] = -np.sin(angle), np.sin(angle)
        points = points @ rotation.T
    distance = 2.2 * width
    seen = points[:, :2] * (distance / (distance + points[:, 2:]))
    room = np.maximum(np.array(frame) / 2 - np.abs(seen).max(0), 0)
    return seen + np.array(frame) / 2 + room * (dice.uniform(-0.8, 0.8), dice.uniform(-0.8, 0.8))


def _homography(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return np.append(np.linalg.solve(np.array(rows), target.reshape(-1)), 1).reshape(3, 3)


def _moved(matrix: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    left, top, right, bottom = box
    points = np.array([(left, top, 1), (right, top, 1), (right, bottom, 1), (left, bottom, 1)]) @ matrix.T
    return points[:, :2] / points[:, 2:]


def _side(matrix: np.ndarray, box: tuple[float, float, float, float]) -> float:
    """Mean length of the code's sides in the photo, in pixels."""
    corners = _moved(matrix, box)
    return float(np.linalg.norm(corners - np.roll(corners, 1, 0), axis=1).mean())


def _laid_on_table(
    dice: random.Random, card: Image.Image, matrix: np.ndarray, corners: np.ndarray, frame: tuple[int, int]
) -> tuple[Image.Image, tuple[int, int, int, int]]:
    """The card on a table top, and the box around it (inside the frame)."""
    table = Image.new("L", (64, 48))
    table.putdata([dice.randint(60, 150) for _ in range(64 * 48)])
    picture = table.filter(ImageFilter.GaussianBlur(3)).resize(frame, Image.Resampling.BILINEAR)
    if dice.random() < 0.5:
        picture = ImageChops.add(picture, _cloth(dice, frame), 1, -128)
    left, top = np.maximum(corners.min(0) - 40, 0).astype(int)
    right, bottom = np.minimum(corners.max(0) + 40, frame).astype(int)
    shift = np.array([[1, 0, left], [0, 1, top], [0, 0, 1]])
    back = np.linalg.inv(matrix) @ shift
    coefficients = tuple((back / back[2, 2]).reshape(-1)[:8])
    size = (int(right - left), int(bottom - top))
    scale = _side(matrix, (0, 0, 100, 100)) / 100
    if scale < 0.7:  # soften before shrinking, as a lens does
        card = card.filter(ImageFilter.GaussianBlur(0.4 / scale))
    laid = card.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    mask = Image.new("L", card.size, 255).transform(size, Image.Transform.PERSPECTIVE, coefficients)
    picture.paste(laid, (int(left), int(top)), mask)
    return picture, (int(left), int(top), int(right), int(bottom))


def _cloth(dice: random.Random, frame: tuple[int, int]) -> Image.Image:
    """A checked or striped table cloth, as busy as many a code."""
    period, strength = dice.randint(6, 60), dice.randint(10, 50)
    side = period * (600 // period)
    y, x = np.mgrid[0:side, 0:side] // (period // 2) % 2
    weave = x ^ y if dice.random() < 0.5 else x
    tile = Image.fromarray((128 + strength * (2 * weave - 1)).astype("uint8")).filter(ImageFilter.GaussianBlur(1.5))
    copies = (frame[1] // side + 1, frame[0] // side + 1)
    return Image.fromarray(np.ascontiguousarray(np.tile(np.asarray(tile), copies)[: frame[1], : frame[0]]))


def _lit(part: Image.Image, dice: random.Random, damage: Damage, code: np.ndarray, side: float) -> Image.Image:
    """A slanted shadow over the card and the glare of a lamp near, or over, the code."""
    small = 8
    height, width = part.height // small + 1, part.width // small + 1
    y, x = np.mgrid[0:height, 0:width] * small
    angle = dice.uniform(0, 2 * np.pi)
    middle = code.mean(0)
    along = (x - middle[0]) * np.cos(angle) + (y - middle[1]) * np.sin(angle) + dice.uniform(-1, 1) * side
    light = 1 - damage.shadow * dice.random() / (1 + np.exp(-along / (side * dice.uniform(0.05, 1.2))))
    away = dice.uniform(0, 2 * np.pi)
    radius = side * dice.uniform(0.25, 0.6)
    distance = side / 2 - damage.glare_over_code * side + radius * dice.uniform(0.2, 1.2)
    spot = middle + distance * np.array([np.cos(away), np.sin(away)])
    shape = ((x - spot[0]) ** 2 + ((y - spot[1]) * dice.uniform(0.6, 1.6)) ** 2) / radius**2
    glare = 255 * dice.uniform(*damage.glare) * np.exp(-shape)
    shade, shine = (Image.fromarray(np.clip(field, 0, 255).astype("uint8")) for field in (255 * light, glare))
    shade, shine = (field.resize(part.size, Image.Resampling.BILINEAR) for field in (shade, shine))
    return ImageChops.add(ImageChops.multiply(part, shade), shine)


def _blurred(part: Image.Image, dice: random.Random, damage: Damage, module: float) -> Image.Image:
    part = part.filter(ImageFilter.GaussianBlur(dice.uniform(*damage.blur) * module))
    length = dice.uniform(*damage.shake) * module
    angle = dice.uniform(0, np.pi)
    steps = max(2, round(length))
    if length < 1:
        return part
    moved = part
    for step in range(1, steps):  # the mean of the part at each place it was in
        offset = step / (steps - 1) * length
        shifted = ImageChops.offset(part, round(offset * np.cos(angle)), round(offset * np.sin(angle)))
        moved = Image.blend(moved, shifted, 1 / (step + 1))
    return moved


def _grainy(part: Image.Image, dice: random.Random, damage: Damage) -> Image.Image:
    grain = np.random.default_rng(dice.randrange(2**32)).normal(128, dice.uniform(*damage.noise), (509, 521))
    tile = np.clip(grain, 0, 255).astype("uint8")
    tiled = np.tile(tile, (part.height // 509 + 1, part.width // 521 + 1))[: part.height, : part.width]
    return ImageChops.add(part, Image.fromarray(np.ascontiguousarray(tiled)), 1, -128)


_UNTURNED = {1: None, 3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}


def _stored(picture: Image.Image, dice: random.Random, damage: Damage) -> bytes:
    """As a phone stores it: the sensor's rows, and a tag that says how to hold them."""
    tag = dice.choice(tuple(_UNTURNED))
    if _UNTURNED[tag] is not None:
        picture = picture.transpose(_UNTURNED[tag])
    exif = Image.Exif()
    exif[0x0112] = tag
    colour = Image.merge("RGB", (picture, picture, picture.point([max(0, v - 12) for v in range(256)])))
    buffer = BytesIO()
    colour.save(buffer, "JPEG", quality=dice.randint(*damage.quality), exif=exif, subsampling=2)
    return buffer.getvalue()


@dataclass(frozen=True)
class Result:
    """What one level gave: photos read by the bare decoder and by ours, and seconds a photo of ours."""

    level: int
    photos: int
    bare: int
    ours: int
    seconds: tuple[float, ...]


def measure(level: int, count: int, seed: int = 1, keep: Path | None = None) -> Result:
    """Make and read ``count`` photos, on all processors; photos that were not read are written to ``keep``."""
    seeds = range(seed, seed + count)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as workers:
        tried = list(workers.map(partial(_tried, level, keep=keep), seeds))
    return Result(
        level, count, sum(one.bare for one in tried), sum(one.ours for one in tried), tuple(one.seconds for one in tried)
    )


@dataclass(frozen=True)
class _Tried:
    bare: bool
    ours: bool
    seconds: float


def _tried(level: int, seed: int, keep: Path | None) -> _Tried:
    data, text = photo(level, seed)
    began = time.monotonic()
    found = zxing.decode(data)
    seconds = time.monotonic() - began
    if keep and found != [text]:
        (keep / f"{level}-{seed}.jpg").write_bytes(data)
    return _Tried(bare(data) == [text], found == [text], seconds)


def bare(data: bytes) -> list[str]:
    """What one call of the decoder reads off the upright grey photo."""
    upright = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("L")
    return [code.bytes.decode() for code in zxingcpp.read_barcodes(upright, formats=zxingcpp.QRCode)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--count", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--level", type=int, nargs="+", default=LEVELS, choices=LEVELS)
    options.add_argument("--keep", type=Path, help="write the photos that were not read here")
    chosen = options.parse_args()
    print("level  photos  bare  ours  seconds: median  slowest")
    for level in chosen.level:
        result = measure(level, chosen.count, chosen.seed, chosen.keep)
        median, slowest = statistics.median(result.seconds), max(result.seconds)
        print(f"{level:5}  {result.photos:6}  {result.bare:4}  {result.ours:4}  {median:15.2f}  {slowest:7.2f}", flush=True)


if __name__ == "__main__":
    main()
