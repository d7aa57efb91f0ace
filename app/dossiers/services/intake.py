"""Accepting and refusing (tiếp nhận, không tiếp nhận): number, rule and promised date are fixed here."""
from __future__ import annotations

from typing import Any

from app.accounts.models import Staff
from app.accounts.permissions import Permission, permissions_of
from app.accounts.queries import get_agency
from app.core import clock, counters
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Invalid
from app.core.text import normalise
from app.dossiers.models import Dossier
from app.dossiers.queries import get_reason
from app.dossiers.services.advance import advance, check_acts, check_unchanged
from app.dossiers.services.deadlines import derive_due_at, promised_at, rule_of
from app.dossiers.services.drafts import procedure_of
from app.dossiers.services.fees import tell_unknown_fee
from app.dossiers.services.helped import end_help
from app.dossiers.services.messages import tell_later, when_plain
from app.dossiers.workflow import Action


def _next_official_number(dossier: Dossier) -> str:
    """``<agency>-<YYYYMMDD>-<NNNNNNN>``: one series an agency and Vietnamese day, never reused (domain.md 1.4)."""
    agency = get_agency(dossier.received_agency_id)
    day = f"{clock.today():%Y%m%d}"
    return f"{agency.code}-{day}-{counters.next_number(f'dossier/{agency.code}/{day}'):07d}"


def accept_facts(dossier: Dossier, actor: Actor) -> dict[str, Any]:
    """What acceptance fixes: who, when, by which rule, until when, under which number."""
    procedure = procedure_of(dossier)
    due_at = promised_at(procedure)  # refuses before a number is taken when the calendar is missing
    return {
        "accepted_at": clock.now(),
        "time_rule": rule_of(procedure),
        "due_at": due_at,
        "received_by_id": actor.id,
        "answer_due_at": None,
        # An undone acceptance keeps its number: a number is never given twice.
        "official_number": dossier.official_number or _next_official_number(dossier),
    }


def after_acceptance(dossier: Dossier) -> None:
    """Tell the person until when."""
    assert dossier.due_at is not None and derive_due_at(dossier) == dossier.due_at
    tell_later(dossier, "accepted", due=when_plain(dossier.due_at))


def accept(dossier: Dossier, actor: Actor, *, assignee_id: int | None = None, lock_version: int | None = None) -> None:
    """Accept an online filing: the clock starts, slip Mẫu 01 can be printed, a fee not known so far is told."""
    check_unchanged(dossier, lock_version)
    check_acts(dossier, Action.ACCEPT, actor)  # before a number is taken
    colleague = check_colleague(dossier, assignee_id)
    tell_unknown_fee(dossier)
    advance(
        dossier, Action.ACCEPT, actor, assignee_id=assignee_id or dossier.assignee_id,
        detail={"to": colleague.full_name} if colleague else None, **accept_facts(dossier, actor),
    )
    after_acceptance(dossier)


def check_colleague(dossier: Dossier, colleague_id: int | None) -> Staff | None:
    """The colleague to whom a dossier is given: living, of the deciding agency, able to open it; None for nobody."""
    if colleague_id is None:
        return None
    colleague = db.session.get(Staff, colleague_id)
    if (
        colleague is None or colleague.disabled_at or colleague.agency_id != dossier.decided_agency_id
        or Permission.DOSSIER_VIEW not in permissions_of(colleague.roles)
    ):
        raise Invalid(fields={"colleague": (N_("Chọn một đồng nghiệp đang làm việc ở phường."), {})})
    return colleague


def refuse(
    dossier: Dossier, actor: Actor, *, reason_code: str, reason: str, lock_version: int | None = None
) -> None:
    """Do not accept, with a reason in the law's words and ours (Mẫu 03). Raises ``Invalid`` without one."""
    check_unchanged(dossier, lock_version)
    check_acts(dossier, Action.REFUSE, actor)
    code, text = say_why(reason_code, "refuse", reason)
    advance(dossier, Action.REFUSE, actor, reason_code=code, reason=text, answer_due_at=None)
    tell_later(dossier, "refused")
    end_help(dossier, actor)


def say_why(code: str, act: str, typed: str) -> tuple[str, str]:
    """A known reason code, and the plain words: its sentence, what the clerk added, how to mend it; never a bare code."""
    known = get_reason(code, act)
    if known is None and not typed.strip():
        raise Invalid(fields={"reason": (N_("Chọn lý do, hoặc ghi rõ lý do cho người dân hiểu."), {})})
    parts = (known.sentence if known else "", normalise(typed)[:500], known.remedy if known else "")
    return known.code if known else "", " ".join(part for part in parts if part)
