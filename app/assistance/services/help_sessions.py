"""A helper beside one person: begin, turn the screen, take it back by PIN, end (phiên giúp)."""
from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select

from app.accounts.models import WebSession
from app.assistance.models import Helper, HelpSession, Mandate, Mode, Rating, TurnedFor
from app.assistance.queries import Flag, Standing, is_helpers_phone, is_live, is_night, phone_index, standing
from app.assistance.services.helpers import note_active
from app.assistance.services.pins import check_pin
from app.assistance.services.proposals import Person
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid
from app.core.text import fold, normalise

RESTED = timedelta(minutes=15)  # a helper's web session is no good after so long a rest


def start_session(
    actor: Actor,
    helper: Helper,
    *,
    web_session_id: int,
    person: Person,
    mode: Mode = Mode.HELPER,
    dossier_code: str | None = None,
    procedure_code: str | None = None,
    is_relative: bool = False,
    card: dict[str, str] | None = None,
    call_code: str | None = None,
) -> HelpSession:
    """Begin to help one person; whatever session of this helper was open, here or on another machine, ends first.

    ``card``: what was read from the person's ID card, for the first answers; forgotten with the session.
    """
    if actor.id != helper.staff_id or standing(helper) is not Standing.GOOD:
        raise Forbidden(N_("Tài khoản này chưa được giúp hôm nay. Hỏi tổ trưởng."))
    if helper.pin_hash is None:
        raise Conflict(N_("Chưa đặt mã PIN. Đặt mã trước khi giúp người dân."))
    if not normalise(person.name):
        raise Invalid(fields={"name": (N_("Ghi họ và tên người nhờ giúp."), {})})
    end_open_sessions(actor, helper)
    row = HelpSession(
        helper_id=helper.id, web_session_id=web_session_id, person_name=normalise(person.name)[:120],
        dossier_code=dossier_code, procedure_code=procedure_code, mode=mode, call_code=call_code,
        flags=_flags(helper, person, is_relative),
        person={"phone": person.phone, "id_number": person.id_number, "relative": is_relative, "card": card or {}},
    )
    db.session.add(row)
    db.session.flush()
    note_active(helper)
    audit.record(actor, "help.start", "help_session", str(row.id), mode=str(mode), flags=row.flags)
    return row


def person_of(session: HelpSession) -> Person:
    """Who is helped, as long as the session lasts."""
    kept = session.person or {}
    return Person(name=session.person_name, phone=str(kept.get("phone", "")), id_number=str(kept.get("id_number", "")))


def note_phone(session: HelpSession, phone: str) -> None:
    """The person's own telephone (E.164), typed on the turned screen."""
    session.person = {**(session.person or {}), "phone": phone}
    if is_helpers_phone(phone_index(phone)):
        session.flags = sorted({*session.flags, str(Flag.OWN_PHONE)})
    db.session.flush()


def set_manner(session: HelpSession, actor: Actor, *, mode: Mode, several: bool) -> None:
    """Who types from here on, and whether several questions stand on a page."""
    _require_own(session, actor)
    if mode not in (Mode.BESIDE, Mode.HELPER):
        raise Invalid(fields={"mode": (N_("Chọn ai gõ."), {})})
    session.mode, session.several_per_page = mode, several and mode is Mode.HELPER
    db.session.flush()


def refuse_consent(session: HelpSession) -> None:
    """The person said no on the turned screen: nothing opens any more; the helper gets the screen back by PIN and ends."""
    session.dossier_code = session.mandate_id = None
    session.person = None
    db.session.flush()


def rate(session: HelpSession, word: str) -> None:
    """What the person says of the help. Raises ``Invalid`` for anything but the three answers."""
    if word not in set(Rating):
        raise Invalid(fields={"rating": (N_("Chọn một câu, hoặc bấm Bỏ qua."), {})})
    session.rating = word
    db.session.flush()


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
        session.turned_at = session.turned_for = session.person = None
        db.session.flush()
        audit.record(actor, "help.end", "help_session", str(session.id))


def end_open_sessions(actor: Actor, helper: Helper) -> int:
    """End whatever is open of a helper (sign-out, another person, account closed); how many."""
    found = select(HelpSession).where(HelpSession.helper_id == helper.id, HelpSession.ended_at.is_(None))
    rows = list(db.session.scalars(found))
    for row in rows:
        end_session(row, actor)
    return len(rows)


def end_lapsed(actor: Actor) -> int:
    """End sessions of help whose web session has ended or rests for longer than any helper's may; how many."""
    query = (
        select(HelpSession).join(WebSession, WebSession.id == HelpSession.web_session_id)
        .where(HelpSession.ended_at.is_(None))
        .where(or_(WebSession.ended_at.is_not(None), WebSession.seen_at < clock.now() - RESTED))
    )
    rows = list(db.session.scalars(query))
    for row in rows:
        end_session(row, actor)
    return len(rows)


def _require_own(session: HelpSession, actor: Actor) -> None:
    helper = db.session.get_one(Helper, session.helper_id)
    if session.ended_at is not None or helper.staff_id != actor.id:
        raise Conflict(N_("Phiên giúp này đã kết thúc. Bắt đầu lại."))


def _flags(helper: Helper, person: Person, is_relative: bool) -> list[str]:
    marks = {
        Flag.OWN_PHONE: is_helpers_phone(person.phone_key), Flag.NIGHT: is_night(clock.now()),
        Flag.RELATIVE: is_relative or _is_namesake(helper.staff.full_name, person.name),
    }
    return [str(flag) for flag, holds in marks.items() if holds]


def _is_namesake(one: str, other: str) -> bool:
    """Same family and middle names, as brothers and sisters often have; a mark to look at, never a refusal."""
    mine, theirs = fold(one).split()[:-1], fold(other).split()[:-1]
    return len(mine) > 1 and mine == theirs
