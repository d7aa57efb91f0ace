"""Every door of a helper, with a consent that was never given, has run out, is another's, was taken back, or has ended.

The table names every route of the helper's blueprints; a route without a row fails. The draft behind the doors is full of
made-up answers, and not one of them may stand in any answer that comes back.
"""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from app.accounts.models import Staff, StaffRole, WebSession
from app.accounts.permissions import Role
from app.assistance.models import ByKind, Helper, HelpSession, Mandate, TurnedFor
from app.assistance.services import help_sessions, mandates
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.dossiers.helping import HELPER_MAY, MENDING, PERSON_MAY
from app.dossiers.models import Dossier
from app.dossiers.queries import find_by_code
from app.dossiers.services import helping
from app.web.guarding import guard_of
from tests import factories
from tests.assistance.tablet import Tablet
from tests.support import applications, databases
from tests.web.browsing import Reply

ANY, SESSION, MANDATE, TURNED = "any helper", "session", "mandate", "turned"
# What a route asks for besides a helper: a session of help, a mandate in force, the screen turned for something.
DOORS: dict[str, str] = {
    "assistance_helper.home": ANY, "assistance_helper.end_mandate": ANY, "assistance_helper.lesson": ANY,
    "assistance_helper.answer": ANY, "assistance_helper.practise": ANY,
    "assistance_helper.pin": ANY, "assistance_helper.set_pin": ANY,
    "dossiers_helper.start": ANY, "dossiers_helper.person": ANY, "dossiers_helper.begin_help": ANY,
    "dossiers_helper.start_by_codes": ANY, "dossiers_helper.start_by_call": ANY, "dossiers_helper.start_by_mandate": ANY,
    "dossiers_helper.ask": SESSION, "dossiers_helper.photograph_paper": SESSION, "dossiers_helper.turn": SESSION,
    "dossiers_helper.overview": SESSION, "dossiers_helper.ending": SESSION, "dossiers_helper.end": SESSION,
    "dossiers_helper.set_manner": MANDATE, "dossiers_helper.several": MANDATE, "dossiers_helper.keep_several": MANDATE,
    "dossiers_helper.done_slip": MANDATE,
    "dossiers_helper.consent": TURNED, "dossiers_helper.agree": TURNED, "dossiers_helper.draw": TURNED,
    "dossiers_helper.sign": TURNED, "dossiers_helper.code": TURNED, "dossiers_helper.send_code": TURNED,
    "dossiers_helper.check_code": TURNED, "dossiers_helper.take_back": TURNED, "dossiers_helper.check_pin": TURNED,
    "dossiers_helper.hand_in": TURNED, "dossiers_helper.slip": TURNED, "dossiers_helper.make_codes": TURNED,
    "dossiers_helper.rating": TURNED, "dossiers_helper.rate": TURNED,
}
# These end the session that the test walks with, so they are knocked on last.
LAST = ("dossiers_helper.end", "dossiers_helper.begin_help", "dossiers_helper.start_by_mandate")
PARTS = {"page_id": "applicant_name", "procedure_code": factories.EXTRACT, "number": 1, "token": "x" * 22, "act": "change",
         "paper_id": "old_paper"}
OPENERS = ("dossiers_citizen", "payments_citizen")


@dataclass
class Scene:
    """A helper at a tablet, a draft full of answers, and what must never be seen."""

    app: Flask
    tablet: Tablet
    code: str
    other: str
    seeds: list[str]

    def knock(self, endpoint: str, *, code: str = "", **typed: Any) -> Reply:
        rule = next(one for one in self.app.url_map.iter_rules() if one.endpoint == endpoint)
        given = {name: PARTS.get(name, code or self.code) for name in rule.arguments}
        if endpoint == "assistance_helper.end_mandate":
            given["code"] = "K7M49QXT"
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        path = str(self.app.url_map.bind("localhost").build(endpoint, given, method=method))
        if method == "GET":
            return self.tablet.get(path)
        return self.tablet.ask("POST", path, {**self.tablet.keys(), **typed})

    def leaked(self) -> list[tuple[str, str]]:
        """Seeds that stood in any answer so far."""
        return [
            (reply.path, seed) for reply in self.tablet.seen for seed in self.seeds
            if seed in reply.text or seed in reply.text.replace(" ", "")
        ]

    def fresh(self) -> None:
        """The web session was used a moment ago, whatever the clock says."""
        with self.app.app_context(), transaction() as session:
            session.execute(update(WebSession).values(seen_at=clock.now(), created_at=clock.now()))
            session.execute(update(Helper).values(last_active_at=clock.now()))


