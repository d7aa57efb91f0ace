"""The paper that stays with a person who was helped (phiếu đã làm giúp): A5, or a strip of 80 mm for a receipt printer.

It says what was filled in, never the answers: whoever finds it learns little. Two answers stand on it all the same, how
the ward will call and where the result goes: they are what a false helper would change (threat 31).
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.accounts.queries import get_agency
from app.assistance.models import Helper, Mode
from app.core import clock, codes, public_urls, qr
from app.core.text import mask_digits
from app.dossiers.models import Dossier, State
from app.dossiers.papers import PRINT_LEVEL
from app.dossiers.services.drafts import kept_until, procedure_of
from app.dossiers.services.slips import SlipCodes
from app.dossiers.slips import day_words, fee_words, office_of, when_words
from app.providers import pdf

_DID = {
    Mode.HELPER: "Người giúp gõ, người xin xem lại", Mode.BESIDE: "Người xin tự bấm, người giúp đứng cạnh",
    Mode.ALONE: "Người xin tự bấm", Mode.COUNTER: "Cán bộ gõ tại quầy",
}
_CONTACT = {
    "group_head": "Nhắn qua tổ trưởng tổ dân phố", "visit": "Có người đến nhà báo", "letter": "Gửi thư về nhà",
    "none": "Không báo, người xin tự đến hỏi",
}
_RESULT = {"counter": "Tại quầy của phường", "electronic": "Bản trên máy, tự tải", "post": "Gửi bưu điện về nhà"}


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    value: str


def help_slip_pdf(
    dossier: Dossier,
    helper: Helper,
    *,
    public_url: str,
    mode: Mode = Mode.HELPER,
    codes_shown: SlipCodes | None = None,
    called_back: bool = False,
    narrow: bool = False,
    made_at: datetime | None = None,
) -> bytes:
    """The paper for the person, as PDF. ``codes_shown``: the slip's codes, in the session that made them only.

    ``called_back``: the ward will ask whether it was so (otherwise it may). ``narrow``: 80 mm wide and as long as it takes.
    """
    agency = get_agency(dossier.received_agency_id)
    office = office_of(agency)
    content: dict[str, object] = {
        "title": "Phiếu đã làm giúp", "agency": office.agency, "centre": office.centre, "site": office.site,
        "phone": office.phone, "code": codes.show(dossier.public_code), "narrow": narrow,
        "secret": codes.show(codes_shown.secret) if codes_shown else "",
        "qr": None, "qr_alt": "Mã QR mở thẳng hồ sơ này",
        "rows": [{"label": row.label, "value": row.value} for row in _rows(dossier, helper, mode) if row.value],
        "filled": [{"label": title, "value": labels} for title, labels in filled(dossier)],
        "next": _next(dossier), "is_draft": dossier.state == State.DRAFT, "called_back": called_back,
        "big": dossier.text_size in ("l", "xl"),
    }
    if codes_shown is not None:
        url = public_urls.printed_url(public_url, "slip", token=codes_shown.token)
        content["qr"] = pdf.Drawing(qr.svg(url, level=PRINT_LEVEL))
    return pdf.print_paper("dossiers/pdf/helped.typ", content, made_at=made_at or clock.now())


def filled(dossier: Dossier) -> list[tuple[str, str]]:
    """What was filled in, by section of the form: names of the questions and papers, no answers."""
    sections = procedure_of(dossier).form.summary(dossier.answers, paper=True)
    return [(section.title, "; ".join(dict.fromkeys(row.label for row in section.rows))) for section in sections]


def _rows(dossier: Dossier, helper: Helper, mode: Mode) -> list[_Row]:
    submitted = when_words(dossier.submitted_at) if dossier.submitted_at else ""
    return [
        _Row("Làm cho", dossier.applicant_name),
        _Row("Việc", procedure_of(dossier).title),
        _Row("Người giúp", f"{helper.staff.full_name}, {helper.team}"),
        _Row("Cách làm", _DID[mode]),
        _Row("Nộp lúc", submitted),
        _Row("Phường báo tin", _contact(dossier)),
        _Row("Nhận giấy", _result(dossier)),
        _Row("Lệ phí", "" if dossier.state == State.DRAFT else fee_words(dossier)),
    ]


def _contact(dossier: Dossier) -> str:
    if not dossier.phone:
        return _CONTACT.get(dossier.contact_way, "")
    number = "0" + dossier.phone[3:] if dossier.phone.startswith("+84") else dossier.phone
    return f"Gọi số {mask_digits(number)} ({dossier.phone_owner or 'của người xin'})"


def _result(dossier: Dossier) -> str:
    if "result_way" not in dossier.answers:
        return ""
    way = _RESULT.get(dossier.result_way, "")
    address = dossier.answers.get("result_address")
    return f"{way}: {' '.join(address.split())}" if dossier.result_way == "post" and isinstance(address, str) else way


def _next(dossier: Dossier) -> str:
    if dossier.state == State.DRAFT:
        until = kept_until(dossier)
        return f"CHƯA NỘP. Bài làm dở giữ đến hết {until:%d/%m/%Y}. Làm tiếp trên máy nào cũng được."
    if dossier.due_at:
        return f"Hẹn trả {when_words(dossier.due_at)}"
    if dossier.answer_due_at:
        return f"Phường trả lời chậm nhất {day_words(dossier.answer_due_at)}"
    return ""
