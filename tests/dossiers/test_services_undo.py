"""Taking a wrong act back while nothing has left the house: state, clock, children and messages as they were."""
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core import clock, jobs
from app.core.actor import CITIZEN, Actor
from app.core.db import db, transaction
from app.core.errors import Conflict
from app.dossiers import queries
from app.dossiers.models import Dossier, Pause, State, Supplement
from app.dossiers.services import decision, desk, hand_over, intake, papers, supplements
from app.dossiers.services.advance import SNAPSHOT
from app.dossiers.services.deadlines import derive_due_at
from app.dossiers.services.drafts import procedure_of
from app.dossiers.services.supplements import Wanted
from app.dossiers.workflow import UNDOABLE, Action
from app.notifications.models import Message
from app.providers import sms
from app.providers.sms.memory import MemorySms
from tests import factories

pytestmark = pytest.mark.usefixtures("database")
R, S, L = Role.RECEPTIONIST, Role.SPECIALIST, Role.LEADER


def _ask(dossier: Dossier, who: Actor) -> object:
    paper = procedure_of(dossier).form.visible_papers(dossier.answers)[0]
    return supplements.ask_supplement(dossier, who, [Wanted("paper", paper.id, "blurred")])


def _hand_over(dossier: Dossier, who: Actor) -> None:
    hand_over.hand_over(dossier, who, collector_name="Trần Thị Ví Dụ", relation="Con", identity_checked=True)


# action -> (where it starts, who, the act)
ACTS: dict[Action, tuple[State, Role, Callable[[Dossier, Actor], object]]] = {
    Action.ACCEPT: (State.SUBMITTED, R, intake.accept),
    Action.REFUSE: (State.SUBMITTED, R, lambda d, who: intake.refuse(d, who, reason_code="must_come", reason="")),
    Action.ASK_SUPPLEMENT: (State.IN_PROCESS, S, _ask),
    Action.CONFIRM_SUPPLEMENT: (State.AWAITING_SUPPLEMENT, S, supplements.confirm_supplement),
    Action.START: (State.ACCEPTED, S, decision.start),
    Action.EXAMINE: (State.IN_PROCESS, S, decision.examine),
    Action.RETURN_TO_EXAMINER: (
        State.IN_PROCESS, L, lambda d, who: decision.return_to_examiner(d, who, reason="Sai tên.")
    ),
    Action.FINISH: (State.IN_PROCESS, L, decision.finish),
    Action.ASSIGN: (State.IN_PROCESS, S, lambda d, who: decision.assign(d, who, d.received_by_id or 0)),
    Action.STOP: (
        State.AWAITING_SUPPLEMENT, L, lambda d, who: decision.stop(d, who, reason_code="supplement_over", reason="")
    ),
    Action.APPROVE_WITHDRAWAL: (State.WITHDRAWAL_ASKED, L, decision.approve_withdrawal),
    Action.DECLINE_WITHDRAWAL: (
        State.WITHDRAWAL_ASKED, L, lambda d, who: decision.decline_withdrawal(d, who, reason="Đã ký rồi.")
    ),
    Action.HAND_OVER: (State.FINISHED, R, _hand_over),
    Action.ASK_PAYMENT: (State.IN_PROCESS, S, decision.ask_payment),
}


def facts(dossier: Dossier) -> dict[str, object]:
    """All that an undone act must leave as it was."""
    pauses = db.session.execute(select(Pause.kind, Pause.from_at, Pause.to_at).order_by(Pause.id)).all()
    open_ones = db.session.scalar(select(func.count()).select_from(Supplement).where(Supplement.closed_at.is_(None)))
    return {name: getattr(dossier, name) for name in SNAPSHOT} | {"pauses": pauses, "open": open_ones}


def test_every_act_that_may_be_undone_is_tried_here() -> None:
    assert ACTS.keys() == UNDOABLE


