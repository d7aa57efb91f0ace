"""The five pages of training (tập làm người giúp). Practice touches no real data: what is typed goes no further than the page."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.errors import N_
from app.core.text import fold

# The made-up person of the practice page; she stands in no table.
PRACTICE_NAME, PRACTICE_YEAR = "Trần Thị Ví Dụ", "1950"


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a page's question."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """One page: what to know, then something to do."""

    number: int
    title: str
    lines: tuple[str, ...]
    question: str
    choices: tuple[Choice, ...] = ()  # none: the page has fields to practise on
    right: str = ""
    hint: str = ""  # what to say after a wrong answer


LESSONS = (
    Lesson(
        1, N_("Người giúp làm gì, không làm gì"),
        (
            N_("Giúp đọc, gõ, chụp giấy tờ, ngồi cạnh cho người dân yên tâm."),
            N_("Không nhận tiền, không giữ phiếu, không giữ giấy tờ gốc."),
            N_("Không hỏi mật khẩu, mã OTP, mã bí mật. Người dân tự gõ những mã ấy."),
        ),
        N_("Bà cụ nhờ đọc giúp mã OTP trong điện thoại. Làm thế nào?"),
        (
            Choice("read", N_("Đọc giúp rồi gõ luôn cho nhanh")),
            Choice("person", N_("Để bà tự gõ, không thấy rõ thì phóng to chữ")),
            Choice("keep", N_("Ghi mã ra giấy, lát nữa gõ")),
        ), "person", N_("Mã OTP là của người dân. Người giúp không đọc, không ghi, không gõ."),
    ),
    Lesson(
        2, N_("Giấy nhờ giúp"),
        (
            N_("Chưa có giấy nhờ thì chưa làm gì thay ai. Đọc to lời nhờ, rồi để người dân tự trả lời."),
            N_("Ký bằng ngón tay hoặc bấm “Tôi đồng ý”: chỉ một hồ sơ, chỉ hôm nay, phường sẽ gọi hỏi lại."),
            N_("Mã gửi về máy của chính người dân, hoặc giấy ký tay mà cán bộ đã xem: dùng được đến 7 ngày."),
        ),
        N_("Ông nói “ừ, cháu cứ làm đi” rồi ngủ. Bấm “Tôi đồng ý” thay ông được không?"),
        (
            Choice("yes", N_("Được, ông đã nói miệng")),
            Choice("no", N_("Không. Chờ ông tự bấm, hoặc có người thứ hai cùng nghe")),
        ), "no", N_("Lời nói không tính. Người dân tự bấm; không viết, không nhìn được thì có người thứ hai cùng nghe."),
    ),
    Lesson(
        3, N_("Tập gõ"),
        (
            N_("Đây là chỗ tập. Không có gì ở trang này được lưu hay gửi đi."),
            N_("Đọc từng câu cho người dân nghe, gõ đúng như giấy tờ ghi."),
        ),
        N_("Gõ thử cho bà Trần Thị Ví Dụ, sinh năm 1950."),
        hint=N_("Gõ đúng như câu trên: đủ họ tên, năm sinh bốn chữ số."),
    ),
    Lesson(
        4, N_("Đưa máy cho người dân"),
        (
            N_("Lúc đồng ý, lúc nộp, lúc trả tiền, lúc chấm điểm: xoay máy về phía người dân."),
            N_("Máy đang xoay thì không còn nút của người giúp. Lấy lại máy bằng mã PIN của mình."),
            N_("Chính người dân bấm “Nộp hồ sơ”. Phiếu và mã bí mật là của họ."),
        ),
        N_("Ai bấm “Nộp hồ sơ”?"),
        (
            Choice("helper", N_("Người giúp bấm cho nhanh")),
            Choice("person", N_("Người dân bấm, trên máy đã xoay")),
            Choice("either", N_("Ai bấm cũng được")),
        ), "person", N_("Bấm nộp là cam đoan, nên chính người dân bấm."),
    ),
    Lesson(
        5, N_("Kết thúc và khi thấy lạ"),
        (
            N_("Làm xong thì bấm Kết thúc. Từ đó không mở lại được hồ sơ của người ấy."),
            N_("Đưa phiếu “đã làm giúp” cho người dân: làm gì, ai làm, thắc mắc gọi đâu."),
            N_("Thấy ai xưng là người giúp mà đòi tiền, đòi mã: gọi tổ trưởng hoặc phường ngay."),
        ),
        N_("Nhập xong hồ sơ của bà Ví Dụ, sang nhà ông Mẫu. Việc đầu tiên là gì?"),
        (
            Choice("go", N_("Gõ luôn cho ông Mẫu trên trang đang mở")),
            Choice("end", N_("Kết thúc phiên của bà Ví Dụ trước khi đi")),
        ), "end", N_("Luôn kết thúc trước khi sang người khác, để không lẫn hồ sơ của hai người."),
    ),
)


def is_right(lesson: Lesson, answers: Mapping[str, str]) -> bool:
    """Whether what was chosen or typed on a page is right. Nothing of it is kept."""
    if lesson.choices:
        return answers.get("answer", "") == lesson.right
    typed = fold(answers.get("practice_name", "")[:120])
    return typed == fold(PRACTICE_NAME) and answers.get("practice_year", "").strip() == PRACTICE_YEAR
