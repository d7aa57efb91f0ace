"""A form as pages: what is shown, what comes next, "Câu 3 trong 8" that never lies, what is missing, reading out."""
from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.procedures.fields import REGISTRY, Sent
from app.procedures.form import PASSED, Form
from app.procedures.pages import PageInput
from tests.procedures.building import TODAY, paper, procedure, row

YES = {"question": "more", "is": "yes"}


def form_of(*questions: dict[str, Any], papers: list[dict[str, Any]] | None = None) -> Form:
    return procedure(*questions, paper=papers or []).form


def send(form: Form, page_id: str, answers: dict[str, Any] | None = None, **typed: str | list[str]) -> PageInput:
    page = form.page(page_id)
    assert page is not None
    return form.parse_page(page, Sent(typed), answers=answers or {}, today=TODAY)


BRANCHING = form_of(
    row("more", "yes_no"),
    row("why", show_if=YES),
    row("note", required=False, show_if={"question": "why", "given": True}),
    row("last"),
    papers=[paper("proof", show_if=YES), paper("photo", required=False)],
)


class TestPages:
    def test_pages_follow_the_answers(self) -> None:
        assert [page.id for page in BRANCHING.pages({})] == ["more", "last", "photo"]
        assert [page.id for page in BRANCHING.pages({"more": "yes"})] == ["more", "why", "last", "proof", "photo"]
        known = {"more": "yes", "why": "vì"}
        assert [page.id for page in BRANCHING.pages(known)] == ["more", "why", "note", "last", "proof", "photo"]

    def test_next_and_previous(self) -> None:
        answers = {"more": "no"}
        assert BRANCHING.next_page(answers, "more").id == "last"
        assert BRANCHING.previous_page(answers, "last").id == "more"
        assert BRANCHING.previous_page(answers, "more") is None
        assert BRANCHING.next_page(answers, "photo") is None
        assert BRANCHING.next_page(answers, "why").id == "last"  # from a page that is hidden by now
        assert BRANCHING.next_page(answers, "nowhere") is None

    def test_a_hidden_page_is_not_there(self) -> None:
        assert BRANCHING.page("why", {"more": "no"}) is None
        assert BRANCHING.page("why", {"more": "yes"}).id == "why"
        assert BRANCHING.page("nowhere") is None

    def test_answers_to_hidden_questions_do_not_count(self) -> None:
        answers = {"more": "no", "why": "vì", "note": "x", "last": "y", "proof": PASSED, "strange": 1}
        assert BRANCHING.drop_hidden(answers) == {"more": "no", "last": "y"}

    def test_an_answer_that_is_not_known_can_be_looked_at(self) -> None:
        form = form_of(
            row("a", "one_of", unknown="Không rõ"), row("b", show_if={"question": "a", "is": "unknown"}),
            row("c", show_if={"question": "a", "given": True}),
        )
        assert [page.id for page in form.pages({"a": {"unknown": True}})] == ["a", "b"]
        assert [page.id for page in form.pages({"a": "b"})] == ["a", "c"]

    def test_not_all_and_any(self) -> None:
        form = form_of(
            row("a", "one_of"), row("b", "many_of"),
            row("both", show_if={"all": [{"question": "a", "is": "a"}, {"question": "b", "in": ["b"]}]}),
            row("either", show_if={"any": [{"question": "a", "is": "a"}, {"question": "b", "is": "b"}]}),
            row("neither", show_if={"not": {"any": [{"question": "a", "is": "a"}, {"question": "b", "is": "b"}]}}),
        )
        assert [page.id for page in form.pages({"a": "a", "b": ["a", "b"]})][2:] == ["both", "either"]
        assert [page.id for page in form.pages({"a": "b", "b": ["b"]})][2:] == ["either"]
        assert [page.id for page in form.pages({"a": "b", "b": ["a"]})][2:] == ["neither"]


