"""More of what cards, scanners and keyboards do to the square code's text; and the number, the zone, the address."""
from __future__ import annotations

import contextlib
import unicodedata
from datetime import date
from time import process_time

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import card_text, id_number
from app.accounts.addresses import PHU_XUAN, address_today
from app.accounts.id_card import BirthDate, parse
from app.core.errors import Invalid
from app.core.text import fold, normalise

MAU = "046045000001||NGUYỄN VĂN MẪU|02091945|Nam|Tổ dân phố 5, Phường Phú Xuân, Thành phố Huế|01072024"
VI_DU = (
    "046150000002|191000002|TRẦN THỊ VÍ DỤ|15081950|Nữ|12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế"
    "|10052022"
)
ZONE = "IDVNM0450000018046045000001<<4\n4509028M2509024VNM<<<<<<<<<<<4\nNGUYEN<<VAN<MAU<<<<<<<<<<<<<<<"


def changed(**fields: str) -> str:
    """Mẫu's code with some fields written otherwise."""
    names = ("number", "old", "name", "born", "sex", "address", "issued")
    values = dict(zip(names, MAU.split("|"), strict=True)) | fields
    return "|".join(values[name] for name in names)


def said(text: str) -> list[str]:
    return [message for message, _ in parse(text).warnings]


def refusal(text: str) -> str:
    with pytest.raises(Invalid) as refused:
        parse(text)
    return refused.value.message


@pytest.fixture(autouse=True)
def _november_2026():
    with time_machine.travel("2026-11-23", tick=False):
        yield


# --- fields -----------------------------------------------------------------------------------------------------


def test_the_old_number_may_be_left_out_altogether() -> None:
    parts = MAU.split("|")
    assert parse("|".join(parts[:1] + parts[2:])) == parse(MAU)


def test_an_old_number_of_nine_or_twelve_digits_is_kept_and_no_other() -> None:
    assert parse(changed(old="191000002")).old_number == "191000002"
    assert parse(changed(old="046045000001")).old_number == "046045000001"
    assert parse(changed(old="19100")).old_number == ""


@pytest.mark.parametrize("tail", ["", "|", "||", "|||NGUYỄN VĂN CHA|LÊ THỊ MẸ", "|x|02021970|NGUYỄN VĂN CHA", "|" * 30])
def test_whatever_follows_the_day_of_issue_is_not_read(tail: str) -> None:
    assert parse(MAU + tail) == parse(MAU)


def test_an_address_that_holds_the_separator_stays_whole() -> None:
    card = parse(changed(address="Tổ 5|Phường Phú Xuân|Thành phố Huế"))
    assert (card.address, card.issued_on) == ("Tổ 5, Phường Phú Xuân, Thành phố Huế", date(2024, 7, 1))


def test_a_missing_day_of_issue_does_not_take_the_address_with_it() -> None:
    card = parse("|".join(MAU.split("|")[:6]) + "||NGUYỄN VĂN CHA")
    assert (card.address, card.issued_on) == ("Tổ dân phố 5, Phường Phú Xuân, Thành phố Huế", None)


@pytest.mark.parametrize(("born", "expected"), [
    ("02/09/1945", BirthDate(1945, 9, 2)), ("2-9-1945", BirthDate(1945, 9, 2)), ("01011945", BirthDate(1945, 1, 1)),
    ("00001945", BirthDate(1945)), ("00/00/1945", BirthDate(1945)), ("00000000", None), ("31021945", None), ("0000", None),
])  # fmt: skip
def test_birth_dates_of_every_kind(born: str, expected: BirthDate | None) -> None:
    assert parse(changed(born=born)).born_on == expected


def test_only_a_year_is_told_from_a_whole_date() -> None:
    assert parse(changed(born="00001945")).born_on == BirthDate(1945)
    assert parse(changed(born="00001945")).warnings == []
    assert said(changed(born="01011945")) == ["Thẻ ghi sinh ngày 01/01. Nếu chỉ biết năm thì bỏ ngày và tháng."]
    assert said(changed(born="31021945")) == ["Ngày sinh đọc được không có trong lịch. Xem lại giúp."]


