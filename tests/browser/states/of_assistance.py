"""Pages of helpers and of those who look after them: badge, today, training, PIN, lists of helpers, mandates and calls."""
from __future__ import annotations

from datetime import timedelta

from app.accounts.permissions import Role
from app.assistance.models import Mandate, Method
from app.assistance.services import calls, help_sessions, helpers, mandates
from app.assistance.services.proposals import Person
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.codes import new_public_code
from app.core.db import db, transaction
from tests import factories
from tests.browser.states.registry import PageState as S
from tests.browser.states.world import LONG_NAME, Look, World

R = Role
CODES = ("K7M49QXT", "T3WH8RDA")


def _actor(world: World, key: str, role: Role = R.HELPER, **more: object) -> Actor:
    """A helper of that account name, made once."""
    return factories.make_helper(role, username=f"giup-{key}", **more)  # type: ignore[arg-type]


def _token(world: World, key: str, role: Role = R.HELPER, **more: object) -> str:
    return world.session(f"helper {key}", "staff", lambda: _actor(world, key, role, **more))[1]


def _mine(world: World, key: str, path: str = "", **more: object) -> Look:
    return Look(f"/giup-dan{path}", _token(world, key, **more))


def _lapsed(world: World, name: str, **columns: object) -> Look:
    look = _mine(world, name)
    with world.inside(), transaction():
        for column, value in columns.items():
            setattr(factories.helper_of(_actor(world, name)), column, value)
    return look


def _badge(world: World, name: str, **more: object) -> str:
    def token() -> str:
        return factories.helper_of(_actor(world, name, **more)).badge_token
    with world.inside():
        return f"/nguoi-giup/{token()}"


def _busy(world: World) -> str:
    """A helper with open mandates of long names and a session; the token."""
    token = _token(world, "busy", name=LONG_NAME)

    def make() -> bool:
        actor = _actor(world, "busy")
        for method in (Method.AGREED, Method.DRAWN):
            factories.make_mandate(actor, new_public_code(), method, name=LONG_NAME, phone="+84905000111")
        web = factories.make_session("staff", actor)[0].id
        with transaction():
            help_sessions.end_session(help_sessions.start_session(
                actor, factories.helper_of(actor), web_session_id=web, person=Person(name=LONG_NAME),
                dossier_code=CODES[0],
            ), actor)
        return True
    world.once("busy helper", make)
    _again(world, "busy helper's mandates", "busy", Method.AGREED)
    return token


def _again(world: World, key: str, name: str, method: Method, **more: object) -> str:
    """The code of a mandate that is in force at this moment: one that ran out meanwhile is given again."""
    with world.inside():
        code = world.once(key, lambda: _give(world, name, method, **more))
        found = db.session.query(Mandate).filter_by(code=code).one()
        if found.expires_at > clock.now():
            return str(code)
        world._made.pop(key)
    return _again(world, key, name, method, **more)


def _give(world: World, name: str, method: Method, **more: object) -> str:
    actor = _actor(world, name)
    given = {"name": LONG_NAME, "phone": "+84905000111", **more}
    return factories.make_mandate(actor, new_public_code(), method, **given).code  # type: ignore[arg-type]


def _lead(world: World, path: str) -> Look:
    return Look(f"/can-bo{path}", _token(world, "lead", R.HELPER_LEAD))


def _listed(world: World, path: str) -> Look:
    """Mandates with something odd, one of them ended, some calls made."""
    def make() -> bool:
        actor, lead = _actor(world, "odd"), _actor(world, "lead", R.HELPER_LEAD)
        made = [
            factories.make_mandate(
                actor, new_public_code(), Method.AGREED, name=f"{LONG_NAME} {number}", phone="+84905000222",
                is_relative=number == 1,
            ) for number in range(4)
        ]
        with transaction():
            mandates.end_mandate(made[0], lead, by_kind=mandates.ByKind.STAFF, reason="by_lead")
            calls.note_call(made[0], lead, "confirmed", "Bà nói cháu giúp rất tận tình.")
            calls.note_call(made[1], lead, "denied", "Ông nói không nhớ có ai đến.")
        return True
    world.once("odd mandates", make)
    return _lead(world, path)


def _wrong_call(world: World, **typed: str) -> Look:
    look = _listed(world, "/goi-kiem")
    with world.inside():
        code = _again(world, "to be called", "odd2", Method.AGREED)
    return look.sends("/goi-kiem*", code=code, **typed)


def _staff_helper(world: World, path: str = "", name: str = "shown", **more: object) -> Look:
    with world.inside():
        _actor(world, name, **more)
    return world.clerk(f"/nguoi-giup/giup-{name}{path}", R.ADMINISTRATOR)


def _closed(world: World) -> Look:
    look = _staff_helper(world, name="closed")

    def close() -> bool:
        with transaction():
            helpers.disable_helper(SYSTEM, factories.helper_of(_actor(world, "closed")))
        return True
    world.once("closed helper", close)
    return look


def _waits(world: World) -> Look:
    """A helper whom the leader has just added: the role waits for a second person."""
    def add() -> bool:
        with transaction():
            helpers.add_helper(
                _actor(world, "lead", R.HELPER_LEAD), username="giup-waits", full_name="Lê Văn Thử", role=R.HELPER,
                particulars=helpers.Particulars(team="Tổ 5", phone="+84905001077", pledged_on=clock.today()),
            )
        return True
    with world.inside():
        _actor(world, "lead", R.HELPER_LEAD)
    world.once("waiting helper", add)
    return world.clerk("/nguoi-giup/giup-waits", R.ADMINISTRATOR)


