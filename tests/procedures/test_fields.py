"""What each kind of question takes, refuses with a sentence, asks about, shows and prints."""
from __future__ import annotations

import unicodedata

import pytest

from app.core.text import fold
from app.procedures.fields import PAPERS, REGISTRY, Parsed, Sent
from app.procedures.parts import Paper
from tests.procedures.building import TODAY, asked, parse, question, sentence

NAME, ID, OLD_ID = question("full_name"), question("id_number"), question("id_number", old_number=True)
PHONE, NUMBER, MONEY = question("phone"), question("number", min=1, max=20), question("money")


class TestFullName:
    @pytest.mark.parametrize("name", [
        "Nguyễn Văn Mẫu", "Y", "Ý", "Nguyễn Thị A", "H'Hen Niê Thử", "Y Blŏ Niê", "K’Mẫu", "Trần-Thử", "Đỗ Thị Ẵm Ngữ",
        "Nguyễn Văn Mẫu (Tý)", "Hồ Thị Thử Nghiệm " + "Kpă " * 10 + "Mẫu", "Jean-Pierre d'Essai", "阮文試",
        "Ông Ví Dụ Jr.",
    ])
    def test_takes_names_as_people_have_them(self, name: str) -> None:
        parsed = parse(NAME, x=name)
        assert not parsed.errors
        assert parsed.value == " ".join(name.split())

    def test_a_name_of_sixty_letters_is_taken_and_a_letter_of_a_page_is_not(self) -> None:
        assert parse(NAME, x=("Hrih " * 12).strip()).value is not None
        said = sentence(parse(NAME, x="a" * 101))
        assert said == "Ô này có 101 chữ cái. Họ và tên dài nhất 100 chữ cái. Ghi ngắn lại."

    @pytest.mark.parametrize("base", [
        "Nguyễn Thị Hòa", "Nguyễn Thị Hoà", "Đặng Đình Thử", "Hoàng Thị Thúy", "Hoàng Thị Thuý", "Ỷ",
        "Lê Thị Quỳnh Ví Dụ",
        "Trần Ưng Mẫu", "Phạm Đức Ẩn", "Vũ Thị Ngữ", "Đỗ Mẫu", "Y", "H'Bia Đê Thử", "Nguyễn Thị Kim Ngân Ví Dụ",
    ])
    def test_one_name_in_every_form_is_one_name(self, base: str) -> None:
        forms = [unicodedata.normalize(form, base) for form in ("NFC", "NFD", "NFKC", "NFKD")]
        forms += [form.replace("Đ", d).replace("đ", small) for form in forms for d, small in ("Ðð", "Ɖɖ")]
        forms += [f"\u200b{base}\ufeff", f"\u202e{base}\u202c", f"  {base.replace(' ', '  ')} "]
        forms += [base.replace(" ", "\u00a0")]
        values = {parse(NAME, x=form).value for form in forms}
        assert values == {base}
        assert {fold(value) for value in values} == {fold(base)}

    @pytest.mark.parametrize(("typed", "said"), [
        ("Mẫu 😀", "Tên có hình “😀”. Xóa hình đi, chỉ ghi chữ, ví dụ Nguyễn Văn Mẫu."),
        ("Mẫu ❤️", "Tên có hình “❤”. Xóa hình đi, chỉ ghi chữ, ví dụ Nguyễn Văn Mẫu."),
        ("www.vidu.vn", "Ô này ghi “www.vidu.vn”, giống địa chỉ trang web. Chỉ ghi họ và tên, ví dụ Nguyễn Văn Mẫu."),
        ("mau@vidu.example", "Ô này ghi “mau@vidu.example”, giống địa chỉ trang web. "
                             "Chỉ ghi họ và tên, ví dụ Nguyễn Văn Mẫu."),
        ("0905 000 000", "Ô này ghi “0905 000 000”, chưa có chữ cái nào. Ghi họ và tên, ví dụ Nguyễn Văn Mẫu."),
        ("", "Ghi họ và tên."), ("  \u200b ", "Ghi họ và tên."),
    ])
    def test_refuses_what_is_no_name_and_says_why(self, typed: str, said: str) -> None:
        assert sentence(parse(NAME, x=typed)) == said

    @pytest.mark.parametrize(("name", "said"), [
        ("Nguyễn Văn Mẫu 2", "Tên có chữ số 2, có đúng không? Đúng thì bấm Tiếp tục."),
        ("NguyÔn V¨n MÉu", "Tên có dấu lạ “¨”, có đúng không? Đúng thì bấm Tiếp tục."),
        ("Nguуễn Mẫu", "Tên có chữ “у” không phải chữ Việt. Đúng thì bấm Tiếp tục."),
        ("Nguyeenx Vawn Maaux", "Tên ghi “Nguyeenx”, giống gõ dấu chưa được. Đúng thì bấm Tiếp tục."),
        ("Nguyễn Văn Mẫu", ""), ("Nguyen Van Mau", ""), ("H'Hen Niê", ""), ("Lee Thử", ""), ("Shaw Thử", ""),
    ])
    def test_odd_signs_are_asked_about_never_refused(self, name: str, said: str) -> None:
        assert not parse(NAME, x=name).errors
        assert asked(NAME, name) == ([said] if said else [])