@pytest.mark.parametrize(("word", "expected"), [
    ("Nam", "male"), ("NAM", "male"), ("Nữ", "female"), ("nữ", "female"), (unicodedata.normalize("NFD", "Nữ"), "female"),
    ("Nu", "female"), ("Nuwx", "female"), ("", ""), ("Việt Nam", ""), ("N", ""), ("Namm", ""),
])  # fmt: skip
def test_sex_by_the_whole_word(word: str, expected: str) -> None:
    assert parse(changed(sex=word)).sex == expected


@pytest.mark.parametrize(("written", "expected"), [
    ("NGUYỄN VĂN MẪU", "Nguyễn Văn Mẫu"), ("nguyễn văn mẫu", "Nguyễn Văn Mẫu"), ("Nguyễn Văn Mẫu", "Nguyễn Văn Mẫu"),
    ("H'HEN THỬ NIÊ", "H'Hen Thử Niê"), ("Tôn Nữ Thị  Ví Dụ ", "Tôn Nữ Thị Ví Dụ"), ("Y Thử BYĂ", "Y Thử BYĂ"),
    ("ĐẶNG THỬ", "Đặng Thử"),
])  # fmt: skip
def test_names_in_any_case(written: str, expected: str) -> None:
    assert parse(changed(name=written)).full_name == expected


# --- what happens to the text on its way --------------------------------------------------------------------------


@pytest.mark.parametrize("separator", list("¦‖ǀ｜│∣~\\;#§*!>^`°\t\n"))
def test_any_sign_a_keyboard_puts_for_the_bar(separator: str) -> None:
    assert parse(MAU.replace("|", separator)) == parse(MAU)
    assert parse(VI_DU.replace("|", separator)) == parse(VI_DU)


@pytest.mark.parametrize("separator", [" ", "  ", ",", ".", "/", "-", " , "])
def test_signs_that_stand_inside_fields_too(separator: str) -> None:
    card = parse(VI_DU.replace("|", separator))
    wanted = parse(VI_DU)
    assert (card.number, card.old_number, card.full_name, card.born_on, card.sex, card.issued_on) == (
        wanted.number, wanted.old_number, wanted.full_name, wanted.born_on, wanted.sex, wanted.issued_on,
    )  # fmt: skip
    assert card.address == wanted.address


@pytest.mark.parametrize("around", ["\ufeff{}", "{}\r\n", "\r\n {}\r", "\x02{}\x03", "]Q3{}", "{}\x00", "]Q1 {}\x04"])
def test_signs_around_the_text(around: str) -> None:
    assert parse(around.format(MAU)) == parse(MAU)


def misread(text: str, code_page: str) -> str:
    """UTF-8 taken for another character set; bytes without a letter there come as control signs."""
    shown = (bytes([byte]).decode(code_page, errors="replace") for byte in text.encode())
    return "".join(chr(byte) if sign == "\ufffd" else sign for byte, sign in zip(text.encode(), shown, strict=True))


@pytest.mark.parametrize("code_page", ["latin-1", "cp1252", "cp1258"])
@pytest.mark.parametrize("text", [MAU, VI_DU, "\ufeff" + VI_DU + "\r\n"])
def test_misread_character_sets_are_put_right(text: str, code_page: str) -> None:
    assert parse(misread(text, code_page)) == parse(text)
    assert parse(misread(misread(text, code_page), "latin-1")) == parse(text)


LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


@given(st.text(LETTERS + LETTERS.upper() + " ,|0123456789", max_size=80))
def test_good_vietnamese_is_never_touched(text: str) -> None:
    assert card_text.cleaned(text) == text.strip()
    decomposed = unicodedata.normalize("NFD", text)
    assert card_text.cleaned(decomposed) == decomposed.strip()


