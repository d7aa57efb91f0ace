"""What a dossier costs, written into its columns: at filing, at acceptance, and when an answer was corrected."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.dossiers.models import Dossier, PaymentState
from app.dossiers.services.drafts import procedure_of
from app.procedures.fees import FeeAssessment, assess
from app.procedures.queries import entered_amounts


def assess_fee(
    dossier: Dossier, granted: frozenset[str] = frozenset(), *, answers: Mapping[str, Any] | None = None
) -> FeeAssessment:
    """What is to be paid by the rules of the dossier's version and the amounts that staff entered."""
    procedure = procedure_of(dossier)
    amounts = entered_amounts(dossier.received_agency_id, procedure.code)
    return assess(procedure, dossier.answers if answers is None else answers, amounts=amounts, exemption_ids=granted)


def write_fee(dossier: Dossier) -> None:
    """The fee of a dossier for which nothing was paid or decided yet."""
    fee = assess_fee(dossier)
    dossier.due_vnd = fee.due_vnd
    dossier.collect = fee.collect
    if fee.due_vnd is None:
        dossier.payment_state = PaymentState.UNKNOWN
    else:
        dossier.payment_state = PaymentState.DUE if fee.due_vnd > 0 else PaymentState.NONE


def tell_unknown_fee(dossier: Dossier) -> None:
    """Assess a fee anew that was not known: "phường báo khi nhận" (ruling 13), once staff have entered the amount."""
    if dossier.payment_state == PaymentState.UNKNOWN:
        write_fee(dossier)


def follow_answers(dossier: Dossier, before: Mapping[str, Any]) -> None:
    """Let the fee follow a corrected answer. What an exemption or a clerk has changed since is left alone."""
    old, new = assess_fee(dossier, answers=before).due_vnd, assess_fee(dossier).due_vnd
    if old == new or dossier.due_vnd != old or dossier.payment_state in (
        PaymentState.EXEMPT_ASKED, PaymentState.EXEMPT, PaymentState.REFUND_DUE, PaymentState.REFUNDED
    ):
        return
    if dossier.paid_vnd == 0:
        write_fee(dossier)
        return
    dossier.due_vnd = new
    if new is None:
        dossier.payment_state = PaymentState.UNKNOWN
    else:
        dossier.payment_state = PaymentState.PAID if dossier.paid_vnd >= new else PaymentState.PARTLY