class TestIdNumber:
    @pytest.mark.parametrize("typed", ["046045000001", "046 045 000 001", "046.045.000.001", "046-045-000-001 "])
    def test_takes_twelve_digits_however_parted(self, typed: str) -> None:
        assert parse(ID, x=typed).value == "046045000001"

    @pytest.mark.parametrize(("typed", "said"), [
        ("046 045 000 01", "Số này có 11 chữ số. Số căn cước có 12 chữ số."),
        ("0460450000012", "Số này có 13 chữ số. Số căn cước có 12 chữ số."),
        ("191000002", "Số này có 9 chữ số, là số cũ. Ghi số căn cước có 12 chữ số."),
        ("B1234567", "Ô này ghi “B1234567”. Số căn cước chỉ có chữ số 0 đến 9."),
        ("04604500000²", "Ô này ghi “04604500000²”. Số căn cước chỉ có chữ số 0 đến 9."),
        ("٠٤٦٠٤٥٠٠٠٠٠١", "Ô này ghi “٠٤٦٠٤٥٠٠٠٠٠١”. Số căn cước chỉ có chữ số 0 đến 9."),
        ("", "Ghi số căn cước."),
    ])
    def test_says_how_many_digits_there_are(self, typed: str, said: str) -> None:
        assert sentence(parse(ID, x=typed)) == said

    def test_the_old_number_only_where_the_question_allows_it(self) -> None:
        assert parse(OLD_ID, x="191 000 002").value == "191000002"
        assert asked(OLD_ID, "191000002") == ["Đây là số cũ, có 9 chữ số. Có thẻ mới thì ghi số trên thẻ mới."]
        assert sentence(parse(OLD_ID, x="19100000")) == "Số này có 8 chữ số. Số căn cước có 12 chữ số, số cũ có 9."

    def test_a_foreign_paper_where_the_question_allows_it(self) -> None:
        assert parse(question("id_number", passport=True), x="b1234567").value == "B1234567"
        assert parse(question("id_number", passport=True), x="Ñ-1").errors

    def test_an_unknown_province_and_a_coming_year_are_asked_about(self) -> None:
        assert parse(ID, x="999085123456").value == "999085123456"
        assert asked(ID, "999085123456") == ["Ba số đầu là 999, không phải mã tỉnh nào. Đúng thì bấm Tiếp tục."]
        assert asked(ID, "001285123456") == ["Số này của người sinh năm 2085, có đúng không? Đúng thì bấm Tiếp tục."]
        assert asked(ID, "001087123456") == []

    def test_sex_and_birth_year_are_held_against_the_other_answers(self) -> None:
        number = question("id_number", birth_question="born", sex_question="sex")
        answers = {"born": {"year": 1978}, "sex": "female"}
        assert asked(number, "001087123456", answers) == [
            "Số căn cước là của người sinh năm 1987, còn ngày sinh ghi năm 1978. Đúng thì bấm Tiếp tục.",
            "Số căn cước là của người nam, còn giới tính đã chọn nữ. Đúng thì bấm Tiếp tục.",
        ]
        assert asked(number, "046150000002", {"born": {"year": 1950}, "sex": "female"}) == []
        assert asked(number, "001087123456", {"born": {"year": 1986, "lunar": True}, "sex": "male"}) == []
        assert asked(number, "001087123456", {"born": {"unknown": True}}) == []

    def test_shown_in_threes_and_printed_in_one(self) -> None:
        assert REGISTRY["id_number"].show(ID, "046045000001") == ["046 045 000 001"]
        assert REGISTRY["id_number"].print_lines(ID, "046045000001") == ["046045000001"]


