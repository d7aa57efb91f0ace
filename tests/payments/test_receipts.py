"""Receipts as paper, and amounts in words that read back to the same amount."""
from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.payments import receipts
from tests.dossiers.papers import MADE_AT
from tests.support import pdfs

RECEIPT = receipts.ReceiptData(
    agency="UBND phường Phú Xuân", centre="Trung tâm Phục vụ hành chính công", place="Phú Xuân",
    phone="0234 3000 000", number="BL26/0000012", date_words="ngày 23 tháng 11 năm 2026", payer="Nguyễn Văn Mẫu",
    reason="Lệ phí cấp 1 bản sao giấy khai sinh", public_code="K7M4 9QXT", amount="8.000 đồng",
    amount_words="Tám nghìn đồng", method="Tiền mặt", received="9 giờ 12, thứ Hai 23/11/2026", collector="Lê Thị Thử",
)
DIGITS = dict(zip("không một hai ba bốn năm sáu bảy tám chín mốt lăm".split(), [*range(10), 1, 5], strict=True))


def number_of(words: str) -> int:
    """Our own reading of an amount in words."""
    total = group = 0
    for word in words.lower().removesuffix(" đồng").split():
        if word == "trăm":
            group *= 100
        elif word == "mười":
            group += 10
        elif word == "mươi":
            group = group // 10 * 10 + group % 10 * 10 if group < 10 else group - group % 10 + group % 10 * 10
        elif word in ("nghìn", "triệu"):
            total += group * {"nghìn": 1_000, "triệu": 1_000_000}[word]
            group = 0
        elif word == "tỷ":
            total, group = (total + group) * 10**9, 0
        elif word != "linh":
            group += DIGITS[word]
    return total + group


def test_a5_lying_on_one_page_with_every_word() -> None:
    paper = receipts.receipt(RECEIPT, made_at=MADE_AT)
    assert pdfs.page_count(paper) == 1 and pdfs.size_mm(paper) == (210, 148)
    for words in (
        "Số: BL26/0000012", "Mã hồ sơ: K7M4 9QXT", "Người nộp tiền Nguyễn Văn Mẫu",
        "Số tiền 8.000 đồng (Tám nghìn đồng)",
        "Phú Xuân, ngày 23 tháng 11 năm 2026", "Người thu tiền", "Lê Thị Thử", "0234 3000 000",
    ):
        assert pdfs.says(paper, words), words
    assert not pdfs.says(paper, "in lại") and not pdfs.says(paper, "Địa chỉ")
    assert receipts.receipt(RECEIPT, made_at=MADE_AT) == paper


def test_a_copy_says_so_and_long_words_stay_on_the_page() -> None:
    long = "Lệ phí đăng ký lại khai sinh và cấp bản sao trích lục hộ tịch cho người đã có hồ sơ, giấy tờ cá nhân " * 3
    longest = replace(RECEIPT, copy="Bản in lại lần 2", reason=long, payer="Nguyễn Phước " * 12, address=long)
    paper = receipts.receipt(longest, made_at=MADE_AT)
    assert pdfs.page_count(paper) == 1
    assert pdfs.says(paper, "Bản in lại lần 2") and pdfs.says(paper, "Người thu tiền")
    assert min(pdfs.margins_mm(pdfs.pictures(paper)[0], 210)) > 5


@pytest.mark.parametrize(("amount_vnd", "words"), [
    (0, "Không đồng"), (5, "Năm đồng"), (10, "Mười đồng"), (15, "Mười lăm đồng"), (21, "Hai mươi mốt đồng"),
    (105, "Một trăm linh năm đồng"), (8_000, "Tám nghìn đồng"), (24_000, "Hai mươi bốn nghìn đồng"),
    (1_005_000, "Một triệu không trăm linh năm nghìn đồng"), (1_000_001, "Một triệu không trăm linh một đồng"),
    (2_000_000_015, "Hai tỷ không trăm mười lăm đồng"), (25 * 10**12, "Hai mươi lăm nghìn tỷ đồng"),
])
def test_amount_in_words(amount_vnd: int, words: str) -> None:
    assert receipts.amount_in_words(amount_vnd) == words


@given(amount_vnd=st.integers(0, 10**12))
def test_words_read_back_to_the_same_amount(amount_vnd: int) -> None:
    assert number_of(receipts.amount_in_words(amount_vnd)) == amount_vnd


def test_a_negative_amount_has_no_words() -> None:
    with pytest.raises(ValueError, match="negative"):
        receipts.amount_in_words(-1)
