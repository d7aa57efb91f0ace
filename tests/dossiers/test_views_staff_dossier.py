"""A dossier on the desks of three people: every act by its own button, every refusal with its sentence."""
from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.permissions import Role
from app.core import clock
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.dossiers import queries
from app.dossiers.models import Dossier, PaymentState, Result, State
from app.dossiers.services import desk, slips
from app.dossiers.services.drafts import procedure_of
from tests import factories
from tests.dossiers.clerk import Clerk, Team
from tests.factories import BIRTH, PENSION
from tests.files.samples import photo as jpeg


def at(dossier: Dossier, act: str = "") -> str:
    return f"/can-bo/ho-so/{dossier.public_code}{act}"


def fresh(dossier: Dossier) -> Dossier:
    db.session.rollback()
    return db.session.get_one(Dossier, dossier.id, populate_existing=True)


class TestTheStory:
    def test_three_desks_lead_a_birth_to_its_end(self, team: Team) -> None:
        dossier = factories.make_dossier(procedure=BIRTH)
        reception, specialist, leader = team.receptionist, team.specialist, team.leader
        answer = reception.act(at(dossier), "/nhan", colleague=str(specialist.actor.id))
        assert answer.location == at(dossier)
        assert (fresh(dossier).state, dossier.assignee_id) == (State.ACCEPTED, specialist.actor.id)

        page = reception.get(at(dossier))
        assert not page.offers("/chuyen-xu-ly")
        assert "Người nhận hồ sơ không thụ lý hồ sơ này." in page.text
        specialist.act(at(dossier), "/chuyen-xu-ly")
        assert fresh(dossier).state == State.IN_PROCESS

        assert specialist.get(at(dossier)).offers("/trinh-ky")
        specialist.act(at(dossier, "/trinh-ky"), "/ket-qua", number="12/2026", result=(jpeg(), "ket-qua.jpg"))
        assert "số 12/2026" in specialist.get(at(dossier, "/trinh-ky")).text
        specialist.act(at(dossier, "/trinh-ky"), opinion="Đủ giấy tờ.")
        assert fresh(dossier).examined_by_id == specialist.actor.id
        assert not specialist.get(at(dossier)).offers("/ky")

        leader.act(at(dossier), "/ky")
        assert (fresh(dossier).state, dossier.signed_by_id) == (State.FINISHED, leader.actor.id)
        if dossier.due_vnd:
            with transaction():
                desk.record_payment_state(
                    fresh(dossier), factories.SYSTEM, payment_state=PaymentState.PAID, paid_vnd=dossier.due_vnd
                )
        reception.act(
            at(dossier, "/tra-ket-qua"), collector_name="Trần Thị Ví Dụ", relation="Mẹ", identity_checked="1"
        )
        assert fresh(dossier).state == State.HANDED_OVER
        history = reception.get(at(dossier)).text
        for words in ("Nhận hồ sơ", "Chuyển xử lý", "Trình ký", "Đủ giấy tờ.", "Ký, hoàn thành", "Trả kết quả"):
            assert words in history

    def test_refusing_tells_why_and_prints_form_03(self, team: Team) -> None:
        dossier = factories.make_dossier()
        assert team.receptionist.get(at(dossier)).offers("/khong-nhan")
        wrong = team.receptionist.act(at(dossier, "/khong-nhan"), reason="")
        assert wrong.status == 422
        assert "Chọn lý do, hoặc ghi rõ lý do cho người dân hiểu." in wrong.text
        team.receptionist.act(at(dossier, "/khong-nhan"), reason_code="not_our_office", reason="Công an phường.")
        assert fresh(dossier).state == State.REFUSED
        page = team.receptionist.get(at(dossier))
        assert "Nơi làm việc này không phải là phường. Công an phường." in page.text
        assert team.receptionist.get(at(dossier, "/mau-03.pdf")).data.startswith(b"%PDF")

    def test_a_supplement_is_asked_for_from_what_could_not_be_read(self, team: Team) -> None:
        dossier = factories.make_dossier(procedure=BIRTH)
        (row, _file), *others = queries.list_papers(dossier)
        answer = team.receptionist.act(
            at(dossier), "/doc-ro", readable=[one.token for _row, one in others] or None, then="ask"
        )
        assert answer.location == at(dossier, "/bo-sung")
        page = team.receptionist.get(answer.location)
        form = page.form("/bo-sung")
        assert form.fields.getlist("want") == [f"paper.{row.paper_id}"]
        assert form.fields[f"code-paper.{row.paper_id}"] == "blurred"
        assert row.readable is False
        wrong = team.receptionist.send(page, "/bo-sung", fields={f"code-paper.{row.paper_id}": ""})
        assert wrong.status == 422
        assert "Chọn lý do, hoặc ghi thêm lời cho người dân hiểu." in wrong.text
        none = team.receptionist.send(wrong, "/bo-sung", want=None)
        assert (none.status, "Chọn ít nhất một giấy tờ" in none.text) == (422, True)
        team.receptionist.send(
            none, "/bo-sung", note="Chụp chỗ sáng.", fields={
                "want": [f"paper.{row.paper_id}", "question.applicant_name"], f"code-paper.{row.paper_id}": "blurred",
                "text-question.applicant_name": "Ghi đủ họ, chữ đệm.",
            },
        )
        asked = queries.open_supplement(fresh(dossier))
        assert asked and [(item.kind, item.ref) for item in asked.items] == [
            ("paper", row.paper_id), ("question", "applicant_name")
        ]
        shown = team.receptionist.get(at(dossier))
        assert "Tạm dừng" in shown.text
        assert "Ghi đủ họ, chữ đệm." in shown.text
        assert team.receptionist.get(at(dossier, "/mau-02.pdf")).data.startswith(b"%PDF")
        team.receptionist.act(at(dossier), "/da-du")
        assert fresh(dossier).state == State.SUBMITTED
        again = team.receptionist.get(at(dossier, "/bo-sung"))
        assert "Hồ sơ này đã yêu cầu bổ sung" in again.text and "chỉ yêu cầu một lần" in again.text

    @pytest.mark.parametrize(("state", "act", "typed", "after"), [
        (State.IN_PROCESS, "/dung", {"reason_code": "court_or_dispute"}, State.STOPPED),
        (State.WITHDRAWAL_ASKED, "/khong-cho-rut", {"reason": "Giấy đã ký."}, State.IN_PROCESS),
    ])
    def test_the_leader_decides_with_a_reason(
        self, team: Team, state: State, act: str, typed: dict[str, str], after: State
    ) -> None:
        dossier = factories.make_dossier(state)
        assert team.leader.get(at(dossier)).offers(act)
        assert team.leader.act(at(dossier, act)).status == 422
        team.leader.act(at(dossier, act), **typed)
        assert fresh(dossier).state == after
        assert team.receptionist.get(at(dossier, act)).status == 403

    def test_the_leader_lets_go_or_sends_back(self, team: Team) -> None:
        asked, sent_up = factories.make_dossier(State.WITHDRAWAL_ASKED), factories.make_dossier(
            State.IN_PROCESS, examined=True
        )
        team.leader.act(at(asked), "/cho-rut")
        assert fresh(asked).state == State.STOPPED
        assert team.leader.act(at(sent_up, "/tra-lai"), reason=" ").status == 422
        team.leader.act(at(sent_up, "/tra-lai"), reason="Sai năm sinh.")
        assert fresh(sent_up).examined_by_id is None

    def test_waiting_for_money(self, team: Team) -> None:
        dossier = factories.make_dossier(State.IN_PROCESS)
        team.specialist.act(at(dossier), "/cho-nop-tien")
        assert fresh(dossier).state == State.AWAITING_PAYMENT
        assert team.receptionist.get(at(dossier)).offers(f"/thu-tien/{dossier.public_code}")

    def test_giving_to_a_colleague(self, team: Team) -> None:
        dossier, other = factories.make_dossier(State.IN_PROCESS), factories.make_staff(Role.SPECIALIST, username="khac")
        wrong = team.specialist.act(at(dossier), "/giao", colleague="")
        assert (wrong.status, "Chọn một đồng nghiệp" in wrong.text) == (422, True)
        team.specialist.act(at(dossier), "/giao", colleague=str(other.id))
        assert fresh(dossier).assignee_id == other.id

    def test_an_unpaid_result_stays_here(self, team: Team) -> None:
        dossier = factories.make_dossier(State.FINISHED)
        page = team.receptionist.get(at(dossier, "/tra-ket-qua"))
        assert "Còn phải nộp" in page.text
        assert not [one for one in page._reader.forms if one.action.endswith("/tra-ket-qua")]


