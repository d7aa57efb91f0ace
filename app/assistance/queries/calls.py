"""Reads on calls for help, visits and incidents: the board, one helper's list, one call with its history."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from app.accounts.models import FIELD_ROLES, Role, Staff
from app.accounts.permissions import Permission
from app.accounts.queries import list_colleagues
from app.assistance.models import CallAct, CallKind, HelpCall, HelpCallEvent, Helper, Urgency
from app.assistance.queries.helpers import Standing, get_own_helper, standing
from app.core import clock, codes
from app.core.actor import Actor
from app.core.db import db, hold
from app.core.errors import N_, NotFound

# How long before a promise it is near: a visit needs a way, a call only a telephone.
NEAR = {
    CallKind.CALL: timedelta(minutes=30), CallKind.VISIT: timedelta(hours=2), CallKind.INCIDENT: timedelta(hours=1),
}
NO_GROUP = 0
_GONE = N_("Không thấy việc này. Có thể đã làm xong, hoặc chuyển cho người khác.")


class Hurry(StrEnum):
    """Where the promise stands at this moment."""

    LATE = "late"
    NEAR = "near"
    TODAY = "today"
    AHEAD = "ahead"
    NONE = "none"  # nothing was promised: no calendar said when the ward works


def hurry_of(call: HelpCall, now: datetime | None = None) -> Hurry:
    """How the promise stands. Late only after the promised moment."""
    now = now or clock.now()
    if call.promised_at is None:
        return Hurry.NONE
    if now > call.promised_at:
        return Hurry.LATE
    if now >= call.promised_at - NEAR[CallKind(call.kind)]:
        return Hurry.NEAR
    return Hurry.TODAY if clock.local(call.promised_at).date() == clock.local(now).date() else Hurry.AHEAD


@dataclass(frozen=True, slots=True)
class BoardAsk:
    """What of the board is wanted; empty means everything."""

    group_id: int | None = None  # NO_GROUP: those who named none
    urgency: str = ""
    kind: str = ""
    hurry: str = ""
    mine: bool = False


def list_board(actor: Actor, ask: BoardAsk | None = None, limit: int = 500) -> list[HelpCall]:
    """What waits in the actor's agency: late first, then by promised moment; those without a promise among the late."""
    ask = ask or BoardAsk()
    query = _open().where(HelpCall.agency_id == actor.agency_id, *_wanted(ask, actor))
    found = _in_order(db.session.scalars(query.order_by(HelpCall.id).limit(limit)))
    return [one for one in found if not ask.hurry or hurry_of(one) == ask.hurry]


def _open() -> Select[tuple[HelpCall]]:
    return select(HelpCall).where(HelpCall.answered_at.is_(None))


def _wanted(ask: BoardAsk, actor: Actor) -> Iterable[ColumnElement[bool]]:
    if ask.group_id is not None:
        yield HelpCall.residential_group_id == ask.group_id if ask.group_id else HelpCall.residential_group_id.is_(None)
    if ask.urgency:
        yield HelpCall.urgency == ask.urgency
    if ask.kind:
        yield HelpCall.kind == ask.kind
    if ask.mine:
        yield HelpCall.taken_by_id == actor.id


def _in_order(calls: Iterable[HelpCall]) -> list[HelpCall]:
    """By promise; who was promised nothing waits since they asked. At the same moment the urgent one is first."""
    rank = list(Urgency)
    return sorted(calls, key=lambda one: (one.promised_at or one.created_at, rank.index(Urgency(one.urgency)), one.id))


def list_done(actor: Actor, limit: int = 30) -> list[HelpCall]:
    """What was closed last in the actor's agency, latest first."""
    query = select(HelpCall).where(HelpCall.agency_id == actor.agency_id, HelpCall.answered_at.is_not(None))
    return list(db.session.scalars(query.order_by(HelpCall.answered_at.desc(), HelpCall.id.desc()).limit(limit)))


def count_hurries(calls: Sequence[HelpCall]) -> Counter[Hurry]:
    """How many are late, near and so on."""
    now = clock.now()
    return Counter(hurry_of(one, now) for one in calls)


def _of_helper(helper: Helper) -> ColumnElement[bool]:
    """Visits in a helper's residential groups, and whatever was given to them."""
    groups = [group.id for group in helper.groups]
    near_by = (
        (HelpCall.kind == CallKind.VISIT) & HelpCall.residential_group_id.in_(groups) if groups else false()
    )
    return (HelpCall.agency_id == helper.staff.agency_id) & or_(HelpCall.taken_by_id == helper.staff_id, near_by)


def list_for_helper(helper: Helper) -> list[HelpCall]:
    """What a helper may do: visits of the own residential groups, and what a colleague passed on. Own ones first.

    Nothing for who may not help today: names and doors of old people are no reading matter.
    """
    if standing(helper) is not Standing.GOOD:
        return []
    found = _in_order(db.session.scalars(_open().where(_of_helper(helper))))
    return sorted(found, key=lambda one: one.taken_by_id != helper.staff_id)


