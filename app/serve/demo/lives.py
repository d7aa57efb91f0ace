"""The lives of dossiers as generators: each says when it goes on, a heap lets them all go on in order of time."""
from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import Staff
from app.accounts.permissions import Role
from app.accounts.sessions import actor_of
from app.core import clock, jobs
from app.core.actor import CITIZEN, Actor
from app.core.db import db, transaction
from app.dossiers.models import Channel, Dossier, State
from app.dossiers.queries import find_by_code, open_supplement
from app.dossiers.services import decision, drafts, filing, hand_over, intake, papers, supplements
from app.dossiers.services.supplements import Wanted
from app.files import services as files
from app.files.cleaning import CleanFile
from app.payments.services import cash, notices, orders
from app.payments.simulation import make_credit
from app.procedures.parts import Paper
from app.procedures.queries import get_procedure
from app.procedures.schema import Procedure
from app.providers.payment import Credit
from app.serve.demo.filling import Filler
from app.serve.demo.people import Person, make_person
from app.working_time.queries import load_calendar

Life = Iterator[datetime]


@dataclass(slots=True)
class Ward:
    """Who works, and the drawn papers that photos are taken from."""

    rng: random.Random
    staff: dict[Role, list[str]]
    photos: dict[str, CleanFile]
    draw: Callable[[str, Person, Procedure, Paper], CleanFile]
    now: datetime
    transfers: int = 0  # how many people paid by bank so far

    def actor(self, role: Role, which: int = 0) -> Actor:
        """A living staff member of that role, with the permissions of this moment."""
        names = self.staff[role]
        staff = db.session.scalars(select(Staff).where(Staff.username == names[which % len(names)])).one()
        return actor_of(staff)


def run(lives: list[Life], until: datetime, tick: Callable[[int], None]) -> None:
    """Let every life go on, earliest first, each step one transaction under a clock moved to its moment."""
    heap: list[tuple[datetime, int, Life]] = []
    for number, life in enumerate(lives):
        heap.append((next(life), number, life))  # the first moment comes without any act
    heapq.heapify(heap)
    done = 0
    while heap and heap[0][0] <= until:
        moment, number, life = heapq.heappop(heap)
        with clock.moved_to(moment):
            jobs.run_due()
            with transaction():
                following = next(life, None)
        if following is not None:
            heapq.heappush(heap, (max(following, moment + timedelta(seconds=1)), number, life))
        done += 1
        tick(done)


def working_moment(ward: Ward, after: datetime, hours: tuple[float, float]) -> datetime:
    """Some working hours after a moment, in opening time."""
    calendar = load_calendar()
    return calendar.add_working_time(calendar.next_opening(after), timedelta(hours=ward.rng.uniform(*hours)))


def life(ward: Ward, born_at: datetime, procedure_code: str, goal: State, *, late: bool = False, fork: str = "") -> Life:
    """One dossier from its first answer to ``goal``; ``fork`` names a turn on the way (supplement, withdraw …)."""
    walk_in = fork == "counter"
    yield born_at
    code = _begin(ward, procedure_code, walk_in)
    if goal == State.DRAFT:
        return
    if not walk_in:
        yield clock.now() + timedelta(minutes=ward.rng.randint(6, 25))
        _file(ward, code)
        if fork != "payment" and ward.rng.random() < 0.6:
            yield clock.now() + timedelta(minutes=ward.rng.randint(1, 30))
            _pay_online(ward, code)
        if fork == "withdraw_early":
            yield clock.now() + timedelta(minutes=40)
            decision.ask_withdrawal(_get(code), CITIZEN, reason="Đã làm ở nơi khác")
            return
        if goal == State.SUBMITTED:
            return
        yield working_moment(ward, clock.now(), (0.4, 3))
        if goal == State.REFUSED:
            intake.refuse(_get(code), ward.actor(Role.RECEPTIONIST), reason_code="not_entitled", reason="")
            return
        if fork == "supplement":
            yield from _supplement(ward, code)
            if goal == State.AWAITING_SUPPLEMENT or _get(code).state != State.SUBMITTED:
                return  # still waiting for the person, or for a clerk's look
        intake.accept(_get(code), ward.actor(Role.RECEPTIONIST, ward.rng.randint(0, 1)))
    else:
        yield working_moment(ward, clock.now(), (0.1, 0.2))
        filing.register_walk_in(_get(code), ward.actor(Role.RECEPTIONIST))
    yield working_moment(ward, clock.now(), (0.05, 0.3))
    if fork != "payment":
        _pay_cash(ward, code)
    yield from _decide(ward, code, goal, late, fork)


def _decide(ward: Ward, code: str, goal: State, late: bool, fork: str) -> Life:
    which = ward.rng.randint(0, 1)
    if goal == State.ACCEPTED:
        return
    yield working_moment(ward, clock.now(), (0.3, 1.5))
    decision.start(_get(code), ward.actor(Role.SPECIALIST, which))
    if fork == "payment":
        yield working_moment(ward, clock.now(), (0.2, 1))
        _ask_payment(ward, code, which)
        return
    if fork in ("withdraw", "stop"):
        yield working_moment(ward, clock.now(), (0.5, 2))
        yield from _end_early(ward, code, goal, fork)
        return
    if goal == State.IN_PROCESS and fork != "to_sign":
        return
    yield working_moment(ward, clock.now(), (20, 40) if late else (0.3, 2))
    dossier = _get(code)
    result = files.put_away(_result_photo(ward, dossier))
    decision.attach_result(dossier, ward.actor(Role.SPECIALIST, which), result, number=f"{dossier.id}/2026")
    decision.examine(dossier, ward.actor(Role.SPECIALIST, which))
    if goal == State.IN_PROCESS:
        return
    yield working_moment(ward, clock.now(), (0.2, 1))
    decision.finish(_get(code), ward.actor(Role.LEADER))
    if goal == State.FINISHED:
        return
    yield working_moment(ward, clock.now(), (1, 10))
    dossier = _get(code)
    if dossier.payment_state == "due":
        _pay_cash(ward, code)
    hand_over.hand_over(
        _get(code), ward.actor(Role.RETURN_OFFICER), collector_name=dossier.applicant_name, relation="Chính người xin",
        identity_checked=True,
    )


