"""The board of the response team, a helper's errands, and what the public sees of both."""
from __future__ import annotations

from datetime import timedelta

from app.accounts.permissions import Role
from app.accounts.queries import get_ward, list_residential_groups
from app.assistance.services import board
from app.assistance.services.help_calls import Ask, Report, ask, report
from app.core import clock
from app.core.actor import CITIZEN, Actor
from app.core.db import db, transaction
from tests import factories
from tests.browser.states.registry import PageState as S
from tests.browser.states.world import LONG_NAME, Look, World

R = Role
LONG_PLACE = "Số 129/14/5 Kiệt Ví Dụ Rất Dài, đối diện trường tiểu học Thí Dụ, gần chợ Giả Định, nhà có cổng sắt màu xanh"


def _response(world: World) -> Actor:
    return world.actor(R.RESPONSE_TEAM)


def _call(world: World, key: str, *, days_ago: float = 0, **more: object) -> str:
    """The code of a call of that key, asked once."""
    def make() -> str:
        given = {"name": LONG_NAME, "phone": "+84905000123", "text": "Không biết chụp ảnh. " * 12, **more}
        with clock.moved_to(clock.now() - timedelta(days=days_ago)), transaction():
            return ask(CITIZEN, Ask(**given)).code  # type: ignore[arg-type]
    return str(world.once(f"call {key}", make))


def _visit(world: World, key: str, **more: object) -> str:
    def group() -> int:
        return list_residential_groups(get_ward().id)[0].id
    where = {"way": "visit", "landmark": LONG_PLACE, "group_id": world.once("first group", group), "best_time": "morning"}
    return _call(world, key, procedure_code=factories.BIRTH, **{**where, **more})


def _incident(world: World) -> str:
    def make() -> str:
        with transaction():
            return report(
                CITIZEN, Report(text="Cây đổ chắn ngang đường, xe không qua được. " * 6, landmark=LONG_PLACE, urgent=True),
                factories.photo(),
            ).code
    return str(world.once("incident", make))


def _taken(world: World, key: str, by: Actor, **more: object) -> str:
    """A visit that someone took, after it went from hand to hand."""
    code = _visit(world, key, **more)

    def make() -> bool:
        with transaction():
            board.take(by, code, 1)
        with transaction():
            board.note_try(by, code, 2, "Gọi cửa lúc 9 giờ, không ai ở nhà. " * 4)
        return True
    world.once(f"taken {key}", make)
    return code


def _done(world: World) -> str:
    code = _visit(world, "done", days_ago=1)

    def make() -> bool:
        with transaction():
            board.finish(_response(world), code, 1, "Đã chỉ cách chụp ảnh, bà tự bấm nộp. " * 3)
        return True
    world.once("done visit", make)
    return code


def _full(world: World) -> None:
    """Something of each kind and in each state."""
    with world.inside():
        _call(world, "late", days_ago=6)
        _call(world, "plain", name="Trần Thị Ví Dụ", urgent=True)
        _visit(world, "open", phone="")
        _incident(world)
        _taken(world, "taken", _response(world))
        _done(world)


def _board(world: World, query: str = "") -> Look:
    _full(world)
    return world.clerk(f"/bang{query}")


def _one(world: World, key: str, *roles: Role) -> Look:
    with world.inside():
        codes = {
            "open": lambda: _visit(world, "open", phone=""), "incident": lambda: _incident(world), "done": lambda: _done(world),
            "taken": lambda: _taken(world, "taken", _response(world)), "call": lambda: _call(world, "plain"),
        }
        return world.clerk(f"/bang/{codes[key]()}", *roles)


def _wrong(world: World, **typed: str) -> Look:
    return _one(world, "open").sends("*", version="1", **typed)


