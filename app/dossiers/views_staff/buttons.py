"""What stands on the buttons of a dossier, and where they lead: one line an act, in the order of the desk."""
from __future__ import annotations

from dataclasses import dataclass

from app.accounts.permissions import Permission
from app.core.actor import Actor
from app.core.errors import N_
from app.dossiers.models import Dossier, State
from app.dossiers.queries import QueueRow
from app.dossiers.workflow import Action

A, P, S = Action, Permission, State


@dataclass(frozen=True, slots=True)
class Button:
    """An act as it is drawn. ``asks``: a page with a question comes first, so the words end in "…"."""

    action: Action
    endpoint: str
    words: str
    asks: bool = False
    bad: bool = False


BUTTONS = {
    button.action: button
    for button in (
        Button(A.ACCEPT, "accept", N_("Nhận hồ sơ")),
        Button(A.CONFIRM_SUPPLEMENT, "confirm_supplement", N_("Đã đủ, làm tiếp")),
        Button(A.START, "start", N_("Chuyển xử lý")),
        Button(A.FINISH, "finish", N_("Ký, hoàn thành")),
        Button(A.EXAMINE, "examine", N_("Trình ký…"), asks=True),
        Button(A.HAND_OVER, "hand_over", N_("Trả kết quả…"), asks=True),
        Button(A.APPROVE_WITHDRAWAL, "approve_withdrawal", N_("Đồng ý cho rút")),
        Button(A.DECLINE_WITHDRAWAL, "decline_withdrawal", N_("Không cho rút…"), asks=True),
        Button(A.ASK_SUPPLEMENT, "ask_supplement", N_("Yêu cầu bổ sung…"), asks=True),
        Button(A.RETURN_TO_EXAMINER, "return_to_examiner", N_("Trả lại người thụ lý…"), asks=True),
        Button(A.ASK_PAYMENT, "ask_payment", N_("Chờ nộp tiền")),
        Button(A.REFUSE, "refuse", N_("Không tiếp nhận…"), asks=True, bad=True),
        Button(A.STOP, "stop", N_("Dừng giải quyết…"), asks=True, bad=True),
    )
}
# The one purple button of each state.
_MAIN = {
    S.SUBMITTED: (A.ACCEPT,), S.ACCEPTED: (A.START,), S.IN_PROCESS: (A.FINISH, A.EXAMINE),
    S.AWAITING_SUPPLEMENT: (A.CONFIRM_SUPPLEMENT,), S.WITHDRAWAL_ASKED: (A.APPROVE_WITHDRAWAL,),
    S.FINISHED: (A.HAND_OVER,),
}
_VERBS = {
    S.SUBMITTED: (P.DOSSIER_ACCEPT, N_("Nhận")),
    S.ACCEPTED: (P.DOSSIER_EXAMINE, N_("Xử lý")),
    S.WITHDRAWAL_ASKED: (P.DOSSIER_SIGN, N_("Quyết định")),
    S.FINISHED: (P.DOSSIER_HAND_OVER, N_("Trả kết quả")),
}


def buttons_of(dossier: Dossier, acts: list[Action], *, mended: bool = False) -> tuple[Button | None, list[Button]]:
    """The main button, if one is this person's, and the others. ``mended``: what was asked for has come."""
    first = () if dossier.state == S.AWAITING_SUPPLEMENT and not mended else _MAIN.get(State(dossier.state), ())
    main = next((action for action in first if action in acts), None)
    others = [button for action, button in BUTTONS.items() if action in acts and action != main]
    return BUTTONS[main] if main else None, others


def verb_of(row: QueueRow, actor: Actor) -> str:
    """The one verb of a line of the queue: what this person would do with it, else "Mở"."""
    permission, verb = _VERBS.get(State(row.state), (None, ""))
    if row.state == S.IN_PROCESS:
        permission, verb = (P.DOSSIER_SIGN, N_("Ký")) if row.examined_by_id else (P.DOSSIER_EXAMINE, N_("Trình ký"))
    elif row.state == S.AWAITING_SUPPLEMENT and row.mended:
        permission, verb = P.DOSSIER_ASK, N_("Xem giấy mới")
    return verb if permission and actor.may(permission) else N_("Mở")
