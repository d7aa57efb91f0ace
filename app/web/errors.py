"""Refusals and faults as pages: what happened, that nothing is lost, what to do."""
from __future__ import annotations

import secrets
import traceback
from typing import Any

from flask import Flask, Response, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from app.core.errors import N_, AppError
from app.core.logs import log_event
from app.web.csrf import FIELD, token_is_ours
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import KEY_FIELD, StaleForm, give_up, sent_key

_TITLES = {
    400: N_("Chưa làm được"),
    403: N_("Trang này không mở được"),
    404: N_("Không thấy trang này"),
    405: N_("Không thấy trang này"),
    409: N_("Chưa làm được"),
    413: N_("Tệp gửi lên quá lớn"),
    422: N_("Có chỗ cần sửa"),
    429: N_("Đã thử nhiều lần"),
    500: N_("Máy của phường đang trục trặc"),
    503: N_("Máy của phường đang bận"),
}
_SENTENCES = {
    400: N_("Máy chủ không đọc được yêu cầu này. Quay lại trang trước rồi làm lại."),
    403: N_("Trang này chỉ dành cho người có phiếu hoặc cán bộ được giao."),
    404: N_("Có thể địa chỉ gõ thiếu, hoặc tờ giấy in đã cũ."),
    405: N_("Có thể địa chỉ gõ thiếu, hoặc tờ giấy in đã cũ."),
    413: N_("Một lần gửi nhiều nhất 40 MB. Quay lại, chọn ít ảnh hơn rồi gửi. Ảnh gửi trước vẫn còn."),
    500: N_("Lỗi này do máy của phường. Bài đã lưu không mất. Thử lại sau 10 phút."),
    503: N_("Nhiều người đang dùng. Bài đã lưu không mất. Chờ một phút rồi bấm lại."),
}


def error_page(status: int, sentence: str = "", *, retry_after: int | None = None) -> ResponseReturnValue:
    """The page for a status, with a short fault code to read out on the phone."""
    give_up()
    fault = f"{status}-{secrets.token_hex(2).upper()}"
    log_event("http.refused", status=status, fault=fault, endpoint=request.endpoint, method=request.method)
    told = {
        "status": status,
        "heading": words(_TITLES.get(status, _TITLES[400])),
        "sentence": sentence or words(_SENTENCES.get(status, _SENTENCES[400])),
        "fault": fault,
    }
    try:
        answer = make_response(page(f"errors/{'staff' if _for_staff() else 'citizen'}.html", **told))
    except SQLAlchemyError:  # the database is away, and who is signed in stands there
        answer = make_response(page("errors/citizen.html", **told))
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _for_staff() -> bool:
    return request.path.startswith("/can-bo")


def _app_error(error: AppError) -> ResponseReturnValue:
    return error_page(error.status, words(error.message, error.params), retry_after=getattr(error, "retry_after", None))


def _stale(error: StaleForm) -> ResponseReturnValue:
    return _resend(400, words(error.message))


def _resend(status: int, sentence: str) -> ResponseReturnValue:
    """All that was typed comes back in a form with a fresh token and its old key; one press sends it."""
    give_up()
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, KEY_FIELD)]
    had_files = any(upload.filename for upload in request.files.values())
    return page("errors/resend.html", status=status, sentence=sentence, typed=typed, key=sent_key(), had_files=had_files)


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    if isinstance(error, SecurityError):  # a foreign Host: no page of ours is drawn for it
        return Response("400\n", 400, mimetype="text/plain")
    return error_page(error.code or 500)


def _busy(error: Exception) -> ResponseReturnValue:
    """Nothing was changed, or the form's key tells that it was: what was typed can be sent again as it is."""
    log_event("database.busy", error=type(error).__name__)
    if request.method != "POST" or _for_staff() or not token_is_ours():
        return error_page(503, retry_after=60)
    sentence = words(N_("Máy của phường đang bận. Những gì đã gõ còn nguyên. Chờ một phút rồi gửi lại."))
    answer = make_response(_resend(503, sentence))
    answer.headers["Retry-After"] = "60"
    return answer


def _overtaken(error: Exception) -> ResponseReturnValue:
    """Two pages of one browser, or two people, changed the same thing at the same moment."""
    log_event("http.overtaken", error=type(error).__name__)
    return error_page(409, words(N_("Việc này vừa thay đổi ở một trang khác. Mở lại trang rồi làm tiếp.")))


def _fault(error: Exception) -> ResponseReturnValue:
    """Where it broke goes to the log; the message may hold what a person typed, and does not."""
    frames = "".join(traceback.format_tb(error.__traceback__)).splitlines()
    log_event("http.fault", error=type(error).__name__, where=" | ".join(line.strip() for line in frames[-12:]))
    return error_page(500)


def init_app(app: Flask) -> None:
    app.register_error_handler(StaleForm, _stale)
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(HTTPException, _http)
    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, _busy)
    for kind in (StaleDataError, ObjectDeletedError):
        app.register_error_handler(kind, _overtaken)
    if not app.testing:
        app.register_error_handler(Exception, _fault)
