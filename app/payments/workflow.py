"""The life of an order and of a request for exemption, as tables."""
from __future__ import annotations

from enum import StrEnum

from app.accounts.permissions import Permission
from app.core.errors import N_
from app.core.workflow import Transition, Workflow
from app.payments.models import ExemptionState, NoticeState, OrderState


class OrderAction(StrEnum):
    """What can happen to an order."""

    BOOK_TRANSFER = "book_transfer"  # an authentic notice of the exact amount
    TAKE_CASH = "take_cash"  # thu tiền mặt
    EXPIRE = "expire"
    CANCEL = "cancel"  # the dossier ended, or the fee was waived
    OWE_REFUND = "owe_refund"  # paid, and the dossier was refused or withdrawn


class ExemptionAction(StrEnum):
    """What can happen to a request for exemption."""

    GRANT = "grant"
    DECLINE = "decline"


_O, _E = OrderState, ExemptionState

ORDER: Workflow[OrderState, OrderAction] = Workflow(
    initial=_O.OPEN,
    final=(_O.EXPIRED, _O.CANCELLED, _O.REFUND_DUE),
    table={
        OrderAction.BOOK_TRANSFER: Transition(frozenset({_O.OPEN}), _O.PAID),
        OrderAction.TAKE_CASH: Transition(frozenset({_O.OPEN}), _O.PAID, Permission.CASH_TAKE),
        OrderAction.EXPIRE: Transition(frozenset({_O.OPEN}), _O.EXPIRED),
        OrderAction.CANCEL: Transition(frozenset({_O.OPEN}), _O.CANCELLED),
        OrderAction.OWE_REFUND: Transition(frozenset({_O.PAID}), _O.REFUND_DUE),
    },
)

EXEMPTION: Workflow[ExemptionState, ExemptionAction] = Workflow(
    initial=_E.ASKED,
    final=(_E.GRANTED, _E.DECLINED),
    table={
        ExemptionAction.GRANT: Transition(frozenset({_E.ASKED}), _E.GRANTED, Permission.EXEMPTION_DECIDE),
        ExemptionAction.DECLINE: Transition(frozenset({_E.ASKED}), _E.DECLINED, Permission.EXEMPTION_DECIDE),
    },
)

ORDER_STATE_NAMES: dict[OrderState, str] = {
    _O.OPEN: N_("Chờ nộp"),
    _O.PAID: N_("Đã nộp tiền"),
    _O.EXPIRED: N_("Quá hạn"),
    _O.CANCELLED: N_("Đã bỏ"),
    _O.REFUND_DUE: N_("Phải trả lại"),
}

NOTICE_STATE_NAMES: dict[NoticeState, str] = {
    NoticeState.RECEIVED: N_("Mới nhận"),
    NoticeState.BOOKED: N_("Đã ghi thu"),
    NoticeState.NO_CODE: N_("Không có mã nộp tiền"),
    NoticeState.UNKNOWN_CODE: N_("Mã nộp tiền lạ"),
    NoticeState.MANY_CODES: N_("Có nhiều mã nộp tiền"),
    NoticeState.LESS: N_("Nộp thiếu"),
    NoticeState.MORE: N_("Nộp thừa"),
    NoticeState.LATE: N_("Tiền về muộn"),
    NoticeState.TWICE: N_("Nộp hai lần"),
    NoticeState.ODD_TIME: N_("Giờ chuyển không khớp"),
    NoticeState.UNREADABLE: N_("Báo có không đọc được"),
    NoticeState.SAME_MONEY: N_("Cùng một khoản, báo hai nơi"),
    NoticeState.OUTGOING: N_("Tiền ra"),
    NoticeState.OTHER_ACCOUNT: N_("Tài khoản khác"),
}

ORDER_ACTION_NAMES: dict[str, str] = {
    "start": N_("Mở khoản nộp"),
    OrderAction.BOOK_TRANSFER: N_("Ngân hàng báo có, ghi thu"),
    OrderAction.TAKE_CASH: N_("Thu tiền mặt"),
    OrderAction.EXPIRE: N_("Quá hạn"),
    OrderAction.CANCEL: N_("Bỏ khoản nộp"),
    OrderAction.OWE_REFUND: N_("Phải trả lại"),
}
