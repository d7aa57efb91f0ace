"""Who gets through which door: every endpoint, every kind of visitor, from the table of permissions (T1, T2, T40)."""
from __future__ import annotations

import itertools
import json
import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.accounts.models import Agency
from app.accounts.permissions import ROLES, Permission, Role
from app.core import audit
from app.core.db import db, transaction
from app.dossiers.models import State
from app.dossiers.queries import list_papers
from app.web.guarding import Guard, guard_of, guarded_by, public
from tests import factories
from tests.browser.states import World
from tests.browser.states.world import known
from tests.support import applications, databases
from tests.web.browsing import Inside

NOBODY, HOLDER, OTHER_HOLDER, STRANGER = "nobody", "slip holder", "other slip holder", "clerk of another agency"
NO_ROLE = "clerk without a role"
ROLE_MESSAGE = "Vai trò của tài khoản này không mở được trang này."
# Doors that end the session of whoever comes (who begins a draft is a citizen from then on).
ENDS = {"accounts_staff.sign_out", "dossiers_public.finish_here", "dossiers_public.do_start"}


@dataclass(frozen=True, slots=True)
class Ward:
    """A ward with a dossier at each step, and the sessions of all who may come."""

    world: World
    code: str
    other_code: str
    photo: str
    sessions: dict[str, str]

    @property
    def app(self) -> Flask:
        return self.world.app

    def browser(self, visitor: str) -> Inside:
        browser = Inside(self.app)
        if self.sessions[visitor]:
            browser.set_cookie("session", self.sessions[visitor])
        return browser

    def address(self, rule: Rule) -> str:
        parts = {
            "code": self.code, "token": self.photo, "page_id": "applicant_name", "paper_id": "old_paper", "act": "change",
            "procedure_code": factories.EXTRACT, "question_id": "applicant_name", "fee_id": "copy", "day": "2026-09-02",
            "year": 2026, "number": 1, "ref": "x", "filename": "app.css", "username": "stranger",
        }
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        given = {name: parts[name] for name in rule.arguments}
        return str(self.app.url_map.bind("localhost").build(rule.endpoint, given, method=method))


