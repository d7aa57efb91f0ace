"""Reads on mandates: what is in force, and what was done with it."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from app.assistance.models import EventKind, Helper, HelpSession, Mandate, MandateEvent, Method
from app.assistance.queries.helpers import Standing, standing
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, NotFound


def _has(kind: EventKind) -> ColumnElement[bool]:
    return exists(select(MandateEvent.seq).where(MandateEvent.mandate_id == Mandate.id, MandateEvent.kind == kind))


def _in_force() -> ColumnElement[bool]:
    """Given, not ended, not run out, and its paper checked if it is one."""
    return and_(
        Mandate.expires_at > clock.now(), ~_has(EventKind.ENDED),
        or_(Mandate.method != Method.SIGNED_PAPER, _has(EventKind.CHECKED)),
    )


def _for_dossier(dossier_code: str) -> ColumnElement[bool]:
    """Given for this dossier, or for its procedure and then begun in a session of that mandate."""
    begun = select(HelpSession.id).where(HelpSession.mandate_id == Mandate.id, HelpSession.dossier_code == dossier_code)
    return or_(Mandate.dossier_code == dossier_code, and_(Mandate.dossier_code.is_(None), exists(begun)))


def live_mandate(helper: Helper, dossier_code: str) -> Mandate | None:
    """What lets this helper act on this dossier at this moment, or None (the newest, if there are several)."""
    if standing(helper) != Standing.GOOD:
        return None
    query = select(Mandate).where(Mandate.helper_id == helper.id, _for_dossier(dossier_code), _in_force())
    return db.session.scalar(query.order_by(Mandate.id.desc()).limit(1))


def require_mandate(helper: Helper, dossier_code: str) -> Mandate:
    """Like ``live_mandate``; raises ``NotFound`` without one: somebody else's dossier looks like none."""
    found = live_mandate(helper, dossier_code)
    if found is None:
        raise NotFound(N_("Không có giấy nhờ còn hiệu lực cho hồ sơ này. Nhờ người xin đồng ý lại."))
    return found


def is_live(mandate: Mandate) -> bool:
    """Whether a mandate is in force and its helper may help now."""
    in_force = db.session.scalar(select(Mandate.id).where(Mandate.id == mandate.id, _in_force()))
    return in_force is not None and standing(mandate.helper) == Standing.GOOD


def is_open(mandate: Mandate) -> bool:
    """Whether it may still be ended: neither ended nor run out (a paper may still wait for its check)."""
    return mandate.expires_at > clock.now() and not has_event(mandate, EventKind.ENDED)


def has_event(mandate: Mandate, kind: EventKind) -> bool:
    """Whether the journal says that this happened with the mandate."""
    found = select(MandateEvent.seq).where(MandateEvent.mandate_id == mandate.id, MandateEvent.kind == kind)
    return db.session.scalar(found.limit(1)) is not None


def list_open(helper: Helper) -> list[Mandate]:
    """A helper's mandates that are neither ended nor run out, papers that wait for a check among them."""
    query = select(Mandate).where(Mandate.helper_id == helper.id, Mandate.expires_at > clock.now(), ~_has(EventKind.ENDED))
    return list(db.session.scalars(query.order_by(Mandate.id)))


def list_open_for(dossier_code: str) -> list[Mandate]:
    """All mandates that are open for a dossier, whoever the helper is."""
    query = select(Mandate).where(_for_dossier(dossier_code), Mandate.expires_at > clock.now(), ~_has(EventKind.ENDED))
    return list(db.session.scalars(query.order_by(Mandate.id)))


def get_mandate(actor: Actor, code: str) -> Mandate:
    """A mandate of the actor's agency. Raises ``NotFound``."""
    mandate = db.session.scalar(select(Mandate).where(Mandate.code == code, Mandate.agency_id == actor.agency_id))
    if mandate is None:
        raise NotFound
    return mandate


def list_papers_to_check(actor: Actor) -> list[Mandate]:
    """Signed papers that wait for a clerk, oldest first."""
    query = select(Mandate).where(
        Mandate.agency_id == actor.agency_id, Mandate.method == Method.SIGNED_PAPER, Mandate.expires_at > clock.now(),
        ~_has(EventKind.CHECKED), ~_has(EventKind.ENDED),
    )
    return list(db.session.scalars(query.order_by(Mandate.id)))


def list_in_force(actor: Actor, limit: int = 200) -> list[Mandate]:
    """Mandates of the agency that are in force, newest first."""
    query = select(Mandate).where(Mandate.agency_id == actor.agency_id, _in_force())
    return list(db.session.scalars(query.order_by(Mandate.id.desc()).limit(limit)))


def list_events(mandate: Mandate) -> list[MandateEvent]:
    """What happened with a mandate, oldest first."""
    query = select(MandateEvent).where(MandateEvent.mandate_id == mandate.id)
    return list(db.session.scalars(query.order_by(MandateEvent.seq)))


@dataclass(frozen=True, slots=True)
class Help:
    """One line of "Ai đã làm gì cho tôi": who did what when, for the person's own page."""

    at: datetime
    helper_name: str
    team: str
    kind: str
    act: str
    mandate_code: str
    by_kind: str


def was_helped(dossier_code: str) -> bool:
    """Whether any helper ever had a mandate for this dossier."""
    return db.session.scalar(select(Mandate.id).where(_for_dossier(dossier_code)).limit(1)) is not None


def list_help(dossier_code: str) -> list[Help]:
    """All that helpers did on a dossier, oldest first."""
    query = (
        select(MandateEvent, Mandate).join(Mandate, Mandate.id == MandateEvent.mandate_id).where(_for_dossier(dossier_code))
    )
    return [
        Help(event.at, mandate.helper.staff.full_name, mandate.helper.team, event.kind, event.act, mandate.code, event.by_kind)
        for event, mandate in db.session.execute(query.order_by(MandateEvent.seq))
    ]
