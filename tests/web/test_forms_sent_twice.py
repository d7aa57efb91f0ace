"""One form, one effect, the same answer again: double taps, lost answers, two tabs, the back button (m2, T8)."""
from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import WebSession
from app.accounts.permissions import Role
from app.assistance.models import HelpCall
from app.core import clock, idempotency
from app.core.actor import CITIZEN
from app.core.audit import AuditEntry
from app.core.db import transaction
from app.core.idempotency import IdempotencyKey
from app.core.limits import LimitCount
from app.dossiers.models import Dossier, DossierEvent, State
from app.dossiers.services.drafts import discard_draft
from app.notifications.models import Message
from tests.web import people
from tests.web.browsing import Inside

START = f"/lam/{people.EXTRACT}"
COUNTED = (Dossier, DossierEvent, HelpCall, Message, AuditEntry, WebSession, IdempotencyKey)


def counts(app: Flask) -> dict[str, int]:
    return {
        table.__tablename__: people.rows(app, select(func.count()).select_from(table))[0][0] for table in COUNTED
    }


def test_a_form_sent_again_gives_the_same_answer_and_no_second_effect(app: Flask) -> None:
    browser = Inside(app)
    form = browser.open(START).form()
    first = browser.send(form)
    before = counts(app)
    for _ in range(3):
        again = browser.send(form)
        assert (again.status, again.location) == (first.status, first.location) == (303, first.location)
    assert counts(app) == before and before["dossier"] == 1


def test_who_lost_the_first_answer_with_its_cookie_still_gets_in(app: Flask) -> None:
    """An impatient second press: the browser drops the first answer, and with it the new session's cookie."""
    impatient, other = Inside(app), Inside(app)
    form = impatient.open(START).form()
    before = impatient.cookies
    impatient.send(form)
    impatient.client._cookies.clear()
    for name, value in before.items():
        impatient.set_cookie(name, value)
    again = impatient.send(form)
    assert impatient.get(again.location).status == 200, "the draft opens with the cookie of the second answer"
    stolen = other.ask("POST", START, {**other.open(START).form().fields, "_key": form.key})
    assert stolen.status == 303 and other.get(stolen.location).status in (303, 404), "another browser gets no session"


def test_a_clerk_who_presses_twice_is_signed_in(app: Flask) -> None:
    """The six digits are good once; the second press must not need them again."""
    clerk, browser = people.clerk(app, Role.ADMINISTRATOR), Inside(app)
    form = browser.open("/can-bo/vao").form()
    typed = {"username": clerk.username, "password": people.PASSWORD, "code": clerk.code()}
    before = browser.cookies
    assert browser.send(form, **typed).status == 303
    browser.client._cookies.clear()
    for name, value in before.items():
        browser.set_cookie(name, value)
    again = browser.send(form, **typed)
    assert again.status == 303 and browser.get("/can-bo/tai-khoan").status == 200
    browser.client._cookies.clear()
    browser.set_cookie("form", before["form"])
    assert browser.send(form, **{**typed, "password": "another"}).status == 409, "the key alone opens nothing"


def test_the_session_of_a_form_ends_and_its_replay_does_not_bring_it_back(app: Flask) -> None:
    browser = Inside(app)
    form = browser.open(START).form()
    location = browser.send(form).location
    assert browser.get(location).status == 200
    assert browser.ask("POST", "/ket-thuc", browser.open("/giup").form("/giup").fields).status == 303
    assert browser.send(form).location == location
    assert "session" not in browser.cookies and browser.get(location).status == 404


@pytest.mark.parametrize("act", ["start", "help"])
def test_the_same_key_with_another_content_is_refused(app: Flask, act: str) -> None:
    browser = Inside(app)
    if act == "start":
        form, first, second = browser.open(START).form(), {}, {"shared": "1"}
    else:
        form = browser.open("/giup").form("/giup")
        first = {"name": "Nguyễn Văn Mẫu", "phone": "0905000111"}
        second = {**first, "text": "một câu khác"}
    assert browser.send(form, **first).status == 303
    before = counts(app)
    refused = browser.send(form, **second)
    assert refused.status == 409 and "gửi rồi" in refused.text and "Gọi giúp" in refused.text
    assert counts(app) == before


