"""The counter: one page for the whole form, nothing typed is lost, papers kept at once, a slip that only paper shows."""
from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.permissions import Role
from app.core import clock
from app.core.db import db
from app.dossiers import queries
from app.dossiers.models import Dossier, State
from app.dossiers.services import filing, slips
from app.dossiers.services.deadlines import explain_promise
from app.dossiers.services.drafts import procedure_of
from app.notifications.models import Message
from app.procedures.models import FeeAmount
from tests import factories
from tests.dossiers.clerk import Clerk, Seen, Team
from tests.factories import BIRTH, EXTRACT, PENSION
from tests.files.samples import photo as jpeg

CARD = "046145000001|191234567|Nguyễn Văn Mẫu|02091945|Nam|12 Đường Thử, Phú Hậu, Huế|01012022"


def at(dossier: Dossier) -> str:
    return f"/can-bo/tiep-nhan/{dossier.public_code}"


def draft_of(team: Team, procedure: str = PENSION, **said: object) -> Dossier:
    return factories.make_draft(procedure, clerk=team.receptionist.actor, **said)  # type: ignore[arg-type]


def empty_draft(team: Team, procedure: str = PENSION) -> Dossier:
    answer = team.receptionist.act(f"/can-bo/tiep-nhan?q={procedure}", "/tiep-nhan", procedure_code=procedure)
    assert answer.status == 303
    return db.session.scalars(select(Dossier).where(Dossier.public_code == answer.location.rpartition("/")[2])).one()


class TestChoosing:
    @pytest.mark.parametrize("words", ["trợ cấp tuổi già", "tien nguoi gia", "1.014027"])
    def test_as_people_say_it(self, team: Team, words: str) -> None:
        page = team.receptionist.get(f"/can-bo/tiep-nhan?q={words}")
        assert ("procedure_code", PENSION) in [button for form in page._reader.forms for button in form.buttons]

    def test_what_others_do_cannot_be_begun(self, team: Team) -> None:
        page = team.receptionist.get("/can-bo/tiep-nhan?q=đăng ký tạm trú")
        assert "Nơi làm:" in page.text
        answer = team.receptionist.act("/can-bo/tiep-nhan?q=khai sinh", "/tiep-nhan", procedure_code="1.004194")
        assert answer.status == 409

    def test_nothing_found_says_so(self, team: Team) -> None:
        assert "Không thấy việc này." in team.receptionist.get("/can-bo/tiep-nhan?q=xyzzy").text

    def test_a_draft_waits_for_its_clerk_alone(self, app: Flask, team: Team) -> None:
        dossier = empty_draft(team)
        assert (dossier.received_by_id, dossier.channel) == (team.receptionist.actor.id, 1)
        assert team.receptionist.get("/can-bo/tiep-nhan").offers(at(dossier))
        other = Clerk(app, factories.make_staff(Role.RECEPTIONIST, username="quay-1"))
        assert not other.get("/can-bo/tiep-nhan").offers(at(dossier))
        assert other.get(at(dossier)).status == 404
        assert team.specialist.get("/can-bo/tiep-nhan").status == 403


class TestFilling:
    def test_what_holds_is_kept_what_does_not_stays_on_the_page(self, team: Team) -> None:
        dossier = empty_draft(team)
        page = team.receptionist.get(at(dossier))
        typed = {"applicant_name": "Trần Thị Ví Dụ", "applicant_id": "12", "applicant_birth_year": "1945"}
        answer = team.receptionist.send(page, at(dossier), act="save", **typed)
        assert answer.status == 200
        assert "Lỗi:" in answer.text
        fields = answer.form(at(dossier)).fields
        assert (fields["applicant_name"], fields["applicant_id"]) == ("Trần Thị Ví Dụ", "12")
        assert (dossier.answers["applicant_name"], "applicant_id" in dossier.answers) == ("Trần Thị Ví Dụ", False)
        assert dossier.applicant_name == "Trần Thị Ví Dụ"

    def test_what_is_not_typed_yet_is_no_fault_until_it_is_accepted(self, team: Team) -> None:
        dossier = empty_draft(team)
        saved = team.receptionist.act(at(dossier), act="save", applicant_name="Trần Thị Ví Dụ")
        assert saved.location == f"{at(dossier)}?luu=1"
        assert "Đã lưu." in team.receptionist.get(saved.location).text
        accepted = team.receptionist.act(at(dossier), act="accept")
        assert (accepted.status, dossier.state) == (200, State.DRAFT)
        assert "Lỗi:" in accepted.text
        assert accepted.form(at(dossier)).fields["applicant_name"] == "Trần Thị Ví Dụ"

    def test_enter_saves_and_never_accepts_or_throws_away(self, team: Team) -> None:
        dossier = draft_of(team)
        assert team.receptionist.get(at(dossier)).form(at(dossier)).buttons[0] == ("act", "save")

    def test_questions_that_hang_on_an_answer_appear_after_it_is_saved(self, team: Team) -> None:
        dossier = draft_of(team, EXTRACT, seed=1)  # nothing odd in it, which would be asked about first
        form = procedure_of(dossier).form
        assert not form.is_visible("submitter_name", dossier.answers)
        answer = team.receptionist.act(at(dossier), act="save", filing_for="other")
        page = team.receptionist.get(answer.location)
        assert "submitter_name" in page.form(at(dossier)).fields
        accepted = team.receptionist.send(page, at(dossier), act="accept")
        assert (accepted.status, dossier.state) == (200, State.DRAFT)

    def test_what_looks_odd_is_asked_once(self, team: Team) -> None:
        dossier = draft_of(team, of=factories.person(1, born=(1948, 1948)))
        odd = team.receptionist.act(at(dossier), act="accept", applicant_birth_year="1944")
        assert "Xem lại giúp. Đúng thì bấm lần nữa." in odd.text
        assert dossier.state == State.DRAFT
        again = team.receptionist.send(odd, at(dossier), act="accept")
        assert (again.status, dossier.state) == (303, State.ACCEPTED)

    def test_thrown_away(self, team: Team) -> None:
        dossier = draft_of(team)
        code = dossier.public_code
        assert team.receptionist.act(at(dossier), act="discard").location == "/can-bo/tiep-nhan"
        assert queries.find_by_code(code) is None

    @pytest.mark.parametrize("code", [EXTRACT, BIRTH, PENSION, "1.000894", "1.001612", "1.004873", "1.000656", "2.000815"])
    def test_every_form_goes_through_the_counter(self, team: Team, code: str) -> None:
        dossier = draft_of(team, code)
        answer = team.receptionist.act(at(dossier), act="accept")
        if answer.status == 200:  # what looked odd in made-up answers
            assert "Lỗi:" not in answer.text
            answer = team.receptionist.send(answer, at(dossier), act="accept")
        assert (answer.status, dossier.state) == (303, State.ACCEPTED), answer.text


