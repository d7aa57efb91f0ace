"""The board of the response team: take, pass on, sort, note a vain try, close; the leader hears of promises in time.

Everyone acts on what they saw: a form carries the version of the row, and of two who press at once the second is told who was
first. Each act is a line of the journal, so whoever takes a visit over knows who had it and what was said.
"""
from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.models import ResidentialGroup
from app.accounts.permissions import Permission
from app.assistance.models import CallAct, CallKind, HelpCall, HelpCallEvent, Urgency
from app.assistance.queries.calls import Hurry, count_told, get_call, hurry_of, list_leads, list_takers
from app.assistance.queries.helpers import get_good_helper
from app.assistance.services.help_calls import note, owner_ref, promise, watch
from app.core import audit, clock
from app.core.actor import SYSTEM, Actor
from app.core.codes import show
from app.core.db import db, hold
from app.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from app.core.text import normalise_lines
from app.files.models import StoredFile
from app.files.queries import list_files
from app.notifications.services import send_sms
from app.working_time.queries import load_calendar

MOST_TOLD = 20  # promises an hour of which a leader's telephone hears: calls need no account, so they can be made up
_CLOCKS_DIFFER = timedelta(minutes=1)  # "now" of the page that was opened a moment ago


def _held(actor: Actor, code: str, version: int) -> HelpCall:
    """The open call as the actor saw it, held until the transaction ends. Raises ``Conflict`` saying who was first."""
    if not actor.may(Permission.HELP_BOARD):
        get_good_helper(actor)
    call = get_call(actor, code, lock=True)
    if not call.is_open:
        raise Conflict(N_("Việc này %(who)s đã làm xong."), who=_taker(call))
    if call.version != version:
        if call.taken_by_id not in (None, actor.id):
            raise Conflict(N_("%(who)s đã nhận việc này."), who=_taker(call))
        raise Conflict(N_("Việc này vừa có thay đổi. Xem lại rồi bấm lại."))
    call.version += 1
    return call


def _taker(call: HelpCall) -> str:
    return call.taker.full_name if call.taker else ""


def _told(act: CallAct, call: HelpCall, actor: Actor, *, to_id: int | None = None, word: str = "") -> HelpCall:
    db.session.flush()
    db.session.refresh(call, ["taker", "group"])
    note(call, act, actor, to_id=to_id, word=word)
    audit.record(actor, f"help.{act}", "help_call", call.code)
    return call


def _words(typed: str, missing: str) -> str:
    word = normalise_lines(typed)[:500]
    if not word:
        raise Invalid(fields={"word": (missing, {})})
    return word


def take(actor: Actor, code: str, version: int, word: str = "") -> HelpCall:
    """"Tôi nhận". What a colleague has is taken over only with a word why."""
    call = _held(actor, code, version)
    if call.taken_by_id not in (None, actor.id):
        word = _words(word, N_("Ghi một câu: vì sao nhận thay."))
    call.taken_by_id, call.taken_at = actor.id, clock.now()
    return _told(CallAct.TAKEN, call, actor, word=normalise_lines(word)[:500])


def pass_on(actor: Actor, code: str, version: int, to_id: int | None, word: str) -> HelpCall:
    """Hand a call to a colleague, or back to the board, with a word for whoever goes on."""
    word = _words(word, N_("Ghi một câu cho người làm tiếp."))
    call = _held(actor, code, version)
    _mine_or_board(call, actor)
    if to_id is not None and to_id not in {one.id for one in list_takers(actor)}:
        raise Invalid(fields={"to": (N_("Chọn người trong danh sách."), {})})
    call.taken_by_id, call.taken_at = to_id, clock.now() if to_id else None
    return _told(CallAct.PASSED, call, actor, to_id=to_id, word=word)


def _mine_or_board(call: HelpCall, actor: Actor) -> None:
    if call.taken_by_id != actor.id and not actor.may(Permission.HELP_BOARD):
        raise Forbidden(N_("Bấm “Tôi nhận” trước."))


