"""From the facts of a dossier to its papers: slip, draft slip, Mẫu 01, 02, 03, the printed declaration.

Papers are always in Vietnamese; what stands on them is read from the rows, never typed twice.
"""
from __future__ import annotations

from datetime import datetime

from app.accounts.models import Agency, Staff
from app.accounts.queries import get_agency
from app.core import clock, public_urls
from app.core.db import db
from app.dossiers import papers
from app.dossiers.models import Dossier, PaymentState, State, Supplement
from app.dossiers.queries import count_papers, get_reason, list_events
from app.dossiers.services.drafts import kept_until, procedure_of
from app.dossiers.services.filing import ON_PAPER
from app.dossiers.services.slips import SlipCodes
from app.dossiers.workflow import Action
from app.procedures.schema import Procedure

_WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_WAYS = {"counter": "Trực tiếp tại {desk}", "electronic": "Bản điện tử", "post": "Gửi bưu điện về nhà"}
_BRING = "Mang theo thẻ căn cước."


def day_words(at: datetime) -> str:
    """thứ Hai 23/11/2026"""
    day = clock.local(at)
    return f"{_WEEKDAYS[day.weekday()]} {day:%d/%m/%Y}"


def when_words(at: datetime) -> str:
    """9 giờ 12, thứ Hai 23/11/2026"""
    hour = clock.local(at)
    return f"{hour.hour} giờ{f' {hour.minute:02d}' if hour.minute else ''}, {day_words(at)}"


def date_words(at: datetime) -> str:
    """ngày 23 tháng 11 năm 2026; days under 10 and months 1, 2 take a 0 (NĐ 30/2020)."""
    day = clock.local(at)
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def money_words(amount_vnd: int) -> str:
    return f"{amount_vnd:,}".replace(",", ".") + " đồng"


def office_of(agency: Agency) -> papers.Office:
    """The head of a paper."""
    return papers.Office(
        agency=agency.name, centre=agency.service_centre, place=agency.place, site=agency.domain, phone=agency.phone,
        address=agency.address,
    )


def fee_words(dossier: Dossier) -> str:
    """The money line of a paper."""
    if dossier.payment_state == PaymentState.UNKNOWN or dossier.due_vnd is None:
        return "Phường báo khi nhận"
    if dossier.payment_state == PaymentState.PAID:
        return f"{money_words(dossier.paid_vnd)}, đã nộp đủ"
    return f"{money_words(dossier.due_vnd)}, chưa nộp" if dossier.due_vnd else "Không thu"


def _papers_words(dossier: Dossier, procedure: Procedure) -> str:
    counts, words = count_papers(dossier), []
    for paper in procedure.form.papers:
        if counts.get(paper.id):
            words.append(f"{paper.title} ({counts[paper.id]} ảnh)")
        elif dossier.answers.get(paper.id) == ON_PAPER:
            words.append(f"{paper.title} (bản giấy)")
    return "; ".join(words)


def _applicant_words(dossier: Dossier) -> str:
    born = f", sinh năm {dossier.applicant_born_year}" if dossier.applicant_born_year else ""
    return dossier.applicant_name + born


def draw_slip(dossier: Dossier, codes: SlipCodes, public_url: str, *, picture: bool = False) -> bytes:
    """The slip of this moment: of an unsent draft, of a filing, of an accepted dossier; ``picture``: as a PNG."""
    agency, procedure = get_agency(dossier.received_agency_id), procedure_of(dossier)
    url = public_urls.printed_url(public_url, "slip", token=codes.token)
    made_at = clock.now()
    if dossier.state == State.DRAFT:
        until = kept_until(dossier)
        return papers.draft_slip(
            papers.DraftSlipData(
                office=office_of(agency), code=codes.public_code, secret=codes.secret, url=url, matter=procedure.title,
                kept_until=f"{_WEEKDAYS[until.weekday()]} {until:%d/%m/%Y}", applicant=_applicant_words(dossier),
                saved=when_words(dossier.changed_at), text_size=dossier.text_size,
            ),
            made_at=made_at, picture=picture,
        )
    return papers.slip(
        papers.SlipData(
            office=office_of(agency), code=codes.public_code, secret=codes.secret, url=url,
            applicant=_applicant_words(dossier), matter=procedure.title,
            submitted=when_words(dossier.submitted_at) if dossier.submitted_at else "",
            received=when_words(dossier.accepted_at) if dossier.accepted_at else "",
            papers=_papers_words(dossier, procedure), fee=fee_words(dossier),
            next_step=f"Phường trả lời chậm nhất {when_words(dossier.answer_due_at)}" if dossier.answer_due_at else "",
            promised=when_words(dossier.due_at) if dossier.due_at else "",
            promised_note=f"{agency.desk.capitalize()}. {_BRING}" if dossier.due_at else "",
            dossier_number=dossier.official_number or "", text_size=dossier.text_size,
        ),
        made_at=made_at, picture=picture,
    )


def _addressee(dossier: Dossier) -> papers.Addressee:
    columns = procedure_of(dossier).form.columns(dossier.answers)
    phone = dossier.phone or ""
    return papers.Addressee(
        name=dossier.applicant_name, address=str(columns.get("applicant_address") or ""),
        phone="0" + phone[3:] if phone.startswith("+84") else phone,
    )


def _matter(procedure: Procedure) -> str:
    return f"{procedure.name} (mã {procedure.code})"