@given(st.text(LETTERS + " ", min_size=1, max_size=40), st.sampled_from(["latin-1", "cp1252", "cp1258"]))
def test_what_was_misread_comes_back(text: str, code_page: str) -> None:
    assert card_text.cleaned(misread(text, code_page)) == text.strip()


@pytest.mark.parametrize("name", [
    "Nguyeenx Vawn Maaux", "NGUYEENX VAWN MAAUX", "Traanf Thij Vis Duj", "Ddawngj Thuwr", "Nguyễn Thuwr", "Lee Thij Thuwr",
])  # fmt: skip
def test_keys_instead_of_letters_are_noticed(name: str) -> None:
    assert "Tên đọc được có vẻ sai dấu (bộ gõ đang bật). Xem lại từng chữ giúp." in said(changed(name=name))


@pytest.mark.parametrize("name", [
    "Nguyễn Văn Mẫu", "Trần Thị Ví Dụ", "Ksor Thử", "H'Hen Niê", "Y Jut Byă", "Rmah Thử", "Tôn Nữ Quỳnh Thử", "Soong Thị Thử",
    "Nguyễn Khuyến Thử", "Lê Hoàng Oanh", "Đào Xoong", "Phạm Quốc Huy", "Giàng A Thử", "Kpă Siu", "Nguyễn Thị Ngoan Ngoãn",
])  # fmt: skip
def test_names_of_people_are_no_keys(name: str) -> None:
    assert said(changed(name=name)) == []


def test_other_spoilt_letters_are_noticed() -> None:
    unreadable = ["Có chữ đọc không ra. Xem lại từng chữ giúp."]
    assert said(changed(name="NGUY?N V?N M?U")) == unreadable
    assert said(changed(address="Thu\ufffdn Lộc, Huế")) == unreadable
    assert said(changed(name="Nguyen Van Mau", address="Hue")) == ["Tên đọc được không có dấu. Gõ lại cho đủ dấu giúp."]
    assert said(changed(name="NGUYE64N VA8N MA64U")) == ["Tên đọc được có chữ số. Xem lại từng chữ giúp."]


def test_lost_leading_zeros_come_back_when_the_rest_agrees() -> None:
    card = parse(MAU[1:])
    assert card.number == "046045000001"
    assert said(MAU[1:]) == ["Số thẻ đọc được thiếu số 0 ở đầu, đã thêm vào. Xem lại số giúp."]
    assert "không phải mã của thẻ căn cước" in refusal(changed(number="99045000001"))
    assert "không phải mã của thẻ căn cước" in refusal(changed(number="46046000001"))


# --- checks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "place", "sex", "year"), [
    ("001087123456", "Hà Nội", "male", 1987), ("001285123456", "Hà Nội", "male", 2085),
    ("046045000001", "Thừa Thiên Huế", "male", 1945), ("046150000002", "Thừa Thiên Huế", "female", 1950),
    ("079304000003", "Thành phố Hồ Chí Minh", "female", 2004), ("096999000004", "Cà Mau", "female", 2399),
])  # fmt: skip
def test_what_the_twelve_digits_say(number: str, place: str, sex: str, year: int) -> None:
    assert (id_number.birth_place(number), id_number.sex(number), id_number.birth_year(number)) == (place, sex, year)


def test_there_are_63_provinces_and_no_two_alike() -> None:
    assert len(id_number.BIRTH_PLACES) == len(set(id_number.BIRTH_PLACES.values())) == 63
    assert all(len(code) == 3 and code.isdigit() for code in id_number.BIRTH_PLACES)


def test_a_card_knows_its_birth_place() -> None:
    assert parse(MAU).birth_place == "Thừa Thiên Huế"
    assert parse(changed(number="999045000001")).birth_place == ""


