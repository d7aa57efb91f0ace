"""Rows for tests, made the way the product makes them: through the services, with only what matters said.

Each factory is a transaction of its own and needs an application context (fixture ``database``). What it gives back
is read anew from the database when it is looked at, so it never tells of an older state.

    dossier = factories.make_dossier(State.IN_PROCESS, examined=True)
    leader = factories.make_staff(Role.LEADER)
"""
from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache
from itertools import count

from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import Agency, Staff, WebSession
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.accounts.sessions import actor_of
from app.assistance.models import Helper, Mandate, Method
from app.assistance.queries import get_own_helper
from app.assistance.services import evidence, helpers, mandates, phone_codes, pins
from app.assistance.services.proposals import Person as Helped
from app.assistance.services.proposals import Proposal, propose
from app.core import clock
from app.core.actor import CITIZEN, SYSTEM, Actor
from app.core.crypto import keyring
from app.core.db import db, transaction
from app.dossiers.models import Dossier, PaymentState, State
from app.dossiers.services import decision, desk, drafts, filing, hand_over, intake, papers, supplements
from app.dossiers.services.supplements import Wanted
from app.files import services as files
from app.files.cleaning import CleanFile
from app.notifications.models import Message
from app.serve.demo.filling import Filler
from app.serve.demo.people import Person, make_person
from tests.files.samples import photo as draw_photo

EXTRACT = "2.000635"  # bản sao trích lục: whoever receives may examine; a fee that is known
BIRTH = "1.001193"  # khai sinh: whoever receives may not examine
PENSION = "1.014027"  # trợ cấp tuổi già: nothing to pay
NAMES = {
    Role.RECEPTIONIST: "Lê Thị Thử", Role.SPECIALIST: "Trần Văn Mẫu", Role.LEADER: "Võ Thị Ví Dụ",
    Role.RETURN_OFFICER: "Ngô Văn Giả Định", Role.CASHIER: "Đặng Thị Làm Mẫu", Role.RECORDS_OFFICER: "Đỗ Thị Thí Dụ",
    Role.AUDITOR: "Phạm Văn Minh Họa", Role.ADMINISTRATOR: "Nguyễn Văn Tập Dượt",
    Role.HELPER: "Nguyễn Minh Thử", Role.HELPER_LEAD: "Trần Thị Tập Dượt", Role.RESPONSE_TEAM: "Lê Văn Minh Họa",
}
_numbers = count(1)


# People

def make_staff(*roles: Role, username: str = "", name: str = "", agency: Agency | None = None) -> Actor:
    """A member of staff who holds ``roles``; the same username twice is the same person."""
    with transaction() as session:
        username = username or roles[0].value.replace("_", "-")
        staff = session.scalar(select(Staff).where(Staff.username == username))
        if staff is None:
            staff = accounts.add_staff(
                SYSTEM, username=username, full_name=name or NAMES[roles[0]], roles=frozenset(roles),
                agency=agency or get_ward(),
            )
        return actor_of(staff)


def other_agency() -> Agency:
    """An agency that is not the ward: one of the former wards."""
    return db.session.scalars(select(Agency).where(Agency.kind == "former_ward").order_by(Agency.id)).first() or get_ward()


def make_session(kind: str = "staff", staff: Actor | None = None) -> tuple[WebSession, str]:
    """A living session and the token of its cookie."""
    token = f"session-of-tests-{next(_numbers)}"
    with transaction() as session:
        row = WebSession(token_hash=keyring.mac("session-token", token), kind=kind, staff_id=staff.id if staff else None)
        session.add(row)
        session.flush()
    return row, token


def person(number: int | None = None, *, born: tuple[int, int] = (1940, 1950)) -> Person:
    """A made-up citizen; the same number is the same person."""
    return make_person(random.Random(next(_numbers) if number is None else number), born=born)


# Helpers and mandates

SIGNATURE = [[(100, 200), (300, 100), (500, 300), (800, 150)]]
PIN = "405162"


def make_helper(
    role: Role = Role.HELPER, *, username: str = "", name: str = "", phone: str = "", trained: bool = True, pin: str = PIN
) -> Actor:
    """A helper who may help today; the same username twice is the same person. Without ``pin`` none is set."""
    username = username or role.value.replace("_", "-")
    with transaction() as session:
        staff = session.scalar(select(Staff).where(Staff.username == username))
        if staff is None:
            helper = helpers.add_helper(
                SYSTEM, username=username, full_name=name or NAMES[role], role=role, particulars=helpers.Particulars(
                    team="Tổ công nghệ số cộng đồng, Tổ dân phố 5", phone=phone or f"+849050010{next(_numbers) % 100:02d}",
                    pledged_on=clock.today(),
                ),
            )
            staff = session.get_one(Staff, helper.staff_id)
            if trained:
                for number in range(1, 6):
                    helpers.finish_page(helper, number, actor_of(staff))
            if pin:
                pins.set_pin(actor_of(staff), helper, pin)
        return actor_of(staff)


def helper_of(actor: Actor) -> Helper:
    """A helper's row, read anew."""
    return get_own_helper(actor)


