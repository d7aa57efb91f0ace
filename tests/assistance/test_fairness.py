"""Odd patterns: noted once, closed with a word, back when something new comes; nobody closes what is about themselves."""
from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest

from app.accounts.permissions import Role
from app.assistance import queries
from app.assistance.models import OddPattern, PatternKind
from app.assistance.services import fairness
from app.core import clock
from app.core.actor import Actor
from app.core.codes import new_public_code
from app.core.db import transaction
from app.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from app.dossiers.models import State
from app.dossiers.services import devices
from app.payments.models import BankEvent, PaymentOrder
from app.payments.services import payers
from tests import factories

pytestmark = pytest.mark.usefixtures("database")
K = PatternKind
NAMES = ("Trần Thị Ví Dụ", "Lê Thị Thử", "Ngô Văn Mẫu", "Đặng Thị Giả Định", "Võ Văn Tập Dượt")


@pytest.fixture
def lead() -> Actor:
    return factories.make_helper(Role.HELPER_LEAD, phone="+84905008008")


def look(lead: Actor) -> list[OddPattern]:
    with transaction():
        fairness.look_over()
    return [line.pattern for line in queries.list_patterns(lead)]


def same_phone() -> None:
    actor = factories.make_helper()
    for name in NAMES[:4]:
        factories.make_mandate(actor, new_public_code(), name=name, phone="+84905000111")


def own_phone() -> None:
    factories.make_mandate(factories.make_helper(phone="+84905001001"), new_public_code(), phone="+84905001001")


def at_night() -> None:
    actor = factories.make_helper()
    with clock.moved_to(clock.at_local(clock.today(), time(21))):
        for name in NAMES[:4]:
            factories.make_mandate(actor, new_public_code(), name=name)


@pytest.mark.parametrize(("does", "kind", "people"), [
    (same_phone, K.SAME_PHONE, 4), (own_phone, K.OWN_PHONE, 1), (at_night, K.AT_NIGHT, 4),
])
def test_found_and_noted_once(lead: Actor, does: Callable[[], None], kind: PatternKind, people: int) -> None:
    assert look(lead) == []
    does()
    (found,) = look(lead)
    assert (found.kind, found.people) == (kind, people) and len(found.codes) == people
    assert look(lead) == [found], "looking again notes nothing new"
    (line,) = queries.list_patterns(lead)
    assert line.helper is not None and line.helper.full_name == "Nguyễn Minh Thử"


def test_a_household_of_three_is_nothing(lead: Actor) -> None:
    actor = factories.make_helper()
    for name in NAMES[:3]:
        factories.make_mandate(actor, new_public_code(), name=name, phone="+84905000111")
    factories.make_mandate(actor, new_public_code(), name=NAMES[0], phone="+84905000111")
    assert look(lead) == []


def test_closed_with_a_word_it_comes_back_with_something_new(lead: Actor) -> None:
    same_phone()
    (found,) = look(lead)
    with transaction(), pytest.raises(Invalid):
        fairness.close(found.id, lead, "  ")
    with transaction():
        fairness.close(found.id, lead, "Bốn bà cùng nhà, dùng chung máy.")
    with transaction(), pytest.raises(Conflict):
        fairness.close(found.id, lead, "Lại nữa.")
    assert look(lead) == []
    (done,) = queries.list_patterns(lead, closed=True)
    assert done.pattern.word == "Bốn bà cùng nhà, dùng chung máy." and done.closer is not None
    factories.make_mandate(factories.make_helper(), new_public_code(), name=NAMES[4], phone="+84905000111")
    (again,) = look(lead)
    assert again.id != found.id and again.people == 5
    assert queries.list_patterns(lead)[0].before == "Bốn bà cùng nhà, dùng chung máy."


def test_an_open_one_grows(lead: Actor) -> None:
    same_phone()
    (found,) = look(lead)
    with clock.moved_to(clock.now() + timedelta(minutes=5)):
        factories.make_mandate(factories.make_helper(), new_public_code(), name=NAMES[4], phone="+84905000111")
        (grown,) = look(lead)
    assert (grown.id, grown.people, len(grown.codes)) == (found.id, 5, 5)


def test_only_ones_own_agency_and_never_ones_own_work(lead: Actor) -> None:
    own = factories.make_mandate(lead, new_public_code(), phone="+84905008008")
    (found,) = look(lead)
    assert found.codes == [own.code]
    away = factories.make_staff(Role.HELPER_LEAD, username="away", agency=factories.other_agency())
    assert queries.list_patterns(away) == []
    refused: tuple[tuple[Actor, type[AppError]], ...] = ((lead, Forbidden), (away, NotFound))
    for actor, error in refused:
        with transaction(), pytest.raises(error):
            fairness.close(found.id, actor, "Không có gì.")


class TestFromTheHall:
    def test_one_machine_for_many_people(self, lead: Actor) -> None:
        own, shared = factories.make_session("citizen")[0], factories.make_session("citizen")[0]
        with transaction():
            shared.shared_device = True
        for session in (own, shared):
            for number in range(6):
                dossier = factories.make_dossier(State.SUBMITTED, session_id=session.id, of=factories.person(100 + number))
                with transaction():
                    dossier.phone_index = None
        with transaction():
            assert devices.look_at_devices() == 1
        (line,) = queries.list_patterns(lead)
        assert (line.pattern.kind, line.pattern.people, line.helper) == (K.SAME_DEVICE, 6, None)

    def test_one_account_that_pays_for_many(self, lead: Actor) -> None:
        for number in range(5):
            dossier = factories.make_dossier(State.SUBMITTED, of=factories.person(200 + number))
            with transaction() as session:
                order = PaymentOrder(
                    dossier_id=dossier.id, code=f"PX{number:08d}", purpose="x", amount_vnd=8000, state="paid", link_token="t",
                    link_hash=bytes([number] * 32), expires_at=clock.now(),
                )
                session.add(order)
                session.flush()
                session.add(BankEvent(
                    ref=f"r{number}", provider="payos", provider_event_id=str(number), raw_body=b"", headers_verdict="authentic",
                    state="booked", order_id=order.id, payer_index=bytes([7 if number < 4 else 8] * 16),
                ))
        with transaction():
            assert payers.look_at_payers() == 1
        (line,) = queries.list_patterns(lead)
        assert (line.pattern.kind, line.pattern.people) == (K.SAME_PAYER, 4)


@pytest.mark.settings(HELPER_MOST_OPEN="2")
def test_the_installation_says_how_many_mandates_one_helper_holds() -> None:
    actor = factories.make_helper()
    for _ in range(2):
        factories.make_mandate(actor, new_public_code())
    with pytest.raises(Conflict):
        factories.make_mandate(actor, new_public_code())