def _get(code: str) -> Dossier:
    dossier = find_by_code(code)
    assert dossier is not None
    return dossier


def _begin(ward: Ward, procedure_code: str, walk_in: bool) -> str:
    rng = ward.rng
    person = make_person(rng, born=(1936, 1951) if procedure_code == "1.014027" else (1945, 2004))
    dossier = drafts.start_draft(
        procedure_code, session_id=None, channel=Channel.COUNTER if walk_in else Channel.ONLINE
    )
    if walk_in:
        dossier.received_by_id = ward.actor(Role.RECEPTIONIST).id
    drafts.see_privacy_notice(dossier)
    procedure = get_procedure(procedure_code)
    drafts.keep_answers(dossier, Filler(rng, procedure.form, person).fill())
    dossier.text_size = rng.choices(("m", "l", "xl"), (6, 3, 1))[0]
    for paper in procedure.form.visible_papers(dossier.answers):
        if paper.required or rng.random() < 0.4:
            for _ in range(max(paper.min_photos, 1)):
                papers.add_paper(dossier, paper.id, files.put_away(ward.draw("paper", person, procedure, paper)), CITIZEN)
    return dossier.public_code


def _file(ward: Ward, code: str) -> None:
    # A browser's session is not needed for what the demonstration shows; slips are made at the counter.
    filing.submit(_get(code), CITIZEN, session_id=None)


def _pay_online(ward: Ward, code: str) -> None:
    dossier = _get(code)
    if not dossier.due_vnd or dossier.collect != "on_filing":
        return
    order = orders.start_order(dossier, CITIZEN)
    if ward.rng.random() < 0.85:
        # In turn, whatever chance does, some people type a wrong amount, forget the code, or pay twice: suspense.
        ward.transfers += 1
        turn = ward.transfers % 8
        less, text = (order.amount_vnd - 1000 if turn == 2 else None), ("Nop tien lam giay" if turn == 4 else None)
        for _ in range(2 if turn == 6 else 1):
            _tell(make_credit(order, amount_vnd=less, text=text))


def _tell(credit: Credit) -> None:
    notice = notices.Notice("sepay", f'{{"id": {credit.event_id}}}'.encode(), "authentic", credit)
    notices.process_notice(notices.journal_notice(notice))


def _pay_cash(ward: Ward, code: str) -> None:
    dossier = _get(code)
    if dossier.payment_state == "due" and dossier.due_vnd:
        cash.take_cash(ward.actor(Role.CASHIER), dossier, amount_vnd=dossier.due_vnd, payer_name=dossier.applicant_name)


def _supplement(ward: Ward, code: str) -> Life:
    dossier = _get(code)
    procedure = drafts.procedure_of(dossier)
    visible = procedure.form.visible_papers(dossier.answers)
    wanted = [Wanted("paper", visible[0].id, "blurred")] if visible else [Wanted("question", "applicant_name", "not_matching")]
    supplements.ask_supplement(dossier, ward.actor(Role.RECEPTIONIST), wanted)
    yield clock.now() + timedelta(hours=ward.rng.randint(3, 30))
    dossier = _get(code)
    if ward.rng.random() < 0.55 and visible:
        person = make_person(ward.rng)
        papers.add_paper(dossier, visible[0].id, files.put_away(ward.draw("paper", person, procedure, visible[0])), CITIZEN)
        supplements.send_supplement(dossier, CITIZEN)
        yield working_moment(ward, clock.now(), (0.3, 2))
        if ward.rng.random() < 0.9 and open_supplement(_get(code)) is not None:
            supplements.confirm_supplement(_get(code), ward.actor(Role.RECEPTIONIST))
            yield working_moment(ward, clock.now(), (0.1, 0.5))


def _ask_payment(ward: Ward, code: str, which: int) -> None:
    dossier = _get(code)
    if dossier.due_vnd and dossier.paid_vnd < dossier.due_vnd:
        decision.ask_payment(dossier, ward.actor(Role.SPECIALIST, which))


def _end_early(ward: Ward, code: str, goal: State, fork: str) -> Life:
    if fork == "stop":
        decision.stop(_get(code), ward.actor(Role.LEADER), reason_code="court_or_dispute", reason="")
        return
    decision.ask_withdrawal(_get(code), CITIZEN, reason="Gia đình đổi ý")
    if goal == State.WITHDRAWAL_ASKED:
        return
    yield working_moment(ward, clock.now(), (1, 4))
    decision.approve_withdrawal(_get(code), ward.actor(Role.LEADER))


def _result_photo(ward: Ward, dossier: Dossier) -> CleanFile:
    person = make_person(ward.rng)
    return ward.draw("result", person, drafts.procedure_of(dossier), Paper(id="result", name="Kết quả"))