class TestDuties:
    """The wrong person is not offered the act, and is refused when the form is sent all the same."""

    @pytest.mark.parametrize(("state", "examined", "act", "who", "status"), [
        (State.SUBMITTED, False, "/nhan", "specialist", 403),
        (State.SUBMITTED, False, "/nhan", "leader", 403),
        (State.SUBMITTED, False, "/khong-nhan", "leader", 403),
        (State.ACCEPTED, False, "/chuyen-xu-ly", "receptionist", 403),  # received it
        (State.ACCEPTED, False, "/chuyen-xu-ly", "leader", 403),
        (State.IN_PROCESS, False, "/trinh-ky", "leader", 403),
        (State.IN_PROCESS, True, "/ky", "receptionist", 403),
        (State.IN_PROCESS, True, "/ky", "specialist", 403),
        (State.IN_PROCESS, False, "/ky", "leader", 409),  # nothing was sent up
        (State.FINISHED, False, "/tra-ket-qua", "specialist", 403),
        (State.SUBMITTED, False, "/giao", "leader", 409),  # the state has moved on: nobody of that id
    ])
    def test_refused(
        self, team: Team, state: State, *, examined: bool, act: str, who: str, status: int
    ) -> None:
        dossier = factories.make_dossier(state, BIRTH, examined=examined)
        clerk: Clerk = getattr(team, who)
        page = clerk.get(at(dossier))
        if status == 403:
            assert not page.offers(at(dossier, act))
        keys = page._reader.forms[1].fields
        sent = clerk._client.post(at(dossier, act), data={
            "_token": keys["_token"], "_key": keys["_key"], "lock_version": "0" if act == "/giao" else
            str(dossier.lock_version), "reason_code": "must_come", "colleague": "1",
        })
        assert sent.status_code == status
        assert fresh(dossier).state == state

    def test_another_agency_finds_nothing_at_any_address(self, app: Flask, team: Team) -> None:
        dossier = factories.make_dossier(State.FINISHED, BIRTH, paid=True)
        _row, file = queries.list_papers(dossier)[0]
        everything = factories.make_staff(
            *(role for role in Role if role not in (Role.AUDITOR, Role.ADMINISTRATOR)), username="xa",
            agency=factories.other_agency(),
        )
        stranger = Clerk(app, everything)
        for rule in app.url_map.iter_rules():
            if rule.endpoint.startswith("dossiers_staff.") and "code" in rule.arguments and "GET" in (rule.methods or ()):
                with app.test_request_context():
                    values = {"code": dossier.public_code, "token": file.token, "question_id": "applicant_name"}
                    path = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
                assert stranger.get(path).status == 404, path
                assert team.receptionist.get(path).status != 500, path

    def test_a_citizens_draft_is_nobodys_at_the_desk(self, team: Team) -> None:
        draft = factories.make_draft()
        assert team.receptionist.get(at(draft)).status == 404


