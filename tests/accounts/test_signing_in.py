"""Signing in as an attacker tries it: guesses counted by account and by address, codes good once, sessions that end."""
from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import services as accounts
from app.accounts.models import WebSession
from app.accounts.permissions import Role
from app.accounts.sessions import REPLAYED_FOR, STAFF_IDLE, STAFF_MAX
from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import db, transaction
from tests.web import people
from tests.web.browsing import Inside, Reply

WRONG = "Tên, mật khẩu hoặc mã 6 số chưa đúng."


def said(reply: Reply) -> str:
    """What a page says, without what differs on every page."""
    text = re.sub(r'value="[^"]*"', "", reply.text)
    return re.sub(r"\s+", " ", text)


def test_every_kind_of_wrong_is_answered_alike(app: Flask) -> None:
    clerk = people.clerk(app, Role.RECEPTIONIST)
    locked = people.clerk(app, Role.RECEPTIONIST, username="dakhoa")
    with app.app_context(), transaction():
        accounts.disable_staff(SYSTEM, locked.username)
    tries = {
        "password": {"username": clerk.username, "password": "x" * 20, "code": clerk.code()},
        "code": {"username": clerk.username, "password": people.PASSWORD, "code": "000000"},
        "no code": {"username": clerk.username, "password": people.PASSWORD, "code": ""},
        "odd digits": {"username": clerk.username, "password": people.PASSWORD, "code": "٠٤٦٠٤٦"},
        "nobody": {"username": "khongco", "password": people.PASSWORD, "code": "123456"},
        "locked": {"username": locked.username, "password": people.PASSWORD, "code": locked.code()},
    }
    answers = {kind: Inside(app).fill("/can-bo/vao", **typed) for kind, typed in tries.items()}
    assert {reply.status for reply in answers.values()} == {422}
    assert all(WRONG in reply.text for reply in answers.values())
    assert len({said(reply) for reply in answers.values()}) == 1


def test_a_code_is_good_once_also_on_another_machine(app: Flask) -> None:
    clerk = people.clerk(app, Role.RECEPTIONIST)
    code = clerk.code()
    assert Inside(app).fill("/can-bo/vao", username=clerk.username, password=people.PASSWORD, code=code).status == 303
    again = Inside(app).fill("/can-bo/vao", username=clerk.username, password=people.PASSWORD, code=f"{code[:3]} {code[3:]}")
    assert again.status == 422 and WRONG in again.text
    assert clerk.sign_in(Inside(app), steps=1).status == 303
    assert clerk.sign_in(Inside(app), steps=-1).status == 422, "an older code than the last one used"


@pytest.mark.parametrize("spelt", ["lethithu", "LETHITHU", " LeThiThu ", "lethithu\t"])
def test_five_guesses_a_name_however_it_is_written(app: Flask, spelt: str) -> None:
    clerk = people.clerk(app, Role.RECEPTIONIST)
    for number in range(5):
        guess = Inside(app, REMOTE_ADDR=f"192.0.2.{number}")
        assert guess.fill("/can-bo/vao", username="lethithu", password="x" * 20, code="000000").status == 422
    browser = Inside(app, REMOTE_ADDR="192.0.2.99")
    assert browser.fill("/can-bo/vao", username=spelt, password=people.PASSWORD, code=clerk.code()).status == 429


def test_who_tries_many_names_from_one_place_is_stopped(app: Flask) -> None:
    """One password against all names; an address of its own for each try is one network all the same."""
    statuses = []
    for number in range(accounts.SIGN_IN_BY_ADDRESS.times + 1):
        browser = Inside(app, REMOTE_ADDR=f"2001:db8:1:2::{number:x}")
        form = browser.open("/giup").form("/giup").fields
        ours = {name: form[name] for name in ("_token", "_key")}
        statuses.append(browser.ask("POST", "/can-bo/vao", {**ours, "username": f"ten{number}", "password": "x"}).status)
    assert statuses[-1] == 429 and set(statuses[:-1]) == {422}
    clerk = people.clerk(app, Role.RECEPTIONIST)
    assert clerk.sign_in(Inside(app, REMOTE_ADDR="2001:db8:1:3::1")).status == 303, "the ward itself is not shut out"