class TestPhone:
    @pytest.mark.parametrize("typed", [
        "0905000000", "0905 000 000", "0905.000.000", "+84905000000", "+84 905 000 000", "84905000000", "0084905000000",
        "(0905) 000-000", "+84 (0) 905 000 000",
    ])
    def test_keeps_one_form_of_every_way_to_write_it(self, typed: str) -> None:
        assert parse(PHONE, x=typed).value == "+84905000000"

    @pytest.mark.parametrize(("typed", "said"), [
        ("0905 000 00", "Số này có 9 chữ số. Số di động có 10 chữ số, ví dụ 0905 000 000."),
        ("09050000000", "Số này có 11 chữ số. Số di động có 10 chữ số, ví dụ 0905 000 000."),
        ("905000000", "Số này thiếu số 0 ở đầu. Ghi đủ, ví dụ 0905 000 000."),
        ("0234 3000 00", "Số này có 10 chữ số. Số máy bàn có 11 chữ số, ví dụ 0234 3000 000."),
        ("O905000000", "Ô này ghi “O905000000”. Số điện thoại chỉ có chữ số, ví dụ 0905 000 000."),
        ("0905000000 - 0914000000", "Ô này có 20 chữ số, giống hai số liền nhau. Chỉ ghi một số."),
        ("090500000²", "Ô này ghi “090500000²”. Số điện thoại chỉ có chữ số, ví dụ 0905 000 000."),
        ("", "Ghi số điện thoại."),
    ])
    def test_says_what_is_there_and_what_is_needed(self, typed: str, said: str) -> None:
        assert sentence(parse(PHONE, x=typed)) == said

    def test_landlines_and_numbers_abroad(self) -> None:
        assert parse(PHONE, x="0234 3000 000").value == "+842343000000"
        assert REGISTRY["phone"].show(PHONE, "+842343000000") == ["0234 3000 000"]
        assert parse(PHONE, x="+33 1 23 45 67 89").value == "+33123456789"
        assert asked(PHONE, "+33123456789") == ["Đây là số nước ngoài, có đúng không? Đúng thì bấm Tiếp tục."]

    def test_an_unknown_range_is_asked_about(self) -> None:
        assert parse(PHONE, x="0123 456 789").value == "+84123456789"
        assert asked(PHONE, "+84123456789") == ["Đầu số 012 ít gặp, có đúng không? Đúng thì bấm Tiếp tục."]
        assert asked(PHONE, "+84905000000") == []

    def test_shown_in_groups(self) -> None:
        assert REGISTRY["phone"].show(PHONE, "+84905000000") == ["0905 000 000"]


class TestNumbers:
    @pytest.mark.parametrize(("typed", "value"), [("2", 2), (" 12 ", 12), ("007", 7)])
    def test_whole_numbers(self, typed: str, value: int) -> None:
        assert parse(NUMBER, x=typed).value == value

    @pytest.mark.parametrize(("typed", "said"), [
        ("hai", "Ô này ghi “hai”. Ghi bằng chữ số 0 đến 9, ví dụ 2."),
        ("1,5", "Ô này ghi “1,5”. Ghi bằng chữ số 0 đến 9, ví dụ 2."),
        ("²", "Ô này ghi “²”. Ghi bằng chữ số 0 đến 9, ví dụ 2."),
        ("0", "Ô này ghi 0. Số nhỏ nhất là 1."), ("-1", "Ô này ghi -1. Số nhỏ nhất là 1."),
        ("25", "Ô này ghi 25. Số lớn nhất là 20."), ("", "Ghi một số, ví dụ 2."),
        ("9" * 40, "Số này có 40 chữ số, dài quá. Xem lại giúp."),
    ])
    def test_numbers_out_of_bounds_or_in_words(self, typed: str, said: str) -> None:
        assert sentence(parse(NUMBER, x=typed)) == said

    @pytest.mark.parametrize(("typed", "value"), [
        ("8000", 8000), ("8.000", 8000), ("8,000", 8000), ("8 000", 8000), ("8.000đ", 8000), ("8.000 đồng", 8000),
        ("8.000 VND", 8000), ("500k", 500_000), ("5 triệu", 5_000_000), ("1,5 triệu", 1_500_000), ("0", 0),
        ("1.234.567", 1_234_567), ("2 tỷ", 2_000_000_000),
    ])
    def test_money_as_people_write_it(self, typed: str, value: int) -> None:
        assert parse(MONEY, x=typed).value == value

    @pytest.mark.parametrize("typed", ["8.00", "1,5", "tám nghìn", "8.000 $", "-8000", "٨٠٠٠", "9" * 20])
    def test_money_that_could_be_two_amounts_is_refused(self, typed: str) -> None:
        assert "Ghi số tiền bằng đồng, ví dụ 8.000." in sentence(parse(MONEY, x=typed))

    def test_money_is_shown_with_dots(self) -> None:
        assert REGISTRY["money"].show(MONEY, 8000) == ["8.000 đồng"]


