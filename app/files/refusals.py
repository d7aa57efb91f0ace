"""Why a file cannot be taken: one plain sentence for each reason, saying what to do (design.md section 7)."""
from __future__ import annotations

from app.core.errors import N_

EMPTY = N_("Ảnh này trống, mở không lên. Chụp lại giúp.")
TOO_BIG = N_("Tệp này nặng hơn %(limit)s MB. Chọn cỡ ảnh nhỏ hơn rồi chụp lại.")
UNKNOWN = N_("Máy không đọc được loại tệp này. Gửi ảnh chụp hoặc tệp PDF.")
OTHER_PICTURE = N_("Máy chưa đọc được loại ảnh này. Chụp lại bằng máy ảnh của điện thoại.")
DRAWING = N_("Đây là hình vẽ, không phải ảnh chụp. Chụp ảnh tờ giấy rồi gửi.")
WEB_PAGE = N_("Đây là trang mạng, không phải ảnh. Chụp ảnh tờ giấy rồi gửi.")
OFFICE = N_("Đây là tệp Word hoặc Excel. Lưu thành PDF, hoặc in ra rồi chụp ảnh.")
ARCHIVE = N_("Đây là tệp nén. Mở ra rồi gửi từng ảnh một.")
VIDEO = N_("Đây là đoạn phim. Chụp ảnh tờ giấy rồi gửi.")
BROKEN_IMAGE = N_("Ảnh này hỏng hoặc thiếu một phần, mở không lên. Chụp lại giúp.")
TOO_MANY_PIXELS = N_("Ảnh này quá lớn, hơn %(limit)s triệu điểm ảnh. Chọn cỡ nhỏ hơn rồi chụp lại.")
TOO_SLOW = N_("Mở tệp này lâu quá nên máy dừng lại. Chụp lại, hoặc gửi từng trang một.")
BROKEN_PDF = N_("Tệp PDF này hỏng, mở không lên. Lưu lại lần nữa, hoặc chụp ảnh từng trang.")
LOCKED_PDF = N_("Tệp PDF này có mật khẩu. Lưu bản không mật khẩu, hoặc chụp ảnh từng trang.")
EMPTY_PDF = N_("Tệp PDF này không có trang nào. Chụp ảnh tờ giấy rồi gửi.")
TOO_MANY_PAGES = N_("Tệp PDF này có %(pages)s trang. Một tệp nhiều nhất %(limit)s trang. Tách ra rồi gửi.")
HEAVY_PDF = N_("Tệp PDF này nặng quá, máy mở không nổi. Chụp ảnh từng trang rồi gửi.")
VIRUS = N_("Tệp này có mã độc nên máy không nhận. Chụp ảnh tờ giấy bằng điện thoại rồi gửi.")
QUOTA = N_("Hồ sơ này đã đủ %(limit)s MB. Bỏ bớt ảnh không cần, rồi gửi tiếp.")
TOO_MANY_FILES = N_("Hồ sơ này đã có %(limit)s ảnh. Bỏ bớt ảnh không cần, rồi gửi tiếp.")
SPOILED = N_("Ảnh này trong kho đã hỏng. Phường sẽ lấy lại từ bản dự phòng, hoặc gửi lại ảnh.")
CANNOT_TURN = N_("Chưa xoay được ảnh này. Để nguyên cũng được, phường vẫn đọc được.")
