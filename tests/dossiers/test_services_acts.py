"""The verbs that lead a dossier on, each by the people who may and refused to those who may not."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core import clock
from app.core.actor import CITIZEN, SYSTEM, Actor
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.dossiers import duties, queries
from app.dossiers.models import Dossier, DossierEvent, HandOverState, Pause, PaymentState, State
from app.dossiers.services import decision, desk, drafts, filing, hand_over, intake, supplements
from app.dossiers.services.deadlines import derive_due_at
from app.dossiers.services.supplements import Wanted
from app.dossiers.workflow import Action
from app.notifications.models import Message
from app.procedures import services as catalogue
from tests import factories
from tests.factories import BIRTH, EXTRACT, PENSION

pytestmark = pytest.mark.usefixtures("database")
R, S, L = Role.RECEPTIONIST, Role.SPECIALIST, Role.LEADER


def last(dossier: Dossier) -> DossierEvent:
    event = queries.last_event(dossier)
    assert event is not None
    return event


def messages(dossier: Dossier) -> list[tuple[str, str]]:
    rows = db.session.execute(
        select(Message.template, Message.state).where(Message.about == dossier.public_code).order_by(Message.id)
    )
    return [(row[0].split("/")[1].split(".")[0], row[1]) for row in rows]


class TestAccept:
    def test_it_fixes_number_rule_promise_and_receiver(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            intake.accept(dossier, clerk)
        assert (dossier.state, dossier.received_by_id, dossier.answer_due_at) == (State.ACCEPTED, clerk.id, None)
        assert dossier.official_number == f"H57.00.00-{clock.today():%Y%m%d}-0000001"
        assert dossier.time_rule and dossier.due_at == derive_due_at(dossier) == dossier.queue_at
        assert (last(dossier).action, last(dossier).actor_label) == (Action.ACCEPT, "Lê Thị Thử")
        assert ("accepted", "waiting") in messages(dossier)

    def test_it_writes_one_audit_row(self) -> None:
        dossier = factories.make_dossier()
        with transaction():
            intake.accept(dossier, factories.make_staff(R))
        rows = select(func.count()).select_from(AuditEntry).where(
            AuditEntry.object_code == dossier.public_code, AuditEntry.action == "dossier.accept"
        )
        assert db.session.scalar(rows) == 1

    def test_it_gives_to_a_colleague_of_the_same_agency_only(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        colleague = factories.make_staff(S)
        stranger = factories.make_staff(S, username="xa", agency=factories.other_agency())
        cashier = factories.make_staff(Role.CASHIER)
        for wrong in (stranger.id, cashier.id, 999_999):
            with pytest.raises(Invalid) as refusal, transaction():
                intake.accept(dossier, clerk, assignee_id=wrong)
            assert "colleague" in refusal.value.fields
        with transaction():
            intake.accept(dossier, clerk, assignee_id=colleague.id)
        assert dossier.assignee_id == colleague.id
        assert last(dossier).detail["to"] == "Trần Văn Mẫu"

    def test_a_refused_acceptance_takes_no_number(self) -> None:
        first, second, clerk = factories.make_dossier(), factories.make_dossier(), factories.make_staff(R)
        with pytest.raises(Forbidden), transaction():
            intake.accept(first, factories.make_staff(S))
        with transaction():
            intake.accept(second, clerk)
        with pytest.raises(Conflict), transaction():
            intake.accept(second, clerk)
        with transaction():
            intake.accept(first, clerk)
        numbers = [str(one.official_number)[-7:] for one in (second, first)]
        assert numbers == ["0000001", "0000002"]

    def test_a_fee_that_was_not_known_is_told_once_its_amount_was_entered(self) -> None:
        dossier, clerk = factories.make_dossier(procedure="1.004873"), factories.make_staff(R)
        assert (dossier.payment_state, dossier.due_vnd) == (PaymentState.UNKNOWN, None)
        leader = factories.make_staff(L)
        with transaction():
            fee = drafts.procedure_of(dossier).fees[0]
            catalogue.enter_fee(
                leader, agency_id=dossier.received_agency_id, procedure_code="1.004873", fee_id=fee.id,
                amount_vnd=2_000, source_note="Nghị quyết thử",
            )
        with transaction():
            intake.accept(dossier, clerk)
        assert dossier.payment_state == PaymentState.DUE
        assert dossier.due_vnd == 2_000


class TestRefuse:
    def test_it_says_why_in_plain_words(self) -> None:
        dossier = factories.make_dossier()
        with transaction():
            intake.refuse(
                dossier, factories.make_staff(R), reason_code="must_come", reason="Mang theo bản chính."
            )
        assert dossier.state == State.REFUSED
        assert last(dossier).reason == (
            "Việc này phải có mặt tại quầy để ký. Mang theo bản chính. Đến quầy của phường, mang theo giấy tờ bản chính."
        )
        assert ("refused", "waiting") in messages(dossier)

    def test_never_without_a_reason(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        for code in ("", "blurred", "no_such_code"):  # a reason of another act is none
            with pytest.raises(Invalid) as refusal, transaction():
                intake.refuse(dossier, clerk, reason_code=code, reason="  ")
            assert "reason" in refusal.value.fields
        assert dossier.state == State.SUBMITTED

    def test_an_accepted_dossier_is_stopped_not_refused(self) -> None:
        dossier = factories.make_dossier(State.ACCEPTED)
        with pytest.raises(Conflict), transaction():
            intake.refuse(dossier, factories.make_staff(R), reason_code="must_come", reason="")


class TestSupplement:
    def wanted(self, dossier: Dossier) -> Wanted:
        paper = drafts.procedure_of(dossier).form.visible_papers(dossier.answers)[0]
        return Wanted("paper", paper.id, "blurred", "Chụp lại mặt sau.")

    def test_the_clock_stands_until_the_person_sends(self) -> None:
        dossier, specialist = factories.make_dossier(State.IN_PROCESS), factories.make_staff(S)
        with transaction():
            asked = supplements.ask_supplement(dossier, specialist, [self.wanted(dossier)])
        assert (dossier.state, dossier.state_before, asked.stage) == (
            State.AWAITING_SUPPLEMENT, State.IN_PROCESS, "examine"
        )
        assert asked.items[0].reason.startswith("Ảnh bị mờ, cán bộ không đọc được chữ. Chụp lại mặt sau. Đặt giấy")
        assert db.session.scalars(select(Pause)).one().to_at is None
        with transaction():
            asked.items[0].kind = "question"  # stands for a photo that came
            asked.items[0].mended_at = clock.now()
            supplements.send_supplement(dossier, CITIZEN)
        assert db.session.scalars(select(Pause)).one().to_at is not None
        assert dossier.state == State.AWAITING_SUPPLEMENT
        assert dossier.due_at == derive_due_at(dossier)
        with transaction():
            supplements.confirm_supplement(dossier, specialist)
        assert (dossier.state, queries.open_supplement(dossier)) == (State.IN_PROCESS, None)

    def test_before_acceptance_there_is_no_clock_and_it_comes_back_to_the_inbox(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            asked = supplements.ask_supplement(dossier, clerk, [self.wanted(dossier)])
        assert (asked.stage, dossier.answer_due_at, db.session.scalars(select(Pause)).all()) == ("intake", None, [])
        with transaction():
            supplements.confirm_supplement(dossier, clerk)
        assert dossier.state == State.SUBMITTED
        assert dossier.answer_due_at is not None

    def test_each_thing_needs_its_reason_and_must_be_of_this_dossier(self) -> None:
        dossier, specialist = factories.make_dossier(State.IN_PROCESS), factories.make_staff(S)
        ref = self.wanted(dossier).ref
        for wanted in ([], [Wanted("paper", ref, "")], [Wanted("paper", "no_such_paper", "blurred")]):
            with pytest.raises(Invalid), transaction():
                supplements.ask_supplement(dossier, specialist, wanted)
        assert dossier.state == State.IN_PROCESS


class TestDecision:
    def test_three_people_lead_a_dossier_to_its_end(self) -> None:
        dossier = factories.make_dossier(State.ACCEPTED, paid=True)
        specialist, leader, desk_clerk = factories.make_staff(S), factories.make_staff(L), factories.make_staff(R)
        with transaction():
            decision.start(dossier, specialist)
        assert (dossier.state, dossier.assignee_id) == (State.IN_PROCESS, specialist.id)
        with transaction():
            decision.attach_result(dossier, specialist, factories.photo(), number=" 12/2026 ")
            decision.examine(dossier, specialist, opinion="Đủ điều kiện.")
        assert (dossier.state, dossier.examined_by_id, dossier.assignee_id) == (
            State.IN_PROCESS, specialist.id, leader.id
        )
        with transaction():
            decision.finish(dossier, leader)
        assert (dossier.state, dossier.signed_by_id, dossier.assignee_id) == (State.FINISHED, leader.id, None)
        assert dossier.finished_at and dossier.hand_over_state == HandOverState.WAITING
        with transaction():
            hand_over.hand_over(
                dossier, desk_clerk, collector_name="  Trần  Thị Ví Dụ ", relation="Con", identity_checked=True
            )
        result = queries.find_result(dossier)
        assert result and (result.collector_name, result.collector_relation, result.number) == (
            "Trần Thị Ví Dụ", "Con", "12/2026"
        )
        assert (dossier.state, dossier.hand_over_state) == (State.HANDED_OVER, HandOverState.DONE)

    def test_who_received_examines_only_where_the_procedure_says_so(self) -> None:
        clerk = factories.make_staff(R)
        copies, birth = factories.make_dossier(State.ACCEPTED, EXTRACT), factories.make_dossier(State.ACCEPTED, BIRTH)
        with transaction():
            decision.start(copies, clerk)
        with pytest.raises(Forbidden, match="không thụ lý"), transaction():
            decision.start(birth, clerk)
        with transaction():
            decision.start(birth, factories.make_staff(S))
        for act in (decision.examine, lambda *pair: decision.attach_result(*pair, factories.photo())):
            with pytest.raises(Forbidden), transaction():
                act(birth, clerk)

    @pytest.mark.parametrize("duty", ["received", "examined"])
    def test_who_received_or_examined_never_signs(self, duty: str) -> None:
        both = factories.make_staff(L, R if duty == "received" else S, username="hai-vai")
        people = {"receptionist" if duty == "received" else "specialist": both}
        dossier = factories.make_dossier(State.IN_PROCESS, examined=True, **people)
        with pytest.raises(Forbidden, match="không ký"), transaction():
            decision.finish(dossier, both)
        with transaction():
            decision.finish(dossier, factories.make_staff(L))
        assert dossier.state == State.FINISHED

    def test_what_was_sent_up_does_not_change_any_more(self) -> None:
        dossier, specialist = factories.make_dossier(State.IN_PROCESS, examined=True), factories.make_staff(S)
        before = queries.find_result(dossier)
        assert before is not None
        with pytest.raises(Conflict), transaction():
            decision.attach_result(dossier, specialist, factories.photo())
        with pytest.raises(Conflict), transaction():
            decision.examine(dossier, factories.make_staff(S, username="khac"))
        with pytest.raises(Invalid), transaction():
            decision.return_to_examiner(dossier, factories.make_staff(L), reason=" ")
        with transaction():
            decision.return_to_examiner(dossier, factories.make_staff(L), reason="Sai năm sinh.")
        assert (dossier.examined_by_id, dossier.assignee_id) == (None, specialist.id)
        with transaction():
            decision.attach_result(dossier, specialist, factories.photo())

    def test_nothing_is_sent_up_or_signed_without_a_result_or_an_examination(self) -> None:
        dossier, leader = factories.make_dossier(State.IN_PROCESS), factories.make_staff(L)
        with pytest.raises(Invalid), transaction():
            decision.examine(dossier, factories.make_staff(S))
        with pytest.raises(Conflict, match="chưa trình ký"), transaction():
            decision.finish(dossier, leader)

    def test_a_result_is_not_handed_over_unpaid_or_to_someone_unseen(self) -> None:
        dossier, clerk = factories.make_dossier(State.FINISHED), factories.make_staff(R)
        who = {"collector_name": "Nguyễn Văn Mẫu", "relation": "", "identity_checked": True}
        for wrong in ({"collector_name": " "}, {"identity_checked": False}):
            with pytest.raises(Invalid), transaction():
                hand_over.hand_over(dossier, clerk, **{**who, **wrong})  # type: ignore[arg-type]
        with pytest.raises(Conflict, match="chưa nộp"), transaction():
            hand_over.hand_over(dossier, clerk, **who)  # type: ignore[arg-type]
        with transaction():
            desk.record_payment_state(
                dossier, SYSTEM, payment_state=PaymentState.PAID, due_vnd=dossier.due_vnd, paid_vnd=dossier.due_vnd
            )
            hand_over.hand_over(dossier, clerk, **who)  # type: ignore[arg-type]
        assert dossier.state == State.HANDED_OVER

    def test_waiting_for_money_pauses_and_the_money_itself_leads_on(self) -> None:
        dossier, specialist = factories.make_dossier(State.IN_PROCESS), factories.make_staff(S)
        with transaction():
            decision.ask_payment(dossier, specialist)
        assert dossier.state == State.AWAITING_PAYMENT
        with transaction():
            desk.record_payment_state(
                dossier, factories.make_staff(Role.CASHIER), payment_state=PaymentState.PAID, paid_vnd=dossier.due_vnd
            )
        assert (dossier.state, last(dossier).actor_kind) == (State.IN_PROCESS, "system")
        assert db.session.scalars(select(Pause)).one().to_at is not None
        free = factories.make_dossier(State.IN_PROCESS, PENSION)
        with pytest.raises(Conflict), transaction():
            decision.ask_payment(free, specialist)

    def test_withdrawal_before_acceptance_is_at_once_afterwards_the_leader_decides(self) -> None:
        early, late = factories.make_dossier(), factories.make_dossier(State.WITHDRAWAL_ASKED)
        leader = factories.make_staff(L)
        with transaction():
            decision.ask_withdrawal(early, CITIZEN)
        assert early.state == State.STOPPED
        with pytest.raises(Invalid), transaction():
            decision.decline_withdrawal(late, leader, reason="")
        with transaction():
            decision.decline_withdrawal(late, leader, reason="Giấy đã ký, mời đến nhận.")
        assert late.state == State.IN_PROCESS
        with transaction():
            decision.ask_withdrawal(late, CITIZEN)
            decision.approve_withdrawal(late, leader)
        assert late.state == State.STOPPED

    def test_stopping_ends_the_pause_and_says_why(self) -> None:
        dossier = factories.make_dossier(State.AWAITING_SUPPLEMENT)
        with transaction():
            decision.stop(dossier, factories.make_staff(L), reason_code="supplement_over", reason="")
        assert last(dossier).reason == "Đã hết thời gian chờ gửi thêm giấy tờ. Có đủ giấy tờ thì nộp lại từ đầu."
        assert db.session.scalars(select(Pause)).one().to_at is not None

    def test_a_dossier_is_given_to_a_colleague(self) -> None:
        dossier, other = factories.make_dossier(State.IN_PROCESS), factories.make_staff(S, username="khac", name="Hoàng Văn Thử")
        with transaction():
            decision.assign(dossier, factories.make_staff(S), other.id or 0)
        assert (dossier.assignee_id, last(dossier).detail["to"]) == (other.id, "Hoàng Văn Thử")


class TestButtonsAndServicesAgree:
    """What is drawn can be done, and what is not drawn is refused: for three people, in every state."""

    @pytest.mark.parametrize(("state", "procedure", "examined"), [
        *((state, EXTRACT, False) for state in State if state != State.DRAFT),
        *((state, BIRTH, False) for state in (State.SUBMITTED, State.ACCEPTED, State.IN_PROCESS)),
        (State.IN_PROCESS, EXTRACT, True), (State.IN_PROCESS, BIRTH, True),
    ])
    def test_in_every_state(self, state: State, procedure: str, *, examined: bool) -> None:
        dossier = factories.make_dossier(state, procedure, examined=examined)
        people = [factories.make_staff(role) for role in (R, S, L, Role.RETURN_OFFICER, Role.CASHIER)]
        form = drafts.procedure_of(dossier).form
        paper = form.visible_papers(dossier.answers)[0].id
        verbs: dict[Action, Callable[[Actor], object]] = {
            Action.ACCEPT: lambda who: intake.accept(dossier, who),
            Action.REFUSE: lambda who: intake.refuse(dossier, who, reason_code="must_come", reason=""),
            Action.ASK_SUPPLEMENT: lambda who: supplements.ask_supplement(
                dossier, who, [Wanted("paper", paper, "blurred")]
            ),
            Action.CONFIRM_SUPPLEMENT: lambda who: supplements.confirm_supplement(dossier, who),
            Action.ASK_PAYMENT: lambda who: decision.ask_payment(dossier, who),
            Action.ASSIGN: lambda who: decision.assign(dossier, who, people[1].id or 0),
            Action.START: lambda who: decision.start(dossier, who),
            Action.RETURN_TO_EXAMINER: lambda who: decision.return_to_examiner(dossier, who, reason="Sai tên."),
            Action.FINISH: lambda who: decision.finish(dossier, who),
            Action.APPROVE_WITHDRAWAL: lambda who: decision.approve_withdrawal(dossier, who),
            Action.DECLINE_WITHDRAWAL: lambda who: decision.decline_withdrawal(dossier, who, reason="Đã ký."),
            Action.STOP: lambda who: decision.stop(dossier, who, reason_code="court_or_dispute", reason=""),
            Action.HAND_OVER: lambda who: hand_over.hand_over(
                dossier, who, collector_name="Nguyễn Văn Mẫu", relation="", identity_checked=True
            ),
        }
        for person in people:
            drawn = set(duties.acts(dossier, drafts.procedure_of(dossier), person))
            for action, verb in verbs.items():
                assert (action in drawn) is self.works(verb, person), (action, person.label)

    def works(self, verb: Callable[[Actor], object], person: Actor) -> bool:
        """Whether the service takes the act; it is undone again. Money that is owed is no question of who may."""
        class _UndoneError(Exception):
            pass

        try:
            with transaction():
                verb(person)
                raise _UndoneError
        except _UndoneError:
            return True
        except AppError as refusal:
            return "khoản chưa nộp" in refusal.message


class TestWalkIn:
    def test_it_is_accepted_at_once_with_number_promise_and_slip(self) -> None:
        clerk = factories.make_staff(R)
        draft = factories.make_draft(BIRTH, clerk=clerk)
        with transaction():
            codes = filing.register_walk_in(draft, clerk, assignee_id=factories.make_staff(S).id)
        assert (draft.state, draft.channel, draft.received_by_id) == (State.ACCEPTED, 1, clerk.id)
        assert draft.official_number and draft.due_at and draft.submitted_at
        assert (codes.public_code, len(codes.secret), len(codes.token)) == (draft.public_code, 6, 26)

    def test_a_paper_is_photographed_or_taken_on_paper(self) -> None:
        clerk = factories.make_staff(R)
        draft = factories.make_draft(BIRTH, clerk=clerk, with_papers=False)
        missing = filing.missing_pages(draft)
        assert missing
        with pytest.raises(Invalid), transaction():
            filing.register_walk_in(draft, clerk)
        with transaction():
            drafts.keep_answers(draft, dict.fromkeys(missing, filing.ON_PAPER))
            filing.register_walk_in(draft, clerk)
        assert draft.state == State.ACCEPTED

    def test_only_its_clerk_sees_the_draft_and_only_reception_begins_one(self) -> None:
        clerk, other = factories.make_staff(R), factories.make_staff(R, username="quay-1")
        draft = factories.make_draft(clerk=clerk)
        assert queries.get_dossier(clerk, draft.public_code) == draft
        with pytest.raises(NotFound):
            queries.get_dossier(other, draft.public_code)
        with pytest.raises(Forbidden), transaction():
            drafts.start_counter_draft(EXTRACT, factories.make_staff(S))
