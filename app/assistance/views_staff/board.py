"""The board of the response team (bảng việc): who waits for a call or a visit, what was reported; take, pass on, close, print.

The same pages serve a helper, who sees the visits of the own residential groups and what a colleague passed on.
"""
from __future__ import annotations

from collections.abc import Callable
from datetime import date

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.queries import get_ward, list_residential_groups
from app.accounts.sessions import current_actor
from app.assistance import queries, visit_lists
from app.assistance.forms import errors_of, read_id, read_moment
from app.assistance.models import CallAct, CallKind, HelpCall, Urgency
from app.assistance.services import board as services
from app.assistance.views_staff.blueprint import bp
from app.core import audit, clock
from app.core.actor import Actor
from app.core.errors import N_, Invalid
from app.files.views import send
from app.procedures.queries import find_procedure
from app.web.rendering import page
from app.web.transactions import writes
from app.working_time.forms import find_day

KIND_NAMES = {CallKind.CALL: N_("Gọi lại"), CallKind.VISIT: N_("Đến nhà"), CallKind.INCIDENT: N_("Sự cố")}
KIND_ICONS = {CallKind.CALL: "call", CallKind.VISIT: "people", CallKind.INCIDENT: "warning"}
URGENCY_NAMES = {Urgency.NOW: N_("Gấp"), Urgency.STUCK: N_("Đang làm dở"), Urgency.LATER: N_("Thường")}
HURRY_NAMES = {
    queries.Hurry.LATE: N_("Trễ hẹn"), queries.Hurry.NEAR: N_("Sắp đến hẹn"), queries.Hurry.TODAY: N_("Hẹn hôm nay"),
    queries.Hurry.AHEAD: N_("Hẹn sau hôm nay"), queries.Hurry.NONE: N_("Chưa hẹn giờ"),
}
BEST_TIMES = {"morning": N_("buổi sáng"), "afternoon": N_("buổi chiều")}
ACT_NAMES = {
    CallAct.ASKED: N_("Người dân gọi"), CallAct.SORTED: N_("Xếp lại mức gấp, tổ dân phố"), CallAct.TAKEN: N_("Nhận"),
    CallAct.PASSED: N_("Chuyển"), CallAct.TRIED: N_("Chưa gặp được"), CallAct.DONE: N_("Làm xong"),
    CallAct.NEAR: N_("Sắp đến hẹn, đã báo tổ trưởng"), CallAct.LATE: N_("Trễ hẹn, đã báo tổ trưởng"),
}
_START = "dossiers_helper.start_by_call"  # stands in the hall above
NAMES = {
    "kinds": KIND_NAMES, "icons": KIND_ICONS, "urgencies": URGENCY_NAMES, "hurries": HURRY_NAMES, "best_times": BEST_TIMES,
    "acts": ACT_NAMES,
}


def _asked() -> queries.BoardAsk:
    args = request.args
    return queries.BoardAsk(
        group_id=read_id(args.get("to", "")), urgency=args.get("gap", "") if args.get("gap") in set(Urgency) else "",
        kind=args.get("loai", "") if args.get("loai") in set(CallKind) else "", mine=args.get("cua") == "toi",
        hurry=args.get("hen", "") if args.get("hen") in set(queries.Hurry) else "",
    )


@bp.get("/goi-lai")
@require(Permission.HELP_BOARD)
def calls() -> ResponseReturnValue:
    """The address of before, as it stands on printed sheets."""
    return redirect(url_for("assistance_staff.board"), 303)


@bp.post("/goi-lai")
@require(Permission.HELP_BOARD)
def answer_call() -> ResponseReturnValue:
    """A form of the page of before, still open in some window: nothing is done, the board shows how things stand."""
    return redirect(url_for("assistance_staff.board"), 303)


@bp.get("/bang")
@require(Permission.HELP_BOARD)
def board() -> ResponseReturnValue:
    """All that waits, late ones on top; what was closed last."""
    return _board_page()


@bp.post("/bang")
@require(Permission.HELP_BOARD)
def take() -> ResponseReturnValue:
    """"Tôi nhận", from the list."""
    return _take("assistance_staff.call")


@bp.get("/bang/<code>")
@require(Permission.HELP_BOARD)
def call(code: str) -> ResponseReturnValue:
    """One call with its history, and what can be done with it."""
    return _call_page(queries.get_call(current_actor(), code))


@bp.post("/bang/<code>")
@require(Permission.HELP_BOARD)
def act(code: str) -> ResponseReturnValue:
    """Take, pass on, note a vain try, sort, close."""
    return _act(code, "assistance_staff.call")


@bp.get("/bang/<code>/anh")
@require(Permission.HELP_BOARD)
def incident_photo(code: str) -> Response:
    """The photo that came with an incident."""
    found = queries.get_call(current_actor(), code)
    return send(services.get_photo(found), inline=True, download_name=f"su-co-{found.code}")


@bp.get("/bang/danh-sach.pdf")
@require(Permission.HELP_BOARD)
@writes
def visit_list() -> Response:
    """The visits of a day on paper, of one person if one is chosen."""
    return _visits_paper(read_id(request.args.get("ai", "")))


@bp.get("/viec-giup")
@require(Permission.HELP_GIVE)
def errands() -> ResponseReturnValue:
    """A helper's visits: the own ones, and those of the own residential groups."""
    helper = queries.get_own_helper(current_actor())
    found = queries.list_for_helper(helper)
    return page(
        "assistance/staff_errands.html", calls=found, helper=helper, words_of=queries.last_words(found), me=current_actor().id,
        hurry_of=queries.hurry_of, standing=queries.standing(helper), **NAMES,
    )