def leaves(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)


def seeds_of(dossier: Dossier) -> list[str]:
    """Names, numbers, streets of the answers; words that a choice has anyway are none."""
    usual = ("Phường ", "Thành phố", "Tổ dân phố", "2.0", "1.0")
    found = {text for text in leaves(dossier.answers) if len(text) > 7 and (" " in text or text.lstrip("+").isdigit())}
    return sorted(text for text in found if not text.startswith(usual))


@pytest.fixture(scope="module")
def made(databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    url = databases_of_run.fresh()
    with applications.made(applications.settings_for(url, tmp_path_factory.mktemp("ward"))) as app:
        yield app
    databases_of_run.drop(url)


@pytest.fixture
def at_noon() -> Iterator[None]:
    with clock.moved_to(clock.at_local(clock.today(), time(12))):
        yield


@pytest.fixture
def scene(made: Flask, at_noon: None) -> Scene:
    with made.app_context():
        number = next(factories._numbers)
        actor = factories.make_helper(username=f"giup-{number}", phone=f"+8490500{number:04d}")
        tablet = Tablet(made, actor)
        draft, other = factories.make_draft(), factories.make_draft()
        usual = tablet.get("/giup-dan/bai-tap").text  # who practises types made-up names as well
        seeds = [seed for seed in seeds_of(draft) + seeds_of(other) if seed not in usual]
        scene = Scene(made, tablet, draft.public_code, other.public_code, seeds)
        _take_up(scene, actor)
    assert len(scene.seeds) > 6
    return scene


def _take_up(scene: Scene, actor: Actor, code: str = "") -> HelpSession:
    row = db.session.query(WebSession).filter_by(staff_id=actor.id).order_by(WebSession.id.desc()).first()
    assert row is not None
    found = find_by_code(code or scene.code)
    assert found is not None
    with transaction():
        return helping.take_up(
            actor, factories.helper_of(actor), help_sessions.Person(name="Người Nhờ Giúp"), found,
            web_session_id=row.id, mode=help_sessions.Mode.HELPER,
        )


def consent(scene: Scene, code: str = "") -> str:
    """A mandate in force; its code."""
    with scene.app.app_context():
        mandate = factories.make_mandate(scene.tablet.actor, code or scene.code, name="Người Nhờ Giúp")
        with transaction():
            found = db.session.query(HelpSession).filter_by(dossier_code=scene.code).order_by(HelpSession.id.desc()).first()
            if found is not None and not code:
                found.mandate_id = mandate.id
        return mandate.code


def turned(scene: Scene, purpose: TurnedFor | None) -> None:
    with scene.app.app_context(), transaction() as session:
        session.execute(
            update(HelpSession).where(HelpSession.ended_at.is_(None))
            .values(turned_for=purpose, turned_at=clock.now() if purpose else None)
        )


def helper_doors(app: Flask) -> list[str]:
    return [name for name in app.view_functions if name.split(".")[0] in ("assistance_helper", "dossiers_helper")]


def dossier_doors(app: Flask) -> list[str]:
    return [name for name in app.view_functions if name.split(".")[0] in OPENERS]


def is_shut(reply: Reply) -> bool:
    """Refused, or led to where nothing of a dossier stands."""
    ways = ("/giup-dan", "/giup-dan/lay-lai-may", "/giup-dan/nho", "/giup-dan/dang-giup", "/giup-dan/ket-thuc", "/can-bo/vao")
    return reply.status in (403, 404) or (reply.status == 303 and reply.location.split("?")[0] in ways)


def test_every_door_has_a_row(made: Flask) -> None:
    assert set(helper_doors(made)) == set(DOORS)
    for name, need in DOORS.items():
        guard = guard_of(made, name)
        assert guard is not None and guard.permission == "help.give"
        assert guard.name == ("require" if need is ANY else "helping"), name
    named = {*HELPER_MAY, *MENDING, *(one for acts in PERSON_MAY.values() for one in acts)}
    assert named <= set(dossier_doors(made))
    for forbidden in ("change", "withdraw", "do_withdraw", "result", "collect", "result_file", "phone_code", "send_phone_code",
                      "check_phone_code", "discard", "slip_png", "leave", "make_draft_slip"):
        assert f"dossiers_citizen.{forbidden}" not in named


def test_with_a_mandate_in_force_the_draft_opens(scene: Scene) -> None:
    consent(scene)
    for endpoint in ("citizen.question", "citizen.review", "helper.several", "helper.overview"):
        assert scene.knock(f"dossiers_{endpoint}").status == 200, endpoint
    assert scene.leaked() != []


def no_mandate(scene: Scene) -> None:
    """Nobody agreed; what the form claims does not matter."""


def forged(scene: Scene) -> None:
    """A mandate for another dossier, and a session row that names it."""
    with scene.app.app_context():
        mandate = factories.make_mandate(scene.tablet.actor, scene.other, name="Người Nhờ Giúp")
        with transaction() as session:
            session.execute(
                update(HelpSession).where(HelpSession.dossier_code == scene.code, HelpSession.ended_at.is_(None))
                .values(mandate_id=mandate.id)
            )


def foreign(scene: Scene) -> None:
    """Another helper's mandate for this very dossier."""
    with scene.app.app_context():
        number = next(factories._numbers)
        other = factories.make_helper(username=f"khac-{number}", phone=f"+8490600{number:04d}")
        mandate = factories.make_mandate(other, scene.code, name="Người Nhờ Giúp")
        with transaction() as session:
            session.execute(
                update(HelpSession).where(HelpSession.dossier_code == scene.code, HelpSession.ended_at.is_(None))
                .values(mandate_id=mandate.id)
            )


def revoked(scene: Scene) -> None:
    """The person took it back on the slip page."""
    code = consent(scene)
    with scene.app.app_context(), transaction():
        mandate = db.session.query(Mandate).filter_by(code=code).one()
        mandates.end_mandate(mandate, scene.tablet.actor, by_kind=ByKind.PERSON, reason="by_slip")


def not_a_helper_now(scene: Scene) -> None:
    """The account ran out while the mandate did not."""
    consent(scene)
    with scene.app.app_context(), transaction():
        factories.helper_of(scene.tablet.actor).expires_on = clock.today() - timedelta(days=1)


WAYS = [no_mandate, forged, foreign, revoked, not_a_helper_now]


@pytest.mark.parametrize(("made_so", "purpose"), [
    *((way, purpose) for way in WAYS for purpose in (None, TurnedFor.SUBMIT)),
    *((revoked, purpose) for purpose in TurnedFor if purpose is not TurnedFor.SUBMIT),
])
def test_without_a_mandate_in_force_nothing_of_the_draft_is_seen(scene: Scene, made_so: Any, purpose: TurnedFor | None) -> None:
    made_so(scene)
    turned(scene, purpose)
    _knock_everywhere(scene, purpose)


@pytest.mark.parametrize("purpose", [None, TurnedFor.SUBMIT])
def test_after_the_day_nothing_opens(scene: Scene, purpose: TurnedFor | None) -> None:
    consent(scene)
    turned(scene, purpose)
    with clock.moved_to(clock.at_local(clock.today() + timedelta(days=1), time(0, 1))):
        scene.fresh()
        _knock_everywhere(scene, purpose)


def _knock_everywhere(scene: Scene, purpose: TurnedFor | None) -> None:
    """Each door of the session and of the dossier; those that need a mandate are shut, and none shows an answer."""
    wrong = []
    for endpoint in dossier_doors(scene.app):
        reply = scene.knock(endpoint)
        if not is_shut(reply):
            wrong.append((endpoint, reply.status, reply.location))
    for endpoint in sorted(DOORS, key=lambda one: one in LAST):
        if endpoint in LAST:
            continue
        reply = scene.knock(endpoint, purpose="submit", mandate="K7M49QXT", call="K7M49QXT")
        opens = DOORS[endpoint] is MANDATE or (purpose is None and DOORS[endpoint] is TURNED)
        opens = opens or endpoint in ("dossiers_helper.hand_in", "dossiers_helper.slip", "dossiers_helper.make_codes")
        if opens and not is_shut(reply):
            wrong.append((endpoint, reply.status, reply.location))
    assert wrong == []
    assert scene.leaked() == []


def test_another_dossiers_address_looks_like_nothing(scene: Scene) -> None:
    consent(scene)
    for endpoint in dossier_doors(scene.app):
        assert scene.knock(endpoint, code=scene.other).status == 404, endpoint


def test_after_the_end_nothing_opens_and_the_list_tells_no_contents(scene: Scene) -> None:
    consent(scene)
    assert scene.tablet.end().status == 200
    scene.tablet.seen.clear()
    for endpoint in dossier_doors(scene.app):
        assert scene.knock(endpoint).status == 404, endpoint
    for endpoint, need in DOORS.items():
        if need is not ANY:
            reply = scene.knock(endpoint)
            assert (reply.status, reply.location) == (303, "/giup-dan"), endpoint
    home = scene.tablet.open("/giup-dan")
    assert "bản sao" in home.text.lower() and "Người Nhờ Giúp" not in home.text and scene.code not in home.text
    assert scene.leaked() == []


@pytest.mark.parametrize("purpose", list(TurnedFor))
def test_turned_to_the_person_every_other_door_asks_for_the_pin(scene: Scene, purpose: TurnedFor) -> None:
    """Of the helper, of staff and of the dossier; a typed address makes no difference."""
    consent(scene)
    with scene.app.app_context():
        factories.make_staff(Role.RECEPTIONIST)
        with transaction() as session:  # one who is more than a helper gets no further
            staff = session.get_one(Staff, scene.tablet.actor.id)
            session.add(StaffRole(staff_id=staff.id, role=Role.RECEPTIONIST, confirmed_at=clock.now()))
    turned(scene, purpose)
    allowed = {*PERSON_MAY.get(purpose, {}), "dossiers_helper.take_back", "dossiers_helper.check_pin"}
    allowed |= {
        TurnedFor.CONSENT: {name for name, need in DOORS.items() if need is TURNED} - {
            "dossiers_helper.hand_in", "dossiers_helper.slip", "dossiers_helper.make_codes", "dossiers_helper.rating",
            "dossiers_helper.rate"},
        TurnedFor.SUBMIT: {"dossiers_helper.hand_in"}, TurnedFor.SLIP: {"dossiers_helper.slip", "dossiers_helper.make_codes"},
        TurnedFor.RATING: {"dossiers_helper.rating", "dossiers_helper.rate"}, TurnedFor.PAYMENT: set(),
    }[purpose]
    parts = {"username": "x", "ref": "x", "day": "2026-09-02", "year": 2026, "question_id": "x", "fee_id": "copy"}
    PARTS.update({name: value for name, value in parts.items() if name not in PARTS})
    wrong = []
    for endpoint in scene.app.view_functions:
        guard = guard_of(scene.app, endpoint)
        if guard is None or guard.name == "public" or endpoint in allowed:
            continue
        reply = scene.knock(endpoint)
        if (reply.status, reply.location) != (303, "/giup-dan/lay-lai-may"):
            wrong.append((endpoint, reply.status, reply.location))
    assert wrong == []
    assert scene.tablet.get("/can-bo/khong-co-trang-nay").location == "/giup-dan/lay-lai-may"
    menu = scene.tablet.open("/giup-dan/lay-lai-may").text
    assert "Thoát" not in menu and "/can-bo" not in menu and "Kết thúc" not in menu