class TestTwoClerks:
    def test_the_second_is_told_who_was_first(self, app: Flask, team: Team) -> None:
        dossier = factories.make_dossier()
        other = Clerk(app, factories.make_staff(Role.RECEPTIONIST, username="quay-1", name="Phan Thị Mẫu"))
        page = team.receptionist.get(at(dossier))
        other.act(at(dossier), "/nhan")
        late = team.receptionist.send(page, "/nhan")
        assert late.status == 409
        assert "Phan Thị Mẫu vừa làm trước: Nhận hồ sơ." in late.text
        assert late.offers(at(dossier)), "one press leads to how it stands now"
        assert fresh(dossier).received_by_id == other.actor.id

    def test_the_same_form_twice_is_once(self, team: Team) -> None:
        dossier = factories.make_dossier()
        page = team.receptionist.get(at(dossier))
        first, second = (team.receptionist.send(page, "/nhan") for _ in range(2))
        assert (first.status, second.status, first.location) == (303, 303, second.location)
        assert [event.action for event in queries.list_events(fresh(dossier))] == ["submit", "accept"]

    def test_a_form_without_a_version_does_nothing(self, team: Team) -> None:
        dossier = factories.make_dossier()
        answer = team.receptionist.act(at(dossier), "/nhan", lock_version=None)
        assert (answer.status, fresh(dossier).state) == (409, State.SUBMITTED)


