"""Calls for help (gọi giúp): asked from any page, answered from a list; taken, answered, with what came of it."""
from __future__ import annotations

from app.accounts.models import Staff
from app.accounts.permissions import Permission
from app.core import audit, clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Invalid, NotFound
from app.core.text import normalise, normalise_lines
from app.dossiers.models import Dossier, HelpCall

WAYS = ("phone", "visit", "counter")


def ask_for_help(
    actor: Actor, *, name: str, phone: str, way: str, page: str = "", dossier: Dossier | None = None, text: str = ""
) -> HelpCall:
    """Note who wants to be called back; ``phone`` is already in E.164. Page and draft come along."""
    call = HelpCall(
        name=normalise(name)[:80], phone=phone, way=way if way in WAYS else WAYS[0], page=page[:120],
        dossier_id=dossier.id if dossier else None, text=normalise_lines(text)[:500],
    )
    db.session.add(call)
    db.session.flush()
    audit.record(actor, "help.ask", "help_call", str(call.id), way=call.way)
    return call


def _get(call_id: int, actor: Actor) -> HelpCall:
    """A call that waits, held until the transaction ends. Raises ``Conflict``, naming who has it."""
    call = db.session.get(HelpCall, call_id, with_for_update=True)
    if call is None or not actor.may(Permission.HELP_ANSWER):
        raise NotFound
    other = db.session.get(Staff, call.taken_by_id) if call.taken_by_id not in (None, actor.id) else None
    if call.answered_at is not None:
        raise Conflict(N_("Cuộc gọi này đã gọi lại xong."))
    if other is not None:
        raise Conflict(N_("%(who)s đã nhận cuộc gọi này."), who=other.full_name)
    return call


def take_call(call_id: int, actor: Actor) -> HelpCall:
    """Say that one is calling now, so that two clerks do not call the same person."""
    call = _get(call_id, actor)
    call.taken_by_id, call.taken_at = actor.id, clock.now()
    audit.record(actor, "help.take", "help_call", str(call.id))
    db.session.flush()
    return call


def answer_call(call_id: int, actor: Actor, outcome: str) -> HelpCall:
    """Close a call with one sentence on what came of it."""
    call = _get(call_id, actor)
    if not outcome.strip():
        raise Invalid(fields={"outcome": (N_("Ghi một câu: đã giúp được gì."), {})})
    call.taken_by_id, call.taken_at = actor.id, call.taken_at or clock.now()
    call.answered_at, call.outcome = clock.now(), normalise_lines(outcome)[:500]
    audit.record(actor, "help.answer", "help_call", str(call.id))
    db.session.flush()
    return call
