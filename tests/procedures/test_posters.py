"""Posters as paper: read back from the rendered page by an independent decoder, words beside every code."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.procedures import posters
from tests.dossiers.papers import MADE_AT
from tests.support import pdfs

BASE = "HTTPS://PHUXUAN.EXAMPLE/Q/"


def entry(number: str = "7K3MX", title: str = "Xin bản sao giấy khai sinh") -> posters.PosterEntry:
    return posters.PosterEntry(
        title=title, name="Cấp bản sao trích lục hộ tịch, bản sao Giấy khai sinh", code="2.000635", url=BASE + number,
        time="Trong ngày. Nộp sau 15 giờ thì có vào ngày làm việc tiếp theo.", fee="8.000 đồng một bản",
    )


def data(*entries: posters.PosterEntry, **changes: str) -> posters.PosterData:
    return replace(posters.PosterData(
        agency="UBND phường Phú Xuân, thành phố Huế", site="phuxuan.example", phone="0234 3000 000", desk="quầy 3",
        place="nhà sinh hoạt Tổ dân phố 5", sheet_number="12", entries=entries or (entry(),),
    ), **changes)


def several(count: int) -> tuple[posters.PosterEntry, ...]:
    return tuple(entry(f"AAAA{number}", f"Việc thứ {number} của phường") for number in range(count))


LONG = entry(title="Tạm ngừng kinh doanh, tiếp tục kinh doanh trước thời hạn đã thông báo của hộ kinh doanh ở phường")
LONG = replace(
    LONG,
    name="Đăng ký lại khai sinh có yếu tố nước ngoài cho người đã có hồ sơ, giấy tờ cá nhân và công nhận việc nuôi con "
    "nuôi đã được giải quyết tại cơ quan có thẩm quyền của nước ngoài, ghi vào Sổ hộ tịch",
    time="Trong ngày. Nộp sau 15 giờ thì có vào ngày làm việc tiếp theo. Phải hỏi lại nơi khác thì không quá 3 ngày.",
    fee="Khai đúng hạn 60 ngày thì không phải nộp. Quá hạn thì phường báo khi nhận. 8.000 đồng một bản sao xin thêm",
)


class TestPoster:
    def test_one_a4_page_says_everything_in_words_too(self) -> None:
        paper = posters.poster(data(), made_at=MADE_AT)
        assert pdfs.page_count(paper) == 1 and pdfs.size_mm(paper) == pdfs.A4_MM
        for words in (
            "UBND PHƯỜNG PHÚ XUÂN, THÀNH PHỐ HUẾ", "Xin bản sao giấy khai sinh", "phuxuan.example", "Gọi 0234 3000 000",
            "hoặc đến quầy 3", "Bao lâu có: Trong ngày.", "Phí, lệ phí: 8.000 đồng một bản", "Mã 2.000635",
            "Cấp bản sao trích lục hộ tịch", "Nơi dán: nhà sinh hoạt Tổ dân phố 5 · Tờ số 12", "mã OTP",
        ):
            assert pdfs.says(paper, words), words

    @pytest.mark.parametrize("dpi", [36, 72, 150])
    def test_its_code_is_read_from_the_rendered_page(self, dpi: int) -> None:
        assert pdfs.codes(posters.poster(data(), made_at=MADE_AT), dpi) == [[BASE + "7K3MX"]]

    def test_its_code_is_as_wide_as_a_hand(self) -> None:
        import zxingcpp

        [page] = pdfs.pictures(posters.poster(data(), made_at=MADE_AT), 72)
        [code] = zxingcpp.read_barcodes(page)
        width_mm = (code.position.top_right.x - code.position.top_left.x) / page.width * 210
        assert 78 <= width_mm <= 94

    def test_long_words_stay_on_one_page(self) -> None:
        paper = posters.poster(data(LONG, site="dichvucong.phuxuan.thanhphohue.example"), made_at=MADE_AT)
        assert pdfs.page_count(paper) == 1
        for words in (LONG.title, LONG.name, LONG.time, LONG.fee, "dichvucong.phuxuan.thanhphohue.example"):
            assert pdfs.says(paper, words), words
        assert pdfs.codes(paper) == [[LONG.url]]
        assert min(pdfs.margins_mm(pdfs.pictures(paper)[0], 210)) > 8

    def test_a_sheet_that_is_not_registered_names_no_place(self) -> None:
        paper = posters.poster(data(place="", sheet_number=""), made_at=MADE_AT)
        assert not pdfs.says(paper, "Nơi dán") and not pdfs.says(paper, "Tờ số")

    def test_same_bytes_again(self) -> None:
        assert posters.poster(data(), made_at=MADE_AT) == posters.poster(data(), made_at=MADE_AT)

    def test_is_an_archive_paper_that_can_be_read_aloud(self) -> None:
        paper = posters.poster(data(), made_at=MADE_AT)
        xmp = pdfs.metadata(paper)
        assert "<pdfaid:part>2" in xmp and "<pdfuaid:part>1" in xmp

    def test_typed_place_is_never_run(self) -> None:
        place = '#panic("x") $a$ *b* "c" \\d'
        assert pdfs.says(posters.poster(data(place=place), made_at=MADE_AT), place)


class TestFieldSheet:
    @pytest.mark.parametrize(("count", "pages"), [(1, [1]), (4, [4]), (6, [6]), (7, [4, 3]), (13, [5, 5, 3])])
    def test_every_code_of_the_grid_is_read(self, count: int, pages: list[int]) -> None:
        entries = several(count)
        paper = posters.field_sheet(data(*entries, heading="Khai sinh, kết hôn, khai tử"), made_at=MADE_AT)
        read = pdfs.codes(paper, 100)
        assert [len(page) for page in read] == pages
        assert sorted(url for page in read for url in page) == sorted(one.url for one in entries)
        for one in entries:
            assert pdfs.says(paper, one.title)

    def test_each_page_says_field_site_phone_and_page(self) -> None:
        paper = posters.field_sheet(data(*several(8), heading="Hộ kinh doanh"), made_at=MADE_AT)
        for number, page in enumerate(pdfs.reader(paper).pages, start=1):
            words = pdfs.squeezed(page.extract_text())
            for part in ("Hộ kinh doanh", "phuxuan.example", "0234 3000 000", f"Trang {number}/2", "Tờ số 12"):
                assert pdfs.squeezed(part) in words

    def test_long_names_do_not_push_codes_off_the_page(self) -> None:
        entries = tuple(replace(LONG, url=f"{BASE}BBBB{number}") for number in range(6))
        paper = posters.field_sheet(data(*entries, heading=LONG.title), made_at=MADE_AT)
        assert [len(page) for page in pdfs.codes(paper)] == [6]


class TestWardFile:
    def test_one_page_for_each_procedure_in_order(self) -> None:
        first, second = several(3), (entry("BBBB2", "Sao y bản chính"),)
        sheets = [data(*first, sheet_number="1"), data(*second, sheet_number="2", place="chợ Đông Ba")]
        paper = posters.ward_file(sheets, made_at=MADE_AT)
        assert pdfs.codes(paper, 60) == [[one.url] for one in (*first, *second)]
        last = pdfs.squeezed(pdfs.reader(paper).pages[3].extract_text())
        assert pdfs.squeezed("Nơi dán: chợ Đông Ba · Tờ số 2") in last
        assert pdfs.squeezed("Việc thứ") not in last
