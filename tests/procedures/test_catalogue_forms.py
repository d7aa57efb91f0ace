"""The declarations as they are shipped: all their fields, and filled page after page to the end."""
from __future__ import annotations

from typing import Any

import pytest

from app.procedures.fields import REGISTRY, Sent
from app.procedures.parts import Question
from app.procedures.schema import Procedure
from tests.procedures.building import TODAY
from tests.procedures.shipped import ONLINE, current

ADDRESS = {"line": "12 Đường Thử", "group": "", "ward": "Phường Phú Xuân", "city": "Thành phố Huế", "paper": ""}

# The declarations, field by field (domain.md 2.1): ids in the order of the paper form
FIELDS = {
    "1.001193": (
        "applicant_name applicant_id applicant_birth applicant_address relation_to_child child_name child_birth child_sex "
        "child_ethnicity child_nationality birth_place_kind birth_place child_origin parents_kind mother_name mother_birth "
        "mother_id mother_ethnicity mother_nationality mother_address father_name father_birth father_id father_ethnicity "
        "father_nationality father_address wants_copies copies"
    ),
    "1.000656": (
        "applicant_name relation_to_deceased deceased_name deceased_id deceased_birth deceased_sex deceased_ethnicity "
        "deceased_nationality deceased_address death_date death_time death_place death_cause notice_number notice_issuer "
        "notice_date wants_copies copies"
    ),
    "1.000894": (
        "applicant_name applicant_id applicant_birth applicant_address applicant_side applicant_times applicant_ethnicity "
        "applicant_nationality partner_name partner_id partner_birth partner_times partner_ethnicity partner_nationality "
        "partner_address"
    ),
    "1.004873": (
        "applicant_name subject_is subject_name subject_id subject_birth subject_birth_place subject_sex subject_ethnicity "
        "subject_nationality subject_address marital_status spouse_name death_extract_number divorce_ruling_number "
        "divorce_court residence_place residence_from residence_to purpose purpose_text future_spouse_name "
        "future_spouse_id future_marriage_place"
    ),
    "2.000635": (
        "applicant_name applicant_id record_kind copies subject_is subject_name subject_id subject_birth subject_sex "
        "subject_ethnicity subject_nationality subject_address registered_at registered_on registered_number"
    ),
}
VALUES: dict[str, Any] = {
    "full_name": "Nguyễn Văn Mẫu", "id_number": "046045000001", "phone": "+84905000000", "address": ADDRESS,
    "money": 30_000_000, "text": "Bệnh viện Thử, phường Mẫu",
    "date": {"day": 2, "month": 9, "year": 1945, "lunar": False, "year_only": False, "as_written": "2/9/1945"},
}
SHORT = {"filing_for": "self", "wants_copies": "no", "issued_abroad": "no", "divorced_abroad": "no", "had_before": "no"}
# The long way round: someone else files, everything is different from the usual
LONG = {
    "filing_for": "other", "has_authorisation": "yes", "submitter_relation": "other", "all_kinh_vn": "no",
    "both_kinh_vn": "no", "subject_kinh_vn": "no", "deceased_kinh_vn": "no", "owner_kinh_vn": "no", "subject_is": "parent",
    "relation_to_child": "grandparent", "mother_home": "other", "father_home": "other", "deceased_home": "other",
    "marital_status": "divorced", "purpose": "marriage_abroad", "residence_scope": "period", "divorced_abroad": "yes",
    "document_kind": "other", "issued_abroad": "yes", "request_kind": "new", "pay_way": "relative", "founder_kind": "family",
    "business_place": "other", "contact_way": "relative", "result_way": "post", "birth_proof_kind": "none",
}
RECENT = {**VALUES["date"], "day": 20, "month": 11, "year": 2026}
COMING = {**VALUES["date"], "day": 30, "month": 11, "year": 2026}


def plausible(question: Question, chosen: dict[str, str]) -> Any:
    """An answer that a person might give."""
    if question.id in chosen:
        return chosen[question.id]
    if question.type in ("one_of", "many_of"):
        value = question.options[0].value
        return [value] if question.type == "many_of" else value
    if question.type == "yes_no":
        return "yes"
    if question.type == "number":
        return (question.min or 1) + 1
    if question.type == "group":
        return [{sub.id: VALUES[sub.type] for sub in question.questions}] * 2
    if question.type == "date":
        return {"child_birth": RECENT, "death_date": RECENT, "partner_birth": VALUES["date"]}.get(
            question.id, VALUES["date"] if question.past else COMING
        )
    return VALUES[question.type]


def choices(question: Question) -> list[str]:
    """The values of a choice."""
    return [option.value for option in question.options] or ["yes", "no"]


