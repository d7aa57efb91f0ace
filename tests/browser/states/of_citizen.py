"""A citizen's pages about one dossier, from the first question to the result."""
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

from app.accounts.permissions import Role
from app.core import clock
from app.core.actor import CITIZEN, SYSTEM
from app.core.db import transaction
from app.core.errors import Invalid
from app.dossiers.models import PaymentState
from app.dossiers.models import State as At
from app.dossiers.queries import list_papers, open_supplement
from app.dossiers.services import desk, drafts, papers, supplements
from app.files import pieces, refusals
from app.payments.models import PaymentOrder
from app.payments.services import cash, exemptions
from app.procedures.fields import REGISTRY
from app.procedures.queries import list_procedures
from tests import factories
from tests.browser.states.registry import PageState as S
from tests.browser.states.world import LONG_NAME, Look, World, known, long_person

BIRTH, EXTRACT, PENSION = factories.BIRTH, factories.EXTRACT, factories.PENSION
COPIES = "2.000815"  # chứng thực bản sao: a photo is required


# Questions: one page for each type of field, as it is first seen, filled, and wrong

def _asks(world: World, kind: str) -> tuple[str, str]:
    """(procedure, page) of a question of this type that an ordinary declaration shows."""
    def find() -> tuple[str, str]:
        for procedure in (one for one in list_procedures() if one.online):
            look = world.draft("", procedure.code, **_CHOOSE.get(kind, {}))
            found = known(look.path.split("/")[2])
            for page in procedure.form.pages(found.answers):
                if page.kind == "question" and any(one.type == kind for one in page.questions):
                    return procedure.code, page.id
        raise AssertionError(f"no declaration shows a question of type {kind}")
    procedure, page = world.once(f"asks {kind}", find)
    return str(procedure), str(page)


# What must be chosen for a question to be asked at all.
_CHOOSE: dict[str, dict[str, Any]] = {"group": {"answers": {"founder_kind": "family"}}}


def _question(kind: str, name: str) -> Callable[[World], Look]:
    def look(world: World) -> Look:
        procedure, page = _asks(world, kind)
        if name == "long":
            return world.draft(f"/cau/{page}", procedure, of=long_person())
        if name == "first":
            return world.draft(f"/cau/{page}", procedure, **_CHOOSE.get(kind, {}))
        seen = world.draft(f"/cau/{page}", procedure, with_papers=False)  # the rows stay as they are, the words go
        return seen.sends(page, **{"*": ""})
    return look


QUESTIONS = [S("dossiers_citizen.question", f"{kind} filled", _question(kind, "first")) for kind in REGISTRY] + [
    S("dossiers_citizen.question", f"{kind} wrong", _question(kind, "wrong"))
    for kind in REGISTRY if kind not in ("text", "many_of", "group", "yes_no", "money", "number")
] + [S("dossiers_citizen.question", "full_name long", _question("full_name", "long"))]


# Papers

def _paper_page(world: World, *, photos: bool) -> Look:
    look = world.draft("", COPIES, with_papers=photos)

    def first() -> str:
        found = known(look.path.split("/")[2])
        form = drafts.procedure_of(found).form
        return next(paper.id for paper in form.visible_papers(found.answers) if paper.required)
    return Look(f"{look.path}/giay/{world.once(f'paper {photos}', first)}", look.token)


def _unfinished(world: World, *, refused: bool = False) -> Look:
    """One photo has come, another has not come whole or could not be taken."""
    look = world.draft("", COPIES, with_papers=True, answers={"copies": "3" if refused else "4"})

    def make() -> str:
        data = bytes(3 * pieces.PIECE)
        with transaction():
            found = known(look.path.split("/")[2])
            paper = list_papers(found)[0][0].paper_id
            upload = pieces.begin_upload(owner_ref=found.public_code, place=paper, size=len(data), name="anh.jpg")
        piece = data[: pieces.PIECE]
        away = pieces.receive_piece(upload, piece, start=0, sha256=sha256(piece).hexdigest())
        with transaction():
            pieces.take_piece(upload, away)
            if refused:
                pieces.refuse_upload(upload, Invalid(refusals.OFFICE))
        return paper
    return Look(f"{look.path}/giay/{world.once(f'unfinished {refused}', make)}", look.token)


def _instead(look: Look, path: str) -> Look:
    """Another page of the same dossier."""
    return Look("/".join(look.path.split("/")[:3]) + path, look.token)


def _photo(world: World) -> Look:
    look = world.draft("", COPIES, with_papers=True)

    def token() -> str:
        return list_papers(known(look.path.split("/")[2]))[0][1].token
    return Look(f"{look.path}/anh/{world.once('a photo', token)}/xem", look.token)


def _card_read(world: World, *, doubtful: bool = False) -> Look:
    look = world.draft("", EXTRACT, answers={"copies": "3"})

    def mark() -> bool:
        with transaction():
            found = known(look.path.split("/")[2])
            found.from_card = sorted(set(found.answers) & {"applicant_name", "applicant_id", "applicant_birth"})
        return True
    world.once("card read", mark)
    return Look(f"{look.path}/the/doc-duoc{'?luu_y=1' if doubtful else ''}", look.token)


