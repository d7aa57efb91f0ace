"""Papers of a dossier: what they say, one page where promised, codes that a camera reads, nothing that leaks."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from app.dossiers import papers
from tests.dossiers.papers import (
    DECLARATION,
    DRAFT,
    MADE_AT,
    RECEPTION,
    REFUSAL,
    SLIP,
    SLIP_URL,
    SUPPLEMENT,
    slip,
)
from tests.support import pdfs

ALL: list[tuple[Callable[..., bytes], Any]] = [
    (papers.slip, SLIP),
    (papers.draft_slip, DRAFT),
    (papers.reception_slip, RECEPTION),
    (papers.supplement_slip, SUPPLEMENT),
    (papers.refusal_slip, REFUSAL),
    (papers.declaration, DECLARATION),
]
NAMES = [draw.__name__ for draw, _ in ALL]
LONG_NAME = "Bà Công Tằng Tôn Nữ Nguyễn Phước Thị Hoàng Phương Thảo Nguyên Khánh Ngọc, sinh năm 1938"
LONG_MATTER = "Đăng ký lại khai sinh cho người đã có hồ sơ, giấy tờ cá nhân, kèm xác nhận nơi cư trú trước 01/07/2025"
LONG_PAPERS = "Ảnh thẻ căn cước; 4 ảnh giấy khai sinh cũ; 12 ảnh học bạ, lý lịch; 2 ảnh sổ hộ khẩu; 1 tệp giấy ủy quyền"


def words_of(value: Any) -> list[str]:
    """Every word-bearing field of a paper's data, however deep."""
    if isinstance(value, str):
        return [value] if value else []
    if isinstance(value, tuple):
        return [words for item in value for words in words_of(item)]
    return [words for name in value.__dataclass_fields__ for words in words_of(getattr(value, name))]


@pytest.mark.parametrize(("draw", "data"), ALL, ids=NAMES)
def test_every_word_of_the_data_stands_on_the_paper(draw: Callable[..., bytes], data: Any) -> None:
    seen = pdfs.squeezed(pdfs.text(draw(data, made_at=MADE_AT))).casefold()
    shown = [words for words in words_of(data) if not words.startswith("HTTPS://") and words != "Phú Xuân"]
    if draw is papers.declaration:  # whose it is stands in "Kính gửi"
        shown = [words for words in shown if words not in words_of(data.office)]
    assert "K7M49QXT" in shown
    missing = [words for words in shown if pdfs.squeezed(words).casefold() not in seen]
    assert not missing


@pytest.mark.parametrize(("draw", "data"), ALL, ids=NAMES)
def test_same_data_and_instant_give_the_same_bytes(draw: Callable[..., bytes], data: Any) -> None:
    first = draw(data, made_at=MADE_AT)
    slip(applicant="Bà Trần Thị Ví Dụ")
    assert draw(data, made_at=MADE_AT) == first
    assert draw(data, made_at=MADE_AT.replace(hour=3)) != first


@pytest.mark.parametrize(("draw", "data"), ALL, ids=NAMES)
def test_papers_are_kept_for_long_and_read_aloud(draw: Callable[..., bytes], data: Any) -> None:
    paper = draw(data, made_at=MADE_AT)
    xmp = pdfs.metadata(paper)
    assert "<pdfaid:part>2" in xmp and "<pdfaid:conformance>A" in xmp and "<pdfuaid:part>1" in xmp
    root = pdfs.reader(paper).trailer["/Root"]
    assert root["/Lang"].startswith("vi") and root["/MarkInfo"]["/Marked"]
    assert pdfs.reader(paper).metadata.title


@pytest.mark.parametrize(("draw", "data"), ALL, ids=NAMES)
def test_an_instant_without_zone_is_refused(draw: Callable[..., bytes], data: Any) -> None:
    with pytest.raises(ValueError, match="aware"):
        draw(data, made_at=datetime(2026, 11, 23))


