"""The life of a dossier as a table. State codes are those of the national portal (domain.md 1.3)."""
from __future__ import annotations

from enum import StrEnum

from app.accounts.permissions import Permission
from app.core.errors import N_
from app.core.workflow import Transition, Workflow
from app.dossiers.models import State


class Action(StrEnum):
    """An act that history records."""

    SUBMIT = "submit"  # nộp hồ sơ
    INTAKE = "intake"  # tiếp nhận tại quầy
    ACCEPT = "accept"  # tiếp nhận
    REFUSE = "refuse"  # không tiếp nhận
    ASK_SUPPLEMENT = "ask_supplement"  # yêu cầu bổ sung
    SEND_SUPPLEMENT = "send_supplement"  # người dân gửi thêm
    CONFIRM_SUPPLEMENT = "confirm_supplement"  # đã đủ, làm tiếp
    ASK_PAYMENT = "ask_payment"  # chờ nộp tiền
    CONFIRM_PAYMENT = "confirm_payment"  # đã nộp tiền
    ASSIGN = "assign"  # giao cho
    START = "start"  # chuyển xử lý
    EXAMINE = "examine"  # trình ký
    RETURN_TO_EXAMINER = "return_to_examiner"  # lãnh đạo trả lại
    FINISH = "finish"  # ký, hoàn thành
    HAND_OVER = "hand_over"  # trả kết quả tại quầy
    COLLECT_ONLINE = "collect_online"  # người dân tải kết quả
    CHANGE_ANSWERS = "change_answers"  # người dân sửa trước khi nhận
    ASK_WITHDRAWAL = "ask_withdrawal"  # xin lấy hồ sơ về
    CLOSE_WITHDRAWAL = "close_withdrawal"  # rút trước khi phường nhận: xong ngay
    APPROVE_WITHDRAWAL = "approve_withdrawal"  # đồng ý cho rút
    DECLINE_WITHDRAWAL = "decline_withdrawal"  # không cho rút
    STOP = "stop"  # dừng giải quyết
    CORRECT = "correct"  # sửa lỗi gõ
    REPLACE_SLIP = "replace_slip"  # in phiếu mới
    UNDO = "undo"  # hoàn tác


S, P, A = State, Permission, Action
OPEN = frozenset({S.SUBMITTED, S.ACCEPTED, S.IN_PROCESS, S.AWAITING_SUPPLEMENT, S.AWAITING_PAYMENT})
_WITH_US = frozenset({S.SUBMITTED, S.ACCEPTED, S.IN_PROCESS})
_ACCEPTED_ON = frozenset({S.ACCEPTED, S.IN_PROCESS})


def _row(
    sources: frozenset[State] | set[State], target: State | None, permission: Permission | None = None
) -> Transition[State]:
    return Transition(frozenset(sources), target, permission)


def _back(source: State, returns_to: frozenset[State], permission: Permission | None) -> Transition[State]:
    return Transition(frozenset({source}), None, permission, back=True, returns_to=returns_to)


DOSSIER: Workflow[State, Action] = Workflow(
    initial=S.DRAFT,
    final=(S.REFUSED, S.STOPPED, S.HANDED_OVER),
    table={
        A.SUBMIT: _row({S.DRAFT}, S.SUBMITTED),
        A.INTAKE: _row({S.DRAFT}, S.ACCEPTED, P.DOSSIER_INTAKE),
        A.ACCEPT: _row({S.SUBMITTED}, S.ACCEPTED, P.DOSSIER_ACCEPT),
        A.REFUSE: _row({S.SUBMITTED}, S.REFUSED, P.DOSSIER_REFUSE),
        A.ASK_SUPPLEMENT: _row(_WITH_US, S.AWAITING_SUPPLEMENT, P.DOSSIER_ASK),
        A.SEND_SUPPLEMENT: _row({S.AWAITING_SUPPLEMENT}, None),
        A.CONFIRM_SUPPLEMENT: _back(S.AWAITING_SUPPLEMENT, _WITH_US, P.DOSSIER_ASK),
        A.ASK_PAYMENT: _row(_ACCEPTED_ON, S.AWAITING_PAYMENT, P.DOSSIER_ASK),
        A.CONFIRM_PAYMENT: _back(S.AWAITING_PAYMENT, _ACCEPTED_ON, None),
        A.ASSIGN: _row(OPEN, None, P.DOSSIER_ASSIGN),
        A.START: _row({S.ACCEPTED}, S.IN_PROCESS, P.DOSSIER_EXAMINE),
        A.EXAMINE: _row({S.IN_PROCESS}, None, P.DOSSIER_EXAMINE),
        A.RETURN_TO_EXAMINER: _row({S.IN_PROCESS}, None, P.DOSSIER_SIGN),
        A.FINISH: _row({S.IN_PROCESS}, S.FINISHED, P.DOSSIER_SIGN),
        A.HAND_OVER: _row({S.FINISHED}, S.HANDED_OVER, P.DOSSIER_HAND_OVER),
        A.COLLECT_ONLINE: _row({S.FINISHED}, S.HANDED_OVER),
        A.CHANGE_ANSWERS: _row({S.SUBMITTED}, None),
        A.ASK_WITHDRAWAL: _row(OPEN, S.WITHDRAWAL_ASKED),
        A.CLOSE_WITHDRAWAL: _row({S.WITHDRAWAL_ASKED}, S.STOPPED),
        A.APPROVE_WITHDRAWAL: _row({S.WITHDRAWAL_ASKED}, S.STOPPED, P.DOSSIER_SIGN),
        A.DECLINE_WITHDRAWAL: _back(S.WITHDRAWAL_ASKED, OPEN - {S.SUBMITTED}, P.DOSSIER_SIGN),
        A.STOP: _row({S.ACCEPTED, S.IN_PROCESS, S.AWAITING_SUPPLEMENT, S.AWAITING_PAYMENT}, S.STOPPED, P.DOSSIER_SIGN),
        A.CORRECT: _row(OPEN, None, P.DOSSIER_CORRECT),
        A.REPLACE_SLIP: _row(OPEN | {S.FINISHED, S.WITHDRAWAL_ASKED, S.DRAFT}, None, P.SLIP_REPLACE),
    },
)

