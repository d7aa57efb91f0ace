"""QR codes (mã QR), written in one place: SVG for pages and print, PNG to save, blocks for a terminal.

SVG comes from zxing-cpp's encoder, which chooses the mask and packs digits and capitals tightly: for a
VietQR text that is one or two versions smaller, and several times faster, than segno with a fixed mask.
PNG and terminal come from the ``qrcode`` library. The same text always gives the same bytes.
"""
from __future__ import annotations

from html import escape
from io import BytesIO, StringIO

import qrcode
import zxingcpp

from app.core.errors import N_, Invalid

LEVELS = {
    "L": qrcode.ERROR_CORRECT_L,
    "M": qrcode.ERROR_CORRECT_M,
    "Q": qrcode.ERROR_CORRECT_Q,
    "H": qrcode.ERROR_CORRECT_H,
}
_TOO_LONG = N_("Nội dung này dài quá, không đưa vào mã QR được.")

# What a module is while the pen walks over the code: light, dark and drawn, dark and still to draw.
_LIGHT, _DRAWN, _TO_DRAW = 0, 1, 2
_FROM_IMAGE = bytes(_TO_DRAW if value < 128 else _LIGHT for value in range(256))


def svg(text: str, *, level: str = "M", border: int = 4, label: str = "") -> str:
    """``text`` as one ``<svg>`` element: dark on its own white ground, ``border`` light modules around.

    ``level`` is L, M, Q or H. With a ``label`` the picture is announced by it, without one it is hidden
    from screen readers (then the words stand beside it). Raises ``Invalid`` when the text does not fit.
    """
    modules, size = _modules(text, level)
    width = 2 * (size + 2 * border)  # in half modules: strokes as wide as a module then run along whole numbers
    name = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" {name}>'
        f'<path fill="#fff" d="M0 0h{width}v{width}H0z"/>'
        f'<path fill="none" stroke="#000" stroke-width="2" d="{_pen_path(modules, size, border)}"/></svg>'
    )


def png(text: str, level: str = "Q", scale: int = 8, border: int = 4) -> bytes:
    """``text`` as a black-and-white PNG, ``scale`` pixels a module. Raises ``Invalid`` when it does not fit."""
    out = BytesIO()
    _drawn(text, level, scale, border).make_image().save(out, "PNG")
    return out.getvalue()


def terminal(text: str, *, colour: bool = False) -> str:
    """``text`` as lines of half blocks, light modules drawn: for a dark terminal, or any one with ``colour``.

    ``colour`` adds escape sequences, so pass it only when the output is a terminal.
    """
    lines = StringIO()
    _drawn(text, "L", 1, 2).print_ascii(out=lines, invert=True)
    rows = lines.getvalue().rstrip("\n").split("\n")
    if colour:
        rows = [f"\x1b[48;5;232m\x1b[38;5;255m{row}\x1b[0m" for row in rows]
    return "\n".join(rows) + "\n"


def _drawn(text: str, level: str, scale: int, border: int) -> qrcode.QRCode:
    code = qrcode.QRCode(error_correction=LEVELS[level], box_size=scale, border=border)
    code.add_data(text)
    try:
        code.make(fit=True)
    except ValueError as error:  # the library has one class for "no version is large enough"
        raise Invalid(_TOO_LONG) from error
    return code


def _modules(text: str, level: str) -> tuple[bytes, int]:
    """The modules row by row (dark = _TO_DRAW), and how many there are on a side."""
    if level not in LEVELS or not text:
        raise ValueError(f"a text and a level of {', '.join(LEVELS)} are needed")
    try:
        code = zxingcpp.create_barcode(text, zxingcpp.QRCode, ec_level=level)
    except ValueError as error:
        raise Invalid(_TOO_LONG) from error
    image = memoryview(code.to_image(scale=1, add_quiet_zones=False))
    return bytes(image).translate(_FROM_IMAGE), image.shape[0]


def _pen_path(modules: bytes, size: int, border: int) -> str:
    """The dark modules as few strokes: the pen turns corners instead of lifting at the end of each run.

    Against one stroke a run this saves a quarter of the bytes, with nothing but m, h and v in the path.
    """
    row = size + 1  # one light module ends each row, so that no step needs a bound
    lines = [modules[start : start + size] for start in range(0, size * size, size)]
    grid = bytearray(row) + b"\0".join(lines) + bytes(row + 1)
    path: list[str] = []
    pen_x = pen_y = -2 * border
    at = grid.find(_TO_DRAW)
    while at >= 0:
        top, left = divmod(at, row)  # row 0 of the grid is margin
        grid[at] = _DRAWN
        # A stroke begins in the middle of one edge of its first module.
        if grid[at + 1] != _TO_DRAW and grid[at + row] == _TO_DRAW:
            x, y, step = 2 * left + 1, 2 * top - 2, row
        else:
            x, y, step = 2 * left, 2 * top - 1, 1
        path.append(f"m{x - pen_x} {y - pen_y}" if y >= pen_y else f"m{x - pen_x}{y - pen_y}")
        here, end = at, 1  # the first and the last leg reach half a module beyond the middles they join
        while step:
            length, end = end, 0
            while grid[here + step] == _TO_DRAW:
                here += step
                grid[here] = _DRAWN
                length += 2
            across = row if step in (1, -1) else 1
            turn = across if grid[here + across] == _TO_DRAW else -across if grid[here - across] == _TO_DRAW else 0
            if not turn:
                length += 1
            if step < 0:
                length = -length
            if across == row:
                path.append(f"h{length}")
                x += length
            else:
                path.append(f"v{length}")
                y += length
            step = turn
        pen_x, pen_y = x, y
        at = grid.find(_TO_DRAW, at)
    return "".join(path)
