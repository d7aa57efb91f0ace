"""What is odd over several people: the leader looks, and closes each line with a word. Nobody is accused."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.assistance import queries
from app.assistance.forms import errors_of
from app.assistance.models import PatternKind
from app.assistance.services import fairness
from app.assistance.views_staff.blueprint import bp
from app.core.errors import N_, Invalid
from app.web.rendering import page

PATTERN_NAMES = {
    PatternKind.SAME_PHONE: N_("Một số điện thoại, nhiều người"),
    PatternKind.OWN_PHONE: N_("Số của người giúp ghi là số của người nhờ"),
    PatternKind.AT_NIGHT: N_("Nhiều lần giúp từ 20 giờ đến 6 giờ"),
    PatternKind.SAME_PAYER: N_("Một tài khoản nộp tiền cho nhiều người"),
    PatternKind.SAME_DEVICE: N_("Một máy nộp cho nhiều người"),
}
# What it mostly is, so that a question to the people comes before any thought of wrong.
PATTERN_HINTS = {
    PatternKind.SAME_PHONE: N_("Thường là một nhà dùng chung máy. Gọi số đó, hỏi từng người."),
    PatternKind.OWN_PHONE: N_("Có khi gõ nhầm, hoặc người nhờ không có máy. Hỏi người giúp, sửa cách báo tin."),
    PatternKind.AT_NIGHT: N_("Có khi người nhờ đi làm cả ngày. Hỏi người giúp và một vài người nhờ."),
    PatternKind.SAME_PAYER: N_("Con cháu hay nộp hộ. Hỏi người có hồ sơ: ai nộp, có phải trả thêm không."),
    PatternKind.SAME_DEVICE: N_("Có khi là máy của nhà văn hóa, của quán. Hỏi người có hồ sơ: ai bấm giúp."),
}


@bp.get("/nen-xem-lai")
@require(Permission.HELP_LEAD)
def patterns() -> ResponseReturnValue:
    """What nobody has looked at yet, and what was closed lately."""
    return _show()


@bp.post("/nen-xem-lai")
@require(Permission.HELP_LEAD)
def close_pattern() -> ResponseReturnValue:
    """Close one line with a word."""
    typed = request.form.get("pattern", "")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
    try:
        fairness.close(number, current_actor(), request.form.get("word", ""))
    except Invalid as error:
        return _show(number, errors_of(error, otherwise="word"))
    return redirect(url_for("assistance_staff.patterns"), 303)


def _show(wrong: int = 0, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    actor = current_actor()
    return page(
        "assistance/staff_patterns.html", 422 if errors else 200, lines=queries.list_patterns(actor),
        closed=queries.list_patterns(actor, closed=True, limit=30), names=PATTERN_NAMES, hints=PATTERN_HINTS, wrong=wrong,
        errors=errors or {}, typed=request.form, me=actor.id,
    )