class TestSamePage:
    FORM = form_of(
        row("way", "one_of", options=[{"value": value, "label": value} for value in ("own", "relative", "none")]),
        row("phone", "phone", same_page="way", show_if={"question": "way", "in": ["own", "relative"]}),
        row("owner", same_page="way", show_if={"question": "way", "is": "relative"}),
        row("last"),
    )

    def test_follow_ups_stand_under_their_row_and_are_there_without_script(self) -> None:
        page = self.FORM.page("way", {})
        assert [question.id for question in page.questions] == ["way", "phone", "owner"]
        assert [question.id for question in page.top] == ["way"]
        assert [question.id for question in page.under("way", "relative")] == ["phone", "owner"]
        assert page.under("way", "own") == ()

    def test_a_follow_up_is_needed_only_under_the_row_that_was_chosen(self) -> None:
        assert send(self.FORM, "way", way="none").values == {"way": "none"}
        assert set(send(self.FORM, "way", way="own").errors) == {"phone"}
        assert set(send(self.FORM, "way", way="relative").errors) == {"phone", "owner"}
        sent = send(self.FORM, "way", way="own", phone="0905 000 000", owner="con trai")
        assert sent.values == {"way": "own", "phone": "+84905000000"}
        assert not sent.stays

    def test_what_was_typed_under_another_row_stays_on_the_page(self) -> None:
        sent = send(self.FORM, "way", way="own", phone="0905", owner="con trai")
        assert sent.typed["owner"] == "con trai"
        assert sent.typed["phone"] == "0905"

    def test_the_row_chosen_before_does_not_keep_its_follow_ups(self) -> None:
        before = {"way": "relative", "phone": "+84905000000", "owner": "con trai"}
        sent = send(self.FORM, "way", before, way="none")
        assert self.FORM.drop_hidden({**before, **sent.values}) == {"way": "none"}


class TestProgress:
    def test_a_total_is_told_only_when_it_is_true(self) -> None:
        assert BRANCHING.progress({}, "more") == (1, None)
        assert BRANCHING.progress({"more": "no"}, "last") == (2, 3)
        assert BRANCHING.progress({"more": "yes"}, "why") == (2, None)
        assert BRANCHING.progress({"more": "yes", "why": "vì"}, "note") == (3, 6)
        assert BRANCHING.progress({"more": "yes", "why": "vì"}, "last") == (4, 6)

    def test_the_question_in_hand_may_still_be_answered_otherwise(self) -> None:
        assert BRANCHING.progress({"more": "no", "last": "x"}, "more") == (1, None)

    def test_a_form_without_branches_tells_its_total_at_once(self) -> None:
        form = form_of(row("a"), row("b"), papers=[paper("p")])
        assert form.progress({}, "a") == (1, 3)
        assert form.progress({}, "p") == (3, 3)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """A form whose questions hang on each other in any allowed way."""
    questions: list[dict[str, Any]] = []

    def condition(depth: int = 0) -> dict[str, Any]:
        earlier = draw(st.sampled_from([one["id"] for one in questions]))
        leaf = draw(st.sampled_from([
            {"question": earlier, "is": "a"}, {"question": earlier, "in": ["a", "b"]},
            {"question": earlier, "given": True}, {"question": earlier, "is": "unknown"},
        ]))
        kind = draw(st.sampled_from(["leaf", "not", "all", "any"])) if depth < 2 else "leaf"
        if kind == "leaf":
            return leaf
        return {"not": condition(depth + 1)} if kind == "not" else {kind: [condition(depth + 1), condition(depth + 1)]}

    for number in range(draw(st.integers(2, 7))):
        keys: dict[str, Any] = {"unknown": "Không rõ"} if draw(st.booleans()) else {}
        if questions and draw(st.booleans()):
            keys["show_if"] = condition()
        if questions and draw(st.integers(0, 3)) == 0:
            keys["same_page"] = questions[-1].get("same_page") or questions[-1]["id"]
        keys["required"] = draw(st.booleans())
        questions.append(row(f"q{number}", draw(st.sampled_from(["one_of", "many_of"])), **keys))
    papers = [paper(f"p{n}", show_if=condition(), required=draw(st.booleans())) for n in range(draw(st.integers(0, 2)))]
    return form_of(*questions, papers=papers)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whoever_answers_whatever_the_total_told_comes_true(data: st.DataObject) -> None:
    form = data.draw(forms())
    answers: dict[str, Any] = {}
    told: list[tuple[int, int | None]] = []
    page = form.first_open(answers)
    if page is not None and form.previous_page(answers, page.id) is not None:
        page = form.pages(answers)[0]
    steps = 0
    while page is not None:
        steps += 1
        told.append(form.progress(answers, page.id))
        assert told[-1][0] == steps
        typed = {
            question.id: data.draw(st.sampled_from(["a", "b", *(["unknown"] if question.unknown else [])]))
            for question in page.questions
            if question.required or data.draw(st.booleans())
        }
        sent = form.parse_page(page, Sent(typed), answers=answers, today=TODAY)
        assert not sent.stays
        answers = form.drop_hidden({**answers, **sent.values})
        page = form.next_page(answers, page.id)
    assert all(total in (None, steps) for _number, total in told)
    _is_settled(form, answers)