@pytest.mark.parametrize("action", sorted(UNDOABLE))
def test_an_undone_act_leaves_everything_as_it_was(action: Action) -> None:
    state, role, act = ACTS[action]
    examined = action in (Action.RETURN_TO_EXAMINER, Action.FINISH)
    dossier = factories.make_dossier(state, examined=examined, paid=action == Action.HAND_OVER)
    who = factories.make_staff(role)
    if action == Action.EXAMINE:
        with transaction():
            decision.attach_result(dossier, who, factories.photo())
    before = facts(dossier)
    with transaction():
        act(dossier, who)
    number = dossier.official_number
    assert facts(dossier) != before
    with clock.moved_to(clock.now() + timedelta(minutes=3)), transaction():
        assert desk.find_undoable(dossier, who) is not None
        desk.undo(dossier, who)
    assert facts(dossier) == before
    assert dossier.due_at == derive_due_at(dossier)
    assert dossier.official_number == number  # a number is never given twice
    events = queries.list_events(dossier)
    assert events[-1].action == Action.UNDO
    assert events[-2].undone_by_id == events[-1].id
    waiting = select(func.count()).select_from(Message).where(
        Message.about == dossier.public_code, Message.state == "waiting", Message.created_at >= events[-2].at
    )
    assert db.session.scalar(waiting) == 0


def test_a_hand_over_that_was_undone_forgets_who_came() -> None:
    dossier, clerk = factories.make_dossier(State.FINISHED, paid=True), factories.make_staff(R)
    with transaction():
        _hand_over(dossier, clerk)
    with transaction():
        desk.undo(dossier, clerk)
    result = queries.find_result(dossier)
    assert result and (result.collector_name, result.identity_checked, result.handed_over_by_id) == (None, False, None)


def test_photos_that_came_before_the_undo_stay() -> None:
    dossier, specialist = factories.make_dossier(State.IN_PROCESS), factories.make_staff(S)
    with transaction():
        _ask(dossier, specialist)
        asked = queries.open_supplement(dossier)
        assert asked is not None
        papers.add_paper(dossier, asked.items[0].ref, factories.photo(), CITIZEN)
    with transaction():
        desk.undo(dossier, specialist)
    assert queries.last_supplement(dossier) is None
    (row, _file), = queries.list_papers(dossier)
    assert row.supplement_id is None


class TestTooLate:
    def test_after_five_minutes(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            intake.accept(dossier, clerk)
        with clock.moved_to(clock.now() + timedelta(minutes=5, seconds=1)):
            assert desk.find_undoable(dossier, clerk) is None
            with pytest.raises(Conflict, match="quá lâu"), transaction():
                desk.undo(dossier, clerk)

    def test_once_the_message_is_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        door = MemorySms()
        monkeypatch.setattr(sms, "_door", door, raising=False)
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            intake.accept(dossier, clerk)
        with transaction() as session:
            message = session.scalars(select(Message).order_by(Message.id.desc())).first()
            assert message is not None
            message.state, message.sent_at = "sent", clock.now()
        with pytest.raises(Conflict, match="Tin nhắn đã gửi"), transaction():
            desk.undo(dossier, clerk)
        assert dossier.state == State.ACCEPTED

    def test_for_somebody_else_and_after_somebody_else(self) -> None:
        dossier, clerk, specialist = factories.make_dossier(), factories.make_staff(R), factories.make_staff(S)
        with transaction():
            intake.accept(dossier, clerk)
        assert desk.find_undoable(dossier, specialist) is None
        with transaction():
            decision.start(dossier, specialist)
        assert desk.find_undoable(dossier, clerk) is None
        with transaction():
            desk.undo(dossier, specialist)
        assert dossier.state == State.ACCEPTED
        assert desk.find_undoable(dossier, specialist) is None  # not twice

    def test_the_cancelled_message_never_goes_out(self) -> None:
        dossier, clerk = factories.make_dossier(), factories.make_staff(R)
        with transaction():
            intake.accept(dossier, clerk)
            desk.undo(dossier, clerk)
        with clock.moved_to(clock.now() + timedelta(minutes=10)):
            jobs.run_due()
        states = {row[0]: row[1] for row in db.session.execute(select(Message.template, Message.state))}
        assert states["dossiers/accepted.v1"] == "cancelled"
