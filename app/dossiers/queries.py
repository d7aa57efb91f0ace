"""Reads on dossiers. What belongs to an agency is fetched *with* the actor: not yours looks like not there."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, func, or_, select, tuple_

from app.accounts.models import Staff
from app.accounts.permissions import Permission
from app.core import clock, codes
from app.core.actor import Actor, ActorKind
from app.core.crypto import blind_index
from app.core.db import db
from app.core.errors import N_, NotFound
from app.core.text import fold
from app.dossiers.models import (
    Correction,
    Dossier,
    DossierEvent,
    DossierPaper,
    HelpCall,
    Note,
    PaymentState,
    Reason,
    Result,
    Slip,
    SlipAccess,
    State,
    Supplement,
)
from app.files.models import StoredFile

PAGE = 50
_NOT_THERE = N_("Không thấy hồ sơ này.")


def find_by_code(code: str) -> Dossier | None:
    return db.session.scalar(select(Dossier).where(Dossier.public_code == code))


def get_dossier(actor: Actor, code: str, *, lock: bool = False) -> Dossier:
    """A dossier of the actor's agency by public code. ``lock`` holds its row until the transaction ends.

    Raises ``NotFound`` for one that is not there, not yours, or still an unsent draft of a citizen.
    """
    if actor.kind != ActorKind.STAFF or not actor.may(Permission.DOSSIER_LIST):
        raise NotFound(_NOT_THERE)
    query = select(Dossier).where(
        Dossier.public_code == codes.clean(code),
        or_(Dossier.received_agency_id == actor.agency_id, Dossier.decided_agency_id == actor.agency_id),
        or_(Dossier.state != State.DRAFT, Dossier.received_by_id == actor.id),
    )
    dossier = db.session.scalar(query.with_for_update() if lock else query)
    if dossier is None:
        raise NotFound(_NOT_THERE)
    return dossier


def find_slip(dossier: Dossier) -> Slip | None:
    """The living slip of a dossier."""
    return db.session.scalar(select(Slip).where(Slip.dossier_id == dossier.id, Slip.ended_at.is_(None)))



def find_access(session_id: int, code: str) -> tuple[Dossier, SlipAccess | None] | None:
    """The dossier that a browser session may open, by its own draft or by a living slip."""
    found = db.session.execute(
        select(Dossier, SlipAccess)
        .outerjoin(SlipAccess, and_(SlipAccess.dossier_id == Dossier.id, SlipAccess.session_id == session_id))
        .outerjoin(Slip, Slip.id == SlipAccess.slip_id)
        .where(Dossier.public_code == code)
        .where(or_(
            and_(SlipAccess.id.is_not(None), Slip.ended_at.is_(None)),
            and_(Dossier.state == State.DRAFT, Dossier.session_id == session_id),
        ))
    ).first()
    return (found[0], found[1]) if found else None


def list_own_drafts(session_id: int, procedure_code: str | None = None) -> list[Dossier]:
    """Unsent drafts that this browser wrote or opened, latest first."""
    query = (
        select(Dossier)
        .outerjoin(SlipAccess, and_(SlipAccess.dossier_id == Dossier.id, SlipAccess.session_id == session_id))
        .outerjoin(Slip, Slip.id == SlipAccess.slip_id)
        .where(Dossier.state == State.DRAFT)
        .where(or_(Dossier.session_id == session_id, and_(SlipAccess.id.is_not(None), Slip.ended_at.is_(None))))
        .order_by(Dossier.changed_at.desc())
    )
    if procedure_code is not None:
        query = query.where(Dossier.procedure_code == procedure_code)
    return list(db.session.scalars(query).unique())


def last_event(dossier: Dossier) -> DossierEvent | None:
    latest = select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.seq.desc())
    return db.session.scalar(latest.limit(1))


def list_events(dossier: Dossier) -> list[DossierEvent]:
    """History, oldest first."""
    return list(db.session.scalars(
        select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.seq)
    ))


def list_papers(dossier: Dossier, *, with_removed: bool = False) -> list[tuple[DossierPaper, StoredFile]]:
    """Photos in the order of papers and positions."""
    query = (
        select(DossierPaper, StoredFile)
        .join(StoredFile, StoredFile.id == DossierPaper.file_id)
        .where(DossierPaper.dossier_id == dossier.id)
        .order_by(DossierPaper.paper_id, DossierPaper.position, DossierPaper.id)
    )
    if not with_removed:
        query = query.where(DossierPaper.removed_at.is_(None))
    return [(row[0], row[1]) for row in db.session.execute(query)]


def count_papers(dossier: Dossier) -> dict[str, int]:
    """Living photos with bytes, by paper."""
    rows = db.session.execute(
        select(DossierPaper.paper_id, func.count())
        .join(StoredFile, StoredFile.id == DossierPaper.file_id)
        .where(DossierPaper.dossier_id == dossier.id, DossierPaper.removed_at.is_(None), StoredFile.size_stored > 0)
        .group_by(DossierPaper.paper_id)
    )
    return {paper_id: count for paper_id, count in rows}


def open_supplement(dossier: Dossier) -> Supplement | None:
    """The request that still waits for the person or for a clerk's look."""
    waiting = select(Supplement).where(Supplement.dossier_id == dossier.id, Supplement.closed_at.is_(None))
    return db.session.scalar(waiting.order_by(Supplement.id.desc()).limit(1))