@bp.post("/viec-giup")
@require(Permission.HELP_GIVE)
def take_errand() -> ResponseReturnValue:
    """"Tôi nhận", by a helper."""
    return _take("assistance_staff.errand")


@bp.get("/viec-giup/<code>")
@require(Permission.HELP_GIVE)
def errand(code: str) -> ResponseReturnValue:
    """One visit, for the helper who goes."""
    return _call_page(queries.get_call(current_actor(), code))


@bp.post("/viec-giup/<code>")
@require(Permission.HELP_GIVE)
def act_errand(code: str) -> ResponseReturnValue:
    """Take, pass on, note a vain try, close."""
    return _act(code, "assistance_staff.errand")


@bp.get("/viec-giup/danh-sach.pdf")
@require(Permission.HELP_GIVE)
@writes
def own_visit_list() -> Response:
    """A helper's own visits of a day on paper."""
    queries.get_good_helper(current_actor())
    return _visits_paper(current_actor().id)


def _version() -> int:
    return read_id(request.form.get("version", "")) or 0


def _take(endpoint: str) -> ResponseReturnValue:
    code = request.form.get("code", "")
    services.take(current_actor(), code, _version())
    return redirect(url_for(endpoint, code=code), 303)


def _finish(actor: Actor, code: str) -> HelpCall:
    form = request.form
    done_at = read_moment(form.get("done_day", ""), form.get("done_hour", ""))
    return services.finish(actor, code, _version(), form.get("outcome", ""), done_at)


_ACTS: dict[str, Callable[[Actor, str], HelpCall]] = {
    "take": lambda actor, code: services.take(actor, code, _version(), request.form.get("word", "")),
    "pass": lambda actor, code: services.pass_on(
        actor, code, _version(), read_id(request.form.get("to", "")), request.form.get("word", "")
    ),
    "try": lambda actor, code: services.note_try(actor, code, _version(), request.form.get("word", "")),
    "sort": lambda actor, code: services.sort(
        actor, code, _version(), request.form.get("urgency", ""), read_id(request.form.get("group", ""))
    ),
    "done": _finish,
}


def _act(code: str, endpoint: str) -> ResponseReturnValue:
    actor, asked = current_actor(), request.form.get("act", "")
    found = queries.get_call(actor, code)
    home = "assistance_staff.board" if endpoint == "assistance_staff.call" else "assistance_staff.errands"
    if asked not in _ACTS:
        return _call_page(found, 422, {"act": ""})
    try:
        changed = _ACTS[asked](actor, code)
    except Invalid as error:
        return _call_page(found, 422, errors_of(error, otherwise="word"), wrong=asked)
    stays = changed.is_open and changed.taken_by_id == actor.id
    return redirect(url_for(endpoint, code=code) if stays else url_for(home), 303)


def _board_page() -> ResponseReturnValue:
    actor, asked = current_actor(), _asked()
    everything = queries.list_board(actor)
    shown = queries.list_board(actor, asked) if asked != queries.BoardAsk() else everything
    return page(
        "assistance/staff_board.html", calls=shown, waiting=len(everything), hurried=queries.count_hurries(everything),
        asked=asked, groups=list_residential_groups(get_ward().id), words_of=queries.last_words(shown),
        done=queries.list_done(actor), me=actor.id, hurry_of=queries.hurry_of, takers=queries.list_takers(actor),
        by_group=request.args.get("xep") == "to", **NAMES,
    )


def _call_page(
    found: HelpCall, status: int = 200, errors: dict[str, str] | None = None, *, wrong: str = ""
) -> ResponseReturnValue:
    actor = current_actor()
    on_board = request.endpoint in ("assistance_staff.call", "assistance_staff.act")
    about = find_procedure(found.procedure_code) if found.procedure_code else None
    return page(
        "assistance/staff_call.html", status, call=found, history=queries.list_history(found), errors=errors or {}, wrong=wrong,
        typed=request.form if wrong else {}, me=actor.id, hurry=queries.hurry_of(found), procedure=about, on_board=on_board,
        takers=queries.list_takers(actor), groups=list_residential_groups(found.agency_id), now_local=clock.local(clock.now()),
        papers=visit_lists.papers_of(found), start_help_url=_start_url(found, actor), **NAMES,
    )


def _start_url(found: HelpCall, actor: Actor) -> str:
    """Where "Bắt đầu giúp" leads a helper who took it; empty for others, and for incidents."""
    mine = actor.may(Permission.HELP_GIVE) and found.taken_by_id == actor.id and found.kind != CallKind.INCIDENT
    return url_for(_START) if mine and found.is_open else ""


def _visits_paper(taker_id: int | None) -> Response:
    actor, day = current_actor(), _day()
    calls_of_day = queries.list_visits(actor, day, taker_id)
    audit.record(actor, "help.print", "help_call", f"{day:%Y-%m-%d}", visits=len(calls_of_day))
    paper = visit_lists.print_visits(
        calls_of_day, get_ward(), day, current_app.extensions["settings"].public_url, made_at=clock.now()
    )
    answer = Response(paper, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"den-nha-{day:%Y-%m-%d}.pdf")
    return answer


def _day() -> date:
    return find_day(request.args.get("ngay", "")) or clock.today()
