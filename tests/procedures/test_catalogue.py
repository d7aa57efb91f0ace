"""The catalogue as it is shipped: complete, sourced, priced, explained and readable."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.procedures import fees
from app.procedures.parts import Question
from app.procedures.schema import DIRECTORY, Procedure
from tests.procedures.building import TODAY
from tests.procedures.shipped import ALL, CATALOGUE, CURRENT, LAST_CHANGE, ONLINE, current, in_force

BANNED = re.compile(r"vui lòng|quý khách|hệ thống|xin lưu ý|website|online|email|\.\.\.|!", re.IGNORECASE)
every = pytest.mark.parametrize("one", ALL, ids=lambda one: one.key)


def questions(one: Procedure) -> Iterator[Question]:
    """All questions, those of groups too."""
    for question in one.form.questions.values():
        yield question
        yield from question.questions


def asked_texts(one: Procedure) -> Iterator[str]:
    """What is read while a form is filled in."""
    for question in questions(one):
        yield from (question.label, question.short, question.hint, question.unknown)
        yield from (text for option in question.options for text in (option.label, option.hint))
    yield from (text for paper in one.papers for text in (paper.everyday, paper.hint))
    used = {question.section for question in one.form.questions.values()}
    yield from (section.title for name, section in one.form.sections.items() if name in used)


def page_texts(one: Procedure) -> Iterator[str]:
    """What is read on the page of the procedure, official names of papers and fees included."""
    yield from (one.title, one.summary, one.result, *one.who)
    if one.time:
        yield one.time.text
    for fee in one.fees:
        yield from (fee.name, fee.text, fee.exemption_text)
        yield from (text for exemption in fee.exemptions for text in (exemption.label, exemption.proof))
    yield from (paper.name for paper in one.papers)


class TestWhole:
    def test_the_catalogue_is_large_enough(self) -> None:
        assert len({one.code for one in CURRENT}) >= 60
        assert {one.code for one in CURRENT if one.online} == ONLINE
        assert {one.field for one in CURRENT} == set(CATALOGUE.fields)

    def test_one_version_of_each_is_in_force_on_every_day(self) -> None:
        for day in (date(2026, 1, 1), date(2026, 10, 4), date(2026, 10, 5), TODAY, date(2027, 2, 28), date(2027, 3, 1)):
            assert {one.code for one in in_force(day)} == {one.code for one in ALL}, day

    def test_a_newer_form_keeps_the_fees_and_papers_of_its_day(self) -> None:
        """Versions that came for another way of being told change nothing else."""
        days = (LAST_CHANGE - timedelta(days=1), LAST_CHANGE)
        before, after = ({one.code: one for one in in_force(day)} for day in days)
        for code in {code for code in before if before[code].key != after[code].key}:
            old, new = before[code], after[code]
            assert repr((old.fees, old.papers, old.time, old.legal_basis)) == repr(
                (new.fees, new.papers, new.time, new.legal_basis)
            ), code  # conditions are equal by what they say
            assert old.form.questions.keys() == new.form.questions.keys(), code
            ways = {option.value for option in new.form.questions["contact_way"].options}
            assert ways == {"own", "relative", "group_head", "visit", "letter", "none"}, code

    def test_six_tiles_for_the_home_page(self) -> None:
        assert len({one.tile for one in CURRENT if one.tile}) == 6

    def test_no_two_have_the_same_title(self) -> None:
        titles = [one.title for one in CURRENT]
        assert len(titles) == len(set(titles))


class TestSources:
    @every
    def test_every_number_says_where_it_comes_from(self, one: Procedure) -> None:
        assert one.source_note and one.legal_basis and one.who and one.result and one.result_code
        assert one.time and one.time.source and one.time.text
        for part in (*one.fees, *one.papers, *one.form.questions.values()):
            assert part.source, part.id

    @every
    def test_what_was_not_verified_is_marked(self, one: Procedure) -> None:
        sources = [one.time.source if one.time else "", *(part.source for part in (*one.fees, *one.papers))]
        sources += [question.source for question in one.form.questions.values()]
        for source in sources:
            if "[M-" in source and not source.startswith("domain.md 2.1") and "domain.md 1.2" not in source:
                assert "cần đối chiếu" in source, source

    def test_forms_designed_here_say_so(self) -> None:
        for code in ("2.000815", "1.014027", "1.001612"):
            own = [question for question in current(code).form.questions.values()
                   if question.section not in ("applicant", "submitter", "contact", "result")]
            assert all("cần đối chiếu" in question.source or "[V]" in question.source for question in own)
            assert any("cần đối chiếu" in question.source for question in own)


class TestFees:
    @every
    def test_every_fee_tells_who_need_not_pay(self, one: Procedure) -> None:
        assert one.fees
        for fee in one.fees:
            assert fee.exemption_text, fee.id
            assert all(exemption.proof for exemption in fee.exemptions)

    @every
    def test_an_amount_that_is_not_known_is_never_a_number(self, one: Procedure) -> None:
        for fee in one.fees:
            known = fee.amount_vnd is not None or bool(fee.tiers)
            if fee.basis == "none":
                assert fee.text == "Không thu"
            elif known:
                assert re.search("[0-9]", fee.text)
            else:
                assert "hường báo khi nhận" in fee.text
                assert not re.search("[0-9] *đồng", fee.text)
                assert "cần đối chiếu" in fee.source

    def test_copies_are_counted(self) -> None:
        assert due("2.000635", {"record_kind": "birth", "copies": 3, "subject_is": "self"}) == 24_000

    def test_pages_get_cheaper_from_the_third(self) -> None:
        assert due("2.000815", {"copies": 2, "pages": 5}) == 2 * (2 * 2000 + 3 * 1000)
        assert due("2.000815", {"copies": 1, "pages": 500}) == 200_000

    def test_a_birth_in_time_is_free_and_a_late_one_is_told_by_the_ward(self) -> None:
        born = {"day": 20, "month": 11, "year": 2026, "lunar": False, "year_only": False, "as_written": "20/11/2026"}
        assert due("1.001193", {"child_birth": born, "wants_copies": "no"}) == 0
        assert due("1.001193", {"child_birth": born, "wants_copies": "yes", "copies": 2}) == 16_000
        assert due("1.001193", {"child_birth": {**born, "year": 2025}, "wants_copies": "no"}) is None

    @pytest.mark.parametrize(("code", "expected"), [("1.000894", 0), ("1.014027", 0), ("1.004873", None), ("1.001612", None)])
    def test_free_or_told_by_the_ward(self, code: str, expected: int | None) -> None:
        assert due(code, {}) == expected

    def test_the_waiver_for_citizens_with_an_e_id_ends_with_its_version(self) -> None:
        versions = {one.version: one for one in ALL if one.code == "2.000635"}
        waived = {version: [row.id for row in one.fees[0].exemptions] for version, one in versions.items()}
        for with_it, without in ((1, 2), (3, 4)):
            assert "digital_citizen" in waived[with_it] and "digital_citizen" not in waived[without]
            assert versions[with_it].is_valid_on(date(2027, 2, 28)) and not versions[with_it].is_valid_on(date(2027, 3, 1))


def due(code: str, answers: dict[str, Any]) -> int | None:
    """What these answers cost today."""
    return fees.assess(current(code), answers, on=TODAY).due_vnd


class TestLaw:
    def test_marriage_asks_for_no_certificate_of_marital_status(self) -> None:
        assert {one.code: one for one in in_force(date(2026, 1, 1))}["1.000894"].valid_from == date(2026, 1, 1)
        marriage = current("1.000894")
        assert marriage.signed_present and not marriage.delegable and marriage.level == "partial"
        assert not any("tình trạng hôn nhân" in paper.name for paper in marriage.papers)
        assert "filing_for" not in marriage.form.questions

    def test_residence_is_the_police(self) -> None:
        residence = [one for one in CURRENT if one.field == "cu_tru"]
        assert len(residence) == 6
        for one in residence:
            assert one.decided_by == "police" and not one.online and one.elsewhere
            assert one.elsewhere.url == "https://dichvucong.dancuquocgia.gov.vn"

    def test_originals_are_not_sent_electronically(self) -> None:
        for one in CURRENT:
            if one.field == "ho_tich":
                assert not one.electronic_result, one.key

    def test_only_copies_and_papers_of_one_hand_may_be_examined_by_who_receives(self) -> None:
        assert current("2.000635").receiver_may_examine and current("2.000815").receiver_may_examine
        assert not current("1.001193").receiver_may_examine and not current("1.000894").receiver_may_examine

    def test_the_pension_keeps_the_amount_of_its_time(self) -> None:
        amounts = {one.version: one.summary for one in ALL if one.code == "1.014027"}
        assert "500.000" in amounts[1] and "540.000" in amounts[2]

    def test_deaths_are_spoken_of_softly(self) -> None:
        assert all(one.bereaved for one in CURRENT if "hai tử" in one.name or "ai táng" in one.name)
        asked = " ".join(asked_texts(current("1.000656")))
        assert "gia đình" in asked.casefold()
        assert not re.search(r"\bchết\b", asked)


class TestWords:
    @every
    def test_texts_are_composed_and_plain(self, one: Procedure) -> None:
        for text in (*asked_texts(one), *page_texts(one), one.name, *one.keywords, *one.hard_words):
            assert text == unicodedata.normalize("NFC", text)
            assert text == " ".join(text.split())
        for text in (*asked_texts(one), *page_texts(one)):
            assert not BANNED.search(text), text

    @every
    def test_questions_are_short(self, one: Procedure) -> None:
        for text in asked_texts(one):
            for sentence in re.split(r"(?<=[.?;])\s+", text):
                assert len(sentence.split()) <= 15, sentence

    @every
    def test_the_page_is_short(self, one: Procedure) -> None:
        official = {one.result, *(paper.name for paper in one.papers)}
        for text in page_texts(one):
            for sentence in re.split(r"(?<=[.?;])\s+", text):
                assert text in official or len(sentence.split()) <= 15, sentence

    @every
    def test_labels_are_short_enough_for_a_list(self, one: Procedure) -> None:
        assert len(one.title) <= 48
        assert len(one.summary) <= 120
        for question in questions(one):
            assert 0 < len(question.short) <= 42, question.id
            assert question.label[0].isupper() and question.label[-1] != "."

    @every
    def test_every_hard_word_is_explained(self, one: Procedure) -> None:
        explained = {entry for entry, word in enumerate(CATALOGUE.words) for legal in word.legal if legal in one.hard_words}
        shown = [*asked_texts(one), *page_texts(one), one.name]
        for entry, legal in hard_words_in(shown):
            assert entry in explained, f"{legal} is not explained"

    def test_meanings_are_one_short_line(self) -> None:
        for word in CATALOGUE.words:
            assert 0 < len(word.meaning) <= 70 and word.say, word.legal
            assert not BANNED.search(word.meaning)

    def test_all_files_are_composed(self) -> None:
        for path in Path(DIRECTORY).glob("*.toml"):
            text = path.read_text(encoding="utf-8")
            assert text == unicodedata.normalize("NFC", text), path.name


def hard_words_in(texts: list[str]) -> Iterator[tuple[int, str]]:
    """(entry of the word list, spelling) for words of the law in texts; the longest spelling takes its place first."""
    spellings = sorted(((legal, entry) for entry, word in enumerate(CATALOGUE.words) for legal in word.legal),
                       key=lambda row: -len(row[0]))
    text = "\n".join(texts)
    for legal, entry in spellings:
        pattern = re.compile(rf"(?<!\w){re.escape(legal)}(?!\w)", re.IGNORECASE)
        if pattern.search(text):
            yield entry, legal
            text = pattern.sub("#", text)