STATE_NAMES: dict[State, str] = {
    S.DRAFT: N_("Bài để dở"),
    S.SUBMITTED: N_("Mới nộp"),
    S.ACCEPTED: N_("Đã nhận"),
    S.REFUSED: N_("Không nhận"),
    S.IN_PROCESS: N_("Đang làm"),
    S.AWAITING_SUPPLEMENT: N_("Chờ bổ sung"),
    S.AWAITING_PAYMENT: N_("Chờ nộp tiền"),
    S.WITHDRAWAL_ASKED: N_("Xin rút"),
    S.STOPPED: N_("Đã dừng"),
    S.FINISHED: N_("Chờ trả"),
    S.HANDED_OVER: N_("Đã trả"),
}

ACTION_NAMES: dict[Action, str] = {
    A.SUBMIT: N_("Nộp hồ sơ"),
    A.INTAKE: N_("Tiếp nhận tại quầy"),
    A.ACCEPT: N_("Nhận hồ sơ"),
    A.REFUSE: N_("Không tiếp nhận"),
    A.ASK_SUPPLEMENT: N_("Yêu cầu bổ sung"),
    A.SEND_SUPPLEMENT: N_("Gửi thêm giấy tờ"),
    A.CONFIRM_SUPPLEMENT: N_("Đã đủ, làm tiếp"),
    A.ASK_PAYMENT: N_("Chờ nộp tiền"),
    A.CONFIRM_PAYMENT: N_("Đã nộp tiền"),
    A.ASSIGN: N_("Giao hồ sơ"),
    A.START: N_("Chuyển xử lý"),
    A.EXAMINE: N_("Trình ký"),
    A.RETURN_TO_EXAMINER: N_("Trả lại người thụ lý"),
    A.FINISH: N_("Ký, hoàn thành"),
    A.HAND_OVER: N_("Trả kết quả"),
    A.COLLECT_ONLINE: N_("Tải kết quả"),
    A.CHANGE_ANSWERS: N_("Sửa lời khai"),
    A.ASK_WITHDRAWAL: N_("Xin lấy hồ sơ về"),
    A.CLOSE_WITHDRAWAL: N_("Lấy hồ sơ về"),
    A.APPROVE_WITHDRAWAL: N_("Đồng ý cho rút"),
    A.DECLINE_WITHDRAWAL: N_("Không đồng ý cho rút"),
    A.STOP: N_("Dừng giải quyết"),
    A.CORRECT: N_("Sửa lỗi gõ"),
    A.REPLACE_SLIP: N_("In phiếu mới"),
    A.UNDO: N_("Hoàn tác"),
}

# A wrong act can be taken back by whoever did it, while nothing has left the house: its message still waits.
UNDOABLE = frozenset({
    A.ACCEPT, A.REFUSE, A.ASK_SUPPLEMENT, A.CONFIRM_SUPPLEMENT, A.START, A.EXAMINE, A.RETURN_TO_EXAMINER, A.FINISH,
    A.ASSIGN, A.STOP, A.APPROVE_WITHDRAWAL, A.DECLINE_WITHDRAWAL, A.HAND_OVER, A.ASK_PAYMENT,
})
