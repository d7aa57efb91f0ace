"""Asking for help (gọi giúp, nhờ đến nhà, báo sự cố): what a person may say, and the moment they are promised.

Page and draft come along as codes, so that whoever helps starts where the person stopped.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from app.accounts.models import ResidentialGroup
from app.accounts.queries import get_ward
from app.assistance.models import CallAct, CallKind, HelpCall, HelpCallEvent, Urgency
from app.assistance.queries.calls import NEAR
from app.core import audit, clock, jobs
from app.core.actor import Actor, ActorKind
from app.core.codes import new_public_code
from app.core.db import db
from app.core.errors import N_, Invalid
from app.core.text import normalise, normalise_lines
from app.files import services as files
from app.files.models import FileKind
from app.working_time.engine import Calendar, CalendarMissing
from app.working_time.queries import load_calendar

Faults = dict[str, tuple[str, dict[str, object]]]
WATCH = "assistance.watch_promise"  # the job that looks whether a promise is near or has passed
WAYS = {"phone": CallKind.CALL, "visit": CallKind.VISIT, "counter": CallKind.CALL}
MORNING, AFTERNOON = "morning", "afternoon"
# Opening time until it is done at the latest. A visit ends with the half-day in which this runs out.
_MINUTES = {
    (CallKind.CALL, Urgency.NOW): 60, (CallKind.CALL, Urgency.STUCK): 120, (CallKind.CALL, Urgency.LATER): 240,
    (CallKind.VISIT, Urgency.NOW): 240, (CallKind.VISIT, Urgency.STUCK): 480, (CallKind.VISIT, Urgency.LATER): 960,
    (CallKind.INCIDENT, Urgency.NOW): 60, (CallKind.INCIDENT, Urgency.STUCK): 480, (CallKind.INCIDENT, Urgency.LATER): 480,
}
_WHERE = N_("Ghi chỗ dễ tìm: số nhà, gần chợ, gần trường.")
_QUARTER = timedelta(minutes=15)
_DAYS_AHEAD = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a person says when they ask to be called or visited. ``phone`` is in E.164 or empty."""

    name: str
    phone: str = ""
    way: str = "phone"
    text: str = ""
    page: str = ""
    dossier_code: str | None = None
    procedure_code: str | None = None
    group_id: int | None = None
    landmark: str = ""
    best_time: str = ""
    urgent: bool = False


def promise(kind: CallKind, urgency: Urgency, best_time: str, at: datetime, calendar: Calendar) -> datetime | None:
    """By when it will be done, from urgency and office hours; None where the calendar does not know the days.

    A call is promised to the quarter of an hour, a visit to the end of a half-day: "trước 10 giờ 30".
    """
    try:
        due = calendar.add_working_time(at, timedelta(minutes=_MINUTES[kind, urgency]))
        return _half_day(due, best_time, calendar) if kind is CallKind.VISIT else _rounded(due, calendar)
    except CalendarMissing:
        return None


def _rounded(due: datetime, calendar: Calendar) -> datetime:
    over = timedelta(minutes=due.minute % 15, seconds=due.second, microseconds=due.microsecond)
    later = due + (_QUARTER - over if over else timedelta(0))
    return later if calendar.working_time_between(due, later) == later - due else due


def _half_day(due: datetime, best_time: str, calendar: Calendar) -> datetime:
    """The end of the first half-day, of the kind that suits the person, in which ``due`` lies or before which it has passed."""
    first = clock.local(due).date()
    for number in range(_DAYS_AHEAD):
        day = first + timedelta(days=number)
        if not calendar.is_working_day(day):
            continue
        for opens, closes, _use in calendar.hours_on(day):
            suits = not best_time or (best_time == MORNING) == (opens.hour < 12)
            if suits and clock.at_local(day, closes) >= due:
                return clock.at_local(day, closes)
    return due


def what_is_missing(what: Ask) -> Faults:
    """What is missing before anyone can call or come, by field: looked at before a try is counted."""
    faults: Faults = {}
    kind = WAYS.get(what.way, CallKind.CALL)
    if not normalise(what.name):
        faults["name"] = (N_("Ghi tên để cán bộ xưng hô."), {})
    if kind is CallKind.CALL and not what.phone:
        faults["phone"] = (N_("Ghi số điện thoại để phường gọi lại. Không có điện thoại thì chọn Đến nhà."), {})
    if kind is CallKind.VISIT and not normalise(what.landmark):
        faults["landmark"] = (_WHERE, {})
    return faults


