"""Who did what for me (ai đã làm gì cho tôi): on the slip's own page, where the person also ends the help."""
from __future__ import annotations

from itertools import groupby

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.assistance.models import ByKind, EventKind
from app.assistance.queries import Help, list_help, list_open_for
from app.core.errors import N_
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.services import helped
from app.dossiers.views_citizen.blueprint import bp
from app.web.rendering import page

# What a use did, in the person's words; a code that is not here is shown as help with the dossier.
ACT_NAMES = {
    "session.start": N_("Bắt đầu giúp"), "card.read": N_("Đọc giúp thẻ căn cước"), "answers.keep": N_("Điền lời khai"),
    "papers.add": N_("Chụp giấy tờ"), "papers.change": N_("Sửa ảnh giấy tờ"), "submit": N_("Nộp hồ sơ"),
    "supplement.send": N_("Gửi thêm giấy tờ"), "payment.start": N_("Mở trang nộp tiền"), "exemption.ask": N_("Xin miễn tiền"),
    "slip.make": N_("Lấy mã để làm tiếp"),
}
KIND_NAMES = {
    EventKind.GIVEN: N_("Được nhờ giúp"), EventKind.CHECKED: N_("Cán bộ xem giấy nhờ, nhận"),
    EventKind.USED: N_("Làm giúp"), EventKind.ENDED: N_("Thôi giúp"),
}
BY_NAMES = {
    ByKind.PERSON: N_("do ông/bà"), ByKind.HELPER: N_("do người giúp"), ByKind.STAFF: N_("do cán bộ"),
    ByKind.SYSTEM: N_("tự hết"),
}


def _runs(lines: list[Help]) -> list[tuple[Help, int]]:
    """Equal acts in a row as one line, with how many there were; the last of them tells when."""
    runs = (list(run) for _, run in groupby(lines, key=lambda one: (one.kind, one.act, one.by_kind, one.mandate_code)))
    return [(run[-1], len(run)) for run in runs]


@bp.get("/ai-giup")
@slip_session
def help_of(code: str) -> ResponseReturnValue:
    """Every act of every helper on this dossier, and whether anybody may still act."""
    dossier = current_dossier()
    return page(
        "dossiers/citizen_helped.html", dossier=dossier, lines=_runs(list_help(dossier.public_code)),
        still=list_open_for(dossier.public_code), acts=ACT_NAMES, kinds=KIND_NAMES, by_names=BY_NAMES,
        done="xong" in request.args,
    )


@bp.post("/ai-giup")
@slip_session
def end_help(code: str) -> ResponseReturnValue:
    """No more help with this dossier, from now on."""
    helped.end_by_person(current_dossier(), current_actor())
    return redirect(url_for("dossiers_citizen.help_of", code=code, xong=1), 303)
