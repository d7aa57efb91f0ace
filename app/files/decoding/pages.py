"""Pictures of PDF pages: what a browser can show without a PDF reader. Tasks of the limited child."""
from __future__ import annotations

import io

import typst
from PIL import Image, PngImagePlugin  # noqa: F401  known to Image.open

PAGE_WIDTH_PT = 595
PAGE_DPI, THUMBNAIL_DPI = 120, 44
QUALITY = 80


def draw(data: bytes, page: int, small: bool = False) -> bytes:
    """A JPEG of page ``page`` (from 1). The renderer reads the same bytes where the decoder's input lies."""
    source = (
        f"#set page(width: {PAGE_WIDTH_PT}pt, height: auto, margin: 0pt, fill: white)\n"
        f'#image("/0", format: "pdf", page: {int(page)}, width: 100%)'
    )
    drawn = typst.compile(
        source.encode(), format="png", ppi=THUMBNAIL_DPI if small else PAGE_DPI, root="/proc/self/fd",
        ignore_system_fonts=True,
    )
    out = io.BytesIO()
    with Image.open(io.BytesIO(drawn), formats=("PNG",)) as picture:
        picture.convert("RGB").save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
