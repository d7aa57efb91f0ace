"""The queue: counts, filters, nearest deadline on top, one verb a row; search by what people say."""
from __future__ import annotations

import time

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core import audit
from app.core.actor import Actor
from app.core.db import transaction
from app.core.errors import N_, NotFound
from app.dossiers.chips import chip
from app.dossiers.forms import hide, hide_place, is_scanned_slip, read_queue, read_search
from app.dossiers.queries import FILTERS, count_queue, get_dossier, list_queue
from app.dossiers.queries.queue import PAGE
from app.dossiers.views_staff.blueprint import bp, to_dossier
from app.dossiers.views_staff.buttons import verb_of
from app.dossiers.workflow import STATE_NAMES
from app.web.rendering import page
from app.web.transactions import repeatable
from app.working_time.queries import load_calendar

NAMES = dict(zip(FILTERS, (
    N_("Cần làm ngay"), N_("Mới nộp"), N_("Đã nhận"), N_("Đang xử lý"), N_("Chờ ký"), N_("Chờ bổ sung"),
    N_("Chờ nộp tiền"), N_("Xin rút"), N_("Chờ trả kết quả"), N_("Của tôi"), N_("Đã xong"),
), strict=True))
_LOOK_AGAIN = 60.0
_looks: dict[tuple[int | None, str], float] = {}


def _note_look(actor: Actor, what: str) -> None:
    """One audit row for a look at a list, at most once a minute for each person, list and worker.

    Clerks reload the queue all day; a row each time would say nothing more and cost a write each time.
    """
    now = time.monotonic()
    if now - _looks.get((actor.id, what), -_LOOK_AGAIN) < _LOOK_AGAIN:
        return
    if len(_looks) > 1000:
        _looks.clear()
    _looks[actor.id, what] = now
    with transaction():
        audit.record(actor, "dossier.list", "queue", what)


@bp.get("/ho-so")
@require(Permission.DOSSIER_LIST)
def queue() -> ResponseReturnValue:
    """One page of the queue. The look is audited, see ``_note_look`` (ruling 4: audit of reads)."""
    actor, ask = current_actor(), read_queue(request.args)
    _note_look(actor, "search" if ask.text else ask.filter)
    rows, calendar = list_queue(actor, ask), load_calendar()
    shown = rows[:PAGE]
    lines = [(row, chip(row, calendar, mended=row.mended, lapsed=row.lapsed), verb_of(row, actor)) for row in shown]
    onward = {"loc": ask.filter, "tim": request.args.get("tim") if ask.text else None}
    return page(
        "dossiers/staff_queue.html", ask=ask, lines=lines, counts=count_queue(actor), names=NAMES, states=STATE_NAMES,
        is_slip="phieu" in request.args, onward=onward,
        following=url_for(".queue", **onward, sau=hide_place(shown[-1].key)) if len(rows) > PAGE else "",
    )


@bp.post("/ho-so/tim")
@require(Permission.DOSSIER_LIST)
@repeatable
def search() -> ResponseReturnValue:
    """Look for a dossier. What was typed goes on sealed: names and numbers never stand in an address or a log."""
    actor, text = current_actor(), read_search(request.form.get("q", ""))
    if is_scanned_slip(text):
        return redirect(url_for(".queue", phieu=1), 303)
    if not text:
        return redirect(url_for(".queue"), 303)
    audit.record(actor, "dossier.search", "queue", "")
    if actor.may(Permission.DOSSIER_VIEW):
        try:
            return to_dossier(get_dossier(actor, text).public_code)
        except NotFound:
            pass
    return redirect(url_for(".queue", tim=hide(text)), 303)
