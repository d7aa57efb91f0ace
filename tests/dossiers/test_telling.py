"""People without a telephone: they wait in a list of their group, are told by people, and that is typed with its true time."""
from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.core import clock
from app.core.actor import CITIZEN, Actor
from app.core.db import transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.dossiers.models import Dossier
from app.dossiers.queries.telling import ToTell, list_to_tell, list_told
from app.dossiers.services import decision, desk, drafts, filing, intake
from app.dossiers.services.messages import UNDO_WINDOW
from app.dossiers.services.telling import note_told
from app.notifications.queries import list_messages_about
from app.notifications.services import deliver
from tests import factories
from tests.support import pdfs
from tests.web.browsing import Inside

HOME = {"line": "12 Đường Thử", "group": "TDP 5", "ward": "Phường Phú Xuân", "city": "Thành phố Huế", "paper": ""}


def filed(way: str) -> Dossier:
    """A dossier of somebody of group 5 who chose to be told in that way."""
    dossier = factories.make_draft(answers={"contact_way": way})
    with transaction():
        drafts.keep_answers(dossier, {"applicant_address": HOME})
        filing.submit(dossier, CITIZEN, session_id=None)
    return dossier


def refused(way: str) -> Dossier:
    """The same, refused a moment ago."""
    dossier = filed(way)
    with transaction():
        intake.refuse(dossier, factories.make_staff(Role.RECEPTIONIST), reason_code="not_our_office", reason="")
    return dossier


def later() -> clock.datetime:
    return clock.now() + UNDO_WINDOW + timedelta(minutes=1)


def waiting(clerk: Actor) -> list[ToTell]:
    with clock.moved_to(later()):
        return list_to_tell(clerk)


@pytest.fixture
def clerk(database: None) -> Actor:
    return factories.make_staff(Role.RECEPTIONIST)


class TestWhoIsTold:
    @pytest.mark.parametrize("way", ["group_head", "visit", "letter"])
    def test_by_people_in_the_way_they_chose(self, clerk: Actor, way: str) -> None:
        dossier = refused(way)
        assert list_to_tell(clerk) == [], "the act may still be undone"
        (line,) = waiting(clerk)
        assert (line.message.channel, line.name, line.dossier.id) == (way, dossier.applicant_name, dossier.id)
        assert line.group is not None and line.group.name == "Tổ dân phố 5" and "12 Đường Thử" in line.address
        assert "Mang phiếu đến quầy" in line.message.text and "Quét phiếu" not in line.message.text
        deliver(line.message.id)
        assert line.message.state == "waiting", "no machine sends it"

    @pytest.mark.parametrize("way", ["own", "none"])
    def test_with_a_telephone_or_who_asks_at_the_counter(self, clerk: Actor, way: str) -> None:
        dossier = refused(way)
        assert waiting(clerk) == []
        assert [one.channel for one in list_messages_about(dossier.public_code)] == (["sms"] * 2 if way == "own" else [])

    def test_an_undone_act_is_not_told(self, clerk: Actor) -> None:
        dossier = filed("visit")
        with transaction():
            intake.refuse(dossier, clerk, reason_code="not_our_office", reason="")
        with transaction():
            desk.undo(dossier, clerk)
        assert waiting(clerk) == []

    def test_what_the_person_saw_happen_is_not_brought(self, clerk: Actor) -> None:
        dossier = filed("letter")
        with transaction():
            decision.ask_withdrawal(dossier, CITIZEN)
        assert waiting(clerk) == []


class TestTold:
    def test_once_with_the_true_time(self, clerk: Actor) -> None:
        refused("visit")
        (line,) = waiting(clerk)
        with clock.moved_to(later() + timedelta(hours=5)):
            told_at = clock.now() - timedelta(hours=2)
            for wrong in (clock.now() + timedelta(hours=1), clock.now() - timedelta(days=2)):
                with transaction(), pytest.raises(Invalid):
                    note_told(clerk, line.message.id, wrong)
            with transaction():
                note_told(clerk, line.message.id, told_at, "Bà nghe, có con dâu ở nhà.")
            with transaction(), pytest.raises(Conflict):
                note_told(clerk, line.message.id, told_at)
            assert list_to_tell(clerk) == []
            (done,) = list_told(clerk)
            assert (done.message.sent_at, done.message.noted_at) == (told_at, clock.now())
            assert done.teller is not None and done.message.note == "Bà nghe, có con dâu ở nhà."

    def test_not_of_another_agency_nor_by_who_may_not_look(self, clerk: Actor) -> None:
        refused("visit")
        (line,) = waiting(clerk)
        away = factories.make_staff(Role.RECEPTIONIST, username="away", agency=factories.other_agency())
        assert waiting(away) == []
        with clock.moved_to(later()):
            with transaction(), pytest.raises(NotFound):
                note_told(away, line.message.id, clock.now())
            with transaction(), pytest.raises(Forbidden):
                note_told(factories.make_staff(Role.HELPER_LEAD), line.message.id, clock.now())

    def test_an_ordinary_message_is_nobodys_to_tick(self, clerk: Actor) -> None:
        dossier = refused("own")
        with clock.moved_to(later()), transaction(), pytest.raises(NotFound):
            note_told(clerk, list_messages_about(dossier.public_code)[0].id, clock.now())


def test_the_page_prints_the_list_and_takes_the_time(app: Flask) -> None:
    with app.app_context():
        clerk = factories.make_staff(Role.RECEPTIONIST)
        name = refused("letter").applicant_name
        refused("visit")
        token = factories.make_session("staff", clerk)[1]
    browser = Inside(app)
    browser.set_cookie("session", token)
    assert browser.get("/can-bo/bao-tan-noi/in.pdf").status == 404
    with clock.moved_to(later()):
        paper = browser.get("/can-bo/bao-tan-noi/in.pdf").body
        assert pdfs.page_count(paper) == 2, "the group's list, and one letter"
        assert pdfs.says(paper, f"Kính gửi: {name}") and pdfs.says(paper, "Tổ dân phố 5")
        page = browser.open("/can-bo/bao-tan-noi")
        assert name in page.text
        form = next(one for one in page.forms() if one.address.endswith("/bao-tan-noi"))
        assert browser.send(form, told_at="hôm qua").status == 422
        form = next(one for one in browser.open("/can-bo/bao-tan-noi").forms() if one.address.endswith("/bao-tan-noi"))
        assert browser.send(form, told_at=f"{clock.local(clock.now()):%d/%m/%Y %H:%M}").status == 303
        assert len([one for one in browser.open("/can-bo/bao-tan-noi").forms() if one.address.endswith("/bao-tan-noi")]) == 1
