"""From the specialist's desk to the leader's: examine, sign and finish, stop, withdraw. Duties stay apart."""
from __future__ import annotations

from sqlalchemy import select

from app.accounts.models import Staff
from app.accounts.permissions import Permission, permissions_of
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid
from app.core.text import normalise
from app.dossiers import duties
from app.dossiers.models import Dossier, HandOverState, Result
from app.dossiers.queries import find_result
from app.dossiers.services.advance import advance, check_acts, check_unchanged
from app.dossiers.services.deadlines import begin_pause, end_pause
from app.dossiers.services.drafts import procedure_of
from app.dossiers.services.helped import end_help
from app.dossiers.services.intake import check_colleague, say_why
from app.dossiers.services.messages import tell, tell_later
from app.dossiers.workflow import Action
from app.files import services as files
from app.files.models import FileKind


def assign(dossier: Dossier, actor: Actor, colleague_id: int, *, lock_version: int | None = None) -> None:
    """Hand the dossier to a colleague of the same agency who can open it."""
    check_unchanged(dossier, lock_version)
    colleague = check_colleague(dossier, colleague_id)
    assert colleague is not None
    advance(dossier, Action.ASSIGN, actor, assignee_id=colleague.id, detail={"to": colleague.full_name})


def start(dossier: Dossier, actor: Actor, *, lock_version: int | None = None) -> None:
    """Put into process. Who received the dossier may do so only where the procedure says so (ruling 9)."""
    check_unchanged(dossier, lock_version)
    _check_duty(dossier, Action.START, actor)
    advance(dossier, Action.START, actor, assignee_id=actor.id)


def _check_duty(dossier: Dossier, action: Action, actor: Actor) -> None:
    """Raises ``Conflict`` when the dossier is not ready for the act, ``Forbidden`` for the wrong person."""
    check_acts(dossier, action, actor)
    if why := duties.unready(action, dossier):
        raise Conflict(why)
    if why := duties.separation(action, dossier, procedure_of(dossier), actor):
        raise Forbidden(why)


def attach_result(dossier: Dossier, actor: Actor, away: files.PutAway, *, number: str = "") -> Result:
    """Attach the drafted result, by whoever may examine; a second upload replaces the first until it is sent up.

    From then on it stays: what the leader signs is what the specialist examined.
    """
    _check_duty(dossier, Action.EXAMINE, actor)
    file = files.store(away, owner_ref=dossier.public_code, kind=FileKind.RESULT, actor=actor)
    result = find_result(dossier)
    if result is None:
        name = procedure_of(dossier).result or procedure_of(dossier).title
        result = Result(dossier_id=dossier.id, file_id=file.id, name=name, added_by_id=actor.id or 0)
        db.session.add(result)
    result.file_id, result.number, result.added_by_id = file.id, normalise(number)[:60], actor.id or 0
    result.added_at = clock.now()
    db.session.flush()
    return result


def examine(dossier: Dossier, actor: Actor, *, opinion: str = "", lock_version: int | None = None) -> None:
    """The specialist has examined and hands up for signature; there must be a result."""
    check_unchanged(dossier, lock_version)
    _check_duty(dossier, Action.EXAMINE, actor)
    if find_result(dossier) is None:
        raise Invalid(fields={"result": (N_("Gắn tệp kết quả trước khi trình ký."), {})})
    signer = _leader_of(dossier)
    advance(
        dossier, Action.EXAMINE, actor, reason=opinion.strip(), examined_by_id=actor.id,
        assignee_id=signer.id if signer else dossier.assignee_id,
    )


def _leader_of(dossier: Dossier) -> Staff | None:
    living = (Staff.agency_id == dossier.decided_agency_id, Staff.disabled_at.is_(None))
    leaders = select(Staff).where(*living).order_by(Staff.id)
    taken = {dossier.received_by_id, dossier.examined_by_id}
    return next(
        (one for one in db.session.scalars(leaders)
         if Permission.DOSSIER_SIGN in permissions_of(one.roles) and one.id not in taken),
        None,
    )


