"""The code to the phone as a thief tries it: five guesses, five minutes, one act, one browser, one use (T4, T5, T6)."""
from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock
from app.core.db import db, transaction
from app.core.errors import Invalid, TooMany
from app.dossiers.models import Dossier, PhoneCode, State
from app.dossiers.services import phone_codes
from app.notifications.models import Message
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


def sent_code(dossier: Dossier, act: str, session_id: int) -> str:
    """A code is sent; what the message says."""
    phone_codes.count_sending(dossier)
    with transaction():
        phone_codes.send_code(dossier, act, session_id)
    text = db.session.query(Message).order_by(Message.id.desc()).first()
    assert text is not None
    found = re.search(r"\b[0-9]{6}\b", text.text)
    assert found is not None
    return found[0]


def guess(dossier: Dossier, act: str, session_id: int, typed: str) -> bool:
    counted = phone_codes.count_guess(dossier, act, session_id)
    try:
        with transaction():
            phone_codes.use_code(counted, act, typed)
    except Invalid:
        return False
    return phone_codes.is_granted(dossier, act, session_id)


@pytest.fixture
def filed() -> Dossier:
    return factories.make_dossier(State.SUBMITTED)


@pytest.fixture
def holders() -> tuple[int, int]:
    return factories.make_session("citizen")[0].id, factories.make_session("citizen")[0].id


def wrong(code: str, number: int) -> str:
    return f"{(int(code) + 1 + number) % 1_000_000:06d}"


def test_the_right_code_opens_its_act_once_in_its_browser(filed: Dossier, holders: tuple[int, int]) -> None:
    me, other = holders
    code = sent_code(filed, "change", me)
    assert not guess(filed, "withdraw", me, code), "another act"
    assert not guess(filed, "change", other, code), "another browser"
    assert guess(filed, "change", me, f" {code[:3]} {code[3:]} ")
    assert not guess(filed, "change", me, code), "a second time"
    assert not phone_codes.is_granted(filed, "withdraw", me) and not phone_codes.is_granted(filed, "change", other)
    with clock.moved_to(clock.now() + phone_codes.GRANTED + timedelta(seconds=1)):
        assert not phone_codes.is_granted(filed, "change", me), "a proof does not last"


def test_of_another_dossier_the_code_opens_nothing(filed: Dossier, holders: tuple[int, int]) -> None:
    other = factories.make_dossier(State.SUBMITTED)
    code = sent_code(filed, "change", holders[0])
    assert not guess(other, "change", holders[0], code)


def test_five_wrong_guesses_use_the_code_up(filed: Dossier, holders: tuple[int, int]) -> None:
    code = sent_code(filed, "change", holders[0])
    assert [guess(filed, "change", holders[0], wrong(code, number)) for number in range(5)] == [False] * 5
    assert not guess(filed, "change", holders[0], code)
    assert db.session.query(PhoneCode).one().tries == phone_codes.MAX_TRIES == 5


def test_five_minutes_later_the_code_is_no_good(filed: Dossier, holders: tuple[int, int]) -> None:
    code = sent_code(filed, "change", holders[0])
    with clock.moved_to(clock.now() + timedelta(minutes=5, seconds=1)):
        assert not guess(filed, "change", holders[0], code)


def test_a_new_code_kills_the_one_before(filed: Dossier, holders: tuple[int, int]) -> None:
    first = sent_code(filed, "change", holders[0])
    with clock.moved_to(clock.now() + timedelta(seconds=61)):
        second = sent_code(filed, "change", holders[0])
        assert first == second or not guess(filed, "change", holders[0], first)
        assert guess(filed, "change", holders[0], second)


@pytest.mark.parametrize("typed", ["", "abc", "١٢٣٤٥٦", "0" * 4000, "-00001", "1e5", "\u0000"])
def test_rubbish_is_a_wrong_guess_and_no_fault(filed: Dossier, holders: tuple[int, int], typed: str) -> None:
    sent_code(filed, "change", holders[0])
    assert not guess(filed, "change", holders[0], typed)


def test_a_telephone_is_not_rung_all_day(app: Flask, holders: tuple[int, int]) -> None:
    """One a minute, three in a quarter, ten a day, over all dossiers that name the telephone."""
    dossiers = [factories.make_dossier(State.SUBMITTED) for _ in range(2)]
    with transaction():
        for dossier in dossiers:
            dossier.phone = "+84905000123"
    at, end, sent = clock.now(), clock.now() + timedelta(hours=20), 0
    tries: list[Callable[[], None]] = [lambda one=one: phone_codes.count_sending(one) for one in dossiers]
    while at < end:
        with clock.moved_to(at):
            for again in tries:
                try:
                    again()
                    sent += 1
                except TooMany:
                    pass
        at += timedelta(minutes=7)
    assert sent <= 20, "ten in each of the two calendar days that twenty hours may touch"
