"""QR writing: what is drawn is what was asked, on every renderer, small, and the same each time."""
from __future__ import annotations

import re
from io import BytesIO

import pytest
import segno
import typst
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from PIL import Image, ImageDraw

from app.core import qr
from app.core.errors import Invalid

SLIP = "HTTPS://PHUXUAN.EXAMPLE/S/ABCDEFGHIJKLMNOPQRSTUVWX23"
VIETQR = (
    "00020101021238540010A00000072701240006970436011012345678900208QRIBFTTA5303704540480005802VN"
    "62200816HS H57 2600000016304463F"
)
CARD = "046150000002|191000002|TRẦN THỊ VÍ DỤ|15081950|Nữ|12 Đường Thử, Phường Thuận Lộc|10052022"
_LEG = re.compile(r"([mhv])(-?\d+)(?:( |(?=-))(-?\d+))?")


def read(image: Image.Image) -> list[str]:
    return [code.bytes.decode() for code in zxingcpp.read_barcodes(image, formats=zxingcpp.QRCode)]


def painted(svg: str) -> tuple[list[list[bool]], int]:
    """Our own reading of the path, in half modules: legs as wide as a module, mitred corners, nothing else."""
    root = etree.fromstring(svg.encode())
    width = int(root.get("viewBox").split()[2])
    image = Image.new("1", (width, width), 1)
    draw = ImageDraw.Draw(image)
    x = y = 0
    before = ""
    for letter, first, _, second in _LEG.findall(root[1].get("d")):
        if before and letter not in ("m", before):
            draw.rectangle((x - 1, y - 1, x, y), fill=0)  # the mitre
        before = "" if letter == "m" else letter
        dx = 0 if letter == "v" else int(first)
        dy = int(second) if letter == "m" else int(first) if letter == "v" else 0
        (left, right), (top, bottom) = sorted((x, x + dx)), sorted((y, y + dy))
        if letter == "h":
            draw.rectangle((left, y - 1, right - 1, y), fill=0)
        elif letter == "v":
            draw.rectangle((x - 1, top, x, bottom - 1), fill=0)
        x, y = x + dx, y + dy
    size = width // 2
    small = image.resize((size, size), Image.Resampling.NEAREST)
    assert small.resize((width, width), Image.Resampling.NEAREST).tobytes() == image.tobytes()  # whole modules only
    return [[not small.getpixel((column, row)) for column in range(size)] for row in range(size)], size


@pytest.mark.parametrize("text", [SLIP, VIETQR, CARD, "0", "a" * 900])
@pytest.mark.parametrize("level", "LMQH")
def test_svg_is_read_from_an_independent_renderer(text: str, level: str) -> None:
    page = '#set page(width: 12cm, height: 12cm, margin: 0cm)\n#image(bytes(sys.inputs.qr), format: "svg", width: 100%)'
    picture = typst.compile(page.encode(), format="png", ppi=200, sys_inputs={"qr": qr.svg(text, level=level)})
    assert read(Image.open(BytesIO(picture))) == [text]


@pytest.mark.parametrize("level", "LMQH")
def test_svg_has_the_modules_of_another_encoder(level: str) -> None:
    modules, size = painted(qr.svg(SLIP, level=level, border=0))
    others = (segno.make(SLIP, error=level, mask=mask, micro=False, boost_error=False) for mask in range(8))
    assert modules in [[[bool(module) for module in row] for row in other.matrix] for other in others]
    assert size == segno.make(SLIP, error=level, micro=False, boost_error=False).symbol_size(border=0)[0]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=60),
       st.sampled_from("LMQH"), st.integers(0, 6))
def test_pen_draws_each_dark_module_and_no_other(text: str, level: str, border: int) -> None:
    modules, size = qr._modules(text, level)
    drawn, width = painted(qr.svg(text, level=level, border=border))
    assert width == size + 2 * border
    wanted = [[False] * width for _ in range(width)]
    for place, value in enumerate(modules):
        wanted[border + place // size][border + place % size] = bool(value)
    assert drawn == wanted


def test_same_text_gives_same_bytes() -> None:
    assert qr.svg(VIETQR) == qr.svg(VIETQR)
    assert qr.png(VIETQR) == qr.png(VIETQR)
    assert qr.svg(VIETQR) != qr.svg(SLIP)


@pytest.mark.parametrize(("text", "level"), [(SLIP, "M"), (SLIP, "Q"), (VIETQR, "M")])
def test_svg_stays_small(text: str, level: str) -> None:
    assert len(qr.svg(text, level=level).encode()) <= 1900


def test_code_stands_on_its_own_white_ground() -> None:
    drawn, width = painted(qr.svg(SLIP))
    assert not any(map(any, drawn[:4] + drawn[-4:]))
    ground = etree.fromstring(qr.svg(SLIP).encode())[0]
    assert (ground.get("fill"), ground.get("d")) == ("#fff", f"M0 0h{2 * width}v{2 * width}H0z")


def test_label_is_read_aloud_and_escaped() -> None:
    named = etree.fromstring(qr.svg(SLIP, label='Mã "của" <phiếu> & biên').encode())
    assert (named.get("role"), named.get("aria-label")) == ("img", 'Mã "của" <phiếu> & biên')
    assert etree.fromstring(qr.svg(SLIP).encode()).get("aria-hidden") == "true"


@pytest.mark.parametrize("scale", [2, 8])
def test_png_is_read_and_only_black_and_white(scale: int) -> None:
    image = Image.open(BytesIO(qr.png(VIETQR, "Q", scale)))
    assert read(image) == [VIETQR]
    assert image.format == "PNG" and set(image.convert("L").get_flattened_data()) == {0, 255}
    assert image.width % scale == 0


def test_terminal_blocks_are_read() -> None:
    rows = qr.terminal(SLIP).rstrip("\n").split("\n")
    image = Image.new("1", (len(rows[0]), 2 * len(rows)), 0)
    for y, row in enumerate(rows):
        for x, sign in enumerate(row):
            image.putpixel((x, 2 * y), sign in "█▀")
            image.putpixel((x, 2 * y + 1), sign in "█▄")
    assert read(image.resize((image.width * 6, image.height * 6), Image.Resampling.NEAREST).convert("L")) == [SLIP]


def test_terminal_with_colour_only_adds_colour() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", qr.terminal(SLIP, colour=True))
    assert plain == qr.terminal(SLIP) and "\x1b" not in plain


@pytest.mark.parametrize("write", [qr.svg, qr.png, qr.terminal])
def test_a_text_that_does_not_fit_is_refused(write) -> None:
    with pytest.raises(Invalid, match="dài quá"):
        write("x" * 3000)


@pytest.mark.parametrize(("text", "level"), [("", "M"), (SLIP, "Z")])
def test_wrong_use_is_an_error(text: str, level: str) -> None:
    with pytest.raises(ValueError):
        qr.svg(text, level=level)