class TestUndo:
    def test_one_press_takes_it_back(self, team: Team) -> None:
        dossier = factories.make_dossier()
        team.receptionist.act(at(dossier), "/nhan")
        assert not team.specialist.get(at(dossier)).offers("/hoan-tac")
        team.receptionist.act(at(dossier), "/hoan-tac")
        assert fresh(dossier).state == State.SUBMITTED
        assert "đã hoàn tác" in team.receptionist.get(at(dossier)).text

    def test_not_offered_when_it_is_too_late(self, team: Team) -> None:
        dossier = factories.make_dossier()
        team.receptionist.act(at(dossier), "/nhan")
        with transaction():
            for event in queries.list_events(fresh(dossier)):
                event.at -= timedelta(minutes=6)
        assert not team.receptionist.get(at(dossier)).offers("/hoan-tac")


class TestCorrections:
    def test_a_typing_error_is_mended_and_its_history_shown(self, team: Team) -> None:
        dossier = factories.make_dossier(State.ACCEPTED)
        old, path = dossier.applicant_name, at(dossier, "/sua/applicant_name")
        page = team.receptionist.get(path)
        assert page.form("/sua/applicant_name").fields["applicant_name"] == old
        wrong = team.receptionist.send(page, "/sua/applicant_name", applicant_name="Nguyễn Thị Mẫu", reason="")
        assert (wrong.status, wrong.form("/sua/applicant_name").fields["applicant_name"]) == (422, "Nguyễn Thị Mẫu")
        team.receptionist.send(wrong, "/sua/applicant_name", reason="Sai so với thẻ")
        shown = team.receptionist.get(at(dossier)).text
        assert fresh(dossier).applicant_name == "Nguyễn Thị Mẫu"
        assert f"Trước: {old} · Lê Thị Thử" in shown
        assert "Sai so với thẻ" in shown

    @pytest.mark.parametrize(("question", "typed", "told"), [
        ("applicant_birth", {"applicant_birth_month": "13"}, 422),
        ("applicant_id", {"applicant_id": "12"}, 422),
        ("phone", {"phone": "0905 000 00"}, 422),
        ("phone", {"phone": "0905 000 777"}, 303),
        ("copies", {"copies": "4"}, 303),
    ])
    def test_each_kind_of_question_by_its_own_field(
        self, team: Team, question: str, typed: dict[str, str], told: int
    ) -> None:
        dossier = factories.make_dossier(answers={"copies": "1"})
        answer = team.receptionist.act(at(dossier, f"/sua/{question}"), reason="Gõ nhầm", **typed)
        assert answer.status == told

    def test_every_visible_question_of_every_form_opens(self, team: Team) -> None:
        for code in (factories.EXTRACT, BIRTH, PENSION, "1.000894", "1.001612", "1.004873", "1.000656", "2.000815"):
            dossier = factories.make_dossier(procedure=code)
            form = procedure_of(dossier).form
            for name in form.questions:
                status = team.receptionist.get(at(dossier, f"/sua/{name}")).status
                assert status == (200 if form.is_visible(name, dossier.answers) else 404), (code, name)


