"""Reads on helpers, mandates and sessions of help."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from app.accounts.models import FIELD_ROLES, Staff
from app.assistance.models import (
    CallOutcome,
    EventKind,
    Helper,
    HelpSession,
    Mandate,
    MandateCall,
    MandateEvent,
    Method,
    Mode,
)
from app.core import clock
from app.core.actor import Actor
from app.core.crypto import blind_index
from app.core.db import db
from app.core.errors import N_, Forbidden, NotFound
from app.core.text import fold

IDLE_DAYS = 60  # a helper who helps nobody for so long is stopped
REVIEW_DAYS = 30
SAME_PHONE_PEOPLE = 3
NIGHT_FROM, NIGHT_TO = 20, 6  # hours of the clock in Việt Nam
MANY_AT_NIGHT = 3  # more than these in seven days are looked at


class Standing(StrEnum):
    """Whether someone is a helper of the ward at this moment."""

    GOOD = "good"
    UNTRAINED = "untrained"
    UNCONFIRMED = "unconfirmed"  # the role waits for a second person, or was taken away
    DISABLED = "disabled"
    EXPIRED = "expired"
    IDLE = "idle"


def standing(helper: Helper) -> Standing:
    """Where a helper stands now; only ``GOOD`` may help."""
    if helper.is_disabled:
        return Standing.DISABLED
    if helper.expires_on < clock.today():
        return Standing.EXPIRED
    if helper.staff.roles.isdisjoint(FIELD_ROLES):
        return Standing.UNCONFIRMED
    if helper.last_active_at < clock.now() - timedelta(days=IDLE_DAYS):
        return Standing.IDLE
    return Standing.GOOD if helper.is_trained else Standing.UNTRAINED


def phone_index(phone: str) -> bytes:
    """The blind index of a telephone in E.164, the same for helpers and for those they help."""
    return blind_index("phone", phone)


def get_own_helper(actor: Actor) -> Helper:
    """The helper who acts. Raises ``NotFound`` for an account without a helper's papers."""
    helper = db.session.scalar(select(Helper).where(Helper.staff_id == actor.id))
    if helper is None:
        raise NotFound(N_("Tài khoản này chưa có hồ sơ người giúp. Nhờ tổ trưởng thêm."))
    return helper


def get_good_helper(actor: Actor) -> Helper:
    """The helper who acts, when they may help today. Raises ``Forbidden`` with what to do otherwise."""
    helper = get_own_helper(actor)
    refusals = {
        Standing.UNTRAINED: N_("Làm xong năm trang tập trước, rồi mới giúp người dân được."),
        Standing.EXPIRED: N_("Thẻ người giúp đã hết hạn. Nhờ tổ trưởng gia hạn."),
        Standing.IDLE: N_("Đã lâu không giúp ai nên tài khoản tạm dừng. Nhờ tổ trưởng gia hạn."),
        Standing.DISABLED: N_("Tài khoản người giúp này đã khóa."),
        Standing.UNCONFIRMED: N_("Vai trò người giúp còn chờ người thứ hai xác nhận."),
    }
    if (stands := standing(helper)) in refusals:
        raise Forbidden(refusals[stands])
    return helper


def get_helper(actor: Actor, username: str) -> Helper:
    """A helper of the actor's agency by account name. Raises ``NotFound``."""
    helper = db.session.scalar(
        select(Helper).join(Staff).where(Staff.username == username.strip().lower(), _of_agency(actor))
    )
    if helper is None:
        raise NotFound(N_("Không có người giúp này."))
    return helper


def _of_agency(actor: Actor) -> ColumnElement[bool]:
    return Staff.agency_id == actor.agency_id if actor.agency_id else Staff.id.is_not(None)


def find_by_badge(token: str) -> Helper | None:
    """Whose badge it is."""
    return db.session.scalar(select(Helper).where(Helper.badge_token == token))


def list_helpers(actor: Actor) -> list[Helper]:
    """The helpers of the actor's agency: living first, then by name."""
    query = select(Helper).join(Staff).where(_of_agency(actor))
    return list(db.session.scalars(query.order_by(Staff.disabled_at.is_not(None), Staff.full_name)))


# Mandates

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


def list_help(dossier_code: str) -> list[Help]:
    """All that helpers did on a dossier, oldest first."""
    query = (
        select(MandateEvent, Mandate).join(Mandate, Mandate.id == MandateEvent.mandate_id).where(_for_dossier(dossier_code))
    )
    return [
        Help(event.at, mandate.helper.staff.full_name, mandate.helper.team, event.kind, event.act, mandate.code)
        for event, mandate in db.session.execute(query.order_by(MandateEvent.seq))
    ]


# What is looked at again

class Flag(StrEnum):
    """Why a mandate is marked for review."""

    SAME_PHONE = "same_phone"  # more than three people with one telephone
    OWN_PHONE = "own_phone"  # the telephone is a helper's
    RELATIVE = "relative"  # người nhà
    NIGHT = "night"  # many at night


def is_helpers_phone(index: bytes | None) -> bool:
    """Whether a telephone is that of a helper, any helper."""
    return index is not None and db.session.scalar(select(Helper.id).where(Helper.phone_index == index).limit(1)) is not None


