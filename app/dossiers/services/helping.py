"""A helper beside one person: the draft that is filled in, the consent that opens it, what is forgotten at the end."""
from __future__ import annotations

from typing import Any

from sqlalchemy import delete

from app.assistance.models import ByKind, Helper, HelpSession, Mandate, Method, Mode
from app.assistance.queries import get_mandate, is_live
from app.assistance.services import help_sessions, mandates
from app.assistance.services.proposals import Person
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, NotFound
from app.dossiers.models import Dossier, SlipAccess, State
from app.dossiers.queries import find_by_code
from app.dossiers.services import drafts, slips

TO_FILL = frozenset({State.DRAFT, State.AWAITING_SUPPLEMENT})
_NOT_NOW = N_("Hồ sơ này đã nộp, chưa có gì để làm giúp. Người xin xem bằng phiếu của mình.")


def begin(
    actor: Actor, helper: Helper, person: Person, procedure_code: str, *, web_session_id: int, mode: Mode,
    is_relative: bool = False, card: dict[str, str] | None = None, call_code: str | None = None,
) -> HelpSession:
    """A session with a new draft. Nothing is written into the draft before the person agreed."""
    session = help_sessions.start_session(
        actor, helper, web_session_id=web_session_id, person=person, mode=mode, procedure_code=procedure_code,
        is_relative=is_relative, card=card, call_code=call_code,
    )
    slips.forget_codes_of(web_session_id)  # an earlier session may have ended elsewhere, without the PIN
    dossier = drafts.start_draft(procedure_code, session_id=None)
    dossier.helped_agency_id = helper.staff.agency_id
    session.began_draft = True
    help_sessions.attach(session, dossier_code=dossier.public_code)
    return session


def take_up(
    actor: Actor, helper: Helper, person: Person, dossier: Dossier, *, web_session_id: int, mode: Mode,
    is_relative: bool = False, mandate: Mandate | None = None, call_code: str | None = None,
) -> HelpSession:
    """A session with a draft, or with what the ward asked for again. Raises ``Conflict`` where there is nothing to fill in."""
    if dossier.state not in TO_FILL:
        raise Conflict(_NOT_NOW)
    session = help_sessions.start_session(
        actor, helper, web_session_id=web_session_id, person=person, mode=mode, procedure_code=dossier.procedure_code,
        is_relative=is_relative, dossier_code=dossier.public_code, call_code=call_code,
    )
    shut_slip(session, dossier)  # an earlier session may have ended elsewhere, without the PIN
    dossier.helped_agency_id = helper.staff.agency_id
    help_sessions.attach(session, mandate=mandate, dossier_code=dossier.public_code)
    return session


def go_on(actor: Actor, helper: Helper, mandate_code: str, *, web_session_id: int, mode: Mode) -> HelpSession:
    """Another session under a mandate that is still in force: the tablet died, or a paper was checked since."""
    mandate = get_mandate(actor, mandate_code)
    if mandate.helper_id != helper.id or not is_live(mandate):
        raise NotFound
    dossier = find_by_code(mandate.dossier_code or "")
    if dossier is None:
        raise NotFound
    person = Person(name=mandate.person_name, phone=mandate.person_phone or "")
    session = take_up(
        actor, helper, person, dossier, web_session_id=web_session_id, mode=mode, is_relative=mandate.is_relative,
        mandate=mandate,
    )
    mandates.use_mandate(mandate, actor, "session.start")
    return session


def agree(session: HelpSession, mandate: Mandate, dossier: Dossier) -> None:
    """The person agreed: the session opens the draft, and what the card said goes into it."""
    help_sessions.attach(session, mandate=mandate, dossier_code=dossier.public_code)
    card: Any = (session.person or {}).get("card")
    if dossier.state == State.DRAFT:
        drafts.see_privacy_notice(dossier)
        if card and not dossier.answers:
            drafts.keep_card_facts(dossier, card)
    db.session.flush()


def refuse(session: HelpSession, dossier: Dossier | None, actor: Actor) -> None:
    """The person did not agree: a draft that was begun for it goes, and nothing of the person stays."""
    older = db.session.get(Mandate, session.mandate_id) if session.mandate_id else None
    if dossier is not None and session.began_draft and dossier.state == State.DRAFT and session.mandate_id is None:
        drafts.discard_draft(dossier, actor)
    help_sessions.refuse_consent(session)
    if older is not None:
        mandates.end_mandate(older, actor, by_kind=ByKind.PERSON, reason="by_person")


def shut_slip(session: HelpSession, dossier: Dossier | None) -> None:
    """The helper has the screen again: the codes that it showed are not shown again, and open nothing here."""
    slips.forget_codes_of(session.web_session_id)
    if dossier is not None:
        db.session.execute(delete(SlipAccess).where(
            SlipAccess.dossier_id == dossier.id, SlipAccess.session_id == session.web_session_id
        ))


def finish(session: HelpSession, actor: Actor) -> None:
    """The end: codes are forgotten, a weak mandate goes with the session, and an empty draft that nobody agreed to."""
    dossier = find_by_code(session.dossier_code or "")
    shut_slip(session, dossier)
    mandate = db.session.get(Mandate, session.mandate_id) if session.mandate_id else None
    if mandate is None:
        refuse(session, dossier, actor)
    help_sessions.end_session(session, actor)
    if mandate is not None and Method(mandate.method).is_weak:
        mandates.end_mandate(mandate, actor, by_kind=ByKind.SYSTEM, reason="session_ended")
