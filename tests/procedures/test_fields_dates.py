"""Dates and addresses as papers and people have them."""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.procedures.fields import REGISTRY
from app.procedures.parts import Question
from tests.procedures.building import asked, parse, question, sentence

FULL, ANY = question("date"), question("date", precision="any", past=True, label="Sinh ngày nào?")
ADDRESS, HERE = question("address"), question("address", here=True)


def read(value: dict[str, Any]) -> tuple[int | None, int | None, int]:
    return value["day"], value["month"], value["year"]


class TestDate:
    @pytest.mark.parametrize("typed", [
        {"x_day": "2", "x_month": "9", "x_year": "1945"}, {"x_day": "02", "x_month": "09", "x_year": "1945"},
        {"x_day": "2/9/1945"}, {"x_day": "02-09-1945"}, {"x_day": "2.9.1945"}, {"x_day": "2 9 1945"},
        {"x_year": "2/9/1945"}, {"x_month": "1945-09-02"}, {"x_day": "02091945"},
        {"x_day": "ngày 2 tháng 9 năm 1945"}, {"x_day": "Mùng 2 tháng 9 năm 1945"},
    ])
    @pytest.mark.parametrize("asked_question", [FULL, ANY])
    def test_three_boxes_or_one_paste(self, asked_question: Question, typed: dict[str, str]) -> None:
        parsed = parse(asked_question, **typed)
        assert not parsed.errors
        assert read(parsed.value) == (2, 9, 1945)
        assert not parsed.value["year_only"]

    def test_a_paste_is_spread_over_the_boxes(self) -> None:
        parsed = parse(FULL, x_day="2/9/45")
        assert sentence(parsed) == "Năm này có 2 chữ số. Ghi đủ 4 chữ số, ví dụ 1945."
        assert parsed.typed == {"x_day": "2", "x_month": "9", "x_year": "45"}

    @pytest.mark.parametrize(("typed", "value"), [
        ({"x_year": "1945"}, (None, None, 1945)), ({"x_day": "1945"}, (None, None, 1945)),
        ({"x_year": "năm 1945"}, (None, None, 1945)), ({"x_month": "9", "x_year": "1945"}, (None, 9, 1945)),
        ({"x_day": "9/1945"}, (None, 9, 1945)), ({"x_day": "tháng 9 năm 1945"}, (None, 9, 1945)),
        ({"x_year": "1945", "x_year_only": "1"}, (None, None, 1945)),
    ])
    def test_what_is_not_known_stays_open(
        self, typed: dict[str, str], value: tuple[int | None, int | None, int]
    ) -> None:
        assert read(parse(ANY, **typed).value) == value
        assert parse(FULL, **typed).errors

    @pytest.mark.parametrize(("typed", "said"), [
        ({}, "Ghi năm. Không nhớ ngày, tháng thì để trống."),
        ({"x_day": "2", "x_year": "1945"}, "Có ngày mà thiếu tháng. Ghi tháng, hoặc để trống cả ngày."),
        ({"x_day": "29", "x_month": "2", "x_year": "1945"}, "Tháng 2 năm 1945 chỉ có 28 ngày. Xem lại ngày 29."),
        ({"x_day": "31", "x_month": "4", "x_year": "1945"}, "Tháng 4 năm 1945 chỉ có 30 ngày. Xem lại ngày 31."),
        ({"x_day": "32", "x_month": "1", "x_year": "1945"}, "Không có ngày 32. Ngày có từ 1 đến 31."),
        ({"x_month": "13", "x_year": "1945"}, "Không có tháng 13. Tháng có từ 1 đến 12."),
        ({"x_year": "26"}, "Năm này có 2 chữ số. Ghi đủ 4 chữ số, ví dụ 2026."),
        ({"x_year": "27"}, "Năm này có 2 chữ số. Ghi đủ 4 chữ số, ví dụ 1927."),
        ({"x_year": "194"}, "Năm này có 3 chữ số. Ghi đủ 4 chữ số, ví dụ 1945."),
        ({"x_year": "Ất Dậu"}, "Ô năm ghi “Ất Dậu”. Ghi bằng chữ số, ví dụ 1945."),
        ({"x_year": "١٩٤٥"}, "Ô năm ghi “١٩٤٥”. Ghi bằng chữ số, ví dụ 1945."),
        ({"x_month": "chín", "x_year": "1945"}, "Ô tháng ghi “chín”. Ghi bằng chữ số, ví dụ 9."),
        ({"x_day": "2", "x_month": "9", "x_year": "2027"}, "Ngày này ở sau hôm nay. Xem lại năm 2027."),
        ({"x_day": "24", "x_month": "11", "x_year": "2026"}, "Ngày 24/11/2026 chưa tới. Xem lại giúp."),
        ({"x_month": "12", "x_year": "2026"}, "Ngày 12/2026 chưa tới. Xem lại giúp."),
        ({"x_year": "1945", "x_month": "9", "x_year_only": "1"},
         "Đã ghi ngày hoặc tháng, mà lại đánh dấu chỉ ghi năm. Giữ một bên thôi."),
    ])
    def test_each_fault_has_its_sentence(self, typed: dict[str, str], said: str) -> None:
        assert sentence(parse(ANY, **typed)) == said

    def test_only_who_ticked_it_finds_the_tick_again(self) -> None:
        """Else a day that is added later would be refused for a tick the person never made."""
        for typed in ({"x_year": "1945"}, {"x_year": "1945", "x_year_only": "1"}):
            shown = REGISTRY["date"].typed(ANY, parse(ANY, **typed).value)
            assert ("x_year_only" in shown) == ("x_year_only" in typed)
            added = parse(ANY, **{**shown, "x_day": "2", "x_month": "9"})
            assert bool(added.errors) == ("x_year_only" in typed)

    def test_today_is_not_in_the_future(self) -> None:
        assert parse(ANY, x_day="23", x_month="11", x_year="2026").value is not None
        assert parse(ANY, x_year="2026").value is not None

    def test_a_full_date_names_each_box_that_is_missing(self) -> None:
        assert sentence(parse(FULL)) == "Ghi ngày, tháng, năm."
        assert set(parse(FULL, x_year="1945").errors) == {"x_day", "x_month"}
        assert sentence(parse(FULL, x_day="2", x_month="9")) == "Còn thiếu năm. Ghi năm có 4 chữ số, ví dụ 1945."

    def test_leap_days(self) -> None:
        assert parse(FULL, x_day="29/2/2024").value is not None
        assert parse(FULL, x_day="29/2/1900").errors

    def test_lunar_dates_have_their_own_months(self) -> None:
        parsed = parse(ANY, x_day="30", x_month="2", x_year="1945", x_lunar="1")
        assert parsed.value["lunar"]
        assert REGISTRY["date"].show(ANY, parsed.value) == ["30/2/1945 (âm lịch)"]
        assert REGISTRY["date"].print_lines(ANY, parsed.value) == ["30/02/1945 (âm lịch)"]
        assert sentence(parse(ANY, x_day="31", x_month="1", x_year="1945", x_lunar="1")) == (
            "Tháng âm lịch có nhiều nhất 30 ngày. Xem lại ngày 31."
        )

    def test_very_old_years_are_asked_about(self) -> None:
        assert asked(ANY, {"year": 1845}) == ["Năm sinh là 1845, có đúng không? Đúng thì bấm Tiếp tục."]
        assert asked(question("date"), {"year": 1845}) == ["Năm đã ghi là 1845, có đúng không? Đúng thì bấm Tiếp tục."]
        assert asked(ANY, {"year": 1926}) == []

    def test_a_date_before_the_one_it_follows_is_asked_about(self) -> None:
        died = question("date", after="born")
        answers = {"born": {"day": 2, "month": 9, "year": 1945}}
        assert asked(died, {"day": 1, "month": 9, "year": 1945}, answers) == [
            "Ngày này sớm hơn ngày 2/9/1945 đã ghi trước, có đúng không? Đúng thì bấm Tiếp tục."
        ]
        assert asked(died, {"day": None, "month": None, "year": 1945}, answers) == []
        assert asked(died, {"day": 1, "month": 9, "year": 1946}, {"born": {"unknown": True}}) == []

    @pytest.mark.parametrize(("value", "shown", "printed", "column"), [
        ((2, 9, 1945), "2/9/1945", "02/9/1945", "1945-09-02"),
        ((12, 1, 1945), "12/1/1945", "12/01/1945", "1945-01-12"),
        ((None, 9, 1945), "Tháng 9 năm 1945 (không rõ ngày)", "9/1945", "1945-09"),
        ((None, None, 1945), "Năm 1945 (không rõ ngày, tháng)", "1945", "1945"),
    ])
    def test_shown_printed_and_as_a_column(
        self, value: tuple[int | None, int | None, int], shown: str, printed: str, column: str
    ) -> None:
        typed = {f"x_{box}": str(part) for box, part in zip(("day", "month", "year"), value, strict=True) if part}
        found = parse(ANY, **typed).value
        assert REGISTRY["date"].show(ANY, found) == [shown]
        assert REGISTRY["date"].print_lines(ANY, found) == [printed]
        assert REGISTRY["date"].column(found) == column

    @pytest.mark.parametrize(("raw", "value"), [
        ("02091945", (2, 9, 1945)), ("1945-09-02", (2, 9, 1945)), (date(1945, 9, 2), (2, 9, 1945)),
        ("00001945", (None, None, 1945)), ("00091945", (None, 9, 1945)),
    ])
    def test_from_a_card(self, raw: object, value: tuple[int | None, int | None, int]) -> None:
        assert read(REGISTRY["date"].prefill(ANY, raw)) == value

    @pytest.mark.parametrize("raw", ["31021945", "hai chín", "", None, "00000000", 1945])
    def test_a_spoiled_card_fills_nothing(self, raw: object) -> None:
        assert REGISTRY["date"].prefill(ANY, raw) is None


