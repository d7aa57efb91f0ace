"""Ten minutes of practice for a new volunteer (bài tập mười phút), on the demonstration: what to do, what must be seen.

``docs/helper-practice.md`` has the same words for paper; a test holds the two together.
"""
from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import N_


@dataclass(frozen=True, slots=True)
class Step:
    """One stretch of the practice: from which minute to which, what to do in order, what must be seen at its end."""

    minutes: str
    title: str
    lines: tuple[str, ...]
    seen: str


BEFORE = (
    N_("Tập hai người: một người đóng người giúp, một người đóng bà Trần Thị Ví Dụ, 76 tuổi."),
    N_("Tập trên máy tập của phường, không tập trên hồ sơ thật. Mọi tên trong bài đều bịa ra."),
    N_("Người đóng bà cụ cầm một điện thoại khác, để xem bà thấy gì."),
)
STEPS = (
    Step("0–1", N_("Vào máy"), (
        N_("Người giúp mở “Làm giúp”. Xem thẻ của mình còn hạn, mã PIN đã đặt."),
        N_("Cho bà cụ quét mã trên thẻ: trang phải nói đúng, đây là người giúp của phường."),
    ), N_("Bà cụ thấy tên và tổ của người giúp.")),
    Step("1–3", N_("Bắt đầu giúp"), (
        N_("Bấm “Bắt đầu giúp một người”. Hỏi bà cần gì, gõ như bà nói: bản sao giấy khai sinh."),
        N_("Chưa chụp thẻ: gõ tên bà. Bà không có điện thoại thì để trống ô số, không ghi số của mình."),
        N_("Hỏi bà: “Lần này bác tự bấm, tôi đứng cạnh nhé?”. Bà không muốn thì chọn “Tôi gõ giúp”."),
    ), N_("Trên đầu trang hiện đang giúp ai, có nút kết thúc.")),
    Step("3–4", N_("Xin đồng ý"), (
        N_("Bấm “Đưa máy cho người xin”, xoay máy về phía bà. Đọc to từng dòng, chậm."),
        N_("Bà tự bấm “Tôi đồng ý”. Người giúp không với tay bấm hộ."),
        N_("Thử bấm để thoát ra: máy đòi mã PIN. Gõ PIN để lấy lại máy."),
    ), N_("Không gõ PIN thì không về được trang của người giúp.")),
    Step("4–6", N_("Điền và chụp"), (
        N_("Đọc từng câu cho bà nghe, gõ đúng lời bà nói. Câu nào bà không biết thì bấm không nhớ."),
        N_("Đến câu báo tin: bà không có điện thoại, chọn “Có người đến nhà báo”."),
        N_("Chụp một tờ giấy bất kỳ. Tắt mạng giữa chừng, bật lại, xem ảnh gửi tiếp."),
    ), N_("Ảnh đã nhận thì còn nguyên, ảnh nào hỏng thì máy nói chụp lại.")),
    Step("6–7", N_("Bà tự nộp"), (
        N_("Bấm “Đưa máy để người xin nộp”. Đọc lại cho bà nghe, nhất là cách báo tin và nơi nhận giấy."),
        N_("Bà tự bấm “Nộp hồ sơ”. Phiếu và mã bí mật là của bà: người giúp quay đi, không chép, không chụp."),
    ), N_("Bà cầm phiếu có mã hồ sơ và mã bí mật.")),
    Step("7–8", N_("Kết thúc"), (
        N_("Lấy lại máy bằng PIN, mở trang kết thúc, in phiếu đã làm giúp, đọc cho bà nghe rồi đưa bà."),
        N_("Bấm “Kết thúc, xóa khỏi máy này”. Bấm nút lùi của trình duyệt: không mở lại được gì của bà."),
    ), N_("Màn hình trở về trang đầu, không còn tên bà.")),
    Step("8–9", N_("Bà xem ai đã làm gì"), (
        N_("Bà quét phiếu trên điện thoại kia, bấm “Ai đã làm gì cho tôi”. Bà bấm “Tôi không nhờ nữa”."),
        N_("Người giúp thử mở lại hồ sơ: máy báo không có giấy nhờ còn hiệu lực."),
    ), N_("Bà dừng lúc nào thì người giúp hết quyền lúc đó.")),
    Step("9–10", N_("Khi có chuyện"), (
        N_("Tập nói ba câu: “Cháu không nhận tiền.” “Bác tự gõ mã, đừng đọc cho cháu.” “Sai chỗ nào bác gọi phường.”"),
        N_("Bà đổi ý giữa chừng: đưa máy để bà lấy mã, bài vẫn là của bà, người khác làm tiếp được."),
        N_("Mất máy, thấy ai giả làm người giúp, hay lỡ thấy mã của bà: gọi tổ trưởng ngay."),
    ), N_("Đổi vai, tập lại một lần. Xong thì ghi tên vào sổ tập của tổ.")),
)