class TestChoices:
    def test_one_of(self) -> None:
        one = question("one_of")
        assert parse(one, x="a").value == "a"
        assert sentence(parse(one)) == "Chọn một dòng."
        assert sentence(parse(one, x="z")) == "Dòng đã chọn không còn. Chọn lại một dòng."
        assert REGISTRY["one_of"].show(one, "b") == ["Dòng B"]

    def test_not_knowing_is_a_row_of_its_own(self) -> None:
        one = question("one_of", unknown="Không rõ")
        assert parse(one, x="unknown").value == {"unknown": True}
        assert REGISTRY["one_of"].show(one, {"unknown": True}) == ["Không rõ"]
        assert parse(question("one_of"), x="unknown").errors

    def test_yes_no(self) -> None:
        yes_no = question("yes_no")
        assert parse(yes_no, x="yes").value == "yes"
        assert REGISTRY["yes_no"].show(yes_no, "no") == ["Không"]
        own = question("yes_no", options=[{"value": "yes", "label": "Đã có"}, {"value": "no", "label": "Chưa có"}])
        assert REGISTRY["yes_no"].show(own, "no") == ["Chưa có"]

    def test_many_of(self) -> None:
        many = question("many_of", max=2, options=[
            {"value": "a", "label": "A"}, {"value": "b", "label": "B"}, {"value": "c", "label": "C"},
            {"value": "none", "label": "Không có", "alone": True},
        ])
        assert parse(many, x=["b", "a", "nowhere"]).value == ["a", "b"]
        assert parse(many, x=["none"]).value == ["none"]
        assert sentence(parse(many, x=["a", "b", "c"])) == "Đã chọn 3 dòng. Chọn nhiều nhất 2 dòng."
        said = sentence(parse(many, x=["a", "none"]))
        assert said == "Đã chọn 2 dòng, trong đó có dòng chỉ chọn riêng. Bỏ bớt một bên."
        assert sentence(parse(many)) == "Chọn ít nhất một dòng."
        assert parse(question("many_of", required=False)).value is None

    def test_the_sex_of_a_card_is_a_row(self) -> None:
        sex = question("one_of", options=[{"value": "male", "label": "Nam"}, {"value": "female", "label": "Nữ"}])
        assert REGISTRY["one_of"].prefill(sex, "Nữ") == "female"
        assert REGISTRY["one_of"].prefill(sex, "Nam") == "male"
        assert REGISTRY["one_of"].prefill(sex, "Việt Nam") is None


class TestText:
    def test_one_line_or_several(self) -> None:
        assert parse(question("text"), x="  a \n b ").value == "a b"
        assert parse(question("text", lines=3), x=" a \r\n\r\n\r\n\r\nb ").value == "a\n\nb"

    def test_too_long(self) -> None:
        assert sentence(parse(question("text", max_length=10), x="a" * 11)) == (
            "Đoạn này có 11 chữ cái. Ô này nhận nhiều nhất 10. Viết ngắn lại giúp."
        )

    def test_nothing_where_nothing_is_needed(self) -> None:
        assert parse(question("text", required=False), x="  ").value is None
        assert sentence(parse(question("text"), x="")) == "Ghi vào ô này."


class TestNotKnowing:
    def test_a_tick_beside_an_empty_box(self) -> None:
        text = question("id_number", unknown="Không nhớ")
        assert parse(text, x="", x_unknown="1").value == {"unknown": True}
        assert REGISTRY["id_number"].show(text, {"unknown": True}) == ["Không nhớ"]
        assert REGISTRY["id_number"].print_lines(text, {"unknown": True}) == []

    def test_a_tick_beside_something_typed_is_told_and_nothing_is_lost(self) -> None:
        parsed = parse(question("id_number", unknown="Không nhớ"), x="046", x_unknown="1")
        assert sentence(parsed) == "Ô này đã có chữ, mà lại đánh dấu là không biết. Xóa chữ đi, hoặc bỏ dấu."
        assert parsed.typed == {"x": "046", "x_unknown": "1"}

    def test_only_where_it_is_offered(self) -> None:
        assert parse(ID, x="", x_unknown="1").errors


