"""People without a telephone who wait to be told: the list, the printed sheet, "đã báo" with its true time."""
from __future__ import annotations

from itertools import groupby

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.queries import get_agency
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import N_, Invalid, NotFound
from app.dossiers.forms import read_id, read_moment
from app.dossiers.queries.telling import list_to_tell, list_told
from app.dossiers.services.messages import message_name
from app.dossiers.services.telling import note_told
from app.dossiers.telling import print_telling
from app.dossiers.views_staff.blueprint import bp, faults_of
from app.web.rendering import page

CHANNEL_NAMES = {"group_head": N_("Nhờ tổ trưởng"), "visit": N_("Đến nhà"), "letter": N_("Gửi thư")}


@bp.get("/bao-tan-noi")
@require(Permission.DOSSIER_VIEW)
def telling() -> ResponseReturnValue:
    """Who waits to be told, by residential group, and who was told lately."""
    return _show()


@bp.post("/bao-tan-noi")
@require(Permission.DOSSIER_VIEW)
def do_tell() -> ResponseReturnValue:
    """Somebody went, wrote or passed it on: keep when."""
    number = read_id(request.form.get("message", "")) or 0
    try:
        told_at = read_moment(request.form.get("told_at", ""))
        note_told(current_actor(), number, told_at, request.form.get("note", ""))
    except Invalid as error:
        return _show(number, faults_of(error, "told_at"))
    return redirect(url_for(".telling", xong=1), 303)


@bp.get("/bao-tan-noi/in.pdf")
@require(Permission.DOSSIER_VIEW)
def telling_sheet() -> Response:
    """The list and the letters, to be printed."""
    actor = current_actor()
    lines = list_to_tell(actor)
    if not lines or actor.agency_id is None:
        raise NotFound(N_("Không có ai cần báo tận nơi."))
    answer = Response(print_telling(lines, get_agency(actor.agency_id), made_at=clock.now()), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename="bao-tan-noi.pdf")
    return answer


def _show(wrong: int = 0, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    actor = current_actor()
    lines = list_to_tell(actor)
    groups = [(name, list(found)) for name, found in groupby(lines, key=lambda one: one.group.name if one.group else "")]
    return page(
        "dossiers/staff_telling.html", 422 if errors else 200, groups=groups, waiting=len(lines), told=list_told(actor),
        channels=CHANNEL_NAMES, message_name=message_name, wrong=wrong, errors=errors or {}, typed=request.form,
        now_typed=f"{clock.local(clock.now()):%Y-%m-%dT%H:%M}", done="xong" in request.args,
    )
