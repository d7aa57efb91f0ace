"""A helper beside one person: begin, turn the screen, take it back by PIN, end (phiên giúp)."""
from __future__ import annotations

from sqlalchemy import select

from app.assistance.models import Helper, HelpSession, Mandate, Mode, TurnedFor
from app.assistance.queries import Flag, Standing, is_helpers_phone, is_live, is_night, standing
from app.assistance.services.helpers import note_active
from app.assistance.services.pins import check_pin
from app.assistance.services.proposals import Person
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid
from app.core.text import normalise


def start_session(
    actor: Actor,
    helper: Helper,
    *,
    web_session_id: int,
    person: Person,
    mode: Mode = Mode.HELPER,
    dossier_code: str | None = None,
    is_relative: bool = False,
) -> HelpSession:
    """Begin to help one person; whatever session of this helper was open, here or on another machine, ends first."""
    if actor.id != helper.staff_id or standing(helper) is not Standing.GOOD:
        raise Forbidden(N_("Tài khoản này chưa được giúp hôm nay. Hỏi tổ trưởng."))
    if helper.pin_hash is None:
        raise Conflict(N_("Chưa đặt mã PIN. Đặt mã trước khi giúp người dân."))
    if not normalise(person.name):
        raise Invalid(fields={"name": (N_("Ghi họ và tên người nhờ giúp."), {})})
    end_open_sessions(actor, helper)
    row = HelpSession(
        helper_id=helper.id, web_session_id=web_session_id, person_name=normalise(person.name)[:120],
        dossier_code=dossier_code, mode=mode, flags=_flags(person, is_relative),
    )
    db.session.add(row)
    db.session.flush()
    note_active(helper)
    audit.record(actor, "help.start", "help_session", str(row.id), mode=str(mode), flags=row.flags)
    return row


def attach(session: HelpSession, *, mandate: Mandate | None = None, dossier_code: str | None = None) -> None:
    """Say under which mandate, and on which draft, the session works.

    The hall calls this with a draft that was begun in this very session, or with one that the mandate names. Raises
    ``Forbidden`` for a mandate of another helper or one that names another dossier.
    """
    if session.ended_at is not None:
        raise Conflict(N_("Phiên giúp này đã kết thúc. Bắt đầu lại."))
    if mandate is not None:
        foreign = mandate.helper_id != session.helper_id or not is_live(mandate)
        if foreign or (mandate.dossier_code and dossier_code and mandate.dossier_code != dossier_code):
            raise Forbidden(N_("Giấy nhờ này không dùng cho hồ sơ này."))
        session.mandate_id = mandate.id
    session.dossier_code = dossier_code or session.dossier_code
    db.session.flush()


def turn_screen(session: HelpSession, actor: Actor, purpose: TurnedFor) -> None:
    """Hand the screen to the person: the helper's menu is gone until ``take_back``."""
    _require_own(session, actor)
    session.turned_at, session.turned_for = clock.now(), purpose
    db.session.flush()
    audit.record(actor, "help.turn", "help_session", str(session.id), purpose=str(purpose))


def take_back(session: HelpSession, actor: Actor, helper: Helper, pin: str) -> None:
    """The helper has the screen again, by PIN. Call ``pins.count_try`` before the transaction. Raises ``Invalid``."""
    _require_own(session, actor)
    if helper.id != session.helper_id:
        raise Forbidden(N_("Chỉ người giúp của phiên này lấy lại máy được."))
    check_pin(helper, pin)
    session.turned_at = session.turned_for = None
    db.session.flush()
    audit.record(actor, "help.take_back", "help_session", str(session.id))


def end_session(session: HelpSession, actor: Actor) -> None:
    """The help is over: from here on the helper sees that it happened, not its contents. Twice is once."""
    if session.ended_at is None:
        session.ended_at = clock.now()
        session.turned_at = session.turned_for = None
        db.session.flush()
        audit.record(actor, "help.end", "help_session", str(session.id))


def end_open_sessions(actor: Actor, helper: Helper) -> int:
    """End whatever is open of a helper (sign-out, another person, account closed); how many."""
    found = select(HelpSession).where(HelpSession.helper_id == helper.id, HelpSession.ended_at.is_(None))
    rows = list(db.session.scalars(found))
    for row in rows:
        end_session(row, actor)
    return len(rows)


def _require_own(session: HelpSession, actor: Actor) -> None:
    helper = db.session.get_one(Helper, session.helper_id)
    if session.ended_at is not None or helper.staff_id != actor.id:
        raise Conflict(N_("Phiên giúp này đã kết thúc. Bắt đầu lại."))


def _flags(person: Person, is_relative: bool) -> list[str]:
    marks = {
        Flag.OWN_PHONE: is_helpers_phone(person.phone_key), Flag.RELATIVE: is_relative, Flag.NIGHT: is_night(clock.now()),
    }
    return [str(flag) for flag, holds in marks.items() if holds]