class TestAddress:
    @pytest.mark.parametrize("former", ["Thuận Hòa", "Thuận Lộc", "Tây Lộc", "Đông Ba", "Gia Hội", "Phú Hậu"])
    @pytest.mark.parametrize("written", ["{}", "Phường {}", "phường {}", "P. {}", "P.{}"])
    def test_the_six_former_wards_lead_to_todays_and_both_are_kept(self, former: str, written: str) -> None:
        value = parse(ADDRESS, x_line="12 Đường Thử", x_ward=written.format(former), x_city="TP Huế").value
        assert (value["ward"], value["city"]) == ("Phường Phú Xuân", "Thành phố Huế")
        assert value["former_ward"] == f"Phường {former}"
        assert REGISTRY["address"].show(ADDRESS, value) == [
            "12 Đường Thử, Phường Phú Xuân, Thành phố Huế", f"Trước là Phường {former}",
        ]

    @pytest.mark.parametrize(("ward", "city"), [
        ("thuan loc", "hue"), ("Phường Thuận Lộc", "Thừa Thiên Huế"), ("Phường Thuận Lộc, Quận Phú Xuân", "Huế"),
        ("Thuận Lộc", ""),
    ])
    def test_without_marks_by_old_names_or_without_a_city(self, ward: str, city: str) -> None:
        assert parse(ADDRESS, x_line="1", x_ward=ward, x_city=city).value["former_ward"] == "Phường Thuận Lộc"

    def test_a_ward_of_the_same_name_elsewhere_is_left_alone(self) -> None:
        value = parse(ADDRESS, x_line="1", x_ward="Phường Gia Hội", x_city="Thành phố Thử").value
        assert (value["ward"], value["former_ward"]) == ("Phường Gia Hội", "")

    def test_a_whole_address_in_the_first_box_is_spread_and_kept_as_written(self) -> None:
        text = "12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế"
        value = parse(ADDRESS, x_line=text).value
        assert value == {
            "line": "12 Đường Thử", "group": "", "ward": "Phường Phú Xuân", "city": "Thành phố Huế", "paper": text,
            "former_ward": "Phường Thuận Lộc",
        }
        assert REGISTRY["address"].show(ADDRESS, value)[1] == f"Trên giấy ghi: {text}"

    def test_what_is_missing_is_named_box_by_box(self) -> None:
        assert set(parse(ADDRESS).errors) == {"x_line", "x_ward", "x_city"}
        assert sentence(parse(ADDRESS, x_line="12 Đường Thử", x_city="Huế")) == (
            "Ghi tên phường hoặc xã, ví dụ Phường Phú Xuân."
        )
        assert sentence(parse(ADDRESS, x_line="a" * 130, x_ward="Phú Xuân", x_city="Huế")) == (
            "Ô này có 130 chữ cái. Ô này nhận nhiều nhất 120. Ghi ngắn lại."
        )

    def test_no_street_is_asked_about(self) -> None:
        value = parse(ADDRESS, x_ward="Xã Thử", x_city="Thành phố Huế").value
        assert asked(ADDRESS, value) == ["Chưa ghi số nhà, tên đường hay tổ dân phố. Không có thì bấm Tiếp tục."]
        assert asked(ADDRESS, {**value, "group": "TDP 5"}) == []

    def test_our_own_ward_filled_in_beforehand_is_no_answer(self) -> None:
        ours = {"x_ward": "Phường Phú Xuân", "x_city": "Thành phố Huế"}
        assert sentence(parse(HERE, **ours)) == "Ghi số nhà, tên đường, hoặc tổ dân phố."
        assert parse(question("address", here=True, required=False), **ours).value is None
        assert parse(HERE, x_line="12 Đường Thử", **ours).value["ward"] == "Phường Phú Xuân"
        assert parse(HERE, x_line="", x_ward="", x_city="", x_unknown="1").errors

    def test_not_known_beside_our_own_ward_filled_in(self) -> None:
        unsure = question("address", here=True, unknown="Không nhớ")
        ours = {"x_ward": "Phường Phú Xuân", "x_city": "Thành phố Huế"}
        assert parse(unsure, x_unknown="1", **ours).value == {"unknown": True}
        assert parse(unsure, x_unknown="1", x_line="12 Đường Thử", **ours).errors

    @pytest.mark.parametrize(("card", "line", "group", "former", "paper"), [
        ("Tổ dân phố 5, Phường Phú Xuân, Thành phố Huế", "", "Tổ dân phố 5", "", ""),
        ("12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế", "12 Đường Thử", "", "Phường Thuận Lộc",
         "12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế"),
        ("TDP 8, Phú Hậu, Thành phố Huế, Thừa Thiên Huế", "", "TDP 8", "Phường Phú Hậu",
         "TDP 8, Phú Hậu, Thành phố Huế, Thừa Thiên Huế"),
    ])
    def test_from_a_card(self, card: str, line: str, group: str, former: str, paper: str) -> None:
        value = REGISTRY["address"].prefill(ADDRESS, card)
        assert (value["line"], value["group"], value["former_ward"], value["paper"]) == (line, group, former, paper)
        assert (value["ward"], value["city"]) == ("Phường Phú Xuân", "Thành phố Huế")

    def test_a_card_that_cannot_be_parted_fills_nothing(self) -> None:
        assert REGISTRY["address"].prefill(ADDRESS, "Huế") is None

    @pytest.mark.parametrize(("card", "parts"), [
        ("Thôn 1, Triệu Mẫu, Triệu Thử, Quảng Trị", ("", "Thôn 1", "Triệu Mẫu", "Quảng Trị")),
        ("Tổ 8, Phường Mẫu, Hà Đông, Hà Nội", ("", "Tổ 8", "Phường Mẫu", "Hà Nội")),
        ("Tổ 12, Khu 3, Phường Mẫu, Hạ Thử, Quảng Ninh", ("Tổ 12, Khu 3", "", "Phường Mẫu", "Quảng Ninh")),
        ("Thôn 1, Xã Thử, Huyện Mẫu, Tỉnh Quảng Trị", ("", "Thôn 1", "Xã Thử", "Tỉnh Quảng Trị")),
        ("5 Lê Mẫu, Phường Thử, Thành phố Huế", ("5 Lê Mẫu", "", "Phường Thử", "Thành phố Huế")),
        ("Phường Phú Xuân, Thành phố Huế", ("", "", "Phường Phú Xuân", "Thành phố Huế")),
    ])
    @pytest.mark.parametrize("asked_question", [ADDRESS, HERE])
    def test_a_card_leaves_words_out(self, asked_question: Question, card: str, parts: tuple[str, ...]) -> None:
        value = REGISTRY["address"].prefill(asked_question, card)
        assert (value["line"], value["group"], value["ward"], value["city"]) == parts
        typed = REGISTRY["address"].typed(asked_question, value)
        assert parse(asked_question, **{name: str(text) for name, text in typed.items()}).value == value

    def test_a_card_without_a_ward_fills_nothing(self) -> None:
        assert REGISTRY["address"].prefill(ADDRESS, "") is None

    def test_printed_as_it_is_today(self) -> None:
        value = parse(ADDRESS, x_line="12 Đường Thử", x_group="TDP 5", x_ward="Thuận Lộc", x_city="Huế").value
        assert REGISTRY["address"].print_lines(ADDRESS, value) == [
            "12 Đường Thử, TDP 5, Phường Phú Xuân, Thành phố Huế"
        ]
        assert REGISTRY["address"].column(value) == "12 Đường Thử, TDP 5, Phường Phú Xuân, Thành phố Huế"