class TestCard:
    def test_a_scanner_types_the_card_into_its_box(self, team: Team) -> None:
        dossier = empty_draft(team)
        answer = team.receptionist.act(at(dossier), card_text=CARD)
        assert answer.status in (200, 303)
        assert dossier.answers["applicant_name"] == "Nguyễn Văn Mẫu"
        assert {"applicant_name", "applicant_id"} <= set(dossier.from_card)
        page = team.receptionist.get(at(dossier))
        assert page.form(at(dossier)).fields["card_text"] == ""  # what was scanned is not kept
        assert "Máy đọc từ thẻ" in page.text

    def test_what_is_no_card_is_told_and_nothing_is_lost(self, team: Team) -> None:
        dossier = empty_draft(team)
        answer = team.receptionist.act(at(dossier), card_text="https://example.vn/abc", applicant_name="Lê Thị Thử")
        assert (answer.status, "Lỗi:" in answer.text) == (200, True)
        assert dossier.answers["applicant_name"] == "Lê Thị Thử"

    def test_a_photo_without_a_code_is_told(self, team: Team) -> None:
        dossier = empty_draft(team)
        answer = team.receptionist.act(at(dossier), card_photo=(jpeg(), "the.jpg"))
        assert (answer.status, "Lỗi:" in answer.text) == (200, True)


class TestPapers:
    def first_paper(self, dossier: Dossier) -> str:
        form = procedure_of(dossier).form
        return next(paper.id for paper in form.visible_papers(dossier.answers) if paper.required)

    def test_each_photo_is_kept_at_once_and_can_be_taken_out(self, team: Team) -> None:
        dossier = draft_of(team, BIRTH, with_papers=False)
        paper = self.first_paper(dossier)
        upload = {f"photo-{paper}": [(jpeg(), "1.jpg"), (jpeg(320, 240), "2.jpg")]}
        team.receptionist.act(at(dossier), act="save", fields=upload)
        (_row, first), (_other, _file) = queries.list_papers(dossier)
        team.receptionist.act(at(dossier), act=f"remove:{first.token}")
        assert len(queries.list_papers(dossier)) == 1

    def test_a_broken_file_is_named_and_the_rest_is_kept(self, team: Team) -> None:
        dossier = draft_of(team, BIRTH, with_papers=False)
        paper = self.first_paper(dossier)
        answer = team.receptionist.act(
            at(dossier), act="save", applicant_name="Trần Thị Ví Dụ",
            fields={f"photo-{paper}": [(jpeg(), "1.jpg"), (b"", "trong.jpg")]},
        )
        assert (answer.status, "Lỗi:" in answer.text) == (200, True)
        assert len(queries.list_papers(dossier)) == 1
        assert dossier.answers["applicant_name"] == "Trần Thị Ví Dụ"

    def test_a_required_paper_is_photographed_or_ticked_as_taken_on_paper(self, team: Team) -> None:
        dossier = draft_of(team, BIRTH, with_papers=False)
        required = [
            paper.id for paper in procedure_of(dossier).form.visible_papers(dossier.answers)
            if paper.required and paper.min_photos
        ]
        lacking = team.receptionist.act(at(dossier), act="accept")
        if "Xem lại giúp" in lacking.text:
            lacking = team.receptionist.send(lacking, at(dossier), act="accept")
        assert "Chụp giấy này, hoặc đánh dấu đã nhận bản giấy." in lacking.text
        answer = team.receptionist.send(lacking, at(dossier), act="accept", on_paper=required)
        assert (answer.status, dossier.state) == (303, State.ACCEPTED)
        assert {dossier.answers[name] for name in required} == {filing.ON_PAPER}