def _serial(dossier: Dossier, tail: str) -> str:
    return f"{(dossier.official_number or '').rpartition('-')[2].lstrip('0') or '…'}/{tail}"


def _documents(dossier: Dossier, procedure: Procedure) -> tuple[papers.DocumentLine, ...]:
    """What was handed in: photos, and papers that the clerk took as they are."""
    counts, lines = count_papers(dossier), []
    for paper in procedure.form.papers:
        if counts.get(paper.id):
            lines.append(papers.DocumentLine(
                name=paper.name, kind="bản chụp", count=f"{counts[paper.id]:02d}", form="điện tử"
            ))
        elif dossier.answers.get(paper.id) == ON_PAPER:
            kind = {"original": "bản chính", "copy": "bản sao"}.get(paper.original, "")
            lines.append(papers.DocumentLine(name=paper.name, kind=kind, form="giấy"))
    return tuple(lines)


def draw_reception_slip(dossier: Dossier, public_url: str) -> bytes:
    """Mẫu 01 of an accepted dossier, dated at acceptance: the same bytes each time."""
    assert dossier.accepted_at is not None and dossier.due_at is not None
    agency, procedure = get_agency(dossier.received_agency_id), procedure_of(dossier)
    receiver = db.session.get(Staff, dossier.received_by_id) if dossier.received_by_id else None
    return papers.reception_slip(
        papers.ReceptionSlipData(
            office=office_of(agency), number=_serial(dossier, "TNHS"), date_words=date_words(dossier.accepted_at),
            dossier_number=dossier.official_number or "", public_code=dossier.public_code,
            url=public_urls.printed_url(public_url, "track"), applicant=_addressee(dossier), matter=_matter(procedure),
            documents=_documents(dossier, procedure),
            time_limit=procedure.time.text, received=when_words(dossier.accepted_at), due=when_words(dossier.due_at),
            result_at=_WAYS.get(dossier.result_way, _WAYS["counter"]).format(desk=agency.desk),
            fee=fee_words(dossier), receiver=receiver.full_name if receiver else "", submitter=dossier.applicant_name,
        ),
        made_at=dossier.accepted_at,
    )


def draw_supplement_slip(dossier: Dossier, supplement: Supplement) -> bytes:
    """Mẫu 02 of a request for more, dated when it was asked."""
    agency, procedure = get_agency(dossier.received_agency_id), procedure_of(dossier)
    names = {paper.id: paper.name for paper in procedure.form.papers}
    names |= {name: question.short or question.label for name, question in procedure.form.questions.items()}
    guide = db.session.get_one(Staff, supplement.asked_by_id)
    return papers.supplement_slip(
        papers.SupplementSlipData(
            office=office_of(agency), number=f"{supplement.id}/HDHS", date_words=date_words(supplement.asked_at),
            dossier_number=dossier.official_number or "", public_code=dossier.public_code,
            applicant=_addressee(dossier), matter=_matter(procedure),
            stage="kiểm tra đầu vào" if supplement.stage == "intake" else "thẩm định",
            items=tuple(
                papers.SupplementLine(name=names.get(item.ref, item.ref), reason=item.reason)
                for item in supplement.items
            ),
            until=when_words(supplement.until_at), guide=guide.full_name, guide_phone=agency.phone,
            reason=supplement.note,
        ),
        made_at=supplement.asked_at,
    )


def draw_refusal_slip(dossier: Dossier) -> bytes:
    """Mẫu 03 of a refused dossier, from its history row."""
    event = next(one for one in reversed(list_events(dossier)) if one.action == Action.REFUSE and not one.undone_by_id)
    agency, procedure = get_agency(dossier.received_agency_id), procedure_of(dossier)
    reason = get_reason(event.reason_code, "refuse")
    return papers.refusal_slip(
        papers.RefusalSlipData(
            office=office_of(agency), number=f"{dossier.public_code}/TCTN", date_words=date_words(event.at),
            public_code=dossier.public_code, applicant=_addressee(dossier), matter=_matter(procedure),
            reason=event.reason, receiver=event.actor_label,
            basis=reason.legal_basis if reason and reason.legal_basis else "; ".join(procedure.legal_basis),
            objection=f"Không đồng ý thì gọi {agency.phone}, hoặc gửi đơn đến {agency.name}.",
        ),
        made_at=event.at,
    )


def draw_declaration(dossier: Dossier) -> bytes:
    """The declaration as it was filed (tờ khai), for the archive and for signing at the counter."""
    agency, procedure = get_agency(dossier.received_agency_id), procedure_of(dossier)
    filed_at = dossier.submitted_at or dossier.changed_at
    sections = procedure.form.summary(dossier.answers, paper=True)
    return papers.declaration(
        papers.DeclarationData(
            office=office_of(agency), title=f"Tờ khai {procedure.name[0].lower()}{procedure.name[1:]}",
            addressed_to=f"{agency.name}, {agency.parent_name}", public_code=dossier.public_code,
            answers=tuple(
                (row.label, tuple(row.lines)) for section in sections for row in section.rows if not row.is_paper
            ),
            pledge="Tôi cam đoan những nội dung khai trên đây là đúng sự thật và chịu trách nhiệm trước pháp luật.",
            date_words=date_words(filed_at), declarant=dossier.applicant_name,
            submitted=when_words(dossier.submitted_at) if dossier.submitted_at else "",
            source_note="cần đối chiếu" if procedure.to_be_checked else "",
        ),
        made_at=filed_at,
    )
