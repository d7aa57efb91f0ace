"""Codes on photos: every kind of file a phone sends, damaged photos, and files that are no photo at all."""
from __future__ import annotations

import os
import struct
import time
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter, ImageOps

from app.core.errors import Invalid
from app.providers.scanner import finders, grid, picture, zxing
from app.providers.scanner.local import LocalScanner
from app.providers.scanner.memory import MemoryScanner
from tests.bench import qr_photos

CARD = "046150000002|191000002|TRẦN THỊ VÍ DỤ|15081950|Nữ|12 Đường Thử, Thuận Lộc, Thành phố Huế|10052022"
HARD = (106, 115)  # seeds of photos of the third level, small ones
GENEROUS = 30.0  # seconds: what is tested is what is read, not how busy this machine is
HEIC = Path(__file__).parents[1] / "files" / "paper.heic"


def drawn(text: str = CARD, size: tuple[int, int] = (900, 700), mode: str = "RGB", scale: int = 6) -> Image.Image:
    """A code on a plain ground, not in its middle."""
    buffer = BytesIO()
    segno.make(text.encode(), error="M", micro=False).save(buffer, kind="png", scale=scale, border=4)
    ground = Image.new("L", size, 235)
    ground.paste(Image.open(buffer).convert("L"), (40, 60))
    return ground.convert(mode)


def saved(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        zxing.decode(data)
    return refused.value.message


# --- kinds of file ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "mode"), [
    ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "P"),
    ("PNG", "1"), ("WEBP", "RGB"), ("WEBP", "RGBA"),
])  # fmt: skip
def test_files_of_every_kind_are_read(kind: str, mode: str) -> None:
    assert zxing.decode(saved(drawn(mode=mode), kind)) == [CARD]


def test_sixteen_bits_a_pixel_are_not_cut_off() -> None:
    deep = Image.fromarray(np.asarray(drawn(mode="L")).astype(np.uint16) * 257)
    assert deep.mode == "I;16"
    assert zxing.decode(saved(deep, "PNG")) == [CARD]


def test_a_clear_ground_counts_as_paper() -> None:
    image = drawn(mode="L")
    clear = Image.merge("LA", (Image.new("L", image.size, 0), image.point([255 - v for v in range(256)])))
    assert zxing.decode(saved(clear, "PNG")) == [CARD]


def test_a_heic_photo_is_opened() -> None:
    grey = picture.open_grey(HEIC.read_bytes(), 4700)
    assert (grey.mode, max(grey.size)) == ("L", 320)
    assert zxing.decode(HEIC.read_bytes(), seconds=0.2) == []


