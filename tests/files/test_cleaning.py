"""Uploads: what is honest comes out clean, and everything else gets its own sentence (m11, m12, threats 18 and 19)."""
from __future__ import annotations

import io
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pikepdf
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from app.core.errors import Invalid, Unavailable
from app.files import checking, cleaning, refusals
from app.files.cleaning import clean_upload
from app.providers import antivirus
from app.providers.antivirus.clamd import ClamdAntivirus
from app.providers.antivirus.memory import EICAR
from tests.files import samples

pytestmark = pytest.mark.usefixtures("scanner")


def shown(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def near(picture: Image.Image, x: float, y: float, colour: tuple[int, int, int]) -> bool:
    at = picture.convert("RGB").getpixel((int(x * picture.width), int(y * picture.height)))
    return all(abs(one - other) < 40 for one, other in zip(at, colour, strict=True))


def refused(data: bytes, name: str = "anh.jpg") -> Invalid:
    with pytest.raises(Invalid) as caught:
        clean_upload(data, name)
    return caught.value


# What is taken


@pytest.mark.parametrize(("format", "mode"), [
    ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "L"), ("PNG", "LA"),
    ("PNG", "1"), ("PNG", "P"), ("PNG", "I;16"), ("WEBP", "RGB"), ("WEBP", "RGBA"),
])
def test_every_kind_of_picture_becomes_a_jpeg(format: str, mode: str) -> None:
    if mode == "I;16":
        grey = samples.drawing(640, 480, "L")
        deep = Image.new("I;16", grey.size)
        deep.putdata([value * 257 for value in grey.get_flattened_data()])
        out = io.BytesIO()
        deep.save(out, "PNG")
        data = out.getvalue()
    else:
        data = samples.photo(format=format, mode=mode)
    clean = clean_upload(data, "anh.bin")
    picture = shown(clean.data)
    assert (picture.format, clean.mime, picture.size) == ("JPEG", "image/jpeg", (640, 480))
    assert (clean.width, clean.height, clean.pages, clean.size_received) == (640, 480, None, len(data))
    assert near(picture, 0.75, 0.25, samples.WHITE)
    assert not near(picture, 0.25, 0.25, samples.WHITE)
    small = shown(clean.thumbnail)
    assert max(small.size) == 360 and small.format == "JPEG"


def test_a_photo_of_an_iphone_is_taken() -> None:
    clean = clean_upload(samples.heic(), "IMG_0001.HEIC")
    picture = shown(clean.data)
    assert picture.format == "JPEG" and picture.size == (240, 320)
    assert near(picture, 0.75, 0.25, samples.RED)  # turned a quarter clockwise: the red corner is above right
    assert near(picture, 0.25, 0.75, samples.BLUE)
    assert b"iPhone" in samples.heic() and b"iPhone" not in clean.data and not picture.getexif()


@pytest.mark.parametrize("format", ["MPO", "WEBP", "PNG"])
def test_of_several_pictures_in_one_file_the_first_counts(format: str) -> None:
    """Phones hang a second, small picture behind a portrait; a moving picture is its first one."""
    more = [Image.new("RGB", (400, 300) if format != "MPO" else (80, 60), "black")]
    out = io.BytesIO()
    samples.drawing(400, 300).save(out, format, save_all=True, append_images=more)
    picture = shown(clean_upload(out.getvalue()).data)
    assert picture.size == (400, 300) and near(picture, 0.25, 0.25, samples.RED)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_comes_out_upright(orientation: int) -> None:
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # how a camera held so would store it
    stored = samples.drawing(400, 300)
    if back is not None:
        stored = stored.transpose(Image.Transpose(back))
    out = io.BytesIO()
    stored.save(out, "JPEG", exif=samples.telling_exif(orientation))
    clean = clean_upload(out.getvalue(), "anh.jpg")
    picture = shown(clean.data)
    assert picture.size == (400, 300)
    assert near(picture, 0.25, 0.25, samples.RED) and near(picture, 0.75, 0.75, samples.BLUE)