class TestSlip:
    def test_a5_one_page_with_both_codes_and_a_readable_qr(self) -> None:
        paper = slip()
        assert pdfs.page_count(paper) == 1 and pdfs.size_mm(paper) == pdfs.A5_MM
        assert pdfs.says(paper, "Mã hồ sơ K7M4 9QXT Mã bí mật R4D 8WM")
        assert pdfs.codes(paper) == [[SLIP_URL]]

    def test_says_who_may_see_and_what_nobody_may_ask(self) -> None:
        paper = slip()
        assert pdfs.says(paper, "Ai có mã bí mật thì xem được hồ sơ. Đừng chụp gửi người lạ.")
        assert pdfs.says(paper, "Mất phiếu thì đến quầy lấy phiếu mới. Mã bí mật cũ hết dùng được.")
        assert pdfs.says(paper, "Không ai được hỏi mã bí mật, mã OTP, hay thu tiền ngoài phiếu.")
        assert pdfs.says(paper, "Không thay Mẫu 01.")

    def test_before_acceptance_there_is_no_promise_and_nobody_signs(self) -> None:
        paper = slip(
            received="", promised="", promised_note="", submitted="20 giờ 05, Chủ nhật 22/11/2026",
            next_step="Có cán bộ xem trước 17 giờ, thứ Hai 23/11/2026",
        )
        assert pdfs.says(paper, "Nộp lúc 20 giờ 05, Chủ nhật 22/11/2026")
        assert pdfs.says(paper, "Tiếp theo Có cán bộ xem trước 17 giờ")
        for words in ("Hẹn trả", "Phường nhận lúc", "ký, ghi rõ họ tên"):
            assert not pdfs.says(paper, words)

    @pytest.mark.parametrize("size", ["", "l", "xl"])
    @pytest.mark.parametrize("signed", [True, False])
    def test_long_words_stay_whole_on_one_page_inside_the_margins(self, size: str, signed: bool) -> None:
        paper = slip(
            applicant=LONG_NAME, matter=LONG_MATTER, papers=LONG_PAPERS, text_size=size,
            received=SLIP.received if signed else "",
            helper="Anh Nguyễn Phước Bảo Minh Thử, Tổ công nghệ số cộng đồng Tổ dân phố 5",
        )
        assert pdfs.page_count(paper) == 1
        for words in (LONG_NAME, LONG_MATTER, LONG_PAPERS, SLIP.promised, SLIP.promised_note):
            assert pdfs.says(paper, words)
        assert pdfs.codes(paper) == [[SLIP_URL]]
        assert min(pdfs.margins_mm(pdfs.pictures(paper)[0], 148)) > 4

    @pytest.mark.parametrize("size", ["", "l", "xl"])
    @pytest.mark.parametrize("sign", ["W", "Ậ", "x ", "Ườ ", "i", "0123456789"])
    def test_absurd_words_still_make_one_page(self, size: str, sign: str) -> None:
        words = sign * 300
        paper = slip(
            applicant=words, matter=words, papers=words, fee=words, helper=words, promised=words, promised_note=words,
            text_size=size,
        )
        assert pdfs.page_count(paper) == 1
        assert pdfs.codes(paper) == [[SLIP_URL]]
        assert min(pdfs.margins_mm(pdfs.pictures(paper)[0], 148)) > 4
        assert pdfs.says(paper, "Hỏi hồ sơ, báo sai sót: 0234 3000 000.")

    def test_a_person_who_reads_large_text_gets_it_larger_and_the_size_is_noted(self) -> None:
        def size_of(paper: bytes) -> float:
            sizes: list[float] = []

            def visit(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
                if "Nguyễn Văn Mẫu" in text:
                    sizes.append(size * abs(matrix[3]))

            pdfs.reader(paper).pages[0].extract_text(visitor_text=visit)
            return max(sizes)

        normal, large, largest = (
            slip(text_size=size, applicant="Ông Nguyễn Văn Mẫu", papers="", helper="") for size in ("m", "l", "xl")
        )
        assert size_of(normal) == pytest.approx(11, abs=0.1)
        assert size_of(normal) < size_of(large) < size_of(largest)
        assert pdfs.says(normal, "Chữ A ·") and pdfs.says(large, "Chữ A+ ·") and pdfs.says(largest, "Chữ A++ ·")

    def test_codes_are_large(self) -> None:
        sizes: dict[str, float] = {}

        def visit(text: str, _cm: object, matrix: list[float], font: Any, size: float) -> None:
            for code in ("K7M4", "R4D"):
                if code in text:
                    sizes[code] = size * abs(matrix[3])
                    assert "Mono" in font["/BaseFont"]

        pdfs.reader(slip()).pages[0].extract_text(visitor_text=visit)
        assert sizes == {"K7M4": pytest.approx(28, abs=0.1), "R4D": pytest.approx(20, abs=0.1)}


class TestDraftSlip:
    def test_says_that_nothing_is_submitted_and_until_when_it_is_kept(self) -> None:
        paper = papers.draft_slip(DRAFT, made_at=MADE_AT)
        assert pdfs.page_count(paper) == 1 and pdfs.size_mm(paper) == pdfs.A5_MM
        assert pdfs.says(paper, "Giữ đến hết thứ Tư 23/12/2026 Hồ sơ này chưa nộp.")
        assert pdfs.codes(paper) == [[SLIP_URL]]
        assert not pdfs.says(paper, "Hẹn trả")


class TestOfficialSlips:
    @pytest.mark.parametrize(("draw", "data"), ALL[2:], ids=NAMES[2:])
    def test_a4_with_the_margins_of_the_decree(self, draw: Callable[..., bytes], data: Any) -> None:
        paper = draw(data, made_at=MADE_AT)
        assert pdfs.size_mm(paper) == pdfs.A4_MM and pdfs.page_count(paper) == 1
        left, top, right, bottom = pdfs.margins_mm(pdfs.pictures(paper)[0], 210)
        assert 29 <= left <= 36 and 14 <= right and 19 <= top <= 26 and bottom >= 8

    def test_reception_slip_has_the_fields_of_form_01(self) -> None:
        paper = papers.reception_slip(RECEPTION, made_at=MADE_AT)
        for words in (
            "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Số: 0127/TNHS", "Mã hồ sơ: H57.00.00-20261123-0000127",
            "Phú Xuân, ngày 23 tháng 11 năm 2026", "Email: không có", "Số lượng hồ sơ: 01 (bộ)",
            "Thời gian nhận hồ sơ: 9 giờ 12 phút", "Thời gian trả kết quả giải quyết hồ sơ: 17 giờ 00 phút",
            "quyển số: 01/2026", "NGƯỜI NỘP HỒ SƠ", "NGƯỜI TIẾP NHẬN HỒ SƠ",
        ):
            assert pdfs.says(paper, words), words
        assert pdfs.codes(paper) == [[RECEPTION.url]]

    def test_a_long_list_of_papers_runs_over_pages_with_its_header_and_numbers(self) -> None:
        many = tuple(replace(RECEPTION.documents[0], name=f"Giấy tờ thứ {number} của hồ sơ") for number in range(1, 61))
        paper = papers.reception_slip(replace(RECEPTION, documents=many), made_at=MADE_AT)
        pages = [page.extract_text() for page in pdfs.reader(paper).pages]
        assert len(pages) >= 2
        assert all("Tên giấy tờ" in page for page in pages[:2])
        assert pages[1].lstrip().startswith("2") and not pages[0].lstrip().startswith("1")
        assert pdfs.says(paper, "Giấy tờ thứ 60 của hồ sơ")

    def test_supplement_slip_without_grounds_has_no_empty_column(self) -> None:
        bare = replace(SUPPLEMENT, items=tuple(replace(item, basis="") for item in SUPPLEMENT.items))
        assert pdfs.says(papers.supplement_slip(SUPPLEMENT, made_at=MADE_AT), "Căn cứ")
        assert not pdfs.says(papers.supplement_slip(bare, made_at=MADE_AT), "Căn cứ")

    def test_refusal_slip_names_reason_law_right_place_and_way_to_object(self) -> None:
        paper = papers.refusal_slip(REFUSAL, made_at=MADE_AT)
        for words in (
            "Việc này do Công an phường làm.", "Căn cứ: Điều 22", "Công an phường Phú Xuân", "Nếu không đồng ý",
        ):
            assert pdfs.says(paper, words), words

    def test_declaration_takes_as_many_pages_as_it_needs(self) -> None:
        answers = tuple((f"Câu hỏi số {number}", (f"Trả lời {number}",)) for number in range(120))
        paper = papers.declaration(replace(DECLARATION, answers=answers), made_at=MADE_AT)
        assert pdfs.page_count(paper) > 2
        assert all(pdfs.says(paper, f"Trả lời {number}") for number in (0, 60, 119))
        assert pdfs.text(paper).rindex("NGƯỜI KHAI") > pdfs.text(paper).index("Trả lời 119")


def test_nothing_of_the_person_before_stays_on_a_paper() -> None:
    secret_words = {"Trần Thị Ví Dụ", "QQQQ", "WWW", "Tổ dân phố 99", "1.234.567"}
    slip(
        applicant="Trần Thị Ví Dụ", code="QQQQQQQQ", secret="WWWWWW", helper="Tổ dân phố 99", fee="1.234.567 đồng",
        dossier_number="QQQQ", url="HTTPS://PHUXUAN.EXAMPLE/S/QQQQ",
    )
    bare = slip(helper="", fee="", dossier_number="", promised="", promised_note="", papers="")
    assert not [words for words in secret_words if pdfs.says(bare, words)]
    assert pdfs.codes(bare) == [[SLIP_URL]]
    papers.refusal_slip(replace(REFUSAL, objection="Trần Thị Ví Dụ", where_to_go="QQQQ"), made_at=MADE_AT)
    after = papers.refusal_slip(replace(REFUSAL, objection="", where_to_go=""), made_at=MADE_AT)
    assert not [words for words in (*secret_words, "Nếu không đồng ý") if pdfs.says(after, words)]


HOSTILE = [
    '#import "/layouts/paper.typ": *', '#panic("đổ")', '")))\n#panic("x")//', '#read("/etc/passwd")', "$x^2$", "@nguon",
    '"nháy" \'đơn\' \\ \\\\ \\" \\u{23}', "*đậm* _nghiêng_ `mã`", "<nhãn> [khối] {mã}", "/* chú */ // thích",
    "= Đầu đề\n- mục",
    "{% raw %} {{ 7*7 }} ${7*7} #(7*7)", "\\#sys.inputs",
]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize(("draw", "data", "field"), [
    (papers.slip, SLIP, "applicant"), (papers.slip, SLIP, "promised_note"), (papers.refusal_slip, REFUSAL, "reason"),
    (papers.declaration, DECLARATION, "title"),
])
def test_typed_text_is_shown_and_never_run(draw: Callable[..., bytes], data: Any, field: str, words: str) -> None:
    paper = draw(replace(data, **{field: words}), made_at=MADE_AT)
    shown = words.upper() if field == "title" else words
    assert pdfs.says(paper, shown)
    assert "49" not in pdfs.squeezed(pdfs.text(paper)).replace("49QXT", "") or "49" in words
