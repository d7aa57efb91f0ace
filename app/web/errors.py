"""Refusals and faults as pages: what happened, that nothing is lost, what to do."""
from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from app.core.errors import N_, AppError
from app.core.logs import log_event
from app.web.csrf import FIELD
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import KEY_FIELD, StaleForm

_TITLES = {
    400: N_("Chưa làm được"),
    403: N_("Trang này không mở được"),
    404: N_("Không thấy trang này"),
    405: N_("Không thấy trang này"),
    409: N_("Có người vừa làm trước"),
    413: N_("Tệp gửi lên quá lớn"),
    422: N_("Có chỗ cần sửa"),
    429: N_("Đã thử nhiều lần"),
    500: N_("Máy của phường đang trục trặc"),
    503: N_("Máy của phường đang bận"),
}
_SENTENCES = {
    403: N_("Trang này chỉ dành cho người có phiếu hoặc cán bộ được giao."),
    404: N_("Có thể địa chỉ gõ thiếu, hoặc tờ giấy in đã cũ."),
    405: N_("Có thể địa chỉ gõ thiếu, hoặc tờ giấy in đã cũ."),
    413: N_("Mỗi tệp nhiều nhất 12 MB. Chụp lại ảnh nhỏ hơn rồi gửi."),
    500: N_("Lỗi này do máy của phường. Bài đã lưu không mất. Thử lại sau 10 phút."),
    503: N_("Nhiều người đang dùng. Bài đã lưu không mất. Chờ một phút rồi bấm lại."),
}


def error_page(status: int, sentence: str = "", *, retry_after: int | None = None) -> ResponseReturnValue:
    """The page for a status, with a short fault code to read out on the phone."""
    fault = f"{status}-{secrets.token_hex(2).upper()}"
    log_event("http.refused", status=status, fault=fault, endpoint=request.endpoint, method=request.method)
    staff = request.path.startswith("/can-bo")
    answer = make_response(page(
        "errors/staff.html" if staff else "errors/citizen.html",
        status=status,
        heading=words(_TITLES.get(status, _TITLES[400])),
        sentence=sentence or words(_SENTENCES.get(status, "")),
        fault=fault,
    ))
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _app_error(error: AppError) -> ResponseReturnValue:
    return error_page(error.status, words(error.message, error.params), retry_after=getattr(error, "retry_after", None))


def _stale(error: StaleForm) -> ResponseReturnValue:
    """All that was typed comes back in a fresh form; one press sends it."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in (FIELD, KEY_FIELD)]
    return page("errors/resend.html", status=400, sentence=words(error.message), typed=typed)


def _http(error: HTTPException) -> Any:
    if error.response is not None or (error.code or 500) < 400:
        return error
    if isinstance(error, SecurityError):  # a foreign Host: no page of ours is drawn for it
        return Response("400\n", 400, mimetype="text/plain")
    return error_page(error.code or 500)


def _busy(error: Exception) -> ResponseReturnValue:
    log_event("database.busy", error=type(error).__name__)
    return error_page(503, retry_after=60)


def _fault(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception("unhandled")
    return error_page(500)


def init_app(app: Flask) -> None:
    app.register_error_handler(StaleForm, _stale)
    app.register_error_handler(AppError, _app_error)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(PoolTimeout, _busy)
    if not app.testing:
        app.register_error_handler(Exception, _fault)