def ask(actor: Actor, what: Ask) -> HelpCall:
    """Note who wants to be called or visited. Raises ``Invalid`` naming what is missing."""
    if faults := what_is_missing(what):
        raise Invalid(fields=faults)
    kind = WAYS.get(what.way, CallKind.CALL)
    urgency = Urgency.NOW if what.urgent else Urgency.STUCK if what.dossier_code else Urgency.LATER
    return _keep(actor, urgency, HelpCall(
        kind=kind, way=what.way if what.way in WAYS else "phone", name=normalise(what.name)[:80], phone=what.phone,
        page=what.page[:120], dossier_code=what.dossier_code, procedure_code=what.procedure_code,
        text=normalise_lines(what.text)[:500], residential_group_id=what.group_id,
        landmark=normalise(what.landmark)[:200] or None, urgency=urgency,
        best_time=what.best_time if kind is CallKind.VISIT and what.best_time in (MORNING, AFTERNOON) else "",
    ))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a person says about an incident. Neither a name nor a telephone is needed."""

    text: str
    group_id: int | None = None
    landmark: str = ""
    phone: str = ""
    name: str = ""
    urgent: bool = False


def what_is_untold(what: Report) -> Faults:
    """What is missing before anyone can go and look, by field."""
    faults: Faults = {}
    if not normalise_lines(what.text):
        faults["text"] = (N_("Ghi một câu: chuyện gì đang xảy ra."), {})
    if not normalise(what.landmark):
        faults["landmark"] = (_WHERE, {})
    return faults


def report(actor: Actor, what: Report, photo: files.PutAway | None = None) -> HelpCall:
    """Note an incident (sự cố), with a photo that was received before the transaction. Raises ``Invalid``."""
    if faults := what_is_untold(what):
        raise Invalid(fields=faults)
    urgency = Urgency.NOW if what.urgent else Urgency.LATER
    call = _keep(actor, urgency, HelpCall(
        kind=CallKind.INCIDENT, way="report", name=normalise(what.name)[:80], phone=what.phone,
        text=normalise_lines(what.text)[:1000], residential_group_id=what.group_id,
        landmark=normalise(what.landmark)[:200], urgency=urgency,
    ))
    if photo is not None:
        call.photo_file_id = files.store(photo, owner_ref=owner_ref(call), kind=FileKind.UPLOAD, actor=actor).id
        db.session.flush()
    return call


def owner_ref(call: HelpCall) -> str:
    """Under which name the photo of an incident is kept."""
    return f"help_call/{call.code}"


def _keep(actor: Actor, urgency: Urgency, call: HelpCall) -> HelpCall:
    ward = get_ward()
    known = select(ResidentialGroup.id).where(
        ResidentialGroup.id == call.residential_group_id, ResidentialGroup.agency_id == ward.id
    )
    if call.residential_group_id is not None and db.session.scalar(known) is None:
        call.residential_group_id = None
    call.code, call.agency_id = new_public_code(), ward.id
    call.promised_at = promise(CallKind(call.kind), urgency, call.best_time or "", clock.now(), load_calendar())
    db.session.add(call)
    db.session.flush()
    note(call, CallAct.ASKED, actor)
    watch(call)
    audit.record(actor, "help.ask", "help_call", call.code, kind=call.kind)
    return call


def note(call: HelpCall, act: CallAct, actor: Actor, *, to_id: int | None = None, word: str = "") -> HelpCallEvent:
    """Write a line of the call's journal."""
    line = HelpCallEvent(
        call_id=call.id, act=act, by_id=actor.id if actor.kind is ActorKind.STAFF else None, to_id=to_id, word=word or None
    )
    db.session.add(line)
    db.session.flush()
    return line


def watch(call: HelpCall) -> None:
    """Let someone look when the promise is near, and when it has passed. What was done meanwhile is left alone."""
    if call.promised_at is None:
        return
    for at in (call.promised_at - NEAR[CallKind(call.kind)], call.promised_at + timedelta(seconds=1)):
        jobs.enqueue(WATCH, delay=max(timedelta(0), at - clock.now()), call=call.id)


def forget_draft(dossier_code: str) -> None:
    """A draft was thrown away: calls that came from it stay, without it."""
    db.session.execute(update(HelpCall).where(HelpCall.dossier_code == dossier_code).values(dossier_code=None))