def _lacking(world: World) -> Look:
    return world.draft("/xem-lai", COPIES, with_papers=False)


# Following

def _late(world: World) -> Look:
    return world.follow(world.at(At.IN_PROCESS, BIRTH, days_ago=40))


def _mended(world: World) -> Look:
    code = world.at(At.AWAITING_SUPPLEMENT, COPIES, days_ago=1)

    def mend() -> bool:
        with transaction():
            found = known(code)
            supplement = open_supplement(found)
            assert supplement is not None
            for item in supplement.items:
                papers.add_paper(found, item.ref, factories.photo(), CITIZEN)
        return True
    world.once("mended", mend)
    return world.follow(code)


def _sent(world: World) -> Look:
    code = world.at(At.AWAITING_SUPPLEMENT, COPIES, days_ago=2)

    def send() -> bool:
        with transaction():
            found = known(code)
            supplement = open_supplement(found)
            assert supplement is not None
            for item in supplement.items:
                papers.add_paper(found, item.ref, factories.photo(), CITIZEN)
            supplements.send_supplement(found, CITIZEN)
        return True
    world.once("sent", send)
    return world.follow(code)


def _mending_page(world: World) -> Look:
    code = world.at(At.AWAITING_SUPPLEMENT, COPIES)

    def ref() -> str:
        supplement = open_supplement(known(code))
        assert supplement is not None
        return supplement.items[0].ref
    return world.follow(code, f"/giay/{world.once('mending', ref)}")


def _electronic(world: World, state: At) -> str:
    return world.at(state, PENSION, answers={"result_way": "electronic"})


def _resting(world: World) -> Look:
    code = world.at(At.ACCEPTED, days_ago=1)
    return Look(f"/ho-so/{code}", world.holder(code, grown_old=True))


# Money

def _owes(world: World) -> str:
    code = world.of_long_name(At.SUBMITTED)
    world.order(code)
    return code


def _expired(world: World) -> Look:
    code = world.at(At.SUBMITTED, days_ago=4)
    order = world.order(code)

    def expire() -> bool:
        with transaction() as session:
            session.get_one(PaymentOrder, order.id).expires_at = clock.now() - timedelta(hours=1)
        return True
    world.once("expired order", expire)
    return world.follow(code, "/nop-tien")


def _paid(world: World, path: str = "/nop-tien") -> Look:
    code = world.at(At.SUBMITTED, days_ago=5)
    world.order(code)
    world.once("paid by cash", lambda: take_cash(world, code))
    return world.follow(code, path)


def take_cash(world: World, code: str) -> tuple[int, int]:
    """Year and number of the receipt for a fee paid in cash."""
    cashier = world.actor(Role.CASHIER)
    with transaction():
        found = known(code)
        receipt = cash.take_cash(cashier, found, amount_vnd=found.due_vnd or 0, payer_name=LONG_NAME)
        return receipt.year, receipt.number


def _refund(world: World) -> Look:
    code = world.at(At.SUBMITTED, days_ago=6)
    world.order(code)
    world.once("paid then refused", lambda: take_cash(world, code))

    def end() -> bool:
        with transaction():
            found = known(code)
            found.state = At.REFUSED
            desk.record_payment_state(found, SYSTEM, payment_state=PaymentState.REFUND_DUE)
        return True
    world.once("refund due", end)
    return world.follow(code, "/nop-tien")


def exemption_asked(world: World) -> str:
    """The public code of a dossier that asks not to pay."""
    code = world.at(At.SUBMITTED, days_ago=7)

    def ask() -> bool:
        with transaction():
            found = known(code)
            ground = exemptions.list_grounds(found)[0].id
            exemptions.ask_exemption(found, CITIZEN, ground=ground, proofs=[factories.photo()])
        return True
    world.once("exemption asked", ask)
    return code


