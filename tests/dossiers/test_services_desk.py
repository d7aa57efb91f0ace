"""Small acts at the desk: notes, corrections with history, calls for help, lost slips, twins, money that follows."""
from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core import clock, jobs
from app.core.actor import SYSTEM
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.dossiers import queries
from app.dossiers.models import Dossier, PaymentState, Slip, SlipAccess, State
from app.dossiers.services import desk, papers, slips
from app.dossiers.workflow import Action
from tests import factories
from tests.factories import PENSION

pytestmark = pytest.mark.usefixtures("database")
R, S, L = Role.RECEPTIONIST, Role.SPECIALIST, Role.LEADER


class TestOpening:
    def test_each_look_is_one_audit_row(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        for _ in range(2):
            with transaction():
                desk.open_dossier(clerk, dossier.public_code)
        looks = select(AuditEntry.actor_id).where(AuditEntry.action == "dossier.view")
        assert db.session.scalars(looks).all() == [clerk.id, clerk.id]

    def test_of_another_agency_looks_like_not_there(self) -> None:
        dossier = factories.make_dossier()
        stranger = factories.make_staff(R, username="xa", agency=factories.other_agency())
        with pytest.raises(NotFound), transaction():
            desk.open_dossier(stranger, dossier.public_code)
        draft = factories.make_draft()
        with pytest.raises(NotFound), transaction():
            desk.open_dossier(factories.make_staff(R), draft.public_code)


class TestNotes:
    def test_only_colleagues_see_them_and_empty_ones_are_none(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            desk.add_note(dossier, clerk, " Hẹn chiều mai. \n\n\n Mang bản chính. ")
        (note, who), = queries.list_notes(dossier)
        assert (note.text, who) == ("Hẹn chiều mai.\n\nMang bản chính.", "Lê Thị Thử")
        with pytest.raises(Invalid), transaction():
            desk.add_note(dossier, clerk, "  \n ")


class TestCorrections:
    def test_the_old_value_the_reason_and_the_clerk_stay(self) -> None:
        dossier, clerk = factories.make_dossier(State.ACCEPTED), factories.make_staff(R)
        old = dossier.applicant_name
        with transaction():
            desk.correct_answer(dossier, clerk, "applicant_name", "Nguyễn Thị Đổi Tên", reason="Gõ sai so với thẻ")
        (row, who), = queries.list_corrections(dossier)
        assert (row.old_value, row.new_value, row.reason, who) == (
            old, "Nguyễn Thị Đổi Tên", "Gõ sai so với thẻ", "Lê Thị Thử"
        )
        assert (dossier.applicant_name, "nguyen thi doi ten" in dossier.search_text) == ("Nguyễn Thị Đổi Tên", True)
        event = queries.last_event(dossier)
        assert event and (event.action, event.detail) == (Action.CORRECT, {"question": "applicant_name"})

    def test_the_fee_follows_unless_it_was_decided_otherwise(self) -> None:
        clerk = factories.make_staff(R)
        dossier = factories.make_dossier(answers={"copies": "2"})
        assert dossier.due_vnd == 16_000
        with transaction():
            desk.correct_answer(dossier, clerk, "copies", 3, reason="Đếm lại")
        assert (dossier.due_vnd, dossier.payment_state) == (24_000, PaymentState.DUE)
        paid = factories.make_dossier(answers={"copies": "2"}, paid=True)
        with transaction():
            desk.correct_answer(paid, clerk, "copies", 3, reason="Đếm lại")
        assert (paid.due_vnd, paid.paid_vnd, paid.payment_state) == (24_000, 16_000, PaymentState.PARTLY)
        exempt = factories.make_dossier(answers={"copies": "2"})
        with transaction():
            desk.record_payment_state(exempt, SYSTEM, payment_state=PaymentState.EXEMPT, due_vnd=0)
            desk.correct_answer(exempt, clerk, "copies", 3, reason="Đếm lại")
        assert (exempt.due_vnd, exempt.payment_state) == (0, PaymentState.EXEMPT)

    def test_a_mark_of_the_card_falls_with_its_value(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            dossier.from_card = ["applicant_id", "applicant_name"]
            desk.correct_answer(dossier, clerk, "applicant_name", "Nguyễn Văn Khác", reason="Sai tên")
        assert dossier.from_card == ["applicant_id"]

    @pytest.mark.parametrize(("question", "value", "reason", "refusal"), [
        ("applicant_name", "Nguyễn Văn Khác", " ", Invalid),
        ("no_such_question", "x", "Sai", NotFound),
        ("submitter_name", "Trần Văn Ai", "Sai", NotFound),  # hidden by the other answers
    ])
    def test_what_is_not_a_correction(self, question: str, value: str, reason: str, refusal: type[Exception]) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with pytest.raises(refusal), transaction():
            desk.correct_answer(dossier, clerk, question, value, reason=reason)
        with pytest.raises(Invalid, match="Có chỗ cần sửa"), transaction():
            desk.correct_answer(dossier, clerk, "applicant_name", dossier.applicant_name, reason="Sai")

    def test_not_by_the_leader_and_not_after_the_end(self) -> None:
        dossier = factories.make_dossier()
        with pytest.raises(Forbidden), transaction():
            desk.correct_answer(dossier, factories.make_staff(L), "applicant_name", "Ai Đó", reason="Sai")
        ended = factories.make_dossier(State.REFUSED)
        with pytest.raises(Conflict), transaction():
            desk.correct_answer(ended, factories.make_staff(R), "applicant_name", "Ai Đó", reason="Sai")


class TestTwins:
    def test_the_same_person_twice_is_seen_from_both_sides(self) -> None:
        someone = factories.person(7)
        first = factories.make_dossier(procedure=PENSION, of=someone)
        second = factories.make_dossier(State.ACCEPTED, PENSION, of=someone)
        other = factories.make_dossier(procedure=PENSION)
        assert queries.list_twins(first) == [second]
        assert queries.list_twins(second) == [first]
        assert queries.list_twins(other) == []

    def test_a_refused_one_is_no_twin(self) -> None:
        someone = factories.person(7)
        factories.make_dossier(State.REFUSED, PENSION, of=someone)
        assert queries.list_twins(factories.make_dossier(procedure=PENSION, of=someone)) == []


class TestLostSlips:
    def slip_of(self, dossier: Dossier) -> Slip:
        slip = queries.find_slip(dossier)
        assert slip is not None
        return slip

    def test_the_old_one_is_dead_at_once_with_all_it_had_opened(self) -> None:
        session, _token = factories.make_session("citizen")
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            old = slips.make_slip(dossier, reason="submitted", session_id=session.id)
        assert queries.find_access(session.id, dossier.public_code) is not None
        with transaction():
            new = slips.replace_slip(dossier, clerk, identity_checked=True)
        assert queries.find_access(session.id, dossier.public_code) is None
        with pytest.raises(NotFound), transaction():
            slips.open_by_token(old.token, session.id)
        with pytest.raises(Invalid), transaction():
            slips.open_by_codes(dossier.public_code, old.secret, session.id)
        with transaction():
            assert slips.open_by_token(new.token, session.id) == dossier
        assert self.slip_of(dossier).made_by_id == clerk.id

    def test_only_after_a_look_at_the_card_and_only_by_who_may(self) -> None:
        dossier = factories.make_dossier()
        with pytest.raises(Invalid) as refusal, transaction():
            slips.replace_slip(dossier, factories.make_staff(R), identity_checked=False)
        assert "identity_checked" in refusal.value.fields
        with pytest.raises(Forbidden), transaction():
            slips.replace_slip(dossier, factories.make_staff(S), identity_checked=True)

    def test_the_codes_wait_ten_minutes_for_the_printer_of_that_session_alone(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        mine, _token = factories.make_session("staff", clerk)
        other, _token = factories.make_session("staff", clerk)
        with transaction():
            made = slips.replace_slip(dossier, clerk, identity_checked=True, session_id=mine.id)
        assert slips.codes_to_print(dossier, mine.id) == made
        assert slips.codes_to_print(dossier, other.id) is None
        assert db.session.scalar(select(func.count()).select_from(SlipAccess)) == 0  # a clerk's browser opens nothing
        with clock.moved_to(clock.now() + timedelta(minutes=10, seconds=1)):
            assert slips.codes_to_print(dossier, mine.id) is None
            jobs.run_due()
        slip = self.slip_of(dossier)
        assert (slip.secret, slip.token) == (None, None)

    def test_without_a_session_nothing_is_kept_in_clear(self) -> None:
        dossier = factories.make_dossier()
        slip = self.slip_of(dossier)
        assert (slip.secret, slip.token) == (None, None)

    def test_it_is_found_by_name_or_number_unsent_drafts_too(self) -> None:
        someone, clerk = factories.person(11), factories.make_staff(R)
        draft = factories.make_draft(of=someone)
        sent = factories.make_dossier(of=someone)
        ended = factories.make_dossier(State.REFUSED, of=someone)
        for text in (someone.name, someone.name.upper(), someone.id_number, someone.phone):
            found = queries.list_for_slip(clerk, text)
            assert {draft.id, sent.id} <= {one.id for one in found}
            assert ended not in found
        assert queries.list_for_slip(clerk, draft.public_code) == [draft]
        stranger = factories.make_staff(R, username="xa", agency=factories.other_agency())
        assert queries.list_for_slip(stranger, someone.name) == []
        assert queries.list_for_slip(clerk, " ") == []


class TestPapers:
    def test_ticks_say_which_photos_can_be_read(self) -> None:
        dossier, clerk = factories.make_dossier(procedure=factories.BIRTH), factories.make_staff(R)
        (row, file), *_rest = queries.list_papers(dossier)
        with transaction():
            papers.tick_readable(dossier, clerk, frozenset({file.token}))
        assert row.readable is True
        with transaction():
            papers.tick_readable(dossier, clerk, frozenset())
        assert row.readable is False
        with pytest.raises(Forbidden), transaction():
            papers.tick_readable(dossier, factories.make_staff(L), frozenset())