class TestGroup:
    CHILDREN = question("group", item="Người con", max=3, questions=[
        {"id": "name", "type": "full_name", "label": "Họ và tên"},
        {"id": "born", "type": "date", "label": "Ngày sinh", "precision": "any", "past": True},
    ])
    ONE = {"x": ["0"], "x-0-name": "Nguyễn Thị Thử", "x-0-born_year": "2015"}

    def read(self, **typed: str | list[str]) -> Parsed:
        return parse(self.CHILDREN, **typed)

    def test_rows(self) -> None:
        parsed = self.read(**self.ONE)
        assert not parsed.errors
        assert parsed.value[0]["name"] == "Nguyễn Thị Thử"
        assert REGISTRY["group"].show(self.CHILDREN, parsed.value) == [
            "1. Nguyễn Thị Thử, Năm 2015 (không rõ ngày, tháng)"
        ]
        assert REGISTRY["group"].print_lines(self.CHILDREN, parsed.value) == ["1. Nguyễn Thị Thử, 2015"]

    def test_a_button_adds_a_row_and_finds_no_fault(self) -> None:
        parsed = self.read(**{**self.ONE, "x-0-born_year": "", "x_add": "1"})
        assert parsed.again and not parsed.errors
        assert parsed.typed["x"] == ["0", "1"]
        assert parsed.typed["x-0-name"] == "Nguyễn Thị Thử"

    def test_a_button_takes_a_row_away_and_the_others_move_up(self) -> None:
        two = {**self.ONE, "x": ["0", "1"], "x-1-name": "Nguyễn Văn Hai", "x_remove": "0"}
        parsed = self.read(**two)
        assert parsed.again
        assert parsed.typed["x"] == ["0"]
        assert parsed.typed["x-0-name"] == "Nguyễn Văn Hai"

    def test_no_more_rows_than_allowed(self) -> None:
        parsed = self.read(**{**self.ONE, "x": ["0", "1", "2"], "x_add": "1"})
        assert not parsed.again
        assert sentence(parsed) == "Đã đủ 3 dòng. Còn nữa thì gặp cán bộ ở quầy."

    def test_an_empty_row_is_dropped_and_faults_stand_at_the_row_as_shown(self) -> None:
        parsed = self.read(**{"x": ["0", "1"], "x-0-name": "", "x-1-name": "Nguyễn Văn Hai", "x-1-born_year": "45"})
        assert parsed.typed["x"] == ["0"]
        assert list(parsed.errors) == ["x-0-born_year"]

    def test_none_at_all(self) -> None:
        assert sentence(self.read(x=["0"])) == "Ghi ít nhất một dòng."
        optional = question("group", required=False, questions=[{"id": "a", "type": "text", "label": "A"}])
        assert parse(optional, x=["0"]).value is None
        assert not parse(optional, x=["0"]).errors


class TestPapers:
    PAPER = Paper(id="birth_proof", name="Giấy chứng sinh", everyday="Giấy bệnh viện", min_photos=2)

    def test_counts_photos(self) -> None:
        assert PAPERS.parse(self.PAPER, 0) == ("Chưa có ảnh nào. Chụp giấy rồi gửi.", {})
        text, params = PAPERS.parse(self.PAPER, 1) or ("", {})
        assert text % params == "Mới nhận 1 ảnh. Giấy này cần ít nhất 2 ảnh."
        assert PAPERS.parse(self.PAPER, 2) is None

    def test_a_required_paper_needs_a_photo_whatever_the_file_says(self) -> None:
        assert not PAPERS.enough(Paper(id="p", name="P", min_photos=0), 0)
        assert PAPERS.enough(Paper(id="p", name="P", min_photos=0, required=False), 0)

    def test_shows_and_prints(self) -> None:
        assert PAPERS.show(self.PAPER, 2) == ["Đã nhận 2 ảnh"]
        assert PAPERS.print_lines(self.PAPER, 2) == ["Giấy chứng sinh: 2 ảnh"]


def test_a_card_fills_what_it_knows_and_nothing_else() -> None:
    assert REGISTRY["full_name"].prefill(NAME, "NGUYỄN VĂN MẪU") == "NGUYỄN VĂN MẪU"
    assert REGISTRY["id_number"].prefill(ID, "046045000001") == "046045000001"
    assert REGISTRY["id_number"].prefill(ID, "191000002") is None
    assert REGISTRY["full_name"].prefill(NAME, None) is None
    assert REGISTRY["number"].prefill(NUMBER, "x") is None


def test_every_kind_names_its_inputs() -> None:
    for kind in REGISTRY.values():
        group = {"questions": [{"id": "a", "type": "text", "label": "A"}]}
        asked_question = question(kind.code, **(group if kind.code == "group" else {"unknown": "Không rõ"}))
        typed = kind.parse(asked_question, Sent({}), today=TODAY).typed
        assert set(typed) <= set(kind.inputs(asked_question))