def is_night(at: datetime) -> bool:
    hour = clock.local(at).hour
    return hour >= NIGHT_FROM or hour < NIGHT_TO


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A mandate with what is odd about it."""

    mandate: Mandate
    flags: tuple[Flag, ...]
    is_open: bool


def list_reviewed(actor: Actor, *, only_flagged: bool = False) -> list[Reviewed]:
    """The agency's mandates of the last 30 days with their flags, newest first."""
    since = clock.now() - timedelta(days=REVIEW_DAYS)
    query = select(Mandate).where(Mandate.agency_id == actor.agency_id, Mandate.made_at > since)
    mandates = list(db.session.scalars(query.order_by(Mandate.id.desc())))
    ended = set(db.session.scalars(select(MandateEvent.mandate_id).where(MandateEvent.kind == EventKind.ENDED)))
    crowded, restless = _shared_phones(mandates), _night_workers(mandates)
    owned = set(db.session.scalars(select(Helper.phone_index)))
    found = [
        Reviewed(one, tuple(_flags(one, crowded, restless, owned)), one.expires_at > clock.now() and one.id not in ended)
        for one in mandates
    ]
    return [one for one in found if one.flags] if only_flagged else found


def _flags(mandate: Mandate, crowded: set[bytes], restless: set[int], owned: set[bytes]) -> Iterable[Flag]:
    if mandate.phone_index in crowded:
        yield Flag.SAME_PHONE
    if mandate.phone_index in owned:
        yield Flag.OWN_PHONE
    if mandate.is_relative:
        yield Flag.RELATIVE
    if mandate.helper_id in restless and is_night(mandate.made_at):
        yield Flag.NIGHT


def _shared_phones(mandates: Sequence[Mandate]) -> set[bytes]:
    """Telephones that stand for more than three people; a phone is never the key of a person, so names decide too."""
    people: dict[bytes, set[bytes | str]] = defaultdict(set)
    for one in mandates:
        if one.phone_index is not None:
            people[one.phone_index].add(one.person_key or fold(one.person_name))
    return {phone for phone, who in people.items() if len(who) > SAME_PHONE_PEOPLE}


def _night_workers(mandates: Sequence[Mandate]) -> set[int]:
    since = clock.now() - timedelta(days=7)
    nights: dict[int, int] = defaultdict(int)
    for one in mandates:
        if one.made_at > since and is_night(one.made_at):
            nights[one.helper_id] += 1
    return {helper_id for helper_id, count in nights.items() if count > MANY_AT_NIGHT}


def list_calls_due(actor: Actor) -> list[Mandate]:
    """Mandates in the draw whose people were not reached yet, oldest first; last 30 days."""
    reached = exists(select(MandateCall.id).where(
        MandateCall.mandate_id == Mandate.id, MandateCall.outcome != CallOutcome.NOT_REACHED
    ))
    query = select(Mandate).where(
        Mandate.agency_id == actor.agency_id, Mandate.to_call_back, ~reached,
        Mandate.made_at > clock.now() - timedelta(days=REVIEW_DAYS),
    )
    return list(db.session.scalars(query.order_by(Mandate.id)))


def list_calls_made(actor: Actor, limit: int = 30) -> list[tuple[MandateCall, Mandate, Staff]]:
    """Calls that were made, newest first, each with its mandate and who called."""
    query = (
        select(MandateCall, Mandate, Staff)
        .join(Mandate, Mandate.id == MandateCall.mandate_id)
        .join(Staff, Staff.id == MandateCall.called_by_id)
        .where(Mandate.agency_id == actor.agency_id)
        .order_by(MandateCall.id.desc())
        .limit(limit)
    )
    return [(call, mandate, staff) for call, mandate, staff in db.session.execute(query)]


# Sessions of help

def find_open_session(helper: Helper, web_session_id: int) -> HelpSession | None:
    """The session of help that is under way in this very browser session."""
    return db.session.scalar(select(HelpSession).where(
        HelpSession.helper_id == helper.id, HelpSession.web_session_id == web_session_id, HelpSession.ended_at.is_(None)
    ))


@dataclass(frozen=True, slots=True)
class Tally:
    """A helper's month in numbers."""

    people: int
    alone: int
    open_mandates: int


def tally(helper: Helper) -> Tally:
    """Sessions since the first of the month, how many of them the people typed themselves, open mandates."""
    first = clock.local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = (
        select(HelpSession.mode, func.count())
        .where(HelpSession.helper_id == helper.id, HelpSession.started_at >= first)
        .group_by(HelpSession.mode)
    )
    rows = {row[0]: row[1] for row in db.session.execute(counted)}
    return Tally(sum(rows.values()), rows.get(Mode.ALONE, 0) + rows.get(Mode.BESIDE, 0), len(list_open(helper)))


def list_sessions(helper: Helper, limit: int = 10) -> list[HelpSession]:
    """A helper's last sessions: that the act happened, not its contents."""
    query = select(HelpSession).where(HelpSession.helper_id == helper.id)
    return list(db.session.scalars(query.order_by(HelpSession.id.desc()).limit(limit)))
