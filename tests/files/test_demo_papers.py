"""Made-up papers: readable, marked as worthless, the same each time."""
from __future__ import annotations

import io

import pytest
import zxingcpp
from PIL import Image

from app.core.actor import CITIZEN
from app.core.db import transaction
from app.files import demo_papers, services
from app.files.demo_papers import DemoPaper
from app.files.models import FileKind

FIELDS = {"Họ và tên": "Nguyễn Văn Mẫu", "Ngày sinh": "không nhớ, năm 1948", "number": "Số: 01/1999"}


@pytest.mark.parametrize("kind", DemoPaper)
def test_every_kind_is_a_photo_of_its_own(kind: DemoPaper) -> None:
    data = demo_papers.draw_paper(kind, FIELDS)
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "JPEG" and min(picture.size) > 600
    assert len(data) < 300_000
    assert data != demo_papers.draw_paper(kind, {**FIELDS, "Họ và tên": "Trần Thị Ví Dụ"})


def test_the_same_fields_give_the_same_photo() -> None:
    assert demo_papers.draw_paper("generic", FIELDS) == demo_papers.draw_paper("generic", FIELDS)


def test_the_code_on_a_card_can_be_read() -> None:
    code = "046199000123|201234567|Trần Thị Ví Dụ|15031999|Nữ|12 Nguyễn Huệ, phường Phú Hội, Huế|10012022"
    picture = Image.open(io.BytesIO(demo_papers.draw_paper("id_card", {**FIELDS, "qr": code})))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [code]


@pytest.mark.parametrize("kind", DemoPaper)
def test_the_words_across_it_say_that_it_is_worthless(kind: DemoPaper) -> None:
    picture = Image.open(io.BytesIO(demo_papers.draw_paper(kind, FIELDS)))
    across, down = picture.size
    middle = picture.crop((across // 6, down // 4, across * 5 // 6, down * 2 // 3))
    reddish = sum(1 for red, green, blue in middle.get_flattened_data() if red > green + 25 and red > 150 and blue > 90)
    assert reddish > 3000


@pytest.mark.usefixtures("disk")
def test_a_made_up_paper_can_be_stored_as_it_is() -> None:
    clean = demo_papers.draw_clean("birth_proof", FIELDS, "giấy chứng sinh.jpg")
    with transaction():
        file = services.store(clean, owner_ref="K7M49QXT", kind=FileKind.UPLOAD, actor=CITIZEN)
    assert services.read(file) == clean.data
    assert max(Image.open(io.BytesIO(services.read_thumbnail(file))).size) == 360
    assert (file.width, file.height) == Image.open(io.BytesIO(clean.data)).size
