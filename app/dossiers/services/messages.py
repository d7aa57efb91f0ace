"""What a change says to the person: from versioned texts, through the outbox; no more than it must."""
from __future__ import annotations

from datetime import datetime, timedelta

from app.accounts.queries import get_agency
from app.core import clock, codes
from app.core.errors import N_
from app.dossiers.models import Dossier
from app.notifications import services as notifications
from app.procedures.queries import get_version

# While a message waits, whoever did the act may still take it back (undo).
UNDO_WINDOW = timedelta(minutes=5)

# What is worth a walk or a stamp: the person must do something, come for something, or know a day.
# The words for who has no telephone lead to the counter, where those for a telephone say "quét phiếu".
BROUGHT = {
    "accepted": "accepted", "finished": "finished", "finished_post": "finished_post",
    "finished_electronic": "brought_finished_electronic", "refused": "brought_refused", "stopped": "brought_stopped",
    "supplement": "brought_supplement", "payment_due": "brought_payment_due",
    "withdrawal_declined": "brought_withdrawal_declined",
}

# What staff read instead of the text itself.
MESSAGE_NAMES = {
    "submitted": N_("Đã nộp hồ sơ"), "submitted_helped": N_("Đã nộp hồ sơ, có người giúp"),
    "accepted": N_("Đã nhận, hẹn ngày trả"), "refused": N_("Không tiếp nhận"),
    "supplement": N_("Cần gửi thêm"), "payment_due": N_("Cần nộp tiền"), "finished": N_("Có kết quả, mời đến nhận"),
    "finished_electronic": N_("Có kết quả, mời tải về"), "finished_post": N_("Có kết quả, gửi bưu điện"),
    "stopped": N_("Dừng giải quyết"), "withdrawn": N_("Đã rút"),
    "withdrawal_declined": N_("Không cho rút"), "draft_ends": N_("Bài để dở sắp hết hạn giữ"),
    "code_change": N_("Mã 6 số để sửa"), "code_download": N_("Mã 6 số để tải kết quả"),
    "code_withdraw": N_("Mã 6 số để rút hồ sơ"), "phone_changed": N_("Đã đổi số điện thoại"),
}


def message_name(template: str) -> str:
    """What kind of message ``dossiers/accepted.v1`` is, in words."""
    return MESSAGE_NAMES.get(template.partition("/")[2].partition(".")[0].removeprefix("brought_"), N_("Tin nhắn khác"))


def tell(dossier: Dossier, template: str, *, delay: timedelta = timedelta(0), to: str | None = None, **params: str) -> None:
    """Send the text ``template`` to the dossier's phone, or ``to`` another.

    Who has none is told by people, in the way the person chose (tổ trưởng, thư, đến nhà): it joins their list. A person
    who comes and asks is not told, nor is what the person saw happen a moment ago.
    """
    said = {
        "dossier": codes.show(dossier.public_code), "agency": get_agency(dossier.received_agency_id).short_name, **params,
    }
    phone = to or dossier.phone
    if phone:
        notifications.send_sms(
            template=f"dossiers/{template}", phone=phone, about=dossier.public_code, delay=delay, params=said,
        )
    elif dossier.contact_way in notifications.BY_PEOPLE and template in BROUGHT:
        notifications.ask_people(
            template=f"dossiers/{BROUGHT[template]}", channel=dossier.contact_way, recipient=_at_home(dossier),
            about=dossier.public_code, residential_group_id=dossier.residential_group_id, delay=delay, params=said,
        )


def _at_home(dossier: Dossier) -> str:
    """Name and address, a line each, as a letter has them."""
    columns = get_version(dossier.procedure_version_id).form.columns(dossier.answers)
    return f"{dossier.applicant_name}\n{columns.get('applicant_address') or ''}".strip()


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
