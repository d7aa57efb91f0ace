"""The one door through which a dossier changes state: check, change, record."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app.core import audit, clock
from app.core.actor import Actor, ActorKind
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden
from app.dossiers.models import Dossier, DossierEvent, State
from app.dossiers.queries import last_event
from app.dossiers.workflow import ACTION_NAMES, DOSSIER, UNDOABLE, Action

# What an act may change and ``undo`` puts back. The official number stays: a number is never given twice.
SNAPSHOT = (
    "state", "state_before", "state_before_withdrawal", "answer_due_at", "accepted_at", "time_rule", "due_at",
    "finished_at", "handed_over_at", "hand_over_state", "received_by_id", "assignee_id", "examined_by_id",
    "signed_by_id",
)


def check_unchanged(dossier: Dossier, lock_version: int | None) -> None:
    """Raises ``Conflict``, naming who was first, when the page was read before someone else's act."""
    if lock_version is None or lock_version == dossier.lock_version:
        return
    event = last_event(dossier)
    if event is None:
        raise Conflict(N_("Hồ sơ vừa thay đổi. Mở lại hồ sơ để xem."))
    raise Conflict(
        N_("%(who)s vừa làm trước: %(act)s. Mở lại hồ sơ để xem."),
        who=event.actor_label, act=ACTION_NAMES[Action(event.action)],
    )


def _remembered(dossier: Dossier) -> State | None:
    left = dossier.state_before_withdrawal if dossier.state == State.WITHDRAWAL_ASKED else dossier.state_before
    return None if left is None else State(left)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def advance(
    dossier: Dossier,
    action: Action,
    actor: Actor,
    *,
    reason_code: str = "",
    reason: str = "",
    detail: dict[str, Any] | None = None,
    **changes: Any,
) -> DossierEvent:
    """Take ``action`` on ``dossier``: permission, transition table, history row, audit row.

    ``changes`` are columns that change with the act. Raises ``Conflict`` when the state does not allow it or
    another was first, ``Forbidden`` when the actor may not.
    """
    target = check_acts(dossier, action, actor)
    source = State(dossier.state)
    before = {name: _plain(getattr(dossier, name)) for name in SNAPSHOT} if action in UNDOABLE else None
    if target != source:
        _remember(dossier, source, target)
        dossier.state = target
    for name, value in changes.items():
        setattr(dossier, name, value)
    dossier.changed_at = clock.now()
    flush(dossier)  # before the history is looked at: here it shows whether another was first
    remembered = {"before": before} if before is not None else {}
    event = add_event(
        dossier, action, actor, source, reason_code=reason_code, reason=reason, detail={**(detail or {}), **remembered}
    )
    db.session.flush()
    return event


def _remember(dossier: Dossier, source: State, target: State) -> None:
    if target in (State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT):
        if source != State.WITHDRAWAL_ASKED:  # a declined withdrawal comes back here, the older memory holds
            dossier.state_before = source
    elif target == State.WITHDRAWAL_ASKED:
        dossier.state_before_withdrawal = source


def check_actor(action: Action, actor: Actor) -> None:
    """Staff acts need their permission; acts without one belong to a citizen's session or the system."""
    DOSSIER.check_permission(action, actor)
    if DOSSIER.table[action].permission is None and actor.kind == ActorKind.STAFF:
        raise Forbidden(N_("Việc này do người dân làm."))


def check_acts(dossier: Dossier, action: Action, actor: Actor) -> State:
    """Whether ``advance`` would take the act, before anything is spent on it; where it leads."""
    check_actor(action, actor)
    return DOSSIER.target(action, State(dossier.state), left=_remembered(dossier))


def add_event(
    dossier: Dossier,
    action: Action,
    actor: Actor,
    source: State,
    *,
    reason_code: str,
    reason: str,
    detail: dict[str, Any],
) -> DossierEvent:
    """The history row and the audit row of one act."""
    if dossier.id is None:
        db.session.flush()
    last = db.session.scalar(select(func.max(DossierEvent.seq)).where(DossierEvent.dossier_id == dossier.id)) or 0
    event = DossierEvent(
        dossier_id=dossier.id, seq=last + 1, at=clock.now(), action=action, from_state=source, to_state=dossier.state,
        actor_kind=actor.kind, actor_id=actor.id, actor_label=actor.label, reason_code=reason_code, reason=reason,
        detail=detail,
    )
    db.session.add(event)
    audit.record(
        actor, f"dossier.{action}", "dossier", dossier.public_code, seq=last + 1,
        from_state=int(source), to_state=int(dossier.state),
    )
    return event


def flush(dossier: Dossier) -> None:
    """Write now; the version column tells when another transaction was first."""
    dossier.refresh_queue_at()
    try:
        db.session.flush()
    except StaleDataError as error:
        raise Conflict(N_("Người khác vừa làm trước trên hồ sơ này. Mở lại hồ sơ để xem.")) from error