def _is_settled(form: Form, answers: dict[str, Any]) -> None:
    assert form.drop_hidden(answers) == answers
    assert form.faults(answers, today=TODAY) == {}
    lacking = set(form.missing(answers))
    assert lacking <= {paper.id for paper in form.visible_papers(answers) if paper.required}
    photos = dict.fromkeys(lacking, 1)
    assert form.missing(answers, photos) == []
    assert form.first_open(answers, photos) is None


@settings(max_examples=150, deadline=None)
@given(form=forms(), data=st.data())
def test_dropping_what_is_hidden_is_done_at_once(form: Form, data: st.DataObject) -> None:
    values = st.sampled_from(["a", "b", {"unknown": True}, None])
    names = st.sampled_from([*form.questions, *(one.id for one in form.papers), "other"])
    answers = data.draw(st.dictionaries(names, values))
    kept = form.drop_hidden(answers)
    assert form.drop_hidden(kept) == kept
    assert kept.items() <= answers.items()
    assert [page.id for page in form.pages(kept)] == [page.id for page in form.pages(answers)]


class TestWhatIsMissing:
    def test_required_answers_and_papers_without_photos(self) -> None:
        assert BRANCHING.missing({}) == ["more", "last"]
        done = {"more": "yes", "why": "vì", "note": None, "last": "x"}
        assert BRANCHING.missing(done) == ["proof"]
        assert BRANCHING.missing(done, {"proof": 0}) == ["proof"]
        assert BRANCHING.missing(done, {"proof": 1}) == []

    def test_not_knowing_is_an_answer(self) -> None:
        form = form_of(row("a", unknown="Không nhớ"))
        assert form.missing({"a": {"unknown": True}}) == []

    def test_a_draft_goes_on_where_it_stopped(self) -> None:
        assert BRANCHING.first_open({}).id == "more"
        assert BRANCHING.first_open({"more": "yes", "why": "vì"}).id == "note"
        done = {"more": "no", "last": "x"}
        assert BRANCHING.first_open(done).id == "photo"
        assert BRANCHING.first_open({**done, "photo": PASSED}) is None
        lost = {"more": "yes", "why": "vì", "note": None, "last": "x", "proof": PASSED, "photo": PASSED}
        assert BRANCHING.first_open(lost).id == "proof"

    def test_answers_that_would_not_be_taken_today(self) -> None:
        form = form_of(row("a", "number", max=5), row("b", "date", past=True), row("c", "number", required=False))
        late = {"day": 24, "month": 11, "year": 2026, "lunar": False, "year_only": False, "as_written": ""}
        found = form.faults({"a": 9, "b": late, "c": None}, today=TODAY)
        assert {page: list(errors) for page, errors in found.items()} == {"a": ["a"], "b": ["b_day"]}