def _paper(world: World, method: Method) -> Look:
    code = _again(world, f"paper {method}", f"paper-{method}".replace("_", "-"), method)
    return world.clerk(f"/giay-nho/{code}")


P, H, T = "assistance_public", "assistance_helper", "assistance_staff"
ASSISTANCE_STATES = [
    S(f"{P}.badge", "yes", lambda w: Look(_badge(w, "shown"))),
    S(f"{P}.badge", "not trained yet", lambda w: Look(_badge(w, "new", trained=False))),
    S(f"{P}.badge", "nobody's", lambda w: Look("/nguoi-giup/khong-co", status=404)),
    S(f"{H}.home", "new", lambda w: _mine(w, "new", trained=False)),
    S(f"{H}.home", "no PIN", lambda w: _mine(w, "no-pin", pin="")),
    S(f"{H}.home", "nothing yet", lambda w: _mine(w, "free")),
    S(f"{H}.home", "busy, long names", lambda w: Look("/giup-dan", _busy(w))),
    S(f"{H}.home", "leader", lambda w: Look("/giup-dan", _token(w, "lead", R.HELPER_LEAD))),
    S(f"{H}.home", "expired", lambda w: _lapsed(w, "expired", expires_on=clock.today() - timedelta(days=1))),
    S(f"{H}.home", "idle", lambda w: _lapsed(w, "idle", last_active_at=clock.now() - timedelta(days=70))),
    *(S(f"{H}.lesson", f"page {number}", lambda w, number=number: _mine(w, "free", f"/tap/{number}")) for number in range(1, 6)),
    S(f"{H}.lesson", "wrong choice", lambda w: _mine(w, "free", "/tap/1").sends(answer="read")),
    S(f"{H}.lesson", "wrong practice", lambda w: _mine(w, "free", "/tap/3").sends(practice_name="Bà Ví", practice_year="50")),
    S(f"{H}.lesson", "no such page", lambda w: _mine(w, "free", "/tap/6").answers(404)),
    S(f"{H}.pin", "first", lambda w: _mine(w, "no-pin", "/ma-pin", pin="")),
    S(f"{H}.pin", "another", lambda w: _mine(w, "free", "/ma-pin")),
    S(f"{H}.pin", "wrong", lambda w: _mine(w, "no-pin", "/ma-pin", pin="").sends(pin="123456", again="654321")),
    S(f"{T}.helpers", "empty", lambda w: w.clerk("/nguoi-giup", R.ADMINISTRATOR), bare=True),
    S(f"{T}.helpers", "some", lambda w: (_busy(w), _closed(w), w.clerk("/nguoi-giup", R.ADMINISTRATOR))[2]),
    S(f"{T}.new_helper", "form", lambda w: w.clerk("/nguoi-giup/them", R.ADMINISTRATOR)),
    S(f"{T}.new_helper", "wrong", lambda w: w.clerk("/nguoi-giup/them", R.ADMINISTRATOR).sends(phone="12", team="")),
    S(f"{T}.helper", "good", lambda w: _staff_helper(w)),
    S(f"{T}.helper", "long name", lambda w: (_busy(w), _staff_helper(w, name="busy"))[1]),
    S(f"{T}.helper", "renewed", lambda w: _staff_helper(w, "?xong=renew")),
    S(f"{T}.helper", "wrong", lambda w: _staff_helper(w).sends(act="save", phone="", team="", pledged_on="")),
    S(f"{T}.helper", "closed", _closed),
    S(f"{T}.helper", "waits for a second person", _waits),
    S(f"{T}.helper", "unknown", lambda w: w.clerk("/nguoi-giup/khong-co", R.ADMINISTRATOR).answers(404)),
    S(f"{T}.mandate_list", "empty", lambda w: _lead(w, "/giay-nho-cua-to"), bare=True),
    S(f"{T}.mandate_list", "some", lambda w: _listed(w, "/giay-nho-cua-to")),
    S(f"{T}.mandate_list", "odd ones", lambda w: _listed(w, "/giay-nho-cua-to?loc=xem-lai")),
    S(f"{T}.callbacks", "empty", lambda w: _lead(w, "/goi-kiem"), bare=True),
    S(f"{T}.callbacks", "due and made", lambda w: _listed(w, "/goi-kiem")),
    S(f"{T}.callbacks", "nothing chosen", lambda w: _wrong_call(w)),
    S(f"{T}.callbacks", "denied, nothing written", lambda w: _wrong_call(w, outcome="denied")),
    S(f"{T}.papers", "empty", lambda w: w.clerk("/giay-nho"), bare=True),
    S(f"{T}.papers", "some", lambda w: (
        _paper(w, Method.SIGNED_PAPER), _paper(w, Method.DRAWN), w.clerk("/giay-nho"))[2]),
    S(f"{T}.paper", "waits for a look", lambda w: _paper(w, Method.SIGNED_PAPER)),
    S(f"{T}.paper", "drawn", lambda w: _paper(w, Method.DRAWN)),
    S(f"{T}.paper", "nothing chosen", lambda w: _paper(w, Method.AGREED).sends(act="")),
    S(f"{T}.paper", "unknown", lambda w: w.clerk(f"/giay-nho/{CODES[1]}").answers(404)),
]
