"""A signature drawn with a finger: strokes in, a picture out. Pure, the same strokes give the same bytes.

Strokes are lists of points in a field of 1000 x 400. With scripts the page sends them at once; without, each tap on the
picture adds a point and the page comes back with the line drawn so far.
"""
from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from math import dist

from app.core.errors import N_, Invalid

WIDTH, HEIGHT = 1000, 400
SCALE = 2  # units of the field for one dot of the picture
MAX_STROKES, MAX_POINTS = 60, 3000
LEAST_INK = 300.0  # a dot or a slip of the finger is no signature
PEN = 2  # radius in dots
Point = tuple[int, int]
Strokes = list[list[Point]]

_UNREADABLE = N_("Không đọc được nét ký. Xóa rồi ký lại giúp.")
_TOO_SHORT = N_("Nét ký ngắn quá. Ký dài thêm một chút.")


def read_strokes(sent: str) -> Strokes:
    """Strokes as the page sends them, JSON ``[[[x, y], ...], ...]``. Raises ``Invalid`` for anything else."""
    try:
        strokes = json.loads(sent or "[]")
        read = [[(int(x), int(y)) for x, y in stroke] for stroke in strokes]
    except (ValueError, TypeError, RecursionError, OverflowError):
        raise Invalid(fields={"ink": (_UNREADABLE, {})}) from None
    points = [point for stroke in read for point in stroke]
    if len(read) > MAX_STROKES or len(points) > MAX_POINTS or any(not _inside(point) for point in points):
        raise Invalid(fields={"ink": (_UNREADABLE, {})})
    return read


def write_strokes(strokes: Strokes) -> str:
    """The same for a hidden field."""
    return json.dumps(strokes, separators=(",", ":"))


def add_tap(strokes: Strokes, point: Point, *, lifted: bool = False) -> Strokes:
    """Without scripts: a tap draws the line on from the last tap, or begins a new line when the pen was ``lifted``."""
    point = (min(max(point[0], 0), WIDTH), min(max(point[1], 0), HEIGHT))
    if lifted or not strokes:
        return [*strokes, [point]]
    return [*strokes[:-1], [*strokes[-1], point]]


def ink(strokes: Strokes) -> float:
    """How long all lines are together, in units of the field."""
    return sum(dist(one, other) for stroke in strokes for one, other in zip(stroke, stroke[1:], strict=False))


def require_signature(strokes: Strokes) -> None:
    """Raises ``Invalid`` when there is less on the paper than a short signature."""
    if ink(strokes) < LEAST_INK:
        raise Invalid(fields={"ink": (_TOO_SHORT, {})})


def svg_path(strokes: Strokes) -> str:
    """The lines as the ``d`` of an SVG path in the field's own units."""
    return " ".join("M" + " L".join(f"{x} {y}" for x, y in stroke) for stroke in strokes if stroke)


def png(strokes: Strokes) -> bytes:
    """Black on white, 500 x 200 dots, eight bits of grey."""
    width, height = WIDTH // SCALE, HEIGHT // SCALE
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for stroke in strokes:
        for one, other in zip(stroke, stroke[1:] or stroke, strict=False):
            _line(rows, one, other)
    raw = b"".join(b"\0" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(raw, 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _inside(point: Point) -> bool:
    return 0 <= point[0] <= WIDTH and 0 <= point[1] <= HEIGHT


def _line(rows: Sequence[bytearray], one: Point, other: Point) -> None:
    steps = max(1, round(dist(one, other) / SCALE))
    for step in range(steps + 1):
        x = round((one[0] + (other[0] - one[0]) * step / steps) / SCALE)
        y = round((one[1] + (other[1] - one[1]) * step / steps) / SCALE)
        for line in range(max(0, y - PEN), min(len(rows), y + PEN + 1)):
            for dot in range(max(0, x - PEN), min(len(rows[0]), x + PEN + 1)):
                rows[line][dot] = 0


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