def test_answers_may_be_changed_with_the_back_button(app: Flask) -> None:
    """A page of answers sent again with another content is a second thought, and the last one stands."""
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    page_id = visitor.form.page_of("applicant_name")
    address, typed = visitor.at("cau", page_id), visitor.typed(page_id)
    form, before = visitor.browser.open(address).form(), typed["applicant_name"]
    for value in ("Trần Thị Thử", "Lê Văn Ví Dụ", before, "Trần Thị Thử"):
        assert visitor.browser.send(form, **{**typed, "applicant_name": value}).status in (200, 303)
        assert value in visitor.browser.open(address).text
    assert people.rows(app, select(func.count()).select_from(Dossier)) == [(1,)]


def test_two_tabs_hand_in_one_dossier(app: Flask) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    one, other = (visitor.browser.open(visitor.at("xem-lai")).form("/nop") for _ in range(2))
    assert one.key != other.key
    first = visitor.browser.send(one)
    before = counts(app)
    assert visitor.browser.send(one).location == first.location
    second = visitor.browser.send(other)
    assert second.status == 409 and "nộp rồi" in second.text
    assert counts(app) == before
    assert people.rows(app, select(func.count()).where(DossierEvent.action == "submit")) == [(1,)]


def test_the_same_photo_page_sent_again_adds_nothing(app: Flask) -> None:
    """No photo was chosen: "Tiếp tục" twice is once, and the page that follows is the same."""
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    address = visitor.at("giay", "old_paper")
    form = visitor.browser.open(address).form("old_paper")
    one, two = (visitor.browser.send(form, photo=(BytesIO(b""), "")) for _ in range(2))
    assert (one.status, one.location) == (two.status, two.location)


def test_a_second_press_costs_no_try(app: Flask) -> None:
    """What was acted upon is answered before anything is counted."""
    browser = Inside(app)
    codes = people.filed(app)
    form = browser.open("/xem").form("/xem")
    for _ in range(8):
        reply = browser.send(form, code=codes.public_code, secret=codes.secret)
        assert reply.status == 303 and reply.location == f"/ho-so/{codes.public_code}"
    spent = people.rows(app, select(LimitCount.key, LimitCount.count).where(LimitCount.key.like("slip-%")))
    assert {count for _key, count in spent} == {0}


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "đ" * 20, "a b" * 8, "\x00" * 20, "../" * 8, "'; DROP TABLE"])
def test_a_key_that_is_none_of_ours_gives_the_form_back(app: Flask, key: str) -> None:
    browser = Inside(app)
    form = browser.open("/giup").form("/giup")
    back = browser.send(form, name="Nguyễn Văn Mẫu", phone="0905000111", _key=key)
    assert back.status == 400
    assert browser.send(back.form()).status == 303, "one press sends it"
    assert counts(app)["help_call"] == 1


def test_forms_of_the_same_page_have_keys_of_their_own(app: Flask) -> None:
    browser = Inside(app)
    keys = [browser.open(START).form().key for _ in range(20)]
    assert len(set(keys)) == 20


def test_a_form_from_a_month_ago_acts_once_more_and_then_opens_a_session_of_its_own(app: Flask) -> None:
    browser = Inside(app)
    form = browser.open(START).form()
    first = browser.send(form)
    with app.app_context(), clock.moved_to(clock.now() + timedelta(days=31)), transaction():
        idempotency.sweep()
    browser.client.delete_cookie("session")
    again = browser.send(form)
    assert again.status == 303 and again.location != first.location
    assert browser.get(again.location).status == 200


def test_a_refused_form_keeps_its_key_for_the_right_one(app: Flask) -> None:
    browser = Inside(app)
    form = browser.open("/giup").form("/giup")
    assert browser.send(form, name="", phone="0905000111").status == 422
    assert browser.send(form, name="Nguyễn Văn Mẫu", phone="0905000111").status == 303
    assert counts(app)["help_call"] == 1


def test_a_draft_that_was_thrown_away_in_another_tab_is_told_so(app: Flask) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    address = visitor.browser.open(visitor.at()).path
    page = visitor.browser.open(address)
    with app.app_context(), transaction() as session:
        discard_draft(session.scalars(select(Dossier)).one(), CITIZEN)
    reply = visitor.browser.send(page.form(), **visitor.typed(address.rpartition("/")[2]))
    assert reply.status == 404 and "Gọi giúp" in reply.text
    assert people.rows(app, select(Dossier.id).where(Dossier.state == State.DRAFT)) == []
