"""Roles take two, as two people at two screens see it."""
from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.core import clock
from tests.web import people
from tests.web.browsing import Inside, Reply

WAITS = "Chờ người thứ hai xác nhận"
NEW = {"act": "add", "username": "moi", "full_name": "Phan Thị Thử", "title": "", "desk": "", "roles": ["leader", "receptionist"]}


@pytest.fixture
def admin(app: Flask) -> Inside:
    browser = Inside(app)
    people.let_in(app, browser, Role.ADMINISTRATOR, username="quantri")
    return browser


@pytest.fixture
def leader(app: Flask) -> Inside:
    browser = Inside(app)
    people.let_in(app, browser, Role.LEADER, username="lanhdao")
    return browser


def decide(browser: Inside, act: str, role: str, username: str = "moi") -> Reply:
    """Press a button of the account's page, whether or not it shows one."""
    kept = browser.open("/can-bo/vai-tro").form("/thoat").fields
    sent = {name: kept[name] for name in ("_token", "_key")} | {"act": act, "roles": role}
    ending = "" if act in ("confirm", "refuse") else "/sua"
    return browser.ask("POST", f"/can-bo/vai-tro/{username}{ending}", sent)


def test_a_ward_of_one_administrator_and_one_leader_takes_in_a_colleague(app: Flask, admin: Inside, leader: Inside) -> None:
    made = admin.fill("/can-bo/tai-khoan", "/tai-khoan", **NEW)
    assert made.status == 200 and made.text.count(WAITS) == 2 and "Lê Thị Thử cấp" in made.text
    link = re.search(r"http://localhost(/can-bo/tai-khoan/[\w-]+)", made.text)
    assert link is not None
    # The newcomer sets the account up, and holds nothing yet.
    newcomer = Inside(app)
    form = newcomer.get(link[1]).form(link[1])
    code = pyotp.TOTP(str(form.fields["secret"])).at(clock.now())
    assert newcomer.send(form, password=people.PASSWORD, code=code).status == 303
    assert WAITS in newcomer.open("/can-bo").text and newcomer.get("/can-bo/ho-so").status == 403
    # The leader finds both, confirms one and refuses the other.
    waiting = leader.open("/can-bo/vai-tro")
    assert waiting.text.count(WAITS) == 2 and "Xác nhận vai trò" in waiting.text
    page = leader.open("/can-bo/vai-tro/moi")
    assert "Bỏ vai trò" not in page.text and "Cấp thêm vai trò" not in page.text, "a leader gives and takes nothing"
    assert decide(leader, "confirm", "receptionist").status == 303 and decide(leader, "refuse", "leader").status == 303
    assert newcomer.get("/can-bo/tiep-nhan").status == 200
    after = leader.open("/can-bo/vai-tro/moi")
    assert WAITS not in after.text and "Từ chối vai trò: Lãnh đạo" in after.text
    assert "Không có vai trò nào chờ xác nhận." in leader.open("/can-bo/vai-tro").text
    # To take it away needs nobody else, and acts at once.
    assert decide(admin, "remove", "receptionist").status == 303
    assert newcomer.get("/can-bo/tiep-nhan").status == 403


def test_who_asked_has_no_button_and_pressing_it_anyhow_is_refused(admin: Inside, leader: Inside) -> None:
    admin.fill("/can-bo/tai-khoan", "/tai-khoan", **NEW)
    page = admin.open("/can-bo/vai-tro/moi").text
    assert 'value="confirm"' not in page and "Nhờ quản trị khác hoặc lãnh đạo xác nhận." in page
    refused = decide(admin, "confirm", "leader")
    assert refused.status == 403 and "Người cấp vai trò không tự xác nhận được" in refused.text
    assert decide(leader, "confirm", "leader").status == 303
    assert "Lê Thị Thử xác nhận" in admin.open("/can-bo/vai-tro/moi").text


def test_the_second_of_two_is_told_who_was_first(app: Flask, admin: Inside, leader: Inside) -> None:
    admin.fill("/can-bo/tai-khoan", "/tai-khoan", **NEW)
    other = Inside(app)
    people.let_in(app, other, Role.ADMINISTRATOR, username="quantri2")
    seen = other.open("/can-bo/vai-tro/moi").form("/moi")
    assert seen.fields["roles"] == "receptionist"
    assert decide(leader, "confirm", "receptionist").status == 303
    late = other.send(seen, act="confirm")
    assert late.status == 409 and "Lê Thị Thử đã xác nhận vai trò này." in late.text


def test_more_roles_are_asked_for_on_the_account_itself(admin: Inside, leader: Inside) -> None:
    assert admin.fill("/can-bo/vai-tro/lanhdao", "/sua", act="grant", roles="cashier").status == 303
    assert leader.get("/can-bo/thu-tien").status == 403
    refused = decide(leader, "confirm", "cashier", "lanhdao")
    assert refused.status == 403 and "Không tự xác nhận vai trò của mình được." in refused.text
    nothing = admin.fill("/can-bo/vai-tro/lanhdao", "/sua", act="grant")
    assert nothing.status == 422 and "Chọn ít nhất một vai trò." in nothing.text
    for wrong in ("", "erase", "grant"):
        assert decide(admin, "confirm" if wrong == "" else wrong, "nobody", "lanhdao").status == 422
    assert leader.get("/can-bo/vai-tro/khong-co").status == 404


def test_an_administrator_does_not_take_the_own_role_away(admin: Inside) -> None:
    assert 'value="remove"' not in admin.open("/can-bo/vai-tro/quantri").text
    assert decide(admin, "remove", "administrator", "quantri").status == 403
    assert admin.get("/can-bo/tai-khoan").status == 200