@pytest.mark.parametrize("tag", range(1, 9))
def test_the_turn_of_the_camera_is_undone(tag: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = tag
    data = saved(drawn(), exif=exif)
    upright = ImageOps.exif_transpose(Image.open(BytesIO(data))).convert("L")
    grey = picture.open_grey(data, 4700)
    assert grey.size == upright.size
    assert np.abs(np.asarray(grey, float) - np.asarray(upright, float)).mean() < 2
    assert zxing.decode(data) == [CARD]


def test_a_crooked_exif_block_is_overlooked() -> None:
    assert zxing.decode(saved(drawn(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff rubbish")) == [CARD]


def test_all_codes_of_a_photo_are_read_each_once() -> None:
    sheet = drawn(size=(1500, 1500))
    for place, text in (((700, 60), "HTTPS://PHUXUAN.EXAMPLE/Q/1"), ((700, 700), CARD)):
        sheet.paste(drawn(text, (600, 600)), place)
    assert sorted(zxing.decode(saved(sheet))) == sorted([CARD, "HTTPS://PHUXUAN.EXAMPLE/Q/1"])


@pytest.mark.parametrize("text", ["Nữ", "Đặng Thị Thử", "Ờ", "Ỡ Ẵ Ự", "ABC 123", "x" * 300])
def test_vietnamese_letters_arrive_whole(text: str) -> None:
    assert zxing.decode(saved(drawn(text))) == [text]


def test_a_code_in_another_character_set_is_still_text() -> None:
    buffer = BytesIO()
    segno.make("Café", encoding="iso-8859-1", mode="byte", error="M").save(buffer, kind="png", scale=6)
    assert zxing.decode(buffer.getvalue()) == ["Café"]


# --- size ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(9248, 6936), (6936, 9248)])
def test_a_phone_that_says_64_mpx_is_read(size: tuple[int, int]) -> None:
    ground = Image.new("L", size, 200)
    ground.paste(drawn(scale=24, mode="L", size=(1900, 1900)), (3000, 2500))
    assert zxing.decode(saved(ground, quality=70), seconds=GENEROUS) == [CARD]


def test_a_large_jpeg_is_never_decoded_in_full() -> None:
    grey = picture.open_grey(saved(Image.new("L", (9000, 6000), 200)), 4700)
    assert grey.size == (4500, 3000)
    assert picture.is_reduced(saved(Image.new("L", (9000, 6000), 200)), 4700)
    assert not picture.is_reduced(saved(drawn()), 4700)


def test_a_large_png_is_reduced_too() -> None:
    assert picture.open_grey(saved(Image.new("1", (6000, 5000), 1), "PNG"), 4700).size == (3000, 2500)


def test_a_small_code_on_a_large_photo_is_found() -> None:
    ground = Image.new("L", (8000, 6000), 200)
    small = drawn(mode="L", scale=3, size=(260, 260)).filter(ImageFilter.GaussianBlur(1))
    ground.paste(small, (6100, 4700))
    assert zxing.decode(saved(ground, quality=80), seconds=GENEROUS) == [CARD]


def bomb(width: int, height: int) -> bytes:
    """A PNG whose header promises that many pixels in a few bytes."""
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(width // 8 + 1) * 50)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# --- what is no photo ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "says"), [
    (b"", "trống"),
    (b"%PDF-1.4\n%%EOF", "PDF"),
    (b"Xin chao", "không phải ảnh mở được"),
    (b"\xff\xd8\xff", "gửi chưa hết"),
    (b"\0\0\0\x18ftypheic" + bytes(50), "gửi chưa hết"),
    (b"GIF89a" + bytes(40), "không phải ảnh mở được"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "không phải ảnh mở được"),
    (bomb(12000, 12000), "lớn quá"),
    (bytes(picture.MAX_BYTES + 1), "nặng hơn"),
])  # fmt: skip
def test_each_kind_of_bad_file_has_its_own_sentence(data: bytes, says: str) -> None:
    assert says in refusal(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_half_a_photo_is_told_from_no_photo(kind: str) -> None:
    whole = saved(Image.effect_noise((900, 700), 60).convert("RGB"), kind)
    assert "gửi chưa hết" in refusal(whole[: len(whole) // 2])


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP",
                                                 b"\0\0\0\x18ftypheic"]), st.integers(0, 400))  # fmt: skip
def test_no_bytes_do_more_than_be_refused(tail: bytes, magic: bytes, cut: int) -> None:
    photo = saved(drawn(size=(120, 120), scale=1), "JPEG")
    for data in (magic + tail, photo[:cut] + tail + photo[cut + len(tail) :]):
        try:
            assert zxing.decode(data, seconds=0.05) in ([], [CARD])
        except Invalid as refused:
            assert refused.message


# --- damaged photos -----------------------------------------------------------------------------------------------


made = cache(qr_photos.photo)  # a photo takes seconds to make


def test_an_easy_photo_is_read() -> None:
    data, text = made(1, 1)
    assert zxing.decode(data, seconds=GENEROUS) == [text]


@pytest.mark.parametrize("seed", HARD)
def test_photos_that_the_bare_decoder_gives_up_on_are_read(seed: int) -> None:
    data, text = made(3, seed)
    assert qr_photos.bare(data) == []
    assert zxing.decode(data, seconds=GENEROUS) == [text]


def test_photos_are_made_the_same_each_time() -> None:
    assert qr_photos.photo(3, HARD[0]) == made(3, HARD[0]) != made(3, HARD[1])


def test_time_used_up_means_nothing_found() -> None:
    busy = saved(Image.effect_noise((3000, 2000), 90).convert("RGB"))
    began = time.process_time()
    assert zxing.decode(busy, seconds=1.0) == []
    assert time.process_time() - began < 8


@pytest.mark.parametrize(("size", "ground"), [((1, 1), 0), ((3, 900), 255), ((40, 40), 0), ((1500, 20), 128), ((700, 500), 255)])
def test_plain_pictures_of_any_shape_hold_nothing(size: tuple[int, int], ground: int) -> None:
    assert zxing.decode(saved(Image.new("L", size, ground), "PNG")) == []


# --- the grid -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", grid.SIZES)
def test_known_modules_are_those_of_every_code_of_that_size(size: int) -> None:
    known = grid.known_modules(size)
    for text in ("1", "A" * 9, "Ờ"):
        for mask in range(8):
            code = segno.make(text, version=(size - 17) // 4, mask=mask, error="L", micro=False)
            modules = np.array([list(row) for row in code.matrix])
            assert (modules[known >= 0] == known[known >= 0]).all()


@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=4, max_size=4), st.sampled_from(grid.SIZES))
def test_projections_meet_the_corners(shifts: list[tuple[float, float]], size: int) -> None:
    corners = np.array([(100, 100), (300, 100), (300, 300), (100, 300)]) + np.array(shifts)
    matrix = grid.projections(corners[None], size)[0]
    modules = np.array([(0, 0, 1), (size, 0, 1), (size, size, 1), (0, size, 1)], float)
    seen = modules @ matrix.T
    assert np.allclose(seen[:, :2] / seen[:, 2:], corners, atol=1e-6)


def flat_code(blur: float) -> tuple[Image.Image, np.ndarray, int]:
    """A straight code of 49 modules, four pixels each, blurred by so many pixels; and its true corners."""
    code = segno.make(CARD.encode(), error="M", micro=False, boost_error=False)
    size = code.symbol_size(border=0)[0]
    buffer = BytesIO()
    code.save(buffer, kind="png", scale=4, border=10, light="#c8c8c8", dark="#323232")
    image = Image.open(buffer).convert("L").filter(ImageFilter.GaussianBlur(blur))
    far = 40 + 4 * size
    return image, np.array([(40, 40), (far, 40), (far, far), (40, far)], float), size


def test_a_shifted_grid_finds_back() -> None:
    image, corners, size = flat_code(1.5)
    pixels = np.clip(grid.evened(np.asarray(image, np.float64), 24), -2.5, 2.5)
    fit = grid.fitted(pixels, grid.Placing(corners + np.array([[5, -3], [-4, 2], [3, 5], [-2, -4]]), size))
    assert fit.likeness > 0.8
    assert np.abs(fit.corners - corners).max() < 2


@pytest.mark.parametrize("blur", [2.6, 2.9])
def test_blur_that_hides_the_modules_is_undone(blur: float) -> None:
    image, corners, size = flat_code(blur)
    assert zxing._read(image) == []
    pixels = grid.evened(np.asarray(image, np.float64), 24)
    assert grid.read(image, pixels, grid.Placing(corners, size)).decode() == CARD


def test_the_busiest_square_with_plain_sides_comes_first() -> None:
    table = np.indices((1500, 2000)).sum(0) // 12 % 2 * 90 + 80
    photo = Image.fromarray(table.astype(np.uint8))
    photo.paste(Image.new("L", (1100, 700), 210), (500, 400))
    photo.paste(drawn(mode="L", size=(380, 380), scale=5).crop((40, 60, 340, 360)), (1200, 450))
    first = finders.patches(photo)[0]
    assert abs(first.x - 1350) < 60
    assert abs(first.y - 600) < 60
    assert 200 < first.side < 420


# --- the doors ----------------------------------------------------------------------------------------------------


def test_the_local_scanner_reads_in_its_child(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    before = set(os.listdir("/tmp"))
    assert LocalScanner().read_codes(saved(drawn())) == [CARD]
    assert LocalScanner().read_codes(saved(Image.new("L", (300, 200), 255))) == []
    said = capfd.readouterr()
    assert "046150000002" not in said.out + said.err
    assert not [name for name in set(os.listdir("/tmp")) - before if (Path("/tmp") / name).suffix in (".jpg", ".png", ".jpeg")]


@pytest.mark.parametrize(("data", "says"), [(b"", "trống"), (b"Xin chao", "không phải ảnh"), (bomb(12000, 12000), "lớn quá")])
def test_the_child_hands_on_what_is_wrong(data: bytes, says: str) -> None:
    with pytest.raises(Invalid) as refused:
        LocalScanner().read_codes(data)
    assert says in refused.value.message


def test_a_hard_photo_fits_into_the_childs_limits() -> None:
    data, text = made(3, HARD[0])
    assert LocalScanner().read_codes(data) in ([text], [])  # a busy machine may run out of time, never of memory


def test_the_memory_scanner_reads_what_it_was_told() -> None:
    scanner = MemoryScanner([CARD])
    assert scanner.read_codes(b"any photo") == [CARD]
    assert MemoryScanner().read_codes(b"any photo") == []
    with pytest.raises(Invalid):
        scanner.read_codes(b"")
    assert scanner.photos == 2
