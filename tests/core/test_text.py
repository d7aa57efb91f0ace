"""Vietnamese text enters in one form, whatever keyboard or telephone it came from (m14, F37)."""
from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core import text
from app.procedures.fields import REGISTRY, Sent
from app.procedures.parts import Question
from tests.procedures.building import TODAY

NAMES = [
    "Nguyễn Thị Hòa", "Nguyễn Thị Hoà", "Đặng Thị Thúy", "Đặng Thị Thuý", "Lê Văn Ý", "Y", "Ẵm Ngữ", "Hồ Thị Quỳnh Như",
    "Công Tằng Tôn Nữ Thị Mẫu", "Kpă H'Thử", "Y Blok Êban", "Alăng Thị Ví Dụ", "Hoàng Phủ Ngọc Mẫu", "Trần Thị Ưu Ái",
]
INVISIBLE = [
    "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u2066", "\u2069", "\u180e", "\u034f", "\u061c",
    "\u115f", "\u3164", "\ufe0f", "\u2063", "\u206f", "\U000e0041", "\x00", "\x1b", "\x7f", "\x85", "\uffff", "\ud800",
]
D = ["Đ", "Ð", "Ɖ"]


@pytest.mark.parametrize("name", NAMES)
def test_every_form_of_a_name_is_kept_in_one(name: str) -> None:
    forms = [unicodedata.normalize(form, name) for form in ("NFC", "NFD", "NFKC", "NFKD")]
    assert {text.normalise(form) for form in forms} == {unicodedata.normalize("NFC", name)}
    assert len({text.fold(form) for form in forms}) == 1


@pytest.mark.parametrize("sign", INVISIBLE)
def test_signs_that_nobody_sees_are_not_kept(sign: str) -> None:
    assert text.normalise(f"{sign}Nguyễn Văn{sign} Mẫ{sign}u{sign}") == "Nguyễn Văn Mẫu"


@pytest.mark.parametrize("space", [" ", "\u00a0", "\u2003", "\u3000", "\t", "\n", "\r\n", "\u2028", "  \n "])
def test_every_kind_of_space_is_one_space(space: str) -> None:
    assert text.normalise(f"{space}Nguyễn{space}Mẫu{space}") == "Nguyễn Mẫu"


def test_three_letters_that_look_like_the_vietnamese_one_are_that_one() -> None:
    assert {text.normalise(f"{sign}ặng") for sign in D} == {"Đặng"}
    assert {text.normalise(f"{sign.lower()}ường") for sign in D} == {"đường"}
    assert {text.fold(f"{sign}ẶNG") for sign in D} == {"dang"}


def test_old_and_new_places_of_the_tone_are_found_alike() -> None:
    assert text.fold("Nguyễn Thị Hòa") == text.fold("NGUYỄN THỊ HOÀ") == "nguyen thi hoa"
    assert text.normalise("Hoà") == "Hoà", "shown as it was typed"


def test_case_is_folded_beyond_ascii() -> None:
    assert text.fold("ĐẶNG THỊ ƯỚC") == text.fold("đặng thị ước") == "dang thi uoc"


@pytest.mark.parametrize("digits", ["²", "٤٦", "１２", "४", "①", "Ⅳ", "൧"])
def test_what_only_looks_like_digits_is_no_digit(digits: str) -> None:
    assert any(sign.isnumeric() for sign in digits), "Python takes it for a number"
    assert not re.search(r"[0-9]", text.fold(digits))
    wanted = Question(id="x", type="id_number", label="Số", section="")
    parsed = REGISTRY["id_number"].parse(wanted, Sent({"x": "04604500000" + digits[0]}), today=TODAY)
    assert parsed.errors


@given(st.text())
@settings(max_examples=300)
def test_normalising_twice_changes_nothing_more(typed: str) -> None:
    once = text.normalise(typed)
    assert text.normalise(once) == once
    assert once == once.strip() and "  " not in once
    once.encode()  # no lone surrogate


@given(st.text())
@settings(max_examples=300)
def test_folded_text_holds_plain_letters_and_digits_alone(typed: str) -> None:
    folded = text.fold(typed)
    assert re.fullmatch(r"(?:[a-z0-9]+(?: [a-z0-9]+)*)?", folded)
    assert text.fold(folded) == folded
    assert text.ascii_upper(typed) == folded.upper()


@given(st.text())
@settings(max_examples=200)
def test_lines_are_kept_and_empty_ones_do_not_pile_up(typed: str) -> None:
    kept = text.normalise_lines(typed)
    assert "\n\n\n" not in kept and "\r" not in kept
    assert text.normalise_lines(kept) == kept


def test_lists_of_people_are_sorted_by_given_name() -> None:
    people = ["Trần Thị Ví Dụ", "Lê Văn An", "Đặng Thị An", "Nguyễn Văn Bình"]
    assert sorted(people, key=text.name_sort_key) == ["Đặng Thị An", "Lê Văn An", "Nguyễn Văn Bình", "Trần Thị Ví Dụ"]


@pytest.mark.parametrize(
    ("full", "short"),
    [("Nguyễn Văn Mẫu", "N. V. Mẫu"), ("Mẫu", "Mẫu"), ("  trần  thị ví dụ ", "t. t. v. dụ"), ("", "")],
)
def test_a_slip_shows_a_shortened_name(full: str, short: str) -> None:
    assert text.shorten_name(full) == short


@pytest.mark.parametrize(
    ("number", "shown"),
    [("0905000123", "0905 ••• 123"), ("0905 000 123", "0905 ••• 123"), ("046045000001", "0460 ••• 001"), ("123", "••• 123")],
)
def test_numbers_are_shown_by_head_and_tail(number: str, shown: str) -> None:
    assert text.mask_digits(number) == shown