def test_a_new_session_at_each_change_of_level(app: Flask) -> None:
    """A session that somebody planted or read before is worth nothing after signing in, and dies on leaving."""
    clerk, browser = people.clerk(app, Role.RECEPTIONIST), Inside(app)
    browser.fill(f"/lam/{people.EXTRACT}?moi=1")
    planted = browser.cookies["session"]
    assert clerk.sign_in(browser).status == 303
    mine = browser.cookies["session"]
    assert mine != planted
    assert browser.get("/can-bo/ho-so").status == 200
    with app.app_context():
        assert db.session.scalars(select(WebSession).where(WebSession.kind == "citizen")).one().ended_at is not None
    browser.fill("/can-bo/ho-so", "/thoat")
    thief = Inside(app)
    for token in (mine, planted):
        thief.set_cookie("session", token)
        assert thief.get("/can-bo/ho-so").location.startswith("/can-bo/vao")


def test_a_session_rests_and_ends_by_itself(app: Flask) -> None:
    clerk, browser = people.clerk(app, Role.RECEPTIONIST), Inside(app)
    clerk.sign_in(browser)
    begun = clock.now()
    with clock.moved_to(begun + STAFF_IDLE + timedelta(minutes=1)):
        assert browser.get("/can-bo/ho-so").status == 303
    at = begun
    while at < begun + STAFF_MAX:
        with clock.moved_to(at):
            assert browser.get("/can-bo/ho-so").status == 200, "in use"
        at += STAFF_IDLE - timedelta(minutes=5)
    with clock.moved_to(begun + STAFF_MAX + timedelta(minutes=1)):
        assert browser.get("/can-bo/ho-so").status == 303, "a day is over, in use or not"


@pytest.mark.parametrize("act", ["disable", "reset"])
def test_who_is_disabled_or_reset_is_out_at_once(app: Flask, act: str) -> None:
    clerk, browser, admin = people.clerk(app, Role.RECEPTIONIST), Inside(app), Inside(app)
    clerk.sign_in(browser)
    people.let_in(app, admin, Role.ADMINISTRATOR, username="quantri")
    form = admin.open("/can-bo/tai-khoan").form("/tai-khoan")
    kept = {name: form.fields[name] for name in ("_token", "_key")}
    done = admin.ask("POST", "/can-bo/tai-khoan", {**kept, "act": act, "username": clerk.username})
    assert done.status in (200, 303)
    assert browser.get("/can-bo/ho-so").status == 303
    assert clerk.sign_in(Inside(app), steps=1).status == 422


def test_a_role_that_is_taken_away_is_gone_at_the_next_page(app: Flask) -> None:
    browser = Inside(app)
    people.let_in(app, browser, Role.RECEPTIONIST)
    assert browser.get("/can-bo/tiep-nhan").status == 200
    people.let_in(app, Inside(app), Role.CASHIER)
    assert browser.get("/can-bo/tiep-nhan").status == 403


def test_a_form_gives_its_session_again_to_an_impatient_press_and_not_a_day_later(app: Flask) -> None:
    """On a machine that others use: whoever kept the form and its cookie does not get the next person's session."""
    browser = Inside(app)
    form = browser.open(f"/lam/{people.EXTRACT}?moi=1").form()
    copy = Inside(app)
    copy.set_cookie("form", browser.cookies["form"])
    first = browser.send(form)
    with clock.moved_to(clock.now() + REPLAYED_FOR - timedelta(seconds=5)):
        second = copy.send(form)
    assert first.location == second.location and copy.cookies["session"] == browser.cookies["session"]
    late = Inside(app)
    late.set_cookie("form", browser.cookies["form"])
    with clock.moved_to(clock.now() + REPLAYED_FOR + timedelta(seconds=5)):
        late.send(form)
    assert "session" not in late.cookies


@pytest.mark.parametrize("path", ["/can-bo/vao/{}", "/can-bo/tai-khoan/{}"])
def test_outside_demonstration_its_links_open_nothing(app: Flask, path: str) -> None:
    people.clerk(app, Role.LEADER)
    with app.app_context(), transaction():
        links = accounts.demo_sign_in_links()
    token = links[0][1].rpartition("/")[2]
    browser = Inside(app)
    assert browser.get(path.format(token)).status == 404
    form = browser.open("/giup").form("/giup").fields
    ours = {name: form[name] for name in ("_token", "_key")}
    assert browser.ask("POST", path.format(token), ours).status == 404
    assert "session" not in browser.cookies


def test_a_set_up_link_is_good_once_and_for_its_own_account(app: Flask) -> None:
    people.clerk(app, Role.LEADER)
    with app.app_context(), transaction():
        token = accounts.reset_staff(SYSTEM, "lethithu")
    browser = Inside(app)
    page = browser.get(f"/can-bo/tai-khoan/{token}")
    form = page.form(token)
    typed = {"password": people.PASSWORD, "code": pyotp.TOTP(str(form.fields["secret"])).at(clock.now())}
    assert browser.send(form, **typed).status == 303
    assert Inside(app).get(f"/can-bo/tai-khoan/{token}").status == 404
