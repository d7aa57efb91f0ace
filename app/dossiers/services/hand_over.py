"""Handing the result over (trả kết quả): who came, in what relation, and that the card was seen."""
from __future__ import annotations

from app.core import clock
from app.core.actor import Actor
from app.core.errors import N_, Conflict, Invalid
from app.core.text import normalise
from app.dossiers.models import Dossier, HandOverState, PaymentState, State
from app.dossiers.queries import find_result
from app.dossiers.services.advance import advance, check_acts, check_unchanged
from app.dossiers.services.decision import is_electronic
from app.dossiers.workflow import Action


def hand_over(
    dossier: Dossier,
    actor: Actor,
    *,
    collector_name: str,
    relation: str,
    identity_checked: bool,
    lock_version: int | None = None,
) -> None:
    """At the counter, after a look at the card. Raises ``Invalid`` when who came is not recorded."""
    check_unchanged(dossier, lock_version)
    check_acts(dossier, Action.HAND_OVER, actor)
    name = normalise(collector_name)
    if not name:
        raise Invalid(fields={"collector_name": (N_("Ghi họ và tên người đến nhận."), {})})
    if not identity_checked:
        raise Invalid(fields={"identity_checked": (N_("Xem thẻ căn cước người đến nhận, rồi đánh dấu vào ô này."), {})})
    if dossier.payment_state in (PaymentState.DUE, PaymentState.PARTLY, PaymentState.EXEMPT_ASKED) and dossier.due_vnd:
        raise Conflict(N_("Hồ sơ còn khoản chưa nộp. Thu tiền hoặc xét miễn trước khi trả kết quả."))
    result = find_result(dossier)
    if result is None:
        raise Conflict(N_("Hồ sơ chưa có tệp kết quả."))
    result.collector_name, result.collector_relation = name, normalise(relation)[:40]
    result.identity_checked, result.handed_over_by_id = True, actor.id
    advance(
        dossier, Action.HAND_OVER, actor, handed_over_at=clock.now(), hand_over_state=HandOverState.DONE,
    )


def may_download(dossier: Dossier) -> bool:
    """Whether the person may download the result: electronic, finished, paid."""
    unpaid = dossier.payment_state in (PaymentState.DUE, PaymentState.PARTLY, PaymentState.EXEMPT_ASKED)
    return dossier.state in (State.FINISHED, State.HANDED_OVER) and is_electronic(dossier) and not unpaid


def collect_online(dossier: Dossier, actor: Actor) -> None:
    """The person fetched the result on the phone; the first time is the hand-over."""
    if not may_download(dossier):
        raise Conflict(N_("Giấy này nhận tại quầy của phường."))
    if dossier.state == State.FINISHED:
        advance(
            dossier, Action.COLLECT_ONLINE, actor, handed_over_at=clock.now(), hand_over_state=HandOverState.DONE,
        )
