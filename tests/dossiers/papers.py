"""Words of made-up papers."""
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from app.dossiers import papers

MADE_AT = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)
SLIP_URL = "HTTPS://PHUXUAN.EXAMPLE/S/ABCDEFGHIJKLMNOPQRSTUVWX23"
OFFICE = papers.Office(
    agency="UBND phường Phú Xuân", centre="Trung tâm Phục vụ hành chính công", place="Phú Xuân",
    site="phuxuan.example", phone="0234 3000 000",
)
WHO = papers.Addressee(
    name="Nguyễn Văn Mẫu", address="12 Đường Ví Dụ, Tổ dân phố 5, phường Phú Xuân", phone="0905 000 000"
)
SLIP = papers.SlipData(
    office=OFFICE, code="K7M49QXT", secret="R4D8WM", url=SLIP_URL,
    applicant="Ông Nguyễn Văn Mẫu, sinh năm 1945", matter="Xin 1 bản sao giấy khai sinh",
    received="9 giờ 12, thứ Hai 23/11/2026", papers="Ảnh thẻ căn cước; 2 ảnh giấy khai sinh cũ",
    fee="8.000 đồng, đã nộp đủ", helper="Anh Nguyễn Minh Thử, Tổ dân phố 5",
    promised="17 giờ, thứ Hai 23/11/2026", promised_note="Quầy 3. Mang theo thẻ căn cước.",
    dossier_number="H57.00.00-20261123-0000127",
)
DRAFT = papers.DraftSlipData(
    office=OFFICE, code="K7M49QXT", secret="R4D8WM", url=SLIP_URL, matter="Khai sinh cho cháu bé",
    kept_until="thứ Tư 23/12/2026", saved="9 giờ 12, thứ Hai 23/11/2026", progress="Đã xong câu 5",
)
RECEPTION = papers.ReceptionSlipData(
    office=OFFICE, number="0127/TNHS", date_words="ngày 23 tháng 11 năm 2026",
    dossier_number="H57.00.00-20261123-0000127", public_code="K7M49QXT", url="HTTPS://PHUXUAN.EXAMPLE/XEM",
    applicant=WHO, matter="Cấp bản sao trích lục hộ tịch (mã 2.000635)",
    documents=(
        papers.DocumentLine(name="Tờ khai cấp bản sao trích lục", kind="Bản chính", form="Điện tử"),
        papers.DocumentLine(name="Thẻ căn cước", kind="Bản chụp", count="02", form="Điện tử"),
    ),
    time_limit="Trong ngày làm việc", received="9 giờ 12 phút, ngày 23/11/2026",
    due="17 giờ 00 phút, ngày 23/11/2026", result_at="Quầy 3", fee="8.000 đồng, đã nộp đủ",
    receiver="Lê Thị Thử", submitter="Nguyễn Văn Mẫu", book="01/2026", book_line="127",
)
SUPPLEMENT = papers.SupplementSlipData(
    office=OFFICE, number="0012/HDHS", date_words="ngày 24 tháng 11 năm 2026", dossier_number="",
    public_code="K7M49QXT", applicant=WHO, matter="Đăng ký khai sinh (mã 1.001193)", stage="Kiểm tra đầu vào",
    items=(
        papers.SupplementLine(name="Giấy chứng sinh", reason="Mặt sau bị mờ. Chụp lại nơi sáng.", basis="Luật Hộ tịch"),
        papers.SupplementLine(name="Giấy chứng nhận kết hôn", reason="Chưa có."),
    ),
    until="17 giờ, thứ Năm 26/11/2026", guide="Lê Thị Thử", guide_phone="0234 3000 001",
)
REFUSAL = papers.RefusalSlipData(
    office=OFFICE, number="0003/TCTN", date_words="ngày 24 tháng 11 năm 2026", public_code="K7M49QXT",
    applicant=WHO, matter="Đăng ký thường trú (mã 1.004222)",
    reason="Việc này do Công an phường làm.\nGiấy tờ vẫn dùng được.", basis="Điều 22 Luật Cư trú 68/2020/QH14",
    receiver="Lê Thị Thử", where_to_go="Công an phường Phú Xuân", objection="gọi 0234 3000 000",
)
DECLARATION = papers.DeclarationData(
    office=OFFICE, title="Tờ khai đăng ký khai sinh", addressed_to="Ủy ban nhân dân phường Phú Xuân",
    public_code="K7M49QXT",
    answers=(
        ("Họ, chữ đệm, tên người yêu cầu", ("Nguyễn Văn Mẫu",)),
        ("Nơi cư trú", ("12 Đường Ví Dụ", "Phường Phú Xuân, thành phố Huế")),
        ("Quê quán", ()),
    ),
    pledge="Tôi cam đoan những điều khai trên là đúng.", date_words="ngày 23 tháng 11 năm 2026",
    declarant="Nguyễn Văn Mẫu", submitted="9 giờ 12, thứ Hai 23/11/2026",
)


def slip(**changes: Any) -> bytes:
    return papers.slip(replace(SLIP, **changes), made_at=MADE_AT)