class TestAsking:
    FORM = form_of(
        row("number", "id_number", birth_question="born", sex_question="sex"),
        row("born", "date", precision="any", past=True, label="Sinh năm nào?"),
        row("sex", "one_of", options=[{"value": "male", "label": "Nam"}, {"value": "female", "label": "Nữ"}]),
    )

    def test_odd_answers_are_asked_about_once_then_pass(self) -> None:
        first = send(self.FORM, "born", born_year="1845")
        assert first.stays and not first.errors
        assert [(name, text % params) for name, (text, params) in first.unsure] == [
            ("born_day", "Năm sinh là 1845, có đúng không? Đúng thì bấm Tiếp tục.")
        ]
        second = send(self.FORM, "born", born_year="1845", sure=first.sure)
        assert not second.stays
        assert second.values["born"]["year"] == 1845

    def test_another_odd_answer_is_asked_about_anew(self) -> None:
        first = send(self.FORM, "born", born_year="1845")
        assert send(self.FORM, "born", born_year="1846", sure=first.sure).stays

    def test_faults_come_before_questions(self) -> None:
        sent = send(self.FORM, "born", born_year="18")
        assert sent.errors and not sent.unsure and not sent.sure

    def test_a_birth_year_or_sex_is_held_against_the_number_given_before(self) -> None:
        before = {"number": "001087123456"}
        asked = send(self.FORM, "born", before, born_year="1978")
        assert [name for name, _message in asked.unsure] == ["born_day"]
        assert "năm 1987" in asked.unsure[0][1][0] % asked.unsure[0][1][1]
        assert not send(self.FORM, "born", before, born_year="1987").stays
        assert send(self.FORM, "sex", before, sex="female").unsure
        assert not send(self.FORM, "sex", before, sex="male").stays
        assert not send(self.FORM, "sex", {"number": {"unknown": True}}, sex="female").stays


def test_a_button_of_a_group_shows_the_page_again_without_faults() -> None:
    form = form_of(row("who", "full_name"), row("kids", "group", same_page="who", questions=[
        {"id": "name", "type": "full_name", "label": "Tên"}]))
    sent = send(form, "who", who="", kids=["0"], kids_add="1")
    assert sent.again and sent.stays and not sent.errors
    assert sent.typed["kids"] == ["0", "1"]


def test_a_paper_page_is_passed() -> None:
    assert send(BRANCHING, "photo").values == {"photo": PASSED}


class TestFilling:
    FORM = form_of(
        row("name", "full_name", prefill="card.full_name"), row("number", "id_number", same_page="name"),
        row("again", "full_name", prefill="answer.name"), row("nation", initial="Việt Nam"),
        row("home", "address", here=True), row("born", "date", prefill="card.birth_date"),
    )

    def fill(self, page_id: str, answers: dict[str, Any], card: dict[str, Any] | None = None) -> tuple[Any, set[str]]:
        filled = self.FORM.fill(self.FORM.page(page_id), answers, card=card)
        return filled.typed, set(filled.from_card)

    def test_what_was_answered_comes_back(self) -> None:
        assert self.fill("name", {"name": "Nguyễn Văn Mẫu", "number": "046045000001"}) == (
            {"name": "Nguyễn Văn Mẫu", "number": "046 045 000 001"}, set(),
        )

    def test_a_card_fills_and_says_so(self) -> None:
        card = {"full_name": "TRẦN THỊ VÍ DỤ", "birth_date": "15081950"}
        assert self.fill("name", {}, card) == ({"name": "TRẦN THỊ VÍ DỤ"}, {"name"})
        assert self.fill("born", {}, card)[0] == {"born_day": "15", "born_month": "8", "born_year": "1950"}
        assert self.fill("name", {"name": "Trần Thị Thử"}, card) == ({"name": "Trần Thị Thử"}, set())

    def test_nothing_is_asked_twice(self) -> None:
        assert self.fill("again", {"name": "Nguyễn Văn Mẫu"}) == ({"again": "Nguyễn Văn Mẫu"}, set())

    def test_our_own_starts(self) -> None:
        assert self.fill("nation", {})[0] == {"nation": "Việt Nam"}
        assert self.fill("nation", {"nation": None})[0] == {}
        assert self.fill("home", {})[0] == {"home_ward": "Phường Phú Xuân", "home_city": "Thành phố Huế"}


