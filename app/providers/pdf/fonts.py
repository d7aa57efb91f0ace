"""The faces that papers are set in, found on the machine and freed of what paper does not need.

Liberation has the widths of Times New Roman and Arial. Its hinting programs are for coarse screens: without them a
slip is a third smaller and drawn faster, and looks the same on paper. Only copies for this process are changed.
"""
from __future__ import annotations

import atexit
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

# family -> the styles that our papers use; the first one must be there
FAMILIES = {"Liberation Serif": ("Regular", "Bold", "Italic"), "Liberation Sans": ("Regular", "Bold")}
# The usual places, instead of every font of the machine: quick, and a stray font cannot change a paper.
USUAL_PLACES = (
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/liberation",
    "/usr/share/fonts/liberation-fonts",
    "/usr/share/fonts/liberation-serif-fonts",
    "/usr/share/fonts/liberation-sans-fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
)
_HINTING = frozenset({b"fpgm", b"prep", b"cvt ", b"gasp", b"hdmx", b"LTSH", b"VDMX", b"DSIG", b"FFTM"})
_MAGIC = 0xB1B0AFBA  # what the checksum of a whole font must come to
# Flags of the parts of a composed glyph (OpenType, table glyf).
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX, _INSTRUCTED = 0x1, 0x8, 0x20, 0x40, 0x80, 0x100


def files(places: Sequence[str] = USUAL_PLACES) -> list[Path]:
    """The files of our families, each from the first folder that has it, so that two versions never mix."""
    folders = [Path(place).expanduser() for place in places]
    found = []
    for family, styles in FAMILIES.items():
        name = family.replace(" ", "")
        folder = next((folder for folder in folders if (folder / f"{name}-{styles[0]}.ttf").is_file()), None)
        if folder:
            found += [path for style in styles if (path := folder / f"{name}-{style}.ttf").is_file()]
    return found


def unhinted_copies(paths: Sequence[Path]) -> Path:
    """A folder with copies of the fonts without hinting; it lives as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="paper-fonts-"))
    atexit.register(_remove, folder, os.getpid())
    for path in paths:
        (folder / path.name).write_bytes(unhinted(path.read_bytes()))
    return folder


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a forked child leaves its parent's fonts alone
        shutil.rmtree(folder, ignore_errors=True)


def unhinted(font: bytes) -> bytes:
    """A TrueType font with the same glyphs and without instructions."""
    tables = {tag: font[start : start + size] for tag, start, size in _directory(font) if tag not in _HINTING}
    glyphs = [_without_instructions(glyph) for glyph in _glyphs(tables)]
    offsets = [0]
    for glyph in glyphs:
        offsets.append(offsets[-1] + len(glyph))
    tables[b"glyf"] = b"".join(glyphs)
    tables[b"loca"] = struct.pack(f">{len(offsets)}I", *offsets)
    head = bytearray(tables[b"head"])
    head[8:12] = bytes(4)  # the font's checksum, filled in at last
    head[50:52] = b"\x00\x01"  # offsets are long
    tables[b"head"] = bytes(head)
    return _assembled(font[:4], tables)


def _directory(font: bytes) -> Iterator[tuple[bytes, int, int]]:
    (count,) = struct.unpack_from(">H", font, 4)
    for number in range(count):
        tag, _, start, size = struct.unpack_from(">4sIII", font, 12 + 16 * number)
        yield tag, start, size


def _glyphs(tables: dict[bytes, bytes]) -> Iterator[bytes]:
    (count,) = struct.unpack_from(">H", tables[b"maxp"], 4)
    if struct.unpack_from(">H", tables[b"head"], 50)[0]:
        offsets = struct.unpack_from(f">{count + 1}I", tables[b"loca"])
    else:
        offsets = tuple(2 * offset for offset in struct.unpack_from(f">{count + 1}H", tables[b"loca"]))
    for start, end in zip(offsets, offsets[1:], strict=False):
        yield tables[b"glyf"][start:end]


def _without_instructions(glyph: bytes) -> bytes:
    if not glyph:
        return glyph
    (contours,) = struct.unpack_from(">h", glyph)
    if contours >= 0:
        at = 10 + 2 * contours
        (size,) = struct.unpack_from(">H", glyph, at)
        bare = glyph[:at] + bytes(2) + glyph[at + 2 + size :]
    else:
        bare = _composed(bytearray(glyph))
    return bare + bytes(-len(bare) % 4)


def _composed(glyph: bytearray) -> bytes:
    at, more = 10, True
    while more:
        (flags,) = struct.unpack_from(">H", glyph, at)
        struct.pack_into(">H", glyph, at, flags & ~_INSTRUCTED)
        at += 4 + (4 if flags & _WORDS else 2)
        at += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0
        more = bool(flags & _MORE)
    return bytes(glyph[:at])


def _assembled(kind: bytes, tables: dict[bytes, bytes]) -> bytes:
    """The tables as one file, with the checksums that the format asks for."""
    power = 1 << (len(tables).bit_length() - 1)
    out = struct.pack(
        ">4sHHHH", kind, len(tables), 16 * power, power.bit_length() - 1, 16 * (len(tables) - power)
    )
    start, bodies = 12 + 16 * len(tables), []
    for tag, body in sorted(tables.items()):
        padded = body + bytes(-len(body) % 4)
        out += struct.pack(">4sIII", tag, _checksum(padded), start, len(body))
        bodies.append(padded)
        start += len(padded)
    font = bytearray(out + b"".join(bodies))
    at = next(start for tag, start, _ in _directory(bytes(font)) if tag == b"head") + 8
    struct.pack_into(">I", font, at, (_MAGIC - _checksum(bytes(font))) & 0xFFFFFFFF)
    return bytes(font)


def _checksum(padded: bytes) -> int:
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