def test_a_picture_with_a_spoiled_note_is_still_a_picture() -> None:
    data = samples.photo(exif=b"Exif\0\0" + b"MM\0*\xff\xff\xff\xff" + os.urandom(40))
    assert clean_upload(data, "anh.jpg").width == 640


def test_see_through_parts_become_white_paper() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG")
    assert near(shown(clean_upload(out.getvalue()).data), 0.5, 0.5, samples.WHITE)


@pytest.mark.parametrize(("size", "expected"), [
    ((3000, 3000), (3000, 3000)), ((3001, 100), (3000, 100)), ((8000, 8000), (3000, 3000)), ((100, 9000), (33, 3000)),
])
def test_large_pictures_are_made_smaller(size: tuple[int, int], expected: tuple[int, int]) -> None:
    clean = clean_upload(samples.photo(*size), "anh.jpg")
    assert shown(clean.data).size == (clean.width, clean.height) == expected


def test_the_name_is_only_a_name() -> None:
    for name, kept in {
        "C:\\Users\\Mau\\giấy.jpg": "giấy.jpg", "../../etc/passwd": "passwd", "a\r\nb\0\u202e.jpg": "a b.jpg",
        "x" * 500 + ".jpg": "x" * 116 + ".jpg", "": "",
    }.items():
        assert clean_upload(samples.photo(32, 32), name).name == kept


# Nothing of the old file survives


@pytest.mark.parametrize("data", [
    samples.photo(exif=samples.telling_exif(), comment=samples.SCRIPT) + samples.SCRIPT,
    samples.photo(format="PNG", exif=samples.telling_exif()) + samples.CANARY,
    samples.photo(format="WEBP", exif=samples.telling_exif(), xmp=samples.CANARY),
    samples.photo(icc_profile=b"\0" * 40 + b"acsp" + samples.CANARY),
    samples.png_html_polyglot(),
], ids=["jpeg", "png", "webp", "colour profile", "polyglot"])
def test_scripts_places_and_whatever_hangs_behind_are_gone(data: bytes) -> None:
    clean = clean_upload(data, "anh.png")
    for kept in (clean.data, clean.thumbnail):
        for trace in (samples.SCRIPT, samples.CANARY, b"<html", b"<?php", b"Exif", b"PhoneMaker", b"ICC_PROFILE"):
            assert trace not in kept
        assert not shown(kept).getexif()


# What is not taken


@pytest.mark.parametrize(("data", "sentence"), [
    (b"", refusals.EMPTY),
    (b"\0" * 5000, refusals.EMPTY),
    (b" \r\n" * 10, refusals.EMPTY),
    (b"not a picture at all", refusals.UNKNOWN),
    (os.urandom(3) + b"\1" * 300, refusals.UNKNOWN),
    (b"MZ\x90\0" + b"\0" * 100, refusals.UNKNOWN),
    (b"<html><body>x</body></html>", refusals.WEB_PAGE),
    (b"\xef\xbb\xbf\n <!DOCTYPE html><p>x", refusals.WEB_PAGE),
    (b"<?php echo 1;", refusals.WEB_PAGE),
    (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', refusals.DRAWING),
    (b"<svg onload=alert(1)>", refusals.DRAWING),
    (samples.archive(), refusals.ARCHIVE),
    (b"Rar!\x1a\7\0" + b"\0" * 50, refusals.ARCHIVE),
    (samples.archive("[Content_Types].xml", "word/document.xml"), refusals.OFFICE),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refusals.OFFICE),
    (b"\0\0\0\x18ftypmp42" + b"\0" * 50, refusals.VIDEO),
    (b"\0\0\0\x14ftypqt  " + b"\0" * 50, refusals.VIDEO),
    (b"\0\0\0\x1cftypavif" + b"\0" * 50, refusals.OTHER_PICTURE),
    (samples.photo(8, 8, "GIF"), refusals.OTHER_PICTURE),
    (samples.photo(8, 8, "BMP"), refusals.OTHER_PICTURE),
    (samples.photo(8, 8, "TIFF"), refusals.OTHER_PICTURE),
    (b"\xff\xd8\xff", refusals.BROKEN_IMAGE),
    (b"\xff\xd8\xff\xe0" + os.urandom(2000), refusals.BROKEN_IMAGE),
    (b"\x89PNG\r\n\x1a\n", refusals.BROKEN_IMAGE),
    (b"RIFF\x10\0\0\0WEBPVP8 ", refusals.BROKEN_IMAGE),
    (b"\0\0\0\x18ftypheic" + b"\0" * 50, refusals.BROKEN_IMAGE),
    (samples.pixel_bomb(), refusals.TOO_MANY_PIXELS),
    (b"%PDF-1.7\n", refusals.BROKEN_PDF),
    (b"%PDF-1.7\nnothing\n%%EOF", refusals.BROKEN_PDF),
    (samples.locked_pdf(), refusals.LOCKED_PDF),
    (samples.pdf(0), refusals.EMPTY_PDF),
    (samples.pdf(61), refusals.TOO_MANY_PAGES),
    (samples.pdf(1000), refusals.TOO_MANY_PAGES),
    (samples.photo(32, 32) + EICAR, refusals.VIRUS),
    (b"\xff\xd8\xff" + b"\0" * (12 << 20), refusals.TOO_BIG),
])
def test_each_wrong_file_has_its_own_sentence(data: bytes, sentence: str) -> None:
    refusal = refused(data)
    assert refusal.message == sentence
    assert refusal.message % refusal.params  # every parameter is there


