"""Papers read back as others see them: text by pypdf, pictures by poppler, codes by an independent decoder."""
from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO

import pypdf
import pytest
import zxingcpp
from PIL import Image

A4_MM, A5_MM = (210, 297), (148, 210)
_MM = 72 / 25.4


def reader(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(pdf))


def page_count(pdf: bytes) -> int:
    return len(reader(pdf).pages)


def size_mm(pdf: bytes, page: int = 0) -> tuple[int, int]:
    box = reader(pdf).pages[page].mediabox
    return round(float(box.width) / _MM), round(float(box.height) / _MM)


def text(pdf: bytes) -> str:
    """All words of all pages, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in reader(pdf).pages).split())


def squeezed(words: str) -> str:
    """Words without spaces and break marks, so that line ends do not matter."""
    return re.sub(r"[\s\N{ZERO WIDTH SPACE}\N{NO-BREAK SPACE}]+", "", words)


def says(pdf: bytes, words: str) -> bool:
    """Whether ``words`` stand on the paper, wherever lines break."""
    return squeezed(words) in squeezed(text(pdf))


def metadata(pdf: bytes) -> str:
    """The XMP packet."""
    return reader(pdf).trailer["/Root"]["/Metadata"].get_data().decode()


def pictures(pdf: bytes, dpi: int = 100) -> list[Image.Image]:
    """The pages as grey pictures."""
    if not shutil.which("pdftoppm"):
        pytest.skip("pdftoppm (poppler-utils) is not on this machine")
    drawn = subprocess.run(["pdftoppm", "-r", str(dpi), "-gray", "-"], input=pdf, capture_output=True, check=True)
    pages, rest = [], drawn.stdout
    while rest:
        head = re.match(rb"P5\n(\d+) (\d+)\n255\n", rest)
        assert head
        width, height = int(head[1]), int(head[2])
        end = head.end() + width * height
        pages.append(Image.frombytes("L", (width, height), rest[head.end() : end]))
        rest = rest[end:]
    return pages


def codes(pdf: bytes, dpi: int = 100) -> list[list[str]]:
    """The QR codes that a camera would find on each page."""
    return [
        sorted(code.text for code in zxingcpp.read_barcodes(page, formats=zxingcpp.QRCode))
        for page in pictures(pdf, dpi)
    ]


def margins_mm(picture: Image.Image, width_mm: int) -> tuple[float, float, float, float]:
    """White left, top, right and bottom of all ink, in mm."""
    left, top, right, bottom = picture.point(lambda value: 255 if value < 200 else 0).getbbox()
    mm = width_mm / picture.width
    return left * mm, top * mm, (picture.width - right) * mm, (picture.height - bottom) * mm
