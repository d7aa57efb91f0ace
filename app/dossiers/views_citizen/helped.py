"""Who did what for me (ai đã làm gì cho tôi): on the slip's own page, where the person also ends the help."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.assistance.models import ByKind, EventKind
from app.assistance.queries import list_help, list_open_for
from app.core.errors import N_
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.services import helped
from app.dossiers.views_citizen.blueprint import bp
from app.web.rendering import page

# What a use did, in the person's words; a code that is not here is shown as help with the dossier.
ACT_NAMES = {
    "answers.keep": N_("Điền giúp lời khai"), "answers.change": N_("Sửa giúp lời khai"), "papers.add": N_("Chụp giúp giấy tờ"),
    "papers.remove": N_("Bỏ ảnh chụp hỏng"), "card.read": N_("Đọc giúp thẻ căn cước"), "draft.start": N_("Bắt đầu bài làm"),
    "draft.open": N_("Mở bài làm dở"), "submit": N_("Nộp hồ sơ"), "dossier.submit": N_("Nộp hồ sơ"),
}
KIND_NAMES = {
    EventKind.GIVEN: N_("Được nhờ giúp"), EventKind.CHECKED: N_("Cán bộ xem giấy nhờ, nhận"),
    EventKind.USED: N_("Làm giúp"), EventKind.ENDED: N_("Thôi giúp"),
}
BY_NAMES = {
    ByKind.PERSON: N_("do ông/bà"), ByKind.HELPER: N_("do người giúp"), ByKind.STAFF: N_("do cán bộ"),
    ByKind.SYSTEM: N_("tự hết"),
}


@bp.get("/ai-giup")
@slip_session
def help_of(code: str) -> ResponseReturnValue:
    """Every act of every helper on this dossier, and whether anybody may still act."""
    dossier = current_dossier()
    return page(
        "dossiers/citizen_helped.html", dossier=dossier, lines=list_help(dossier.public_code),
        still=list_open_for(dossier.public_code), acts=ACT_NAMES, kinds=KIND_NAMES, by_names=BY_NAMES,
        done="xong" in request.args,
    )


@bp.post("/ai-giup")
@slip_session
def end_help(code: str) -> ResponseReturnValue:
    """No more help with this dossier, from now on."""
    helped.end_by_person(current_dossier(), current_actor())
    return redirect(url_for("dossiers_citizen.help_of", code=code, xong=1), 303)