def note_try(actor: Actor, code: str, version: int, word: str) -> HelpCall:
    """Nobody answered, nobody was at home: it stays open, and the next one knows."""
    word = _words(word, N_("Ghi một câu: gọi lúc nào, gặp ai."))
    call = _held(actor, code, version)
    _mine_or_board(call, actor)
    return _told(CallAct.TRIED, call, actor, word=word)


def sort(actor: Actor, code: str, version: int, urgency: str, group_id: int | None) -> HelpCall:
    """Set urgency and residential group of what people wrote in their own words. What was promised never becomes later."""
    if not actor.may(Permission.HELP_BOARD):
        raise NotFound
    if urgency not in set(Urgency):
        raise Invalid(fields={"urgency": (N_("Chọn mức gấp."), {})})
    call = _held(actor, code, version)
    known = select(ResidentialGroup.id).where(ResidentialGroup.agency_id == call.agency_id, ResidentialGroup.id == group_id)
    call.residential_group_id = db.session.scalar(known) if group_id else None
    call.urgency = urgency
    sooner = promise(CallKind(call.kind), Urgency(urgency), call.best_time, clock.now(), load_calendar())
    if sooner is not None and (call.promised_at is None or sooner < call.promised_at):
        call.promised_at = sooner
        watch(call)
    return _told(CallAct.SORTED, call, actor)


def finish(actor: Actor, code: str, version: int, outcome: str, done_at: datetime | None = None) -> HelpCall:
    """Close a call with one sentence and the true time; the board may do it for a colleague, from paper.

    ``done_at`` (default: now) is neither to come nor before the person asked.
    """
    faults: dict[str, tuple[str, dict[str, object]]] = {}
    outcome = normalise_lines(outcome)[:500]
    if not outcome:
        faults["outcome"] = (N_("Ghi một câu: đã giúp được gì."), {})
    call = _held(actor, code, version)
    _mine_or_board(call, actor)
    now = clock.now()
    at = done_at or now
    if at > now + _CLOCKS_DIFFER:
        faults["done_at"] = (N_("Giờ làm xong chưa tới. Xem lại ngày giờ."), {})
    elif at < call.created_at.replace(second=0, microsecond=0):
        faults["done_at"] = (N_("Giờ làm xong trước lúc người dân gọi. Xem lại ngày giờ."), {})
    if faults:
        raise Invalid(fields=faults)
    if call.taken_by_id is None:
        call.taken_by_id, call.taken_at = actor.id, now
    call.done_at, call.answered_at, call.outcome = min(at, now), now, outcome
    return _told(CallAct.DONE, call, actor, to_id=call.taken_by_id)


def look_at_promise(call_id: int) -> HelpCallEvent | None:
    """Mark a call whose promise is near or has passed and tell the leaders, each once. Safe to run again."""
    hold(select(HelpCall.id).where(HelpCall.id == call_id))
    call = db.session.scalar(select(HelpCall).where(HelpCall.id == call_id).execution_options(populate_existing=True))
    if call is None or not call.is_open or call.promised_at is None:
        return None
    hurry = hurry_of(call)
    if hurry is Hurry.LATE and call.late_at is None:
        call.late_at = clock.now()
        call.near_at = call.near_at or call.late_at
        return _tell_leads(call, CallAct.LATE)
    if hurry is Hurry.NEAR and call.near_at is None:
        call.near_at = clock.now()
        return _tell_leads(call, CallAct.NEAR)
    return None


def _tell_leads(call: HelpCall, act: CallAct) -> HelpCallEvent:
    assert call.promised_at is not None
    told = count_told(call.agency_id, clock.now() - timedelta(hours=1))
    for lead in list_leads(call.agency_id) if told < MOST_TOLD else ():  # the board shows the others
        send_sms(
            template=f"assistance/call_{act}", phone=lead.phone, about=call.code,
            params={"code": show(call.code), "time": f"{clock.local(call.promised_at):%H:%M %d/%m}"},
        )
    return note(call, act, SYSTEM)


def get_photo(call: HelpCall) -> StoredFile:
    """The photo of an incident. Raises ``NotFound``."""
    found = [file for file in list_files(owner_ref(call)) if file.id == call.photo_file_id]
    if not found:
        raise NotFound
    return found[0]