class TestPapers:
    def test_photos_small_large_and_turned(self, team: Team) -> None:
        dossier = factories.make_dossier(procedure=BIRTH)
        _row, file = queries.list_papers(dossier)[0]
        page = team.specialist.get(at(dossier))
        assert page.offers(at(dossier, f"/anh/{file.token}/xem"))
        small = team.specialist.get(at(dossier, f"/anh/{file.token}?nho=1"))
        assert (small.status, small.data[:2]) == (200, b"\xff\xd8")
        assert team.specialist.get(at(dossier, f"/anh/{file.token}/xem")).status == 200
        before = file.width, file.height
        answer = team.specialist.act(at(dossier), f"/anh/{file.token}/xoay")
        assert answer.status == 303
        db.session.rollback()
        db.session.refresh(file)
        assert (file.height, file.width) == before

    def test_forms_appear_when_there_is_something_to_print(self, team: Team) -> None:
        submitted, accepted = factories.make_dossier(), factories.make_dossier(State.ACCEPTED)
        assert not team.receptionist.get(at(submitted)).offers("/mau-01.pdf")
        assert team.receptionist.get(at(submitted, "/mau-01.pdf")).status == 404
        assert team.receptionist.get(at(submitted, "/mau-02.pdf")).status == 404
        assert team.receptionist.get(at(submitted, "/mau-03.pdf")).status == 404
        assert team.receptionist.get(at(accepted)).offers("/mau-01.pdf")
        for paper in ("/mau-01.pdf", "/to-khai.pdf"):
            answer = team.receptionist.get(at(accepted, paper))
            assert answer.data.startswith(b"%PDF")
            assert answer.headers["Cache-Control"] == "no-store"
        printed = select(AuditEntry).where(AuditEntry.action == "dossier.print").order_by(AuditEntry.seq)
        rows = [(row.object_code, row.detail["paper"]) for row in db.session.scalars(printed)]
        assert rows == [(accepted.public_code, "mau-01"), (accepted.public_code, "to-khai")]

    def test_a_broken_result_is_told_and_nothing_is_attached(self, team: Team) -> None:
        dossier = factories.make_dossier(State.IN_PROCESS)
        for upload in ((b"", "trong.jpg"), (b"GIF89a nonsense", "x.gif")):
            wrong = team.specialist.act(at(dossier, "/trinh-ky"), "/ket-qua", result=upload)
            assert wrong.status == 422
        none = team.specialist.act(at(dossier, "/trinh-ky"), "/ket-qua")
        assert "Chọn tệp kết quả: ảnh chụp hoặc PDF." in none.text
        assert db.session.scalars(select(Result)).all() == []

    def test_every_look_is_noted(self, team: Team) -> None:
        dossier = factories.make_dossier()
        team.specialist.get(at(dossier))
        row = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "dossier.view")).one()
        assert (row.actor_id, row.object_code) == (team.specialist.actor.id, dossier.public_code)


class TestNotesAndPeople:
    def test_a_note_is_kept_and_an_empty_one_is_told(self, team: Team) -> None:
        dossier = factories.make_dossier()
        assert team.specialist.act(at(dossier), "/ghi-chu", note=" ").status == 422
        team.specialist.act(at(dossier), "/ghi-chu", note="Hẹn chiều mai.")
        assert "Hẹn chiều mai. Trần Văn Mẫu" in team.leader.get(at(dossier)).text

    def test_how_to_reach_the_applicant(self, team: Team) -> None:
        dossier = factories.make_dossier(answers={
            "contact_way": "relative", "phone_owner": "con trai, tên là Mẫu", "hearing": "yes"
        })
        with transaction():
            fresh(dossier).text_size = "xl"
        text = team.receptionist.get(at(dossier)).text
        for words in ("con trai, tên là Mẫu", "Nghe kém, nói chậm.", "Chữ A++."):
            assert words in text

    def test_filed_twice_is_warned_of(self, team: Team) -> None:
        someone = factories.person(3)
        first = factories.make_dossier(procedure=PENSION, of=someone)
        second = factories.make_dossier(procedure=PENSION, of=someone)
        page = team.receptionist.get(at(second))
        assert "Có thể đã nộp hai lần." in page.text
        assert page.offers(at(first))

    def test_messages_are_named_not_read(self, team: Team) -> None:
        dossier = factories.make_dossier()
        team.receptionist.act(at(dossier), "/nhan")
        text = team.receptionist.get(at(dossier)).text
        assert "Đã nhận, hẹn ngày trả" in text
        assert "nhận làm hồ sơ" not in text

    def test_a_fee_is_told_once_it_is_known(self, team: Team) -> None:
        dossier = factories.make_dossier(procedure="1.004873")
        assert team.receptionist.act(at(dossier), "/tinh-tien").status == 409
        fee = procedure_of(dossier).fees[0].id
        answer = team.leader.act(f"/can-bo/le-phi/1.004873/{fee}", amount_vnd="8.000", source_note="NQ thử")
        assert answer.location == "/can-bo/le-phi"
        team.receptionist.act(at(dossier), "/tinh-tien")
        assert (fresh(dossier).due_vnd, dossier.payment_state) == (8_000, PaymentState.DUE)