@pytest.fixture(scope="module")
def ward(databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    url = databases_of_run.fresh()
    with applications.made(applications.settings_for(url, tmp_path_factory.mktemp("ward"))) as app:
        world = World(app)
        code, other = world.at(State.SUBMITTED, factories.BIRTH), world.at(State.SUBMITTED)
        sessions = {NOBODY: "", HOLDER: world.holder(code), OTHER_HOLDER: world.holder(other)}
        with app.app_context():
            with transaction() as session:
                session.add(Agency(code="H57.99", kind="ward", name="UBND phường Khác", short_name="Khác"))
            away = db.session.query(Agency).filter_by(code="H57.99").one()
            stranger = factories.make_staff(*Role, username="stranger", agency=away)
            nobody = factories.make_staff(Role.AUDITOR, username="roleless")
            with transaction() as session:
                session.execute(db.text(f"DELETE FROM staff_role WHERE staff_id = {nobody.id}"))
            sessions[STRANGER] = factories.make_session("staff", stranger)[1]
            sessions[NO_ROLE] = factories.make_session("staff", nobody)[1]
            photo = list_papers(known(code))[0][1].token
            sessions |= {str(role): factories.make_session("staff", factories.make_staff(role))[1] for role in Role}
        yield Ward(world, code, other, photo, sessions)
    databases_of_run.drop(url)


def doors(app: Flask) -> list[tuple[Rule, Guard]]:
    """Every route with its guard."""
    found = []
    for rule in app.url_map.iter_rules():
        guard = guard_of(app, rule.endpoint)
        assert guard is not None, rule
        if rule.endpoint != "static" and not getattr(app.view_functions[rule.endpoint], "_webhook", False):
            found.append((rule, guard))
    return found


def held(visitor: str) -> frozenset[Permission]:
    if visitor == STRANGER:
        return frozenset(Permission)
    return ROLES[Role(visitor)] if visitor in set(map(str, Role)) else frozenset()


def is_staff(visitor: str) -> bool:
    return visitor in (STRANGER, NO_ROLE) or visitor in set(map(str, Role))


def expected(rule: Rule, guard: Guard, visitor: str) -> str:
    """What the table says: in | sign-in | role | not there."""
    if guard.name == "public":
        return "in"
    if guard.name == "slip_session":
        return "in" if visitor == HOLDER else "not there"
    if not is_staff(visitor):
        return "sign-in"
    if guard.permission is not None and guard.permission not in held(visitor):
        return "role"
    return "not there" if visitor == STRANGER and "code" in rule.arguments and rule.rule.startswith("/can-bo/ho-so") else "in"


def found(answer: Any) -> str:
    """What happened at the door."""
    location = answer.headers.get("Location", "")
    if answer.status_code == 303 and location.startswith("/can-bo/vao"):
        return "sign-in"
    if answer.status_code == 403 and ROLE_MESSAGE in answer.text:
        return "role"
    return "not there" if answer.status_code == 404 else "in"


def knock(ward: Ward, browser: Inside, rule: Rule, token: str) -> str:
    if "GET" in (rule.methods or ()):
        return found(browser.client.get(ward.address(rule)))
    # The form's token is right: the door is asked, not the token. What stands in the form is nonsense.
    return found(browser.client.post(ward.address(rule), data={"_token": token, "_key": secrets.token_hex(12)}))


@contextmanager
def listening(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The log of the product hands nothing on to others by itself."""
    log = logging.getLogger("ward")
    log.addHandler(caplog.handler)
    try:
        yield
    finally:
        log.removeHandler(caplog.handler)


VISITORS = [NOBODY, HOLDER, OTHER_HOLDER, STRANGER, NO_ROLE, *map(str, Role)]


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_door_opens_for_whom_the_table_says_and_for_nobody_else(ward: Ward, visitor: str) -> None:
    browser = ward.browser(visitor)
    token = str(browser.open("/giup").form("/giup").fields["_token"])
    wrong = []
    for rule, guard in doors(ward.app):
        if rule.endpoint in ENDS:
            continue
        told, seen = expected(rule, guard, visitor), knock(ward, browser, rule, token)
        # Behind the door a thing may still be missing; that is no matter of who asks.
        if seen != told and not (told == "in" and seen == "not there"):
            wrong.append(f"{visitor} at {sorted(rule.methods or ())} {rule.rule}: {seen}, the table says {told}")
    assert wrong == []


def test_doors_that_end_a_session_ask_first(ward: Ward) -> None:
    for endpoint, visitor in itertools.product(ENDS, (NOBODY, OTHER_HOLDER)):
        browser = ward.browser(NOBODY) if visitor == NOBODY else Inside(ward.app)
        rule = next(rule for rule in ward.app.url_map.iter_rules() if rule.endpoint == endpoint)
        token = str(browser.open("/giup").form("/giup").fields["_token"])
        assert knock(ward, browser, rule, token) == ("sign-in" if endpoint == "accounts_staff.sign_out" else "in")


def test_the_holder_gets_in_and_the_other_holder_sees_what_a_stranger_sees(ward: Ward) -> None:
    """Not yours looks like not there: the same status and the same words for a dossier that exists and one that does not."""
    other = ward.browser(OTHER_HOLDER)
    pages = {}
    for code in (ward.code, "K7M49QXT"):
        reply = other.get(f"/ho-so/{code}")
        pages[code] = (reply.status, reply.text.replace(code, "CODE").split("Mã lỗi")[0])
    assert pages[ward.code] == pages["K7M49QXT"] and pages[ward.code][0] == 404
    assert ward.browser(HOLDER).get(f"/ho-so/{ward.code}").status == 200
    mine = ward.browser(HOLDER)
    for path in ("", "/da-nop", "/nop-tien", f"/anh/{ward.photo}", "/ma/change", "/phieu.pdf"):
        assert mine.get(f"/ho-so/{ward.other_code}{path}").status == 404


def test_a_photo_opens_only_under_the_dossier_it_belongs_to(ward: Ward) -> None:
    """The token of a file is no key by itself."""
    assert ward.browser(OTHER_HOLDER).get(f"/ho-so/{ward.other_code}/anh/{ward.photo}").status == 404
    clerk = ward.browser(str(Role.RECEPTIONIST))
    assert clerk.get(f"/can-bo/ho-so/{ward.code}/anh/{ward.photo}").status == 200
    assert clerk.get(f"/can-bo/ho-so/{ward.other_code}/anh/{ward.photo}").status == 404
    assert ward.browser(STRANGER).get(f"/can-bo/ho-so/{ward.code}/anh/{ward.photo}").status == 404


def test_a_refusal_leaves_nothing_in_the_audit(ward: Ward) -> None:
    with ward.app.app_context():
        before = audit.anchor()
    ward.browser(str(Role.CASHIER)).get("/can-bo/tai-khoan")
    with ward.app.app_context():
        assert audit.anchor() == before


def test_who_is_refused_leaves_one_line_in_the_log_that_names_nobody(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    """V16.3.2: the number of the account, the door and what it asks for; no name, nothing of the address."""
    clerk = ward.browser(str(Role.CASHIER))
    with listening(caplog):
        assert clerk.get("/can-bo/tai-khoan?tim=0905000123").status == 403
        assert clerk.get("/can-bo/thu-tien").status == 200
        assert ward.browser(NOBODY).get("/can-bo/tai-khoan").status == 303
        assert ward.browser(HOLDER).get(f"/ho-so/{ward.other_code}").status == 404
    (line,) = [record.message for record in caplog.records if "access.denied" in record.message]
    told = json.loads(line)
    assert told.pop("staff") > 0 and told.pop("timestamp")
    assert told == {
        "event": "access.denied", "permission": "staff.edit", "endpoint": "accounts_staff.accounts", "method": "GET",
    }


def test_an_act_that_a_service_refuses_is_in_the_log_too(ward: Ward, caplog: pytest.LogCaptureFixture) -> None:
    """The door opens, the act does not: who asked for a role confirms it."""
    browser = ward.browser(str(Role.ADMINISTRATOR))
    assert browser.fill("/can-bo/vai-tro/roleless", "/sua", act="grant", roles="leader").status == 303
    token = str(browser.open("/giup").form("/giup").fields["_token"])
    with listening(caplog):
        sent = {"_token": token, "_key": secrets.token_hex(12), "act": "confirm", "roles": "leader"}
        assert browser.ask("POST", "/can-bo/vai-tro/roleless", sent).status == 403
    assert [json.loads(one.message)["method"] for one in caplog.records if "access.denied" in one.message] == ["POST"]


def test_a_route_without_a_guard_is_refused(app: Flask) -> None:
    app.add_url_rule("/moi", "new.route", lambda: "open")
    assert Inside(app).get("/moi").status == 403


def test_a_door_whose_guard_is_taken_away_is_found(ward: Ward) -> None:
    """The matrix itself: with one guard gone, with one permission too many, it must turn red."""
    rule, guard = next((r, g) for r, g in doors(ward.app) if g.permission == Permission.STAFF_EDIT and "GET" in r.methods)
    view = ward.app.view_functions[rule.endpoint]
    browser = ward.browser(str(Role.CASHIER))
    assert knock(ward, browser, rule, "") == expected(rule, guard, str(Role.CASHIER)) == "role"
    kept = view._guard
    try:
        view._guard = Guard("public", lambda: None)
        assert knock(ward, browser, rule, "") == "in"
        del view._guard
        assert browser.client.get(ward.address(rule)).status_code == 403, "without any guard nobody gets in"
        admin = ward.browser(str(Role.ADMINISTRATOR))
        assert admin.client.get(ward.address(rule)).status_code == 403
    finally:
        view._guard = kept


def test_two_guards_on_one_view_are_refused() -> None:
    with pytest.raises(RuntimeError):
        guarded_by(Guard("other", lambda: None))(public(lambda: "x"))


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(ward: Ward) -> None:
    """Permissions are read anew for each request (V8.3.2)."""
    with ward.app.app_context():
        actor = factories.make_staff(Role.ADMINISTRATOR, username="demoted")
        token = factories.make_session("staff", actor)[1]
    browser = Inside(ward.app)
    browser.set_cookie("session", token)
    assert browser.get("/can-bo/tai-khoan").status == 200
    with ward.app.app_context(), transaction() as session:
        session.execute(db.text(f"DELETE FROM staff_role WHERE staff_id = {actor.id}"))
    assert browser.get("/can-bo/tai-khoan").status == 403