def get_call(actor: Actor, code: str, *, lock: bool = False) -> HelpCall:
    """A call that the actor may see: of the agency for the board, of the own groups and still open for a helper.

    Raises ``NotFound``. ``lock`` holds the row until the transaction ends.
    """
    query = select(HelpCall).where(HelpCall.code == codes.clean(code), _may_see(actor))
    if lock:
        # First held, then read: a statement that waits for a row sees its neighbours as they were before.
        hold(select(HelpCall.id).where(HelpCall.code == codes.clean(code)))
        query = query.execution_options(populate_existing=True)
    call = db.session.scalar(query)
    if call is None:
        raise NotFound(_GONE)
    return call


def _may_see(actor: Actor) -> ColumnElement[bool]:
    if actor.may(Permission.HELP_BOARD):
        return HelpCall.agency_id == actor.agency_id
    if actor.may(Permission.HELP_GIVE):
        helper = get_own_helper(actor)
        return HelpCall.answered_at.is_(None) & _of_helper(helper) if standing(helper) is Standing.GOOD else false()
    return false()


def find_call(code: str) -> HelpCall | None:
    """A call by the code that the person was given; for their own page, which tells nothing about anyone."""
    return db.session.scalar(select(HelpCall).where(HelpCall.code == codes.clean(code)[:8]))


@dataclass(frozen=True, slots=True)
class CallLine:
    """One line of a call's history, with the names of those who acted."""

    event: HelpCallEvent
    by: str | None
    to: str | None


def list_history(call: HelpCall) -> list[CallLine]:
    """What happened with a call, oldest first: who had it before, and with which words it went on."""
    events = list(db.session.scalars(
        select(HelpCallEvent).where(HelpCallEvent.call_id == call.id).order_by(HelpCallEvent.id)
    ))
    ids = {number for one in events for number in (one.by_id, one.to_id) if number}
    names = {row[0]: row[1] for row in db.session.execute(select(Staff.id, Staff.full_name).where(Staff.id.in_(ids)))}
    return [CallLine(one, names.get(one.by_id or 0), names.get(one.to_id or 0)) for one in events]


def last_words(calls: Sequence[HelpCall]) -> dict[int, CallLine]:
    """With which words each call was last passed on or tried, by the call's id."""
    query = select(HelpCallEvent, Staff.full_name).outerjoin(Staff, Staff.id == HelpCallEvent.by_id).where(
        HelpCallEvent.call_id.in_([one.id for one in calls]), HelpCallEvent.act.in_([CallAct.PASSED, CallAct.TRIED])
    )
    rows = db.session.execute(query.order_by(HelpCallEvent.id))
    return {row[0].call_id: CallLine(row[0], row[1], None) for row in rows}


def list_takers(actor: Actor) -> list[Staff]:
    """To whom a call can be passed: those of the board, and helpers who may help today. By name."""
    on_board = {one.id: one for one in list_colleagues(actor.agency_id or 0, Permission.HELP_BOARD)}
    helpers = select(Helper).join(Staff).where(Staff.agency_id == actor.agency_id, Staff.disabled_at.is_(None))
    for helper in db.session.scalars(helpers):
        if standing(helper) is Standing.GOOD and helper.staff.roles & FIELD_ROLES:
            on_board[helper.staff_id] = helper.staff
    return sorted((one for one in on_board.values() if one.id != actor.id), key=lambda one: one.full_name)


def count_told(agency_id: int, since: datetime) -> int:
    """How many promises of an agency were noted as near or late since a moment."""
    query = select(func.count()).select_from(HelpCallEvent).join(HelpCall, HelpCall.id == HelpCallEvent.call_id).where(
        HelpCall.agency_id == agency_id, HelpCallEvent.act.in_([CallAct.NEAR, CallAct.LATE]), HelpCallEvent.at > since
    )
    return db.session.scalar(query) or 0


def list_leads(agency_id: int) -> list[Helper]:
    """Living leaders of helpers in an agency: who is told when a promise is near."""
    query = select(Helper).join(Staff).where(Staff.agency_id == agency_id, Staff.disabled_at.is_(None)).order_by(Helper.id)
    return [one for one in db.session.scalars(query) if Role.HELPER_LEAD in one.staff.roles]


def list_visits(actor: Actor, day: date, taker_id: int | None = None) -> list[HelpCall]:
    """Open visits that are promised until the end of a day (late ones among them), of one person if named."""
    end = clock.at_local(day, time.max)
    query = _open().where(
        HelpCall.agency_id == actor.agency_id, HelpCall.kind == CallKind.VISIT,
        or_(HelpCall.promised_at.is_(None), HelpCall.promised_at <= end),
    )
    if taker_id is not None:
        query = query.where(HelpCall.taken_by_id == taker_id)
    return _in_order(db.session.scalars(query))


def find_badge_of(call: HelpCall) -> Helper | None:
    """The helper who took a visit, for the person to know who comes; None for staff and for what nobody took."""
    if call.taken_by_id is None or not call.is_open:
        return None
    helper = db.session.scalar(select(Helper).where(Helper.staff_id == call.taken_by_id))
    return helper if helper is not None and standing(helper) is Standing.GOOD else None
