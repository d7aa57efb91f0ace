"""Help ends: with the dossier, by the person on the slip's page, at the counter; and the person hears what they must."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.assistance import queries
from app.assistance.models import ByKind, Mandate, Method
from app.assistance.services import mandates
from app.core.actor import CITIZEN
from app.core.codes import new_public_code
from app.core.db import db, transaction
from app.dossiers.models import Dossier, State
from app.dossiers.queries import find_slip
from app.dossiers.services import decision, drafts, filing, helped, intake
from app.dossiers.services.slips import grant
from app.notifications.queries import list_messages_about
from tests import factories
from tests.web.browsing import Inside

PHONE = "+84905000111"


def texts(code: str) -> list[str]:
    return [one.template.partition(".")[0] for one in list_messages_about(code)]


def finish(dossier: Dossier) -> None:
    decision.finish(dossier, factories.make_staff(Role.LEADER))


def refuse(dossier: Dossier) -> None:
    intake.refuse(dossier, factories.make_staff(Role.RECEPTIONIST), reason_code="not_our_office", reason="")


def withdraw(dossier: Dossier) -> None:
    decision.ask_withdrawal(dossier, CITIZEN)


def approve(dossier: Dossier) -> None:
    decision.approve_withdrawal(dossier, factories.make_staff(Role.LEADER))


def stop(dossier: Dossier) -> None:
    decision.stop(dossier, factories.make_staff(Role.LEADER), reason_code="court_or_dispute", reason="")


def discard(dossier: Dossier) -> None:
    drafts.discard_draft(dossier, CITIZEN)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(("state", "examined", "act"), [
    (State.IN_PROCESS, True, finish), (State.SUBMITTED, False, refuse), (State.SUBMITTED, False, withdraw),
    (State.WITHDRAWAL_ASKED, False, approve), (State.IN_PROCESS, False, stop), (State.DRAFT, False, discard),
])
def test_with_the_dossier(state: State, examined: bool, act: Callable[[Dossier], None]) -> None:
    actor, clerk = factories.make_helper(), factories.make_staff(Role.RECEPTIONIST)
    dossier = factories.make_dossier(state, examined=examined, receptionist=clerk)
    ours = factories.make_mandate(actor, dossier.public_code)
    other = factories.make_mandate(actor, new_public_code())
    with transaction():
        act(dossier)
    assert not queries.is_open(ours) and queries.is_open(other)
    last = queries.list_events(ours)[-1]
    assert (last.kind, last.by_kind, last.reason) == ("ended", "system", "dossier_ended")
    assert "assistance/mandate_ended" not in texts(ours.code), "everybody expects that"


class TestTheSlipsPage:
    @pytest.fixture
    def seen(self, app: Flask) -> tuple[Inside, str, int]:
        """A browser that holds the slip of a helped dossier, its code, its mandate."""
        browser = Inside(app)
        with app.app_context():
            dossier = factories.make_dossier(State.SUBMITTED)
            helper = factories.make_helper()
            mandate = factories.make_mandate(helper, dossier.public_code, Method.AGREED)
            row, token = factories.make_session("citizen")
            slip = find_slip(dossier)
            with transaction():
                for _ in range(2):
                    mandates.use_mandate(mandate, helper, "answers.keep")
                assert slip is not None
                grant(dossier, slip, row.id)
            browser.set_cookie("session", token)
            return browser, dossier.public_code, mandate.id

    def test_says_who_did_what_and_ends_it(self, app: Flask, seen: tuple[Inside, str, int]) -> None:
        browser, code, number = seen
        assert "/ai-giup" in browser.open(f"/ho-so/{code}").text
        page = browser.open(f"/ho-so/{code}/ai-giup")
        assert "Nguyễn Minh Thử" in page.text and "Điền lời khai" in page.text and "(2 lần)" in page.text
        assert browser.fill(f"/ho-so/{code}/ai-giup", "/ai-giup").status == 303
        assert "Tôi không nhờ nữa" not in browser.open(f"/ho-so/{code}/ai-giup").text
        with app.app_context():
            last = queries.list_events(db.session.get_one(Mandate, number))[-1]
            assert (last.kind, last.by_kind, last.reason) == ("ended", "person", "by_slip")

    def test_is_not_there_for_others_nor_offered_where_nobody_helped(self, app: Flask, seen: tuple[Inside, str, int]) -> None:
        browser, code, _ = seen
        assert Inside(app).get(f"/ho-so/{code}/ai-giup").status == 404
        with app.app_context():
            alone = factories.make_dossier(State.SUBMITTED)
            assert not queries.was_helped(alone.public_code)


@pytest.mark.usefixtures("database")
class TestRecap:
    @pytest.mark.parametrize(("method", "told"), [(Method.DRAWN, 1), (Method.AGREED, 1), (Method.SIGNED_PAPER, 0)])
    def test_weak_ways_are_recapped_at_once(self, method: Method, told: int) -> None:
        code = new_public_code()
        mandate = factories.make_mandate(factories.make_helper(), code, method, phone=PHONE)
        assert texts(code) == ["assistance/mandate_given"] * told
        if method is Method.SIGNED_PAPER:
            with transaction():
                mandates.check_paper(mandate, factories.make_staff(Role.RECEPTIONIST), accepted=True)
            assert texts(code) == ["assistance/mandate_given"]

    def test_says_no_more_than_it_must(self) -> None:
        code = new_public_code()
        factories.make_mandate(factories.make_helper(), code, name="Trần Thị Ví Dụ", phone=PHONE)
        (message,) = list_messages_about(code)
        assert message.recipient == PHONE and "Nguyễn Minh Thử" in message.text and "gọi phường" in message.text
        assert "Ví Dụ" not in message.text and code[:4] not in message.text

    def test_quiet_without_a_phone_or_with_a_helpers(self) -> None:
        factories.make_helper(username="other", phone="+84905001002")
        for phone in ("", "+84905001002"):
            code = new_public_code()
            factories.make_mandate(factories.make_helper(), code, phone=phone)
            assert texts(code) == []

    @pytest.mark.parametrize(("reason", "told"), [
        ("by_phone", True), ("at_counter", True), ("by_lead", True), ("by_helper", True), ("by_slip", False), ("replaced", False),
    ])
    def test_an_end_that_the_person_did_not_see(self, reason: str, told: bool) -> None:
        code = new_public_code()
        mandate = factories.make_mandate(factories.make_helper(), code, phone=PHONE)
        for _ in range(2):
            with transaction():
                mandates.end_mandate(mandate, CITIZEN, by_kind=ByKind.PERSON, reason=reason)
        assert texts(code).count("assistance/mandate_ended") == int(told)

    def test_handed_in_with_help_names_the_helper(self) -> None:
        helper = factories.helper_of(factories.make_helper(phone="+84905001001"))
        relative = factories.make_draft(answers={"contact_way": "relative", "phone": "0905123678", "phone_owner": "con trai"})
        helpers_own = factories.make_draft(answers={"contact_way": "own", "phone": "0905001001"})
        alone, nobody = factories.make_draft(), factories.make_draft(answers={"contact_way": "visit"})
        with transaction():
            for dossier, by in ((relative, helper), (helpers_own, helper), (nobody, helper), (alone, None)):
                filing.submit(dossier, CITIZEN, session_id=None, helper=by)
        (message,) = list_messages_about(relative.public_code)
        assert message.recipient == "+84905123678" and "Nguyễn Minh Thử" in message.text
        assert [texts(one.public_code) for one in (helpers_own, nobody, alone)] == [[], [], ["dossiers/submitted"]]

    def test_ending_by_the_person_takes_every_mandate_of_the_dossier(self) -> None:
        dossier = factories.make_dossier(State.SUBMITTED)
        for username in ("one", "two"):
            factories.make_mandate(factories.make_helper(username=username), dossier.public_code)
        with transaction():
            assert helped.end_by_person(dossier, CITIZEN) == 2
        assert queries.list_open_for(dossier.public_code) == []
