"""Honest and hostile files, made on the spot. ``paper.heic`` beside this file was drawn for these tests: 320 x 240,
red above left, blue below right, turned by its own note (a phone held upright), with a maker's name and a place."""
from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image, ImageDraw

CANARY = b"CANARY-046099000123-Tran-Thi-Vi-Du"
SCRIPT = b"<script>alert('EXIF')</script>"
RED, BLUE, WHITE = (200, 30, 30), (30, 30, 200), (255, 255, 255)


def drawing(width: int = 640, height: int = 480, mode: str = "RGB") -> Image.Image:
    """White, red above left, blue below right: which way is up can be seen."""
    picture = Image.new("RGB", (width, height), WHITE)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), fill=RED)
    draw.rectangle((width // 2, height // 2, width, height), fill=BLUE)
    return picture.convert(mode)


def photo(width: int = 640, height: int = 480, format: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A plain picture of the given kind."""
    out = io.BytesIO()
    drawing(width, height, mode).save(out, format, **options)
    return out.getvalue()


def noisy_photo(width: int = 1600, height: int = 1200, quality: int = 90) -> bytes:
    """A JPEG with as much in it as a real photo."""
    out = io.BytesIO()
    Image.effect_noise((width, height), 50).convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def telling_exif(orientation: int = 1) -> bytes:
    """Exif with a place, a script for a name, and which way is up."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = orientation, "PhoneMaker", SCRIPT.decode()
    exif[0x9286] = CANARY.decode()
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (16.0, 28.0, 7.5), "E", (107.0, 35.0, 3.5)
    return exif.tobytes()


def png_html_polyglot() -> bytes:
    """A PNG that is a page with a script and a PHP program too: in a text chunk and behind its end."""
    text = b"Comment\0<html>" + SCRIPT + b"<?php system($_GET['c']); ?>"
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    picture = photo(64, 48, "PNG")
    return picture[:33] + chunk + picture[33:] + b"<html>" + SCRIPT


@cache
def pixel_bomb(edge: int = 12_000) -> bytes:
    """17 kB that become ``edge`` x ``edge`` points (m11)."""
    row = b"\0" + bytes((edge + 7) // 8)
    press = zlib.compressobj(9)
    pixels = b"".join(press.compress(row) for _ in range(edge)) + press.flush()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def heic() -> bytes:
    """A photo as an iPhone makes it."""
    return Path(__file__).with_name("paper.heic").read_bytes()


def archive(*names: str) -> bytes:
    """A ZIP, or with the right names inside an office document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names or ("photo.jpg",):
            archive.writestr(name, "x")
    return out.getvalue()


def blank_pdf(pages: int = 1) -> pikepdf.Pdf:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=(595, 842))
    return document


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)
    return out.getvalue()


def pdf(pages: int = 1, **options: object) -> bytes:
    """A plain PDF."""
    return saved(blank_pdf(pages), **options)


def locked_pdf() -> bytes:
    return pdf(encryption=pikepdf.Encryption(user="secret", owner="owner"))


def restricted_pdf() -> bytes:
    """Opens without a password but forbids copying, as many offices save theirs."""
    return pdf(encryption=pikepdf.Encryption(user="", owner="owner"))


def hostile_pdf() -> bytes:
    """Everything in a PDF that acts, carries or tells, in one."""
    document = blank_pdf(2)
    script = Dictionary(S=Name.JavaScript, JS="app.alert('OPENED')", Next=Dictionary(S=Name.Launch, F="calc.exe"))
    document.Root.OpenAction = script
    document.Root.AA = Dictionary(WC=script)
    document.Root.AcroForm = Dictionary(XFA=document.make_stream(b"<xfa>FORM</xfa>"), Fields=Array())
    document.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array(["start", script])))
    document.Root.Metadata = document.make_stream(CANARY)
    document.attachments["evil.exe"] = b"MZ EMBEDDED PROGRAM"
    page = document.pages[0]
    square = Array([0, 0, 100, 100])
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=square,
                      A=Dictionary(S=Name.URI, URI="https://evil.example/pay"))
    jump = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=square,
                      A=Dictionary(S=Name.GoTo, D=Array([document.pages[1].obj, Name.Fit])))
    film = Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=square)
    page.Annots = Array([document.make_indirect(link), jump, document.make_indirect(film)])
    page.AA = Dictionary(O=script)
    outside = Stream(document, b"", F="http://evil.example/data")
    page.Resources = Dictionary(XObject=Dictionary(Out=outside, Photo=_photo_in(document)))
    document.trailer.Info = document.make_indirect(Dictionary(Author=CANARY.decode()))
    return saved(document)


def _photo_in(document: pikepdf.Pdf) -> Stream:
    picture = photo(64, 48, exif=telling_exif())
    return Stream(document, picture, Type=Name.XObject, Subtype=Name.Image, Width=64, Height=48,
                  ColorSpace=Name.DeviceRGB, BitsPerComponent=8, Filter=Name.DCTDecode)


def signed_pdf(*, acting: bool = False) -> bytes:
    """A PDF that says of itself that it is signed."""
    document = blank_pdf()
    value = Dictionary(Type=Name.Sig, ByteRange=Array([0, 10, 20, 30]), Contents=b"\0" * 64)
    field = Dictionary(FT=Name.Sig, T="Signature", V=document.make_indirect(value))
    document.Root.AcroForm = Dictionary(SigFlags=3, Fields=Array([document.make_indirect(field)]))
    if acting:
        document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    return saved(document)
