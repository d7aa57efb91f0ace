"""What a change says to the person: from versioned texts, through the outbox; no more than it must."""
from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts.queries import get_agency
from app.core import clock, codes
from app.core.errors import N_
from app.dossiers.models import Dossier
from app.notifications import services as notifications

# While a message waits, whoever did the act may still take it back (undo).
UNDO_WINDOW = timedelta(minutes=5)

# What staff read instead of the text itself.
MESSAGE_NAMES = {
    "submitted": N_("Đã nộp hồ sơ"), "accepted": N_("Đã nhận, hẹn ngày trả"), "refused": N_("Không tiếp nhận"),
    "supplement": N_("Cần gửi thêm"), "payment_due": N_("Cần nộp tiền"), "finished": N_("Có kết quả, mời đến nhận"),
    "finished_electronic": N_("Có kết quả, mời tải về"), "finished_post": N_("Có kết quả, gửi bưu điện"),
    "stopped": N_("Dừng giải quyết"), "withdrawn": N_("Đã rút"),
    "withdrawal_declined": N_("Không cho rút"), "draft_ends": N_("Bài để dở sắp hết hạn giữ"),
    "code_change": N_("Mã 6 số để sửa"), "code_download": N_("Mã 6 số để tải kết quả"),
    "code_withdraw": N_("Mã 6 số để rút hồ sơ"), "phone_changed": N_("Đã đổi số điện thoại"),
}


def message_name(template: str) -> str:
    """What kind of message ``dossiers/accepted.v1`` is, in words."""
    return MESSAGE_NAMES.get(template.partition("/")[2].partition(".")[0], N_("Tin nhắn khác"))


def tell(dossier: Dossier, template: str, *, delay: timedelta = timedelta(0), to: str | None = None, **params: str) -> None:
    """Send the text ``template`` to the dossier's phone, or ``to`` another. Without a phone nothing is sent."""
    phone = to or dossier.phone
    if phone:
        notifications.send_sms(
            template=f"dossiers/{template}", phone=phone, about=dossier.public_code, delay=delay,
            params={
                "dossier": codes.show(dossier.public_code), "agency": get_agency(dossier.received_agency_id).short_name,
                **params,
            },
        )


def tell_later(dossier: Dossier, template: str, **params: str) -> None:
    """Like ``tell``, after the time in which the act can be undone."""
    tell(dossier, template, delay=UNDO_WINDOW, **params)


def take_back(dossier: Dossier, since: datetime) -> bool:
    """Cancel the messages of an undone act; whether all of them still waited."""
    return notifications.cancel_waiting(dossier.public_code, since)


def when_plain(at: datetime) -> str:
    """17 giờ ngày 26/11/2026, for texts that are kept."""
    local = clock.local(at)
    hour = f"{local.hour} giờ" + (f" {local.minute:02d}" if local.minute else "")
    return f"{hour} ngày {local:%d/%m/%Y}"