D, P = "dossiers_citizen", "payments_citizen"
CITIZEN_STATES = QUESTIONS + [
    S(f"{D}.card", "ask", lambda w: w.draft("/the")),
    S(f"{D}.card", "no photo chosen", lambda w: w.draft("/the").sends("/the")),
    S(f"{D}.card_result", "read", _card_read),
    S(f"{D}.card_result", "doubtful", lambda w: _card_read(w, doubtful=True)),
    S(f"{D}.paper", "empty", lambda w: _paper_page(w, photos=False)),
    S(f"{D}.paper", "with photos", lambda w: _paper_page(w, photos=True)),
    S(f"{D}.paper", "lacking", lambda w: _paper_page(w, photos=False).sends()),
    S(f"{D}.paper", "asked for again", _mending_page),
    S(f"{D}.paper", "a photo did not arrive", _unfinished),
    S(f"{D}.paper", "a photo could not be taken", lambda w: _unfinished(w, refused=True)),
    S(f"{D}.view_photo", "one photo", _photo),
    S(f"{D}.review", "complete, long name", lambda w: w.draft("/xem-lai", BIRTH, of=long_person())),
    S(f"{D}.review", "papers lacking", _lacking),
    S(f"{D}.review", "a photo did not arrive", lambda w: _instead(_unfinished(w), "/xem-lai")),
    S(f"{D}.review", "handed in too early", lambda w: _lacking(w).sends("/nop")),
    S(f"{D}.leave", "no codes yet", lambda w: w.draft("/de-do")),
    S(f"{D}.leave", "codes shown", lambda w: w.draft("/de-do", slip=True)),
    S(f"{D}.confirmation", "just filed", lambda w: w.filed_here(w.of_long_name(), "/da-nop")),
    S(f"{D}.confirmation", "codes elsewhere", lambda w: w.follow(w.at(At.SUBMITTED), "/da-nop")),
    S(f"{D}.track", "submitted, long name", lambda w: w.follow(w.of_long_name())),
    S(f"{D}.track", "accepted", lambda w: w.follow(w.at(At.ACCEPTED))),
    S(f"{D}.track", "in process", lambda w: w.follow(w.at(At.IN_PROCESS, BIRTH))),
    S(f"{D}.track", "late", _late),
    S(f"{D}.track", "waiting for signature", lambda w: w.follow(w.at(At.IN_PROCESS, examined=True))),
    S(f"{D}.track", "more is wanted", lambda w: w.follow(w.at(At.AWAITING_SUPPLEMENT, COPIES))),
    S(f"{D}.track", "mended, not sent", _mended),
    S(f"{D}.track", "supplement sent", _sent),
    S(f"{D}.track", "waiting for money", lambda w: w.follow(w.at(At.AWAITING_PAYMENT))),
    S(f"{D}.track", "withdrawal asked", lambda w: w.follow(w.at(At.WITHDRAWAL_ASKED))),
    S(f"{D}.track", "stopped", lambda w: w.follow(w.at(At.STOPPED))),
    S(f"{D}.track", "refused", lambda w: w.follow(w.at(At.REFUSED))),
    S(f"{D}.track", "result ready", lambda w: w.follow(w.at(At.FINISHED, paid=True))),
    S(f"{D}.track", "result on the phone", lambda w: w.follow(_electronic(w, At.FINISHED))),
    S(f"{D}.track", "handed over", lambda w: w.follow(w.at(At.HANDED_OVER))),
    S(f"{D}.track", "paid", lambda w: _paid(w, "")),
    S("dossiers_public.resting", "led here", _resting),
    S(f"{D}.phone_code", "ask", lambda w: w.follow(w.at(At.SUBMITTED), "/ma/change")),
    S(f"{D}.phone_code", "sent", lambda w: w.follow(w.at(At.SUBMITTED), "/ma/withdraw?da-gui=1")),
    S(f"{D}.phone_code", "wrong", lambda w: w.follow(w.at(At.SUBMITTED), "/ma/withdraw?da-gui=1").sends(
        "/ma/withdraw", ma="000000"
    )),
    S(f"{D}.phone_code", "no phone", lambda w: w.follow(
        w.at(At.SUBMITTED, answers={"contact_way": "none"}), "/ma/withdraw"
    )),
    S(f"{D}.change", "proven", lambda w: w.follow(w.at(At.SUBMITTED, BIRTH), "/sua", "change")),
    S(f"{D}.withdraw", "proven", lambda w: w.follow(w.at(At.SUBMITTED, BIRTH), "/rut", "change", "withdraw")),
    S(f"{D}.result", "ready", lambda w: w.follow(_electronic(w, At.FINISHED), "/ket-qua", "download")),
    S(f"{P}.checkout", "pay, long name", lambda w: w.follow(_owes(w), "/nop-tien")),
    S(f"{P}.checkout", "not begun", lambda w: w.follow(w.at(At.SUBMITTED), "/nop-tien")),
    S(f"{P}.checkout", "expired", _expired),
    S(f"{P}.checkout", "paid", _paid),
    S(f"{P}.checkout", "refund", _refund),
    S(f"{P}.checkout", "nothing to pay", lambda w: w.follow(w.at(At.SUBMITTED, PENSION), "/nop-tien")),
    S(f"{P}.checkout", "exemption asked", lambda w: w.follow(exemption_asked(w), "/nop-tien")),
    S(f"{P}.waiting", "looks", lambda w: w.follow(_owes(w), "/nop-tien/cho")),
    S(f"{P}.waiting", "stopped looking", lambda w: w.follow(_owes(w), "/nop-tien/cho?lan=60")),
    S(f"{P}.share", "link", lambda w: w.follow(_owes(w), "/nop-tien/nho-con-chau")),
    S(f"{P}.counter", "cash", lambda w: w.follow(_owes(w), "/nop-tien/tai-quay")),
    S(f"{P}.exemption", "grounds", lambda w: w.follow(w.at(At.SUBMITTED), "/xin-mien")),
    S(f"{P}.exemption", "nothing chosen", lambda w: w.follow(w.at(At.SUBMITTED), "/xin-mien").sends("/xin-mien")),
]
