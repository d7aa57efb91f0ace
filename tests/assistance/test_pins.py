"""A helper's PIN: chosen by its owner, forgotten by the leader, five tries and then a lock that grows."""
from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.assistance.models import Helper
from app.assistance.services import pins
from app.core import clock
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, TooMany
from tests import factories
from tests.core.running import at_once

pytestmark = pytest.mark.usefixtures("database")
PIN, WRONG = factories.PIN, "918273"


def row(actor: Actor) -> Helper:
    return factories.helper_of(actor)


def attempt(actor: Actor, pin: str) -> None:
    """As a page does it: counted first, judged in the transaction."""
    pins.count_try(row(actor).id)
    with transaction():
        pins.check_pin(row(actor), pin)


def test_the_right_one_is_right_and_forgives() -> None:
    actor = factories.make_helper()
    for _ in range(pins.FREE_TRIES - 1):
        with pytest.raises(Invalid):
            attempt(actor, WRONG)
    attempt(actor, PIN)
    assert row(actor).pin_failed == 0 and row(actor).pin_locked_until_at is None


def test_it_is_kept_like_a_password() -> None:
    one, other = factories.make_helper(), factories.make_helper(username="other")
    assert PIN not in (row(one).pin_hash or "") and row(one).pin_hash.startswith("$argon2id$")
    with transaction():
        row(other).pin_hash = row(one).pin_hash
    with pytest.raises(Invalid):
        attempt(other, PIN)


def test_five_wrong_lock_and_the_lock_grows() -> None:
    actor = factories.make_helper()
    at = clock.now()
    for minutes in (1, 2, 4):
        with clock.moved_to(at):
            while True:
                with pytest.raises((Invalid, TooMany)) as caught:
                    attempt(actor, WRONG)
                if isinstance(caught.value, TooMany):
                    break
            with pytest.raises(TooMany):
                attempt(actor, PIN)  # the right one does not open the lock either
            assert 60 * minutes - 2 <= caught.value.retry_after <= 60 * minutes
        at += timedelta(minutes=minutes, seconds=1)
    with clock.moved_to(at):
        attempt(actor, PIN)


def test_the_lock_is_never_longer_than_a_day() -> None:
    locks = [pins.lock_after(failed) for failed in range(200)]
    assert locks[:7] == [timedelta(0)] * 5 + [timedelta(minutes=1), timedelta(minutes=2)]
    assert locks == sorted(locks) and locks[-1] == pins.LONGEST_LOCK


def test_parallel_guesses_are_all_counted(app: Flask) -> None:
    actor = factories.make_helper()
    number = row(actor).id
    found = at_once(app, [lambda: pins.count_try(number)] * 8)
    db.session.expire_all()
    assert sum(one is None for one in found) == pins.FREE_TRIES
    assert sum(isinstance(one, TooMany) for one in found) == 3


@pytest.mark.parametrize("pin", ["12345", "1234567", "abcdef", "", "111111", "123456", "987654", "121212", "246246", "112112"])
def test_what_a_stranger_would_try_first_is_refused(pin: str) -> None:
    with pytest.raises(Invalid):
        pins.check_new(pin)


def test_a_new_one_asks_for_the_old_one() -> None:
    actor = factories.make_helper()
    for old in ("", WRONG):
        with transaction(), pytest.raises(Invalid) as caught:
            pins.set_pin(actor, row(actor), "730518", old=old)
        assert "old" in caught.value.fields
    with transaction():
        pins.set_pin(actor, row(actor), "730518", old=PIN)
    attempt(actor, "730518")


def test_only_its_owner_sets_it_and_a_reset_makes_room() -> None:
    actor, lead = factories.make_helper(), factories.make_helper(Role.HELPER_LEAD)
    with transaction(), pytest.raises(Forbidden):
        pins.set_pin(lead, row(actor), "730518", old=PIN)
    for _ in range(pins.FREE_TRIES):
        with pytest.raises(Invalid):
            attempt(actor, WRONG)
    with transaction():
        pins.reset_pin(lead, row(actor))
    with pytest.raises(Conflict):
        attempt(actor, PIN)
    with transaction():
        pins.set_pin(actor, row(actor), "730518")
    attempt(actor, "730518")