def test_every_mismatch_is_named_and_none_refuses() -> None:
    assert said(changed(number="999145000001", born="03031946")) == [
        "Ba số đầu %(code)s không phải mã tỉnh nào. Sinh ở nước ngoài thì đúng.",
        "Số thẻ ứng với năm sinh %(year)s. Xem lại năm sinh giúp.",
        "Số thẻ và giới tính chưa khớp nhau. Xem lại giúp.",
    ]
    assert said(changed(number="046285000001", born="01052085")) == [
        "Số thẻ ứng với năm %(year)s, chưa tới. Xem lại số giúp.", "Ngày sinh đọc được chưa tới. Xem lại giúp.",
        "Ngày cấp thẻ đọc được chưa hợp lý. Xem lại giúp.",
    ]  # fmt: skip
    assert said(changed(issued="01072030")) == ["Ngày cấp thẻ đọc được chưa hợp lý. Xem lại giúp."]
    assert said(changed(issued="01071940")) == ["Ngày cấp thẻ đọc được chưa hợp lý. Xem lại giúp."]


@pytest.mark.parametrize(("text", "says"), [
    ("", "trống"), ("\ufeff \r\n", "trống"),
    ("https://phuxuan.example/Q/1", "địa chỉ trang mạng"), ("HTTP://A.EXAMPLE", "địa chỉ trang mạng"),
    ("HTTPS://PHUXUAN.EXAMPLE/S/ABCDEFGHIJKLMNOPQRSTUVWX23", "địa chỉ trang mạng"),
    ("00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F", "chuyển tiền"),
    ("HS4010120878811|5068e1baa16d20|11/05/1999|1|Huế|x|$", "bảo hiểm y tế"),
    ("046045000001", "không phải"), ("0460450000012||A|02091945|Nam|Huế", "không phải"), ("Nguyễn Văn Mẫu", "không phải"),
    ("BEGIN:VCARD\nFN:Mẫu\nEND:VCARD", "không phải"), ("WIFI:S:phuong;T:WPA;;", "không phải"),
    (MAU[:14], "đọc chưa hết"), (MAU[:36], "đọc chưa hết"),
])  # fmt: skip
def test_what_is_no_card_is_told_by_name(text: str, says: str) -> None:
    assert says in refusal(text)


@pytest.mark.parametrize("text", ["046045000001 " + "a " * 2000, "046045000001," + "a,12345678,nam," * 300,
                                  "046045000001" + "-" * 9000, "046045000001|" + "|" * 9000])  # fmt: skip
def test_long_rubbish_is_done_with_quickly(text: str) -> None:
    began = process_time()
    with contextlib.suppress(Invalid):
        parse(text)
    assert process_time() - began < 1


@given(st.text(max_size=60), st.sampled_from(["046045000001", "IDVNM045000001", "46045000001", ""]))
def test_no_text_does_more_than_be_refused(text: str, start: str) -> None:
    try:
        card = parse(start + text)
    except Invalid as refused:
        assert refused.message.endswith((".", "giúp."))
    else:
        assert len(card.number) == 12


names = st.lists(st.sampled_from(["Nguyễn", "Trần", "Văn", "Thị", "Mẫu", "Ví", "Dụ", "Thử"]), min_size=2, max_size=5)