class TestLostSlips:
    def test_found_replaced_and_printed_the_secret_never_on_a_screen(self, team: Team) -> None:
        someone = factories.person(9)
        dossier, clerk = factories.make_dossier(of=someone), team.receptionist
        with transaction():
            old = slips.make_slip(dossier, reason="submitted", session_id=None)
        asked = clerk.act("/can-bo/mat-phieu", q=someone.name)
        assert someone.name not in asked.location
        page = clerk.get(asked.location)
        assert page.offers(at(dossier, "/phieu-moi"))
        assert clerk.act(at(dossier, "/phieu-moi")).status == 422
        answer = clerk.act(at(dossier, "/phieu-moi"), identity_checked="1")
        assert answer.location == at(dossier, "/phieu-moi/in")
        db.session.rollback()
        codes = slips.codes_to_print(dossier, clerk.session.id)
        assert codes and codes.secret != old.secret
        shown = clerk.get(answer.location)
        assert shown.offers(at(dossier, "/phieu.pdf"))
        pages = [answer, shown, clerk.get(at(dossier)), clerk.get(at(dossier, "/phieu-moi"))]
        for seen in pages:
            assert codes.secret.encode() not in seen.data
            assert codes.token.encode() not in seen.data
            assert codes.secret not in str(seen.headers)
        assert clerk.get(at(dossier, "/phieu.pdf")).data.startswith(b"%PDF")

    def test_the_paper_is_for_the_session_that_made_it_and_ten_minutes(self, app: Flask, team: Team) -> None:
        dossier = factories.make_dossier()
        team.receptionist.act(at(dossier, "/phieu-moi"), identity_checked="1")
        again = Clerk(app, team.receptionist.actor)
        assert again.get(at(dossier, "/phieu.pdf")).status == 404
        assert "Hết giờ in phiếu này." in again.get(at(dossier, "/phieu-moi/in")).text
        with transaction() as session:
            slip = queries.find_slip(dossier)
            assert slip is not None
            session.get_one(type(slip), slip.id).created_at = clock.now() - timedelta(minutes=11)
        assert team.receptionist.get(at(dossier, "/phieu.pdf")).status == 404

    def test_an_unsent_draft_is_helped_without_being_opened(self, team: Team) -> None:
        draft = factories.make_draft()
        assert team.receptionist.get(at(draft, "/phieu-moi")).status == 200
        team.receptionist.act(at(draft, "/phieu-moi"), identity_checked="1")
        assert team.receptionist.get(at(draft, "/phieu.pdf")).data.startswith(b"%PDF")
        assert team.receptionist.get(at(draft)).status == 404
        assert team.specialist.get(at(draft, "/phieu-moi")).status == 403

    def test_a_scanned_slip_is_not_looked_up(self, team: Team) -> None:
        answer = team.receptionist.act("/can-bo/mat-phieu", q="HTTPS://X.EXAMPLE/S/ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        assert answer.location == "/can-bo/mat-phieu?phieu=1"
