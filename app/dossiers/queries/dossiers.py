"""Reads on dossiers. What belongs to an agency is fetched *with* the actor: not yours looks like not there."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, or_, select

from app.accounts.models import Staff, WebSession
from app.accounts.permissions import Permission
from app.core import codes
from app.core.actor import Actor, ActorKind
from app.core.db import db, hold
from app.core.errors import N_, NotFound
from app.dossiers.models import (
    Correction,
    Dossier,
    DossierEvent,
    DossierPaper,
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
from app.procedures.models import ProcedureVersion

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


def get_for_slip(actor: Actor, code: str, *, lock: bool = False) -> Dossier:
    """A dossier of the actor's agency whose slip is replaced, an unsent draft too; its content stays closed.

    Raises ``NotFound``.
    """
    if actor.kind != ActorKind.STAFF or not actor.may(Permission.SLIP_REPLACE):
        raise NotFound(_NOT_THERE)
    query = select(Dossier).where(
        Dossier.public_code == codes.clean(code), Dossier.received_agency_id == actor.agency_id
    )
    dossier = db.session.scalar(query.with_for_update() if lock else query)
    if dossier is None:
        raise NotFound(_NOT_THERE)
    return dossier


def list_counter_drafts(actor: Actor) -> list[Dossier]:
    """What this clerk began at the counter and has not registered yet, latest first."""
    query = select(Dossier).where(Dossier.received_by_id == actor.id, Dossier.state == State.DRAFT)
    return list(db.session.scalars(query.order_by(Dossier.changed_at.desc()).limit(20)))


def find_slip(dossier: Dossier) -> Slip | None:
    """The living slip of a dossier."""
    return db.session.scalar(select(Slip).where(Slip.dossier_id == dossier.id, Slip.ended_at.is_(None)))


def find_living_slip(code: str) -> Slip | None:
    """The living slip of the dossier of that code, in one look whether there is one or not."""
    return db.session.scalar(
        select(Slip).join(Dossier, Dossier.id == Slip.dossier_id)
        .where(Dossier.public_code == code, Slip.ended_at.is_(None))
    )


def _access(begun: Select[Any], session: Any) -> Select[Any]:
    """What a browser session may open of one dossier: by its own draft, or by a living slip."""
    return (
        begun.add_columns(SlipAccess, ProcedureVersion.sha256)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .outerjoin(SlipAccess, and_(SlipAccess.dossier_id == Dossier.id, SlipAccess.session_id == session))
        .outerjoin(Slip, Slip.id == SlipAccess.slip_id)
        .where(Dossier.public_code == bindparam("code"))
        .where(or_(
            and_(SlipAccess.id.is_not(None), Slip.ended_at.is_(None)),
            and_(Dossier.state == bindparam("draft"), Dossier.session_id == session),
        ))
    )


# Asked on every page of a dossier: made once, so that each time costs the database alone.
_ACCESS = _access(select(Dossier), bindparam("session"))
_ACCESS_BY_TOKEN = _access(
    select(WebSession, Dossier).select_from(WebSession).join(Dossier, Dossier.public_code == bindparam("code")), WebSession.id
).where(WebSession.token_hash == bindparam("token_hash"))


@dataclass(frozen=True, slots=True)
class Access:
    """A dossier that a browser session may open; ``slip`` when a slip opened it."""

    dossier: Dossier
    slip: SlipAccess | None
    procedure_sha256: str


def find_access(session_id: int, code: str, *, lock: bool = False) -> Access | None:
    """The dossier that a browser session may open, by its own draft or by a living slip.

    ``lock`` holds the dossier's row until the transaction ends.
    """
    if lock:
        # First held, then read: a statement that waits for a row sees only that row as it is by then.
        hold(select(Dossier.id).where(Dossier.public_code == code))
    found = db.session.execute(
        _ACCESS, {"session": session_id, "code": code, "draft": State.DRAFT},
        execution_options={"populate_existing": True} if lock else {},
    ).first()
    return Access(*found) if found else None


def find_access_by_token(token_hash: bytes, code: str) -> tuple[WebSession, Access] | None:
    """The same together with the session of that token, in one statement. The session may have ended."""
    found = db.session.execute(
        _ACCESS_BY_TOKEN, {"token_hash": token_hash, "code": code, "draft": State.DRAFT}
    ).first()
    return (found[0], Access(*found[1:])) if found else None


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
    return {row[0]: row[1] for row in rows}


def open_supplement(dossier: Dossier) -> Supplement | None:
    """The request that still waits for the person or for a clerk's look."""
    waiting = select(Supplement).where(Supplement.dossier_id == dossier.id, Supplement.closed_at.is_(None))
    return db.session.scalar(waiting.order_by(Supplement.id.desc()).limit(1))


def last_supplement(dossier: Dossier) -> Supplement | None:
    """The last request for more that was not taken back."""
    asked = select(Supplement).where(Supplement.dossier_id == dossier.id)
    return db.session.scalar(asked.order_by(Supplement.id.desc()).limit(1))


def find_result(dossier: Dossier) -> Result | None:
    return db.session.scalar(select(Result).where(Result.dossier_id == dossier.id))


def list_notes(dossier: Dossier) -> list[tuple[Note, str]]:
    """Private notes with their writers' names, latest first."""
    rows = db.session.execute(
        select(Note, Staff.full_name).join(Staff, Staff.id == Note.staff_id)
        .where(Note.dossier_id == dossier.id).order_by(Note.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def list_corrections(dossier: Dossier) -> list[tuple[Correction, str | None]]:
    """What was changed in the answers after filing, latest first, with the clerk's name; None: the citizen."""
    rows = db.session.execute(
        select(Correction, Staff.full_name).outerjoin(Staff, Staff.id == Correction.staff_id)
        .where(Correction.dossier_id == dossier.id).order_by(Correction.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def people_of(dossier: Dossier) -> dict[int, str]:
    """Names of who received, has, examined and signed a dossier, by staff id."""
    ids = {dossier.received_by_id, dossier.assignee_id, dossier.examined_by_id, dossier.signed_by_id} - {None}
    rows = db.session.execute(select(Staff.id, Staff.full_name).where(Staff.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def get_reason(code: str, act: str) -> Reason | None:
    return db.session.scalar(select(Reason).where(Reason.code == code, Reason.act == act))


def list_reasons(act: str) -> list[Reason]:
    return list(db.session.scalars(select(Reason).where(Reason.act == act).order_by(Reason.position)))


def list_twins(dossier: Dossier) -> list[Dossier]:
    """Other dossiers for the same person and the same thing, not ended in refusal (filed twice?), latest first."""
    if dossier.subject_key is None:
        return []
    query = select(Dossier).where(
        Dossier.subject_key == dossier.subject_key, Dossier.id != dossier.id,
        Dossier.state.not_in([State.DRAFT, State.REFUSED, State.STOPPED]),
        Dossier.received_agency_id == dossier.received_agency_id,
    )
    return list(db.session.scalars(query.order_by(Dossier.id.desc()).limit(5)))


def list_to_refund(agency_id: int) -> list[Dossier]:
    """Ended without a result although money came in: payments looks here."""
    query = select(Dossier).where(
        Dossier.received_agency_id == agency_id, Dossier.paid_vnd > 0,
        Dossier.state.in_([State.REFUSED, State.STOPPED]), Dossier.payment_state != PaymentState.REFUNDED,
    )
    return list(db.session.scalars(query.order_by(Dossier.id)))