@given(
    names, st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.booleans(), st.sampled_from(sorted(id_number.BIRTH_PLACES)),
    st.integers(0, 999999), st.sampled_from("|~;\t¦"),
)  # fmt: skip
def test_whatever_a_card_writes_is_read_back(
    name: list[str], born: date, woman: bool, place: str, chance: int, separator: str
) -> None:
    sign = 2 * (born.year // 100 - 19) + woman
    number = f"{place}{sign}{born.year % 100:02}{chance:06}"
    day = f"{born:%d%m}{born.year:04}"
    fields = [number, "", " ".join(name).upper(), day, "Nữ" if woman else "Nam", "Tổ 5, Huế", "02012026"]
    card = parse(separator.join(fields))
    assert (card.number, card.full_name, card.born_on) == (number, " ".join(name), BirthDate(born.year, born.month, born.day))
    assert card.sex == ("female" if woman else "male")
    assert [message for message in said(separator.join(fields)) if "01/01" not in message] == []


# --- the zone on the back -----------------------------------------------------------------------------------------


def test_the_lines_on_the_back_are_read_too() -> None:
    card = parse(ZONE)
    assert (card.number, card.full_name, card.born_on, card.sex) == (
        "046045000001", "Nguyen Van Mau", BirthDate(1945, 9, 2), "male",
    )  # fmt: skip
    assert [message for message, _ in card.warnings] == ["Tên đọc được không có dấu. Gõ lại cho đủ dấu giúp."]
    assert parse(ZONE.replace("\n", "").lower()) == card


def test_a_wrong_check_digit_is_a_warning() -> None:
    assert said(ZONE.replace("VNM0450000018", "VNM0450000019"))[0] == (
        "Dòng chữ mặt sau thẻ có chỗ đọc sai. Xem lại từng chữ giúp."
    )


def test_the_first_line_alone_gives_the_number() -> None:
    card = parse(ZONE.split("\n")[0])
    assert (card.number, card.full_name, card.born_on, card.sex) == ("046045000001", "", None, "")


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ward", PHU_XUAN.former_wards)
@pytest.mark.parametrize("written", [
    "12 Đường Thử, Phường {}, Quận Phú Xuân, Thành phố Huế", "12 Đường Thử, Phường {}, Thành phố Huế, Tỉnh Thừa Thiên Huế",
    "12 Đường Thử, {}, Thành phố Huế, Thừa Thiên Huế", "12 Đường Thử, P. {}, TP. Huế", "12 Đường Thử, phường {}",
    "12 Đường Thử - P.{} - Q.Phú Xuân - TP.Huế", "12 Đường Thử,{},Phú Xuân,Huế, Việt Nam", "12 Đường Thử; P {}; TP Huế; TT Huế",
])  # fmt: skip
def test_former_wards_are_the_ward_of_today(ward: str, written: str) -> None:
    for address in (written.format(ward), written.format(ward).upper(), unicodedata.normalize("NFD", written.format(ward))):
        pair = address_today(address)
        assert fold(pair.today) == fold("12 Đường Thử, Phường Phú Xuân, Thành phố Huế")
        assert pair.today.endswith("Phường Phú Xuân, Thành phố Huế")
        assert (pair.former_ward, pair.as_written, pair.changed) == (ward, normalise(address), True)


@pytest.mark.parametrize("address", [
    "Tổ dân phố 5, Phường Phú Xuân, Thành phố Huế", "3 Gia Hội, Phường Vỹ Dạ, Thành phố Huế", "Đường Đông Ba, Phường An Cựu, Huế",
    "Xã Thuận Lộc, Huyện Hậu Lộc, Tỉnh Thanh Hóa", "Phường Thuận Hòa, Quận Thử, Thành phố Xa", "Gia Hội", "Huế", "",
    "Thôn 1, Phú Hậu, Tỉnh Xa", "12 - 14 Đường Thử",
])  # fmt: skip
def test_other_addresses_stay_as_they_are(address: str) -> None:
    pair = address_today(address)
    assert (pair.today, pair.as_written, pair.former_ward, pair.changed) == (address, address, "", False)


def test_a_street_named_like_a_ward_stays() -> None:
    assert address_today("3 Gia Hội, Phường Phú Hậu, Thành phố Huế").today == "3 Gia Hội, Phường Phú Xuân, Thành phố Huế"
    assert address_today("12 - 14 Đông Ba, Tây Lộc, Huế").today == "12 - 14 Đông Ba, Phường Phú Xuân, Thành phố Huế"


@given(st.text(max_size=80))
def test_mapping_twice_changes_nothing_more(address: str) -> None:
    once = address_today(address)
    assert address_today(once.today).today == once.today