class TestReadingOut:
    FORM = form_of(
        row("self", "yes_no"),
        row("name", "full_name", column=["applicant_name", "subject_name"]),
        row("other", "full_name", column="subject_name", show_if={"question": "self", "is": "no"}),
        row("born", "date", precision="any", column="subject_birth", unknown="Không nhớ"),
        row("copies", "number", column="copies"), row("note", required=False),
        papers=[paper("proof", everyday="Giấy bệnh viện")],
    )
    ANSWERS = {
        "self": "yes", "name": "Nguyễn Văn Mẫu", "other": "Hidden", "copies": 2, "note": None,
        "born": {"day": None, "month": None, "year": 1945, "lunar": False, "year_only": True, "as_written": "1945"},
    }

    def test_columns(self) -> None:
        assert self.FORM.columns(self.ANSWERS) == {
            "applicant_name": "Nguyễn Văn Mẫu", "subject_name": "Nguyễn Văn Mẫu", "subject_birth": "1945", "copies": 2,
        }
        assert "subject_birth" not in self.FORM.columns({**self.ANSWERS, "born": {"unknown": True}})

    def test_summary(self) -> None:
        one, papers = self.FORM.summary(self.ANSWERS, photo_counts={"proof": 2})
        assert [(line.label, line.lines, line.page_id) for line in one.rows] == [
            ("self", ["Có"], "self"), ("name", ["Nguyễn Văn Mẫu"], "name"),
            ("born", ["Năm 1945 (không rõ ngày, tháng)"], "born"), ("copies", ["2"], "copies"),
            ("note", ["Không ghi"], "note"),
        ]
        assert [(line.label, line.lines, line.is_paper) for line in papers.rows] == [
            ("Giấy bệnh viện", ["Đã nhận 2 ảnh"], True)
        ]

    def test_summary_for_papers_leaves_out_what_is_empty(self) -> None:
        one, papers = self.FORM.summary(self.ANSWERS, photo_counts={"proof": 1}, paper=True)
        assert [line.id for line in one.rows] == ["self", "name", "born", "copies"]
        assert papers.rows[0].lines == ["Giấy proof: 1 ảnh"]

    def test_words_are_those_of_the_reader(self) -> None:
        def english(text: str, params: Any = None, /) -> str:
            words = {"Có": "Yes", "Năm %(year)s (không rõ ngày, tháng)": "Year %(year)s"}
            return words.get(text, text) % (params or {})

        lines = [line.lines for line in self.FORM.summary(self.ANSWERS, english)[0].rows]
        assert lines[0] == ["Yes"]
        assert lines[2] == ["Year 1945"]


def test_every_kind_of_question_can_stand_in_a_form() -> None:
    keys = {"group": {"questions": [{"id": "a", "type": "text", "label": "A"}]}}
    form = form_of(*(row(f"q_{kind}", kind, required=False, **keys.get(kind, {})) for kind in REGISTRY))
    answers: dict[str, Any] = {}
    for page in form.pages({}):
        sent = form.parse_page(page, Sent({}), answers=answers, today=TODAY)
        assert not sent.stays
        answers |= sent.values
    assert form.first_open(answers) is None
    assert set(answers.values()) == {None}