class TestAccepting:
    def test_number_promise_slip_and_form_01(self, team: Team) -> None:
        dossier = draft_of(team)
        page = team.receptionist.get(at(dossier))
        assert dossier.public_code[:4] in page.text
        assert "ngày làm việc" in page.text  # how the date came about
        answer = team.receptionist.send(page, at(dossier), act="accept", colleague=str(team.specialist.actor.id), big="1")
        if answer.status == 200:
            answer = team.receptionist.send(answer, at(dossier), act="accept")
        assert answer.location == f"/can-bo/ho-so/{dossier.public_code}/phieu-moi/in"
        assert (dossier.state, dossier.assignee_id, dossier.text_size) == (
            State.ACCEPTED, team.specialist.actor.id, "xl"
        )
        shown = team.receptionist.get(answer.location)
        codes = slips.codes_to_print(dossier, team.receptionist.session.id)
        assert codes
        assert codes.secret.encode() not in shown.data + answer.data
        for paper in ("phieu.pdf", "mau-01.pdf"):
            assert shown.offers(f"/{paper}")
            assert team.receptionist.get(f"/can-bo/ho-so/{dossier.public_code}/{paper}").data.startswith(b"%PDF")
        assert team.receptionist.get(at(dossier)).status == 404  # no draft any more

    def test_pressed_twice_it_is_one_dossier(self, team: Team) -> None:
        dossier = draft_of(team)
        page = team.receptionist.get(at(dossier))
        first = team.receptionist.send(page, at(dossier), act="accept")
        page = first if first.status == 200 else page
        answers = [team.receptionist.send(page, at(dossier), act="accept") for _ in range(2)]
        assert len({answer.location for answer in answers}) == 1
        assert [event.action for event in queries.list_events(dossier)] == ["intake"]

    def test_how_the_date_comes_about_is_told(self, team: Team) -> None:
        dossier = draft_of(team)
        with clock.moved_to(datetime(2026, 11, 23, 14, 15, tzinfo=clock.TZ)):
            told = explain_promise(procedure_of(dossier))
        assert told is not None
        words, facts = told.summary()
        assert words % facts == "10 ngày làm việc, trừ ngày nghỉ 24/11"

    def test_filed_already_is_warned_of(self, team: Team) -> None:
        someone = factories.person(21)
        before = factories.make_dossier(procedure=PENSION, of=someone)
        page = team.receptionist.get(at(draft_of(team, PENSION, of=someone)))
        assert "Có thể đã nộp rồi." in page.text
        assert page.offers(f"/can-bo/ho-so/{before.public_code}")


class TestMessages:
    def page(self, app: Flask) -> Seen:
        factories.make_dossier()
        return Clerk(app, factories.make_staff(Role.RECEPTIONIST)).get("/can-bo/tin-nhan")

    def test_only_names_codes_and_states(self, app: Flask, database: None) -> None:
        page = self.page(app)
        message = db.session.scalars(select(Message)).first()
        assert message is not None
        assert "dossiers/submitted.v1" in page.text
        assert message.text not in page.text
        assert "0905" not in page.text

    @pytest.mark.settings(DEMO="1")
    def test_the_demonstration_reads_them(self, app: Flask, database: None) -> None:
        page = self.page(app)
        message = db.session.scalars(select(Message)).first()
        assert message is not None
        assert message.text in page.text

    def test_not_for_everyone(self, team: Team) -> None:
        assert team.specialist.get("/can-bo/tin-nhan").status == 403


class TestFees:
    def test_unknown_ones_first_entered_with_their_source(self, team: Team) -> None:
        page = team.leader.get("/can-bo/le-phi")
        assert "Chưa có mức" in page.text
        path = next(link for link in page.links if "/le-phi/1.004873/" in link)
        for typed in ({"amount_vnd": "", "source_note": "NQ"}, {"amount_vnd": "tám nghìn", "source_note": "NQ"},
                      {"amount_vnd": "8.000", "source_note": " "}):
            assert team.leader.act(path, **typed).status == 422
        assert team.leader.act(path, amount_vnd="8.000", source_note="Nghị quyết 01/2026").location == "/can-bo/le-phi"
        row = db.session.scalars(select(FeeAmount)).one()
        assert (row.amount_vnd, row.source_note, row.entered_by_id) == (8_000, "Nghị quyết 01/2026", team.leader.actor.id)
        assert "Nghị quyết 01/2026" in team.leader.get("/can-bo/le-phi").text

    def test_a_fee_that_is_not_there(self, team: Team) -> None:
        assert team.leader.get("/can-bo/le-phi/1.004873/none").status == 404
        assert team.leader.get("/can-bo/le-phi/9.999999/x").status == 404
        assert team.receptionist.get("/can-bo/le-phi").status == 403
