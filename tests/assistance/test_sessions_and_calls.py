"""Sessions of help, what is marked for review, calls that ask whether the help was so."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.assistance import integrity, queries
from app.assistance.models import ByKind, HelpSession, Method, TurnedFor
from app.assistance.queries import Flag
from app.assistance.services import calls, help_sessions, mandates, pins
from app.assistance.services.proposals import Person
from app.core import clock
from app.core.actor import Actor
from app.core.codes import new_public_code
from app.core.db import db, transaction
from app.core.errors import AppError, Conflict, Forbidden, Invalid
from tests import factories
from tests.core.running import at_once

pytestmark = pytest.mark.usefixtures("database")
PHONE = "+84905000111"


def begin(actor: Actor, name: str = "Trần Thị Ví Dụ", **more: object) -> HelpSession:
    web = factories.make_session("staff", actor)[0].id
    with transaction():
        return help_sessions.start_session(
            actor, factories.helper_of(actor), web_session_id=web, person=Person(name=name), **more  # type: ignore[arg-type]
        )


class TestSession:
    def test_one_person_at_a_time(self) -> None:
        actor = factories.make_helper()
        first, second = begin(actor, "Trần Thị Ví Dụ"), begin(actor, "Lê Văn Mẫu")
        assert first.ended_at is not None and second.ended_at is None
        helper = factories.helper_of(actor)
        assert queries.find_open_session(helper, first.web_session_id) is None
        assert queries.find_open_session(helper, second.web_session_id) == second

    def test_the_turned_screen_comes_back_by_pin_alone(self) -> None:
        actor = factories.make_helper()
        helper, session = factories.helper_of(actor), begin(actor)
        with transaction():
            help_sessions.turn_screen(session, actor, TurnedFor.CONSENT)
        assert session.is_turned
        pins.count_try(helper.id)
        with transaction(), pytest.raises(Invalid):
            help_sessions.take_back(session, actor, helper, "918273")
        assert session.is_turned
        pins.count_try(helper.id)
        with transaction():
            help_sessions.take_back(session, actor, helper, factories.PIN)
        assert not session.is_turned

    def test_another_helper_has_no_hand_in_it(self) -> None:
        actor, other = factories.make_helper(), factories.make_helper(username="other")
        session = begin(actor)
        with transaction(), pytest.raises(Conflict):
            help_sessions.turn_screen(session, other, TurnedFor.SUBMIT)
        with transaction(), pytest.raises(AppError):
            help_sessions.take_back(session, actor, factories.helper_of(other), factories.PIN)

    def test_what_ended_stays_ended(self) -> None:
        actor = factories.make_helper()
        session = begin(actor)
        for _ in range(2):
            with transaction():
                help_sessions.end_session(session, actor)
        with transaction(), pytest.raises(Conflict):
            help_sessions.turn_screen(session, actor, TurnedFor.SUBMIT)
        with transaction(), pytest.raises(Conflict):
            help_sessions.attach(session, dossier_code=new_public_code())

    def test_needs_a_pin_a_name_and_a_good_helper(self) -> None:
        with pytest.raises(Conflict):
            begin(factories.make_helper(username="no-pin", pin=""))
        with pytest.raises(Invalid):
            begin(factories.make_helper(), " ")
        with pytest.raises(Forbidden):
            begin(factories.make_helper(username="new", trained=False))

    def test_a_mandate_for_a_procedure_reaches_a_dossier_begun_in_its_session(self) -> None:
        actor, other = factories.make_helper(), factories.make_helper(username="other")
        mandate = factories.make_mandate(actor, None, Method.PHONE_CODE, phone=PHONE, procedure_codes=[factories.EXTRACT])
        code, session, theirs = new_public_code(), begin(actor), begin(other)
        with transaction():
            help_sessions.attach(session, mandate=mandate, dossier_code=code)
        assert queries.live_mandate(factories.helper_of(actor), code) == mandate
        with transaction(), pytest.raises(Forbidden):
            help_sessions.attach(theirs, mandate=mandate, dossier_code=code)
        assert queries.live_mandate(factories.helper_of(other), code) is None

    def test_a_mandate_of_one_dossier_is_not_carried_to_another(self) -> None:
        actor = factories.make_helper()
        mandate, session = factories.make_mandate(actor, new_public_code()), begin(actor)
        with transaction(), pytest.raises(Forbidden):
            help_sessions.attach(session, mandate=mandate, dossier_code=new_public_code())
        with transaction():
            mandates.end_mandate(mandate, actor, by_kind=ByKind.PERSON, reason="by_person")
        with transaction(), pytest.raises(Forbidden):
            help_sessions.attach(session, mandate=mandate)


class TestReview:
    @pytest.fixture(autouse=True)
    def by_day(self) -> Iterator[None]:
        with clock.moved_to(clock.at_local(clock.today(), time(10))):
            yield

    def flags(self, clerk: Actor) -> dict[str, set[str]]:
        return {one.mandate.code: set(map(str, one.flags)) for one in queries.list_reviewed(clerk)}

    def test_one_phone_for_more_than_three_people(self) -> None:
        actor, lead = factories.make_helper(), factories.make_staff(Role.HELPER_LEAD)
        def give(name: str) -> str:
            return factories.make_mandate(actor, new_public_code(), Method.AGREED, name=name, phone=PHONE).code
        three = [give(name) for name in ("Trần Thị Ví Dụ", "trần thị ví dụ", "Lê Thị Thử", "Ngô Văn Mẫu")]
        assert not any(self.flags(lead).values()), "the same person twice is one"
        fourth = give("Phan Thị Giả Định")
        assert all(self.flags(lead)[code] == {"same_phone"} for code in (*three, fourth))
        assert len(queries.list_reviewed(lead, only_flagged=True)) == 5

    def test_a_helpers_phone_and_a_relative(self) -> None:
        actor, lead = factories.make_helper(phone="+84905001001"), factories.make_staff(Role.HELPER_LEAD)
        own = factories.make_mandate(actor, new_public_code(), Method.AGREED, phone="+84905001001").code
        relative = factories.make_mandate(actor, new_public_code(), Method.AGREED, is_relative=True).code
        assert self.flags(lead) == {own: {"own_phone"}, relative: {"relative"}}

    def test_many_at_night(self) -> None:
        actor, lead = factories.make_helper(), factories.make_staff(Role.HELPER_LEAD)
        for day in range(1, 5):
            night = clock.at_local(clock.today() - timedelta(days=day), time(22))
            with clock.moved_to(night):
                with transaction():
                    factories.helper_of(actor).last_active_at = clock.now()
                factories.make_mandate(actor, new_public_code(), Method.AGREED)
            found = self.flags(lead)
            assert set.union(*found.values()) == ({str(Flag.NIGHT)} if day > queries.MANY_AT_NIGHT else set())


class TestCalls:
    def test_weak_ones_always_and_five_in_a_hundred_of_the_others(self) -> None:
        drawn = [mandates.is_drawn(new_public_code()) for _ in range(4000)]
        assert 0.035 < sum(drawn) / len(drawn) < 0.065
        assert mandates.is_drawn("K7M49QXT") == mandates.is_drawn("K7M49QXT")
        actor = factories.make_helper()
        strong = factories.make_mandate(actor, new_public_code(), Method.PHONE_CODE, phone=PHONE)
        assert strong.to_call_back == mandates.is_drawn(strong.code)

    def test_a_call_is_due_until_the_person_was_reached(self) -> None:
        actor, lead = factories.make_helper(), factories.make_staff(Role.HELPER_LEAD)
        mandate = factories.make_mandate(actor, new_public_code(), phone=PHONE)
        for outcome, due in (("not_reached", [mandate]), ("confirmed", [])):
            with transaction():
                calls.note_call(mandate, lead, outcome)
            assert queries.list_calls_due(lead) == due
        assert [call.outcome for call, _, _ in queries.list_calls_made(lead)] == ["confirmed", "not_reached"]

    def test_who_denies_it_ends_it(self) -> None:
        actor, lead = factories.make_helper(), factories.make_staff(Role.HELPER_LEAD)
        mandate = factories.make_mandate(actor, new_public_code())
        with transaction(), pytest.raises(Invalid):
            calls.note_call(mandate, lead, "denied")
        with transaction():
            calls.note_call(mandate, lead, "denied", "Bà nói không có ai đến nhà.")
        assert not queries.is_open(mandate) and queries.list_events(mandate)[-1].reason == "denied"

    def test_nobody_asks_after_their_own_help(self) -> None:
        lead = factories.make_helper(Role.HELPER_LEAD)
        mandate = factories.make_mandate(lead, new_public_code())
        for outcome in ("confirmed", "nonsense"):
            with transaction(), pytest.raises(AppError):
                calls.note_call(mandate, lead, outcome)


def test_many_helpers_write_one_journal(app: Flask) -> None:
    """Uses at once: every line is there, the chain holds."""
    actor = factories.make_helper()
    mandate_id = factories.make_mandate(actor, new_public_code()).id

    def use() -> None:
        with transaction() as session:
            mandates.use_mandate(session.get_one(mandates.Mandate, mandate_id), actor, "answers.keep")

    found = at_once(app, [use] * 6)
    db.session.rollback()
    verdict = integrity.verify()
    assert found == [None] * 6 and verdict.faults == [] and verdict.events == 7