def test_the_sentences_are_plain() -> None:
    sentences = [value for name, value in vars(refusals).items() if name.isupper() and name != "N_"]
    assert len(set(sentences)) == len(sentences) >= 20
    for sentence in sentences:
        for part in re.split(r"(?<=[.!?])\s+", sentence):
            assert len(part.split()) <= 15, part
        assert "vui lòng" not in sentence.lower()


def test_limits_are_where_the_sentence_says() -> None:
    exactly = samples.photo(32, 32)
    exactly += b"\0" * ((12 << 20) - len(exactly))
    assert clean_upload(exactly).size_received == 12 << 20
    assert refused(exactly + b"\0").params == {"limit": 12}
    assert clean_upload(io.BytesIO(exactly)).size_received == 12 << 20
    assert refused(samples.pdf(61)).params == {"pages": 61, "limit": 60}
    assert clean_upload(samples.pdf(60)).pages == 60


def test_a_stream_is_not_read_further_than_needed() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= (12 << 20) + 1
            self.given += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(Invalid):
        checking.read_all(endless)
    assert endless.given == (12 << 20) + 1


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_a_cut_picture_is_refused_wherever_it_was_cut(format: str) -> None:
    whole = samples.photo(96, 72, format)
    end = {"JPEG": 2, "PNG": 24, "WEBP": 1}[format]  # end marks and check sums: the picture before them is whole
    cuts = sorted({1, 2, 3, 4, 10, *random.Random(33).sample(range(5, len(whole) - end), 14), len(whole) - end - 1})
    for cut in cuts:
        assert refused(whole[:cut]).message in (refusals.BROKEN_IMAGE, refusals.UNKNOWN), cut