def _helper(world: World, key: str, *, grouped: bool = True) -> tuple[Actor, str]:
    def actor() -> Actor:
        made = factories.make_helper(username=f"di-{key}")
        with transaction():
            factories.helper_of(made).groups = list_residential_groups(get_ward().id)[:1] if grouped else []
        return made
    with world.inside():
        _number, token = world.session(f"errands {key}", "staff", actor)
        return factories.make_helper(username=f"di-{key}"), token


def _errands(world: World, key: str, path: str = "", *, grouped: bool = True) -> Look:
    return Look(f"/can-bo/viec-giup{path}", _helper(world, key, grouped=grouped)[1])


def _own_errand(world: World) -> Look:
    actor, _token = _helper(world, "own")
    with world.inside():
        code = _taken(world, "own", actor)
    return _errands(world, "own", f"/{code}")


def _promised(world: World, key: str) -> Look:
    with world.inside():
        codes = {
            "call": lambda: _call(world, "plain", name="Trần Thị Ví Dụ", urgent=True), "incident": lambda: _incident(world),
            "visit": lambda: _taken(world, "own", _helper(world, "own")[0]), "done": lambda: _done(world),
            "late": lambda: _call(world, "late", days_ago=6),
        }
        code = codes[key]()
        db.session.rollback()
    return Look(f"/loi-hen/{code}")


P, T = "assistance_public", "assistance_staff"
BOARD_STATES = [
    S(f"{T}.board", "empty", lambda w: w.clerk("/bang"), bare=True),
    S(f"{T}.board", "full, long names, late", _board),
    S(f"{T}.board", "by group", lambda w: _board(w, "?xep=to")),
    S(f"{T}.board", "nothing like that", lambda w: _board(w, "?cua=toi&gap=now")),
    S(f"{T}.call", "open visit", lambda w: _one(w, "open")),
    S(f"{T}.call", "taken by another", lambda w: _one(w, "taken")),
    S(f"{T}.call", "mine", lambda w: _one(w, "taken", R.RESPONSE_TEAM)),
    S(f"{T}.call", "incident with photo", lambda w: _one(w, "incident")),
    S(f"{T}.call", "done", lambda w: _one(w, "done")),
    S(f"{T}.call", "nothing written", lambda w: _wrong(w, act="done", outcome="")),
    S(f"{T}.call", "time to come", lambda w: _wrong(w, act="done", outcome="Xong", done_day="2039-01-01", done_hour="9:30")),
    S(f"{T}.call", "passed on without a word", lambda w: _wrong(w, act="pass", word="")),
    S(f"{T}.call", "unknown", lambda w: w.clerk("/bang/K7M49QXT").answers(404)),
    S(f"{T}.errands", "no group", lambda w: _errands(w, "alone", grouped=False)),
    S(f"{T}.errands", "some", lambda w: (_own_errand(w), _errands(w, "own"))[1]),
    S(f"{T}.errand", "mine", _own_errand),
    S(f"{T}.errand", "unknown", lambda w: _errands(w, "own", "/K7M49QXT").answers(404)),
    S(f"{P}.incident", "empty", lambda w: Look("/bao-su-co")),
    S(f"{P}.incident", "errors", lambda w: Look("/bao-su-co", w.stranger()).sends("/bao-su-co", phone="12")),
    S(f"{P}.promises", "empty", lambda w: Look("/loi-hen")),
    S(f"{P}.promises", "wrong sign", lambda w: Look("/loi-hen?ma=AAAAAAAB", status=422)),
    S(f"{P}.promised", "call", lambda w: _promised(w, "call")),
    S(f"{P}.promised", "a helper comes", lambda w: _promised(w, "visit")),
    S(f"{P}.promised", "incident", lambda w: _promised(w, "incident")),
    S(f"{P}.promised", "late", lambda w: _promised(w, "late")),
    S(f"{P}.promised", "done", lambda w: _promised(w, "done")),
    S(f"{P}.promised", "unknown", lambda w: Look("/loi-hen/K7M49QXT", status=404)),
]