def fill(one: Procedure, chosen: dict[str, str]) -> tuple[dict[str, Any], list[str]]:
    """Answer page after page as a browser would; the answers, and the pages that were shown."""
    form, answers, seen = one.form, dict[str, Any](), list[str]()
    page = form.pages(answers)[0]
    while page:
        assert page.id not in seen
        seen.append(page.id)
        typed: dict[str, str | list[str]] = {}
        for question in page.questions:
            typed.update(REGISTRY[question.type].typed(question, plausible(question, chosen)))
        sent = form.parse_page(page, Sent(typed), answers=answers, today=TODAY)
        if sent.unsure:  # asked once, then let pass
            sent = form.parse_page(page, Sent({**typed, "sure": sent.sure}), answers=answers, today=TODAY)
        assert not sent.stays, (page.id, sent.errors, sent.unsure)
        answers = form.drop_hidden({**answers, **sent.values})
        page = form.next_page(answers, page.id)
    return answers, seen


class TestForms:
    @pytest.mark.parametrize("chosen", [SHORT, LONG], ids=["short", "long"])
    @pytest.mark.parametrize("code", sorted(ONLINE))
    def test_can_be_filled_from_the_first_page_to_the_last(self, code: str, chosen: dict[str, str]) -> None:
        one = current(code)
        answers, seen = fill(one, chosen)
        photos = {paper.id: 2 for paper in one.papers}
        assert one.form.missing(answers, photos) == []
        assert one.form.faults(answers, today=TODAY) == {}
        assert one.form.first_open(answers, photos) is None
        assert one.form.progress(answers, seen[-1]) == (len(seen), len(seen))
        columns = one.form.columns(answers)
        assert columns["applicant_name"] == "Nguyễn Văn Mẫu" and columns["applicant_id"] == "046045000001"
        assert columns["contact_way"] == chosen.get("contact_way", "own") and columns["phone"] == "+84905000000"
        if "filing_for" in one.form.questions and chosen is LONG:
            assert columns["submitter_name"] == "Nguyễn Văn Mẫu" and "authorisation" in seen

    @pytest.mark.parametrize("code", sorted(FIELDS))
    def test_has_the_fields_of_the_official_declaration_in_order(self, code: str) -> None:
        ids = list(current(code).form.questions)
        places = [ids.index(name) for name in FIELDS[code].split()]
        assert places == sorted(places)

    @pytest.mark.parametrize("code", sorted(ONLINE))
    def test_every_question_can_be_reached(self, code: str) -> None:
        one = current(code)
        reached = {name for chosen in (SHORT, LONG) for name in fill(one, chosen)[0]}
        for question in one.form.questions.values():
            if question.id in reached or question.show_if is None:
                continue
            # what the two ways leave out hangs on one more answer: give it
            others = [(name, value) for name in question.show_if.questions() for value in choices(one.form.questions[name])]
            assert any(
                question.id in fill(one, {**way, name: value})[0] for way in (SHORT, LONG) for name, value in others
            ), question.id

    @pytest.mark.parametrize(("code", "most"), [("2.000635", 10), ("2.000815", 9), ("1.004873", 10), ("1.000894", 11),
                                                ("1.014027", 10), ("1.000656", 16), ("1.001193", 17), ("1.001612", 13)])
    def test_the_usual_way_is_short(self, code: str, most: int) -> None:
        assert len(fill(current(code), SHORT)[1]) <= most

    def test_an_extract_of_ones_own_asks_nothing_twice(self) -> None:
        answers, seen = fill(current("2.000635"), SHORT)
        assert not any(name.startswith("subject_") and name != "subject_is" for name in answers)
        assert len([page for page in seen if page != "old_paper"]) <= 9

    @pytest.mark.parametrize("code", sorted(ONLINE))
    def test_the_applicant_is_filled_in_from_the_card(self, code: str) -> None:
        one = current(code)
        card = {"full_name": "NGUYỄN VĂN MẪU", "id_number": "046045000001", "birth_date": "02091945", "sex": "Nam",
                "address": "12 Đường Thử, Phường Thuận Lộc, Quận Phú Xuân, Thành phố Huế"}
        offered = {name for page in one.form.pages({}) for name in one.form.fill(page, {}, card=card).from_card}
        assert {"applicant_name", "applicant_id", "applicant_birth", "applicant_address"} <= offered

    @pytest.mark.parametrize("code", sorted(ONLINE))
    def test_nothing_is_chosen_beforehand(self, code: str) -> None:
        one = current(code)
        for question in one.form.questions.values():
            assert not question.initial or question.type == "number"

    def test_who_does_not_know_can_say_so(self) -> None:
        death = current("1.000656").form.questions
        assert all(death[name].unknown for name in ("deceased_id", "deceased_birth", "death_time", "death_cause"))
        extract = current("2.000635").form.questions
        assert all(extract[name].unknown for name in ("registered_at", "registered_number", "subject_birth"))
