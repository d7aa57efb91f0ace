"""The ID card's square code in every variant of domain.md section 4: read, warned about, never refused."""
from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.card_reader import facts_of
from app.accounts.id_card import BirthDate, parse
from app.core.errors import Invalid
from app.files.demo_papers import draw_paper

MAU = "046045000001||NGUYỄN VĂN MẪU|02091945|Nam|Tổ dân phố 5, Phường Phú Xuân, Thành phố Huế|01072024"
VI_DU = (
    "046150000002|191000002|TRẦN THỊ VÍ DỤ|15081950|Nữ|12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế|10052022"
)


def card(number: str = "046045000001", old: str = "", name: str = "Nguyễn Văn Mẫu", born: str = "02091945", sex: str = "Nam",
         address: str = "Huế", *rest: str) -> str:
    return "|".join([number, old, name, born, sex, address, *rest])


def sentences(text: str) -> list[str]:
    return [message for message, _params in parse(text).warnings]


def test_both_samples_of_the_reference_are_read_whole() -> None:
    mau, vi_du = parse(MAU), parse(VI_DU)
    assert (mau.number, mau.old_number, mau.full_name, mau.sex) == ("046045000001", "", "Nguyễn Văn Mẫu", "male")
    assert mau.born_on == BirthDate(1945, 9, 2)
    assert mau.issued_on is not None and mau.issued_on.isoformat() == "2024-07-01"
    assert (vi_du.old_number, vi_du.sex) == ("191000002", "female")
    assert vi_du.address == "12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế"
    assert mau.warnings == vi_du.warnings == []


@pytest.mark.parametrize("tail", [(), ("",), ("01072024",), ("01072024", ""), ("01072024", "", "Nguyễn Văn A", "Lê Thị B", "x")])
def test_six_seven_and_more_fields_are_taken(tail: tuple[str, ...]) -> None:
    assert parse(card("046045000001", "", "Nguyễn Văn Mẫu", "02091945", "Nam", "Huế", *tail)).address == "Huế"


@pytest.mark.parametrize(("born", "expected"), [
    ("02091945", BirthDate(1945, 9, 2)), ("00001945", BirthDate(1945)), ("00091945", BirthDate(1945)), ("1945", BirthDate(1945)),
    ("01011945", BirthDate(1945, 1, 1)), ("29022000", BirthDate(2000, 2, 29)), ("29021999", None), ("", None), ("abc", None),
])
def test_birth_dates_as_cards_write_them(born: str, expected: BirthDate | None) -> None:
    assert parse(card(born=born)).born_on == expected


def test_marks_in_any_form_and_any_case_give_one_name() -> None:
    for name in ("NGUYỄN VĂN MẪU", "nguyễn văn mẫu", unicodedata.normalize("NFD", "Nguyễn Văn Mẫu")):
        assert parse(card(name=name)).full_name == "Nguyễn Văn Mẫu"


def test_sex_is_read_from_its_own_field_only() -> None:
    assert parse(card(number="046145000001", sex="Nữ", address="Xã Nam, Việt Nam")).sex == "female"
    assert parse(card(sex="Việt Nam")).sex == ""


@pytest.mark.parametrize("spoilt", ["\ufeff" + MAU, MAU + "\r\n", MAU.replace("|", "¦"), MAU.encode().decode("latin-1")])
def test_what_scanners_do_to_the_text_is_put_right(spoilt: str) -> None:
    assert parse(spoilt).full_name == "Nguyễn Văn Mẫu"


@time_machine.travel("2026-11-23")
def test_what_does_not_fit_together_is_warned_about_and_let_pass() -> None:
    assert sentences(card(born="02091946")) == ["Số thẻ ứng với năm sinh %(year)s. Xem lại năm sinh giúp."]
    assert sentences(card(sex="Nữ")) == ["Số thẻ và giới tính chưa khớp nhau. Xem lại giúp."]
    assert "Số thẻ ứng với năm %(year)s, chưa tới. Xem lại số giúp." in sentences(card(number="001285123456", sex="Nam", born=""))
    assert sentences(card(name="Nguyeenx Vawn Maaux")) == [
        "Tên đọc được có vẻ sai dấu (bộ gõ đang bật). Xem lại từng chữ giúp."
    ]
    assert parse(card(number="999045000001")).warnings == [
        ("Ba số đầu %(code)s không phải mã tỉnh nào. Sinh ở nước ngoài thì đúng.", {"code": "999"})
    ], "people born abroad have a country's code"


@pytest.mark.parametrize("text", ["", "https://phuxuan.example/Q/1", "00020101021138570010A000000727", "046045000001", "1|2|3"])
def test_other_codes_are_told_apart(text: str) -> None:
    with pytest.raises(Invalid):
        parse(text)


@given(st.lists(st.text(max_size=20), max_size=12))
def test_no_text_breaks_the_reader(parts: list[str]) -> None:
    try:
        facts = facts_of(parse("|".join(["046045000001", *parts])))
    except Invalid:
        return
    assert facts.id_number == "046045000001"


def test_the_command_prints_the_fields_and_fails_plainly(app: Flask, tmp_path: Path) -> None:
    picture, blank = tmp_path / "card.jpg", tmp_path / "blank.jpg"
    picture.write_bytes(draw_paper("id_card", {"Họ và tên": "Nguyễn Văn Mẫu", "qr": MAU}))
    blank.write_bytes(draw_paper("generic", {"Họ và tên": "Nguyễn Văn Mẫu"}))
    run = app.test_cli_runner().invoke
    fields = json.loads(run(args=["idcard", "decode", str(picture)]).output)
    assert (fields["number"], fields["birth_date"], fields["sex"]) == ("046045000001", "1945-09-02", "male")
    refused = run(args=["idcard", "decode", str(blank)])
    assert refused.exit_code == 1
    assert "mã vuông" in refused.output