def test_a_cut_progressive_jpeg_is_refused() -> None:
    whole = samples.photo(320, 240, progressive=True)
    assert clean_upload(whole).width == 320
    for part in (3, 5, 8):
        assert refused(whole[: len(whole) * part // 10]).message == refusals.BROKEN_IMAGE


def test_a_cut_pdf_is_refused() -> None:
    whole = samples.pdf(3)
    for cut in (10, len(whole) // 2, len(whole) - 8):
        assert refused(whole[:cut]).message == refusals.BROKEN_PDF


@given(data=st.binary(max_size=60), head=st.sampled_from(
    [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic", b"%PDF-1.4\n%%EOF", b""]))
@settings(max_examples=25, deadline=None)
def test_garbage_is_always_a_sentence(data: bytes, head: bytes) -> None:
    """F34: whatever comes, the answer is a refusal that a person can read, never a crash."""
    assert refused(head + data + b"\1").message


# The worker and its neighbours are unharmed


@contextmanager
def highest_memory() -> Iterator[list[int]]:
    """The highest resident size of this process meanwhile, in bytes, above where it stood."""
    me, peak, done = psutil.Process(), [0], threading.Event()
    start = me.memory_info().rss

    def watch() -> None:
        while not done.is_set():
            peak[0] = max(peak[0], me.memory_info().rss - start)
            time.sleep(0.005)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("data", [
    samples.pixel_bomb(), samples.pixel_bomb(8000), samples.photo(8000, 8000, "PNG", "RGBA", compress_level=1),
], ids=["144 Mpx", "64 Mpx, 1 bit", "64 Mpx, see-through"])
def test_bombs_stay_out_of_the_workers_memory(data: bytes) -> None:
    with highest_memory() as peak:
        try:
            assert clean_upload(data).width == 3000
        except Invalid as refusal:
            assert refusal.message == refusals.TOO_MANY_PIXELS
    assert peak[0] < 40 << 20


def test_the_web_worker_loads_no_decoder() -> None:
    code = (
        "import sys, types; app = types.ModuleType('app'); app.__path__ = ['app']; sys.modules['app'] = app\n"
        "import app.files.views, app.files.tasks, app.files.integrity\n"
        "heavy = {'PIL', 'pikepdf', 'pi_heif', 'typst', 'zxingcpp'}\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} & heavy))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_a_silent_scanner_means_no(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antivirus, "_antivirus", ClamdAntivirus(tmp_path / "nobody"))
    with pytest.raises(Unavailable):
        clean_upload(samples.photo(32, 32))


# PDF


def test_a_hostile_pdf_loses_what_acts_and_tells() -> None:
    clean = clean_upload(samples.hostile_pdf(), "giay.pdf")
    assert (clean.mime, clean.pages) == ("application/pdf", 2)
    with pikepdf.open(io.BytesIO(clean.data)) as document:
        flat = b"".join(
            item.unparse(resolved=True) + (item.read_raw_bytes() if isinstance(item, pikepdf.Stream) else b"")
            for item in document.objects
        ) + document.trailer.unparse()
        for trace in (
            b"JavaScript", b"/JS", b"OPENED", b"calc.exe", b"/OpenAction", b"/AA", b"XFA", b"FORM", b"EMBEDDED",
            b"evil", b"/URI", b"RichMedia", b"/Metadata", b"/Info", samples.CANARY, b"Exif", b"PhoneMaker",
        ):
            assert trace not in flat, trace
        annotations = document.pages[0].obj.Annots
        assert [str(note.Subtype) for note in annotations] == ["/Link", "/Link"]
        assert annotations[1].A.S == "/GoTo"  # a jump inside the document harms nobody
        photo = document.pages[0].obj.Resources.XObject.Photo
        assert shown(photo.read_raw_bytes()).size == (64, 48)


def test_a_pdf_without_password_but_with_restrictions_is_opened_up() -> None:
    clean = clean_upload(samples.restricted_pdf())
    with pikepdf.open(io.BytesIO(clean.data)) as document:
        assert not document.is_encrypted


def test_a_signed_pdf_keeps_every_byte_unless_it_acts() -> None:
    signed = samples.signed_pdf()
    assert clean_upload(signed).data == signed
    acting = samples.signed_pdf(acting=True)
    assert b"JavaScript" not in clean_upload(acting).data


def test_who_only_says_signed_or_hangs_something_on_is_written_anew() -> None:
    """Otherwise one flag would carry any second file past the cleaning."""
    behind = clean_upload(samples.signed_pdf() + b"\n<html><script>alert(1)</script>").data
    with pikepdf.open(io.BytesIO(samples.pdf())) as document:
        document.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=pikepdf.Array())
        document.docinfo["/Author"] = "Nguyễn Văn Mẫu"
        flagged = samples.saved(document)
    assert b"script" not in behind
    assert clean_upload(flagged).data != flagged and b"Author" not in clean_upload(flagged).data


def test_pages_become_pictures() -> None:
    clean = clean_upload(samples.pdf(2))
    assert shown(clean.thumbnail).size[0] == pytest.approx(364, abs=4)
    page = shown(cleaning.draw_page(clean.data, 2))
    assert page.format == "JPEG" and page.height > page.width > 900
    with pytest.raises(Invalid):
        cleaning.draw_page(clean.data, 3)
