"""The papers of a dossier as PDF: slip, draft slip, Mẫu 01, 02 and 03 of Thông tư 03/2025/TT-VPCP, declaration.

Pure drawing: words in, bytes out. Who may print what, and what the words are, is decided by the caller.
The layouts of the three forms follow domain.md 1.2 and 8.2 and are to be checked against the annex.
"""
from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from math import ceil

from app.core import codes, qr
from app.core.errors import N_
from app.providers import pdf

PRINT_LEVEL = "Q"  # on paper a quarter of the code may be lost (design.md 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Who issues the paper (cơ quan): names as they stand in its head, and how to reach it."""

    agency: str  # UBND phường Phú Xuân
    centre: str  # Trung tâm Phục vụ hành chính công
    place: str  # Phú Xuân, before the date
    site: str  # phuxuan.example
    phone: str  # 0234 3000 000
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipData:
    """What stands on the slip in the person's hand (phiếu theo dõi hồ sơ). Empty words leave their row out."""

    office: Office
    code: str  # public code, 8 signs
    secret: str  # 6 signs
    url: str  # the QR's upper-case URL of this very slip
    applicant: str  # Ông Nguyễn Văn Mẫu, sinh năm 1945
    matter: str  # Xin 1 bản sao giấy khai sinh
    submitted: str = ""  # 9 giờ 12, thứ Hai 23/11/2026
    received: str = ""  # the same; filled once a clerk has accepted: then two people sign
    papers: str = ""  # Ảnh thẻ căn cước; 2 ảnh giấy khai sinh cũ
    fee: str = ""
    helper: str = ""
    next_step: str = ""  # before acceptance, instead of a promise
    promised: str = ""  # 17 giờ, thứ Hai 23/11/2026
    promised_note: str = ""  # Quầy 3. Mang theo thẻ căn cước.
    dossier_number: str = ""  # H57.…
    text_size: str = ""  # l, xl; anything else is normal


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSlipData:
    """What stands on the slip of a dossier that is not yet submitted (phiếu giữ bài làm dở)."""

    office: Office
    code: str
    secret: str
    url: str
    matter: str
    kept_until: str  # thứ Tư 23/12/2026
    applicant: str = ""
    saved: str = ""  # 9 giờ 12, thứ Hai 23/11/2026
    progress: str = ""  # Đã xong câu 5
    text_size: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentLine:
    """One paper of a dossier (thành phần hồ sơ) as listed on Mẫu 01."""

    name: str
    kind: str = ""  # bản chính, bản sao, bản chụp
    count: str = "01"
    form: str = ""  # giấy, điện tử


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom an official slip is about and how to reach them."""

    name: str
    address: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceptionSlipData:
    """Mẫu 01: giấy tiếp nhận hồ sơ và hẹn trả kết quả."""

    office: Office
    number: str  # 0127/TNHS
    date_words: str  # ngày 23 tháng 11 năm 2026
    dossier_number: str
    public_code: str
    url: str  # where the QR leads; opens nothing by itself
    applicant: Addressee
    matter: str  # name of the procedure and its national code
    documents: tuple[DocumentLine, ...]
    time_limit: str  # 3 ngày làm việc
    received: str  # 9 giờ 12 phút, ngày 23/11/2026
    due: str
    result_at: str  # trực tiếp tại quầy 3
    fee: str
    receiver: str  # the clerk's name
    submitter: str = ""
    sets: str = "01"
    book: str = ""  # quyển số
    book_line: str = ""  # số thứ tự


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementLine:
    """One thing to send again or besides, and why."""

    name: str
    reason: str
    basis: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementSlipData:
    """Mẫu 02: phiếu yêu cầu bổ sung, hoàn thiện hồ sơ."""

    office: Office
    number: str  # 0012/HDHS
    date_words: str
    dossier_number: str  # empty before acceptance
    public_code: str
    applicant: Addressee
    matter: str
    stage: str  # kiểm tra đầu vào, thẩm định
    items: tuple[SupplementLine, ...]
    until: str  # 17 giờ, thứ Năm 26/11/2026
    guide: str  # the clerk who explains
    guide_phone: str
    reason: str = ""  # for the whole


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSlipData:
    """Mẫu 03: phiếu từ chối tiếp nhận giải quyết hồ sơ."""

    office: Office
    number: str  # 0003/TCTN
    date_words: str
    public_code: str
    applicant: Addressee
    matter: str
    reason: str  # in plain words
    basis: str  # căn cứ pháp lý
    receiver: str
    where_to_go: str = ""
    objection: str = ""  # how to object, by when
    submitter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclarationData:
    """A filled declaration (tờ khai): each answer is a label and the lines under it."""

    office: Office
    title: str  # Tờ khai đăng ký khai sinh
    addressed_to: str  # Ủy ban nhân dân phường Phú Xuân, thành phố Huế
    public_code: str
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    pledge: str  # câu cam đoan
    date_words: str
    declarant: str
    submitted: str = ""  # when the person pressed "Nộp hồ sơ"
    source_note: str = ""  # cần đối chiếu


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    value: str
    longest: int
    big: bool = False
    note: str = ""


# Sizes that are tried on the slip, largest first, by the person's own text size; mm that its rows may take.
_SCALES = (1.3, 1.22, 1.15, 1.07, 1.0, 0.94, 0.88, 0.82, 0.76, 0.7)
_FIRST_SCALE = {"xl": 1.3, "l": 1.15}
_SIZE_NAMES = {"xl": "A++", "l": "A+"}
_ROOM_SIGNED, _ROOM_FREE = 73, 100
_PAD_SIGNED, _PAD_FREE = 0.9, 1.3
_DRAFT_NOTE = "Hồ sơ này chưa nộp. Làm tiếp trên máy nào cũng được."
# Width of a sign in em, of a bold sans: narrow ones, capitals and wide ones; all others _EVEN.
_EVEN = 0.56
_WIDTHS = dict.fromkeys("iltjfrI.,:;· ", 0.3) | dict.fromkeys("ABCDĐEÊFGHKLNOÔƠPQRSTUƯVXYZmw", 0.8)
_WIDTHS |= {"M": 0.9, "W": 1.0}


def slip(data: SlipData, *, made_at: datetime, picture: bool = False) -> bytes:
    """The slip, A5, one page however long the words are. ``made_at`` is aware; ``picture``: as a PNG."""
    rows = [
        _Row(N_("Của"), data.applicant, 110),
        _Row(N_("Việc"), data.matter, 130),
        _Row(N_("Nộp lúc"), "" if data.received else data.submitted, 60),
        _Row(N_("Phường nhận lúc"), data.received, 60),
        _Row(N_("Giấy tờ đã nhận"), data.papers, 170),
        _Row(N_("Lệ phí"), data.fee, 90),
        _Row(N_("Người giúp"), data.helper, 80),
        _Row(N_("Tiếp theo"), "" if data.promised else data.next_step, 130),
        _Row(N_("Hẹn trả"), data.promised, 60, big=True, note=data.promised_note),
    ]
    fine = [
        f"Chữ {_SIZE_NAMES.get(data.text_size, 'A')}",
        f"Số hồ sơ: {data.dossier_number}" if data.dossier_number else "",
        "Không thay Mẫu 01.",
    ]
    return _slip(data, "PHIẾU THEO DÕI HỒ SƠ", rows, fine, None if picture else made_at, signed=bool(data.received))


def draft_slip(data: DraftSlipData, *, made_at: datetime, picture: bool = False) -> bytes:
    """The slip of an unsent dossier, A5, one page: how to go on, and until when it is kept."""
    rows = [
        _Row(N_("Của"), data.applicant, 110),
        _Row(N_("Việc"), data.matter, 130),
        _Row(N_("Lưu lúc"), data.saved, 60),
        _Row(N_("Đã làm"), data.progress, 110),
        _Row(N_("Giữ đến hết"), data.kept_until, 60, big=True, note=_DRAFT_NOTE),
    ]
    fine = [f"Chữ {_SIZE_NAMES.get(data.text_size, 'A')}", "Phiếu này không phải giấy hẹn."]
    return _slip(data, "PHIẾU GIỮ BÀI LÀM DỞ", rows, fine, None if picture else made_at, signed=False)


def _slip(
    data: SlipData | DraftSlipData, title: str, rows: list[_Row], fine: list[str], made_at: datetime | None, *, signed: bool
) -> bytes:
    """A PDF made at this moment; without a moment a picture."""
    room, pad = (_ROOM_SIGNED, _PAD_SIGNED) if signed else (_ROOM_FREE, _PAD_FREE)
    shown, scales = _fitted(rows, _FIRST_SCALE.get(data.text_size, 1.0), room, pad)
    office = data.office
    content: dict[str, object] = {
        "title": title,
        "agency": office.agency,
        "centre": office.centre,
        "site": office.site,
        "code": codes.show(data.code),
        "secret": codes.show(data.secret),
        "qr": pdf.Drawing(qr.svg(data.url, level=PRINT_LEVEL)),
        "qr_alt": "Mã QR mở thẳng hồ sơ này",
        "rows": shown,
        "scales": scales,
        "room": room,
        "pad": pad,
        "phone": office.phone,
        "fine": " · ".join(part for part in fine if part),
        "signed": signed,
    }
    template = "dossiers/pdf/slip.typ"
    return pdf.print_paper(template, content, made_at=made_at) if made_at else pdf.draw_picture(template, content)


def _fitted(rows: list[_Row], first: float, room: int, pad: float) -> tuple[list[dict[str, object]], list[float]]:
    """The rows to print and the sizes to try, largest first.

    Measuring costs time, so a size that surely fits stands alone. Words are cut only when the smallest would not do.
    """
    for share in (1, 0.75, 0.5, 0.35):
        shown: list[dict[str, object]] = [
            {
                "label": row.label, "value": _short(row.value, int(row.longest * share) if row.longest > 60 else 60),
                "big": row.big, "note": _short(row.note, 120),
            }
            for row in rows
            if row.value
        ]
        if sum(_height(row, first, pad) for row in shown) <= room:
            return shown, [first]
        if sum(_height(row, _SCALES[-1], pad) for row in shown) <= room:
            break
    return shown, [scale for scale in _SCALES if scale <= first]


def _height(row: dict[str, object], scale: float, pad: float) -> float:
    """Upper estimate in mm of a row of the slip: lines of 82 mm, of which a word may leave some empty."""
    lines = 0
    for text, size in ((str(row["value"]), 13.75 if row["big"] else 11), (str(row["note"]), 11)):
        lines += ceil(sum(_WIDTHS.get(sign, _EVEN) for sign in text) * size * scale * 0.3528 / 77)
    return (lines * (6.2 if row["big"] else 5.3) + 2 * pad) * scale


def _short(text: str, longest: int) -> str:
    """``text`` cut at a word, with an ellipsis, when it is longer than ``longest`` signs."""
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[longest // 2 :] else head).rstrip(" ,;.") + "…"


def reception_slip(data: ReceptionSlipData, *, made_at: datetime) -> bytes:
    """Mẫu 01, A4: what was received, when, and when the result is promised."""
    return _official(
        "reception", data, made_at,
        qr=pdf.Drawing(qr.svg(data.url, level=PRINT_LEVEL)),
        code=codes.show(data.public_code),
    )


def supplement_slip(data: SupplementSlipData, *, made_at: datetime) -> bytes:
    """Mẫu 02, A4: what is missing, why, until when, whom to ask."""
    return _official("supplement", data, made_at, code=codes.show(data.public_code))


def refusal_slip(data: RefusalSlipData, *, made_at: datetime) -> bytes:
    """Mẫu 03, A4: why the dossier is not received, by which law, where to go, how to object."""
    return _official("refusal", data, made_at, code=codes.show(data.public_code))


def declaration(data: DeclarationData, *, made_at: datetime) -> bytes:
    """The filled declaration, A4, as many pages as it takes."""
    return _official("declaration", data, made_at, code=codes.show(data.public_code))


_Official = ReceptionSlipData | SupplementSlipData | RefusalSlipData | DeclarationData


def _official(name: str, data: _Official, made_at: datetime, **drawn: object) -> bytes:
    return pdf.print_paper(f"dossiers/pdf/{name}.typ", asdict(data) | drawn, made_at=made_at)