def return_to_examiner(dossier: Dossier, actor: Actor, *, reason: str, lock_version: int | None = None) -> None:
    """The leader does not sign yet and says why."""
    check_unchanged(dossier, lock_version)
    _check_duty(dossier, Action.RETURN_TO_EXAMINER, actor)
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Ghi lý do trả lại."), {})})
    advance(
        dossier, Action.RETURN_TO_EXAMINER, actor, reason=reason.strip(), assignee_id=dossier.examined_by_id,
        examined_by_id=None,
    )


def finish(dossier: Dossier, actor: Actor, *, lock_version: int | None = None) -> None:
    """The leader signs; on time is judged at this moment (state 9), not when it is collected."""
    check_unchanged(dossier, lock_version)
    _check_duty(dossier, Action.FINISH, actor)
    if find_result(dossier) is None:
        raise Invalid(fields={"result": (N_("Hồ sơ chưa có tệp kết quả."), {})})
    advance(
        dossier, Action.FINISH, actor, finished_at=clock.now(), signed_by_id=actor.id, assignee_id=None,
        hand_over_state=HandOverState.WAITING,
    )
    by_post = "finished_post" if dossier.result_way == "post" else "finished"
    tell_later(dossier, "finished_electronic" if is_electronic(dossier) else by_post)
    end_help(dossier, actor)


def is_electronic(dossier: Dossier) -> bool:
    """Whether the person gets the result on the phone (never a civil-status original, ruling 2)."""
    return dossier.result_way == "electronic" and procedure_of(dossier).electronic_result


def ask_payment(dossier: Dossier, actor: Actor, *, lock_version: int | None = None) -> None:
    """Wait for a payment before going on; the clock stands."""
    check_unchanged(dossier, lock_version)
    _check_duty(dossier, Action.ASK_PAYMENT, actor)
    advance(dossier, Action.ASK_PAYMENT, actor)
    begin_pause(dossier, "payment")
    tell_later(dossier, "payment_due")


def ask_withdrawal(dossier: Dossier, actor: Actor, *, reason: str = "") -> None:
    """The citizen wants the dossier back: at once before acceptance, afterwards the leader decides."""
    before_acceptance = dossier.accepted_at is None
    advance(dossier, Action.ASK_WITHDRAWAL, actor, reason=reason.strip(), answer_due_at=None)
    if before_acceptance:
        advance(dossier, Action.CLOSE_WITHDRAWAL, SYSTEM)
        end_pause(dossier)
        tell(dossier, "withdrawn")
        end_help(dossier, actor)


def approve_withdrawal(dossier: Dossier, actor: Actor, *, lock_version: int | None = None) -> None:
    """The leader agrees; the dossier stops (Mẫu 05)."""
    check_unchanged(dossier, lock_version)
    advance(dossier, Action.APPROVE_WITHDRAWAL, actor, assignee_id=None)
    end_pause(dossier)
    tell_later(dossier, "withdrawn")
    end_help(dossier, actor)


def decline_withdrawal(dossier: Dossier, actor: Actor, *, reason: str, lock_version: int | None = None) -> None:
    """The leader does not agree and says why; the dossier goes on where it stood."""
    check_unchanged(dossier, lock_version)
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Ghi lý do để người dân hiểu."), {})})
    advance(dossier, Action.DECLINE_WITHDRAWAL, actor, reason=reason.strip())
    tell_later(dossier, "withdrawal_declined")


def stop(dossier: Dossier, actor: Actor, *, reason_code: str, reason: str, lock_version: int | None = None) -> None:
    """Stop a dossier (Mẫu 05), with a reason the person understands."""
    check_unchanged(dossier, lock_version)
    check_acts(dossier, Action.STOP, actor)
    code, text = say_why(reason_code, "stop", reason)
    advance(dossier, Action.STOP, actor, reason_code=code, reason=text, assignee_id=None)
    end_pause(dossier)
    tell_later(dossier, "stopped")
    end_help(dossier, actor)
