"""Who may do what: one list of permissions, one table of roles (ruling 8)."""
from __future__ import annotations

from enum import StrEnum

from app.accounts.models import Role
from app.core.errors import N_


class Permission(StrEnum):
    """One act or look that a role may hold."""

    DOSSIER_LIST = "dossier.list"  # see the queue of one's agency
    DOSSIER_VIEW = "dossier.view"  # open a dossier with its papers; each look is audited
    DOSSIER_INTAKE = "dossier.intake"  # register a walk-in dossier
    DOSSIER_ACCEPT = "dossier.accept"  # tiếp nhận
    DOSSIER_REFUSE = "dossier.refuse"  # không tiếp nhận
    DOSSIER_ASK = "dossier.ask_supplement"  # yêu cầu bổ sung
    DOSSIER_EXAMINE = "dossier.examine"  # thụ lý, thẩm định
    DOSSIER_SIGN = "dossier.sign"  # ký kết quả, quyết định dừng
    DOSSIER_HAND_OVER = "dossier.hand_over"  # trả kết quả
    DOSSIER_ASSIGN = "dossier.assign"  # giao cho đồng nghiệp
    DOSSIER_CORRECT = "dossier.correct"  # sửa lỗi gõ trong lời khai
    DOSSIER_NOTE = "dossier.note"  # ghi chú nội bộ
    SLIP_REPLACE = "slip.replace"  # in phiếu mới khi mất phiếu
    HELP_GIVE = "help.give"  # làm giúp người dân, có giấy nhờ
    HELP_LEAD = "help.lead"  # giấy nhờ cần xem lại, gọi kiểm, số liệu của tổ
    HELP_BOARD = "help.board"  # bảng việc: gọi lại, đến nhà, sự cố
    HELPERS_EDIT = "helpers.edit"  # thêm, khóa người giúp, in thẻ
    MANDATE_CHECK = "mandate.check"  # xem giấy nhờ ký tay, dừng giấy nhờ tại quầy
    CASH_TAKE = "cash.take"  # thu tiền mặt, biên lai
    EXEMPTION_DECIDE = "exemption.decide"  # xét miễn, giảm lệ phí
    MONEY_VIEW = "money.view"  # danh sách tiền, tiền chưa rõ của ai
    FEES_EDIT = "fees.edit"  # nhập mức phí của phường
    CALENDAR_EDIT = "calendar.edit"  # ngày nghỉ, ngày làm bù
    POSTERS_EDIT = "posters.edit"  # tờ dán
    AGENCY_EDIT = "agency.edit"  # tên, địa chỉ, tài khoản của phường
    STAFF_EDIT = "staff.edit"  # tài khoản cán bộ
    ROLES_CONFIRM = "roles.confirm"  # xác nhận vai trò mà người khác đã cấp
    AUDIT_VIEW = "audit.view"  # nhật ký
    MESSAGES_VIEW = "messages.view"  # tin nhắn đã gửi (only codes and states outside demonstration)


_P = Permission
_LOOK = frozenset({_P.DOSSIER_LIST, _P.DOSSIER_VIEW, _P.DOSSIER_NOTE})

ROLES: dict[Role, frozenset[Permission]] = {
    Role.RECEPTIONIST: _LOOK
    | {
        _P.DOSSIER_INTAKE, _P.DOSSIER_ACCEPT, _P.DOSSIER_REFUSE, _P.DOSSIER_ASK, _P.DOSSIER_ASSIGN, _P.DOSSIER_CORRECT,
        _P.SLIP_REPLACE, _P.DOSSIER_HAND_OVER, _P.POSTERS_EDIT, _P.MESSAGES_VIEW, _P.EXEMPTION_DECIDE,
        _P.CASH_TAKE, _P.HELP_BOARD, _P.MANDATE_CHECK,
        _P.DOSSIER_EXAMINE,  # examining only where the procedure's data says so (ruling 9)
    },
    Role.SPECIALIST: _LOOK
    | {
        _P.DOSSIER_EXAMINE, _P.DOSSIER_ASK, _P.DOSSIER_ASSIGN, _P.DOSSIER_CORRECT, _P.EXEMPTION_DECIDE, _P.HELP_BOARD,
        _P.MANDATE_CHECK,
    },
    Role.RECORDS_OFFICER: _LOOK | {_P.DOSSIER_ASSIGN},
    Role.RETURN_OFFICER: _LOOK | {_P.DOSSIER_HAND_OVER, _P.SLIP_REPLACE, _P.HELP_BOARD},
    Role.CASHIER: frozenset({_P.DOSSIER_LIST, _P.CASH_TAKE, _P.MONEY_VIEW}),
    Role.LEADER: _LOOK | {_P.DOSSIER_SIGN, _P.DOSSIER_ASSIGN, _P.CALENDAR_EDIT, _P.FEES_EDIT, _P.MONEY_VIEW, _P.ROLES_CONFIRM},
    Role.AUDITOR: frozenset({_P.AUDIT_VIEW, _P.MONEY_VIEW}),
    Role.ADMINISTRATOR: frozenset({
        _P.STAFF_EDIT, _P.AGENCY_EDIT, _P.CALENDAR_EDIT, _P.FEES_EDIT, _P.POSTERS_EDIT, _P.MESSAGES_VIEW,
        _P.HELPERS_EDIT, _P.ROLES_CONFIRM,
    }),
    # Helpers hold no permission of the hall: what they may see of a draft, a mandate says (ruling 10).
    Role.HELPER: frozenset({_P.HELP_GIVE}),
    Role.HELPER_LEAD: frozenset({_P.HELP_GIVE, _P.HELP_LEAD, _P.HELP_BOARD, _P.HELPERS_EDIT}),
    Role.RESPONSE_TEAM: frozenset({_P.HELP_BOARD}),
}

ROLE_NAMES: dict[Role, str] = {
    Role.RECEPTIONIST: N_("Tiếp nhận"),
    Role.SPECIALIST: N_("Thụ lý"),
    Role.RECORDS_OFFICER: N_("Văn thư"),
    Role.RETURN_OFFICER: N_("Trả kết quả"),
    Role.CASHIER: N_("Thủ quỹ"),
    Role.LEADER: N_("Lãnh đạo"),
    Role.AUDITOR: N_("Giám sát"),
    Role.ADMINISTRATOR: N_("Quản trị"),
    Role.HELPER: N_("Người giúp"),
    Role.HELPER_LEAD: N_("Tổ trưởng người giúp"),
    Role.RESPONSE_TEAM: N_("Tổ phản ứng nhanh"),
}


def permissions_of(roles: frozenset[Role]) -> frozenset[str]:
    """All permissions that a set of roles holds."""
    return frozenset(str(permission) for role in roles for permission in ROLES[role])