def make_mandate(
    actor: Actor, dossier_code: str | None = None, method: Method = Method.DRAWN, *, name: str = "Trần Thị Ví Dụ",
    phone: str = "", checked_by: Actor | None = None, **more: object,
) -> Mandate:
    """A mandate given to a helper in one of the four ways; a phone code is sent and typed."""
    proposal = propose(get_own_helper(actor), Helped(name=name, phone=phone), method, dossier_code=dossier_code, **more)  # type: ignore[arg-type]
    code_id, typed = (None, "")
    if method is Method.PHONE_CODE:
        code_id, typed = _phone_code(proposal)
    proof = {
        Method.DRAWN: lambda: evidence.drawn(SIGNATURE), Method.AGREED: lambda: evidence.agreed(proposal, web_session_id=1),
        Method.PHONE_CODE: lambda: evidence.phone_code(proposal, code_id=code_id),
        Method.SIGNED_PAPER: lambda: evidence.Evidence(Method.SIGNED_PAPER, photo("giay-nho.jpg")),
    }[method]()
    with transaction():
        mandate = mandates.give_mandate(actor, proposal, proof, code_id=code_id, typed_code=typed)
    if checked_by is not None:
        with transaction():
            mandates.check_paper(mandate, checked_by, accepted=True)
    return mandate


def _phone_code(proposal: Proposal) -> tuple[int | None, str]:
    with transaction() as session:
        phone_codes.send_code(proposal)
        session.flush()
        text = session.scalars(select(Message.text).order_by(Message.id.desc())).first() or ""
    return phone_codes.count_guess(proposal.helper, proposal.person.phone), text.split()[1]


# Papers

@cache
def _jpeg(width: int = 120, height: int = 160) -> bytes:
    return draw_photo(width, height)


def photo(name: str = "anh.jpg") -> files.PutAway:
    """A clean little photo that lies encrypted on the disk and waits for its row."""
    data = _jpeg()
    return files.put_away(CleanFile(
        data=data, mime="image/jpeg", size_received=len(data), name=name, thumbnail=data, width=120, height=160, pages=1
    ))


# Dossiers

def make_draft(
    procedure: str = EXTRACT,
    *,
    of: Person | None = None,
    answers: Mapping[str, str] | None = None,
    clerk: Actor | None = None,
    session_id: int | None = None,
    with_papers: bool = True,
    seed: int | None = None,
) -> Dossier:
    """A complete unsent draft, of a citizen's browser or of a clerk at the counter.

    ``answers`` fixes some of them by question id, as they would be typed; the rest is made up for ``of``. With a ``seed``
    it is made up alike each time, whatever else was made before.
    """
    number = next(_numbers) if seed is None else seed
    usual = {
        "filing_for": "self", "contact_way": "own", "result_way": "counter", "hearing": "no",
        "birth_proof_kind": "paper",  # so that every birth has a paper which more can be asked about
    }
    with transaction():
        dossier = (
            drafts.start_counter_draft(procedure, clerk) if clerk
            else drafts.start_draft(procedure, session_id=session_id)
        )
        form = drafts.procedure_of(dossier).form
        filler = Filler(random.Random(number), form, of or person(number), {**usual, **(answers or {})})
        drafts.keep_answers(dossier, filler.fill())
        for paper in form.visible_papers(dossier.answers):
            for _ in range(max(paper.min_photos, 1) if with_papers and paper.required else 0):
                papers.add_paper(dossier, paper.id, photo(), clerk or CITIZEN)
    return dossier


def make_dossier(
    state: State = State.SUBMITTED,
    procedure: str = EXTRACT,
    *,
    examined: bool = False,
    paid: bool = False,
    receptionist: Actor | None = None,
    specialist: Actor | None = None,
    leader: Actor | None = None,
    **draft: object,
) -> Dossier:
    """A dossier that the three people led to ``state``. ``examined``: sent up for signature."""
    dossier = make_draft(procedure, **draft)  # type: ignore[arg-type]
    if state == State.DRAFT:
        return dossier
    receptionist = receptionist or make_staff(Role.RECEPTIONIST)
    specialist = specialist or make_staff(Role.SPECIALIST)
    leader = leader or make_staff(Role.LEADER)
    with transaction():
        filing.submit(dossier, CITIZEN, session_id=None)
        if paid or (state == State.HANDED_OVER and dossier.due_vnd):
            due = dossier.due_vnd or 0
            desk.record_payment_state(dossier, SYSTEM, payment_state=PaymentState.PAID, due_vnd=due, paid_vnd=due)
        if state == State.SUBMITTED:
            return dossier
        if state == State.REFUSED:
            intake.refuse(dossier, receptionist, reason_code="not_our_office", reason="")
            return dossier
        intake.accept(dossier, receptionist)
        if state == State.ACCEPTED:
            return dossier
        _lead_on(dossier, state, examined, receptionist, specialist, leader)
    return dossier


def _lead_on(
    dossier: Dossier, state: State, examined: bool, receptionist: Actor, specialist: Actor, leader: Actor
) -> None:
    decision.start(dossier, specialist)
    if state == State.AWAITING_SUPPLEMENT:
        first = drafts.procedure_of(dossier).form.visible_papers(dossier.answers)[0]
        supplements.ask_supplement(dossier, specialist, [Wanted("paper", first.id, "blurred")])
    elif state == State.AWAITING_PAYMENT:
        decision.ask_payment(dossier, specialist)
    elif state == State.WITHDRAWAL_ASKED:
        decision.ask_withdrawal(dossier, CITIZEN)
    elif state == State.STOPPED:
        decision.stop(dossier, leader, reason_code="court_or_dispute", reason="")
    elif state in (State.FINISHED, State.HANDED_OVER) or examined:
        decision.attach_result(dossier, specialist, photo("ket-qua.jpg"), number="01/2026")
        decision.examine(dossier, specialist)
        if state in (State.FINISHED, State.HANDED_OVER):
            decision.finish(dossier, leader)
        if state == State.HANDED_OVER:
            hand_over.hand_over(
                dossier, receptionist, collector_name=dossier.applicant_name, relation="", identity_checked=True
            )