def find_result(dossier: Dossier) -> Result | None:
    return db.session.scalar(select(Result).where(Result.dossier_id == dossier.id))


def list_notes(dossier: Dossier) -> list[tuple[Note, str]]:
    """Private notes with their writers' names, latest first."""
    rows = db.session.execute(
        select(Note, Staff.full_name).join(Staff, Staff.id == Note.staff_id)
        .where(Note.dossier_id == dossier.id).order_by(Note.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def list_corrections(dossier: Dossier) -> list[Correction]:
    return list(db.session.scalars(
        select(Correction).where(Correction.dossier_id == dossier.id).order_by(Correction.id.desc())
    ))


def get_reason(code: str, act: str) -> Reason | None:
    return db.session.scalar(select(Reason).where(Reason.code == code, Reason.act == act))


def list_reasons(act: str) -> list[Reason]:
    return list(db.session.scalars(select(Reason).where(Reason.act == act).order_by(Reason.position)))


def list_twins(dossier: Dossier) -> list[Dossier]:
    """Other dossiers for the same person and the same thing, not ended in refusal (filed twice?)."""
    if dossier.subject_key is None:
        return []
    query = select(Dossier).where(
        Dossier.subject_key == dossier.subject_key, Dossier.id != dossier.id,
        Dossier.state.not_in([State.DRAFT, State.REFUSED, State.STOPPED]),
        Dossier.received_agency_id == dossier.received_agency_id,
    )
    return list(db.session.scalars(query.order_by(Dossier.id.desc()).limit(5)))


def list_waiting_calls(limit: int = 200) -> list[HelpCall]:
    """Calls for help not yet answered, oldest first."""
    return list(db.session.scalars(
        select(HelpCall).where(HelpCall.answered_at.is_(None)).order_by(HelpCall.created_at).limit(limit)
    ))


def list_answered_calls(limit: int = 50) -> list[HelpCall]:
    return list(db.session.scalars(
        select(HelpCall).where(HelpCall.answered_at.is_not(None)).order_by(HelpCall.answered_at.desc()).limit(limit)
    ))


# --- the queue ---------------------------------------------------------------------------------------------------

OPEN_STATES = (
    State.SUBMITTED, State.ACCEPTED, State.IN_PROCESS, State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT,
    State.WITHDRAWAL_ASKED, State.FINISHED,
)
_RUNNING = (State.SUBMITTED, State.ACCEPTED, State.IN_PROCESS)
FILTERS = ("now", "new", "accepted", "processing", "to_sign", "supplement", "payment", "withdrawal", "ready", "mine", "ended")


@dataclass(frozen=True, slots=True)
class QueueAsk:
    """What a clerk looks at: a filter, perhaps a search, and after which row."""

    filter: str = "now"
    text: str = ""
    after: tuple[datetime, int] | None = None


def _filter(ask: QueueAsk, actor: Actor) -> list[ColumnElement[bool]]:
    by_name: dict[str, list[ColumnElement[bool]]] = {
        "now": [
            Dossier.state.in_(_RUNNING), Dossier.queue_at < clock.at_local(clock.today(), datetime.max.time()),
        ],
        "new": [Dossier.state == State.SUBMITTED],
        "accepted": [Dossier.state == State.ACCEPTED],
        "processing": [Dossier.state == State.IN_PROCESS, Dossier.examined_by_id.is_(None)],
        "to_sign": [Dossier.state == State.IN_PROCESS, Dossier.examined_by_id.is_not(None)],
        "supplement": [Dossier.state == State.AWAITING_SUPPLEMENT],
        "payment": [Dossier.state == State.AWAITING_PAYMENT],
        "withdrawal": [Dossier.state == State.WITHDRAWAL_ASKED],
        "ready": [Dossier.state == State.FINISHED],
        "mine": [Dossier.assignee_id == actor.id, Dossier.state.in_(OPEN_STATES)],
        "ended": [Dossier.state.in_((State.REFUSED, State.STOPPED, State.HANDED_OVER))],
    }
    return by_name.get(ask.filter, by_name["now"])


def _search(text: str) -> list[ColumnElement[bool]]:
    """By code, official number, phone or ID number exactly; else by parts of names without marks."""
    code = codes.clean(text)
    if codes.is_valid(code) and len(code) == codes.PUBLIC_CODE_LENGTH:
        return [Dossier.public_code == code]
    if "-" in text and any(sign.isdigit() for sign in text):
        return [Dossier.official_number == text.strip().upper()]
    digits = "".join(sign for sign in text if sign in "0123456789")
    if len(digits) == 12:
        return [Dossier.applicant_id_index == blind_index("id-number", digits)]
    if 9 <= len(digits) <= 11 and len(digits) == len(code):
        phone = "+84" + digits.removeprefix("84").removeprefix("0")
        return [Dossier.phone_index == blind_index("phone", phone)]
    return [Dossier.search_text.contains(word, autoescape=True) for word in fold(text).split()[:6]]


def list_queue(actor: Actor, ask: QueueAsk) -> Sequence[Row[tuple[Dossier, str | None]]]:
    """One page of (dossier, name of whom it lies with), nearest moment first, by keyset; one row more than a page."""
    query = (
        select(Dossier, Staff.full_name)
        .outerjoin(Staff, Staff.id == Dossier.assignee_id)
        .where(Dossier.received_agency_id == actor.agency_id)
    )
    if ask.text.strip():
        query = query.where(Dossier.state != State.DRAFT, *_search(ask.text))
    else:
        query = query.where(*_filter(ask, actor))
    if ask.after is not None:
        query = query.where(tuple_(Dossier.queue_at, Dossier.id) > tuple_(*ask.after))
    return db.session.execute(query.order_by(Dossier.queue_at, Dossier.id).limit(PAGE + 1)).all()


def count_queue(actor: Actor) -> dict[str, int]:
    """How many open dossiers each filter holds, in one statement."""
    today = clock.at_local(clock.today(), datetime.max.time())
    rows = db.session.execute(
        select(
            Dossier.state, Dossier.examined_by_id.is_not(None), Dossier.queue_at < today,
            Dossier.assignee_id == actor.id, func.count(),
        )
        .where(Dossier.received_agency_id == actor.agency_id, Dossier.state.in_(OPEN_STATES))
        .group_by(Dossier.state, Dossier.examined_by_id.is_not(None), Dossier.queue_at < today, Dossier.assignee_id == actor.id)
    ).all()
    names = {
        State.SUBMITTED: "new", State.ACCEPTED: "accepted", State.AWAITING_SUPPLEMENT: "supplement",
        State.AWAITING_PAYMENT: "payment", State.WITHDRAWAL_ASKED: "withdrawal", State.FINISHED: "ready",
    }
    counts = dict.fromkeys(FILTERS, 0)
    for state, examined, due, mine, count in rows:
        name = names.get(State(state)) or ("to_sign" if examined else "processing")
        counts[name] += count
        counts["now"] += count if due and state in _RUNNING else 0
        counts["mine"] += count if mine else 0
    return counts


def list_to_refund(agency_id: int) -> list[Dossier]:
    """Ended without a result although money came in: payments looks here."""
    query = select(Dossier).where(
        Dossier.received_agency_id == agency_id, Dossier.paid_vnd > 0, Dossier.state.in_([State.REFUSED, State.STOPPED]),
        Dossier.payment_state != PaymentState.REFUNDED,
    )
    return list(db.session.scalars(query.order_by(Dossier.id)))
