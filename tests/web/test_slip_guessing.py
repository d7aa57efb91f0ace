"""Who has a public code and no slip learns nothing from it, and has five guesses an hour however it is spelt (T3)."""
from __future__ import annotations

import re

import pytest
from flask import Flask

from app.core import codes
from app.core.db import transaction
from app.dossiers.models import State
from app.dossiers.queries import find_by_code
from app.dossiers.services.slips import SlipCodes, make_slip
from tests import factories
from tests.web.browsing import Inside, Reply

SECRET = "ZZZZZZ"


def a_slip(app: Flask, state: State = State.SUBMITTED) -> SlipCodes:
    with app.app_context():
        code = factories.make_dossier(state).public_code
        with transaction():
            dossier = find_by_code(code)
            assert dossier is not None
            return make_slip(dossier, reason="submitted", session_id=None)


def look(app: Flask, code: str, secret: str, address: str = "192.0.2.1") -> Reply:
    return Inside(app, REMOTE_ADDR=address).fill("/xem", "/xem", code=code, secret=secret)


def said(reply: Reply, code: str) -> str:
    """The page without the code that was typed and what differs on every page."""
    return re.sub(r'value="[^"]*"', "", reply.text.replace(code, "CODE"))


def test_a_wrong_secret_an_unknown_code_a_draft_and_a_dead_slip_are_answered_alike(app: Flask) -> None:
    living, dead = a_slip(app), a_slip(app)
    with app.app_context():
        draft = factories.make_draft().public_code
        with transaction():
            dossier = find_by_code(dead.public_code)
            assert dossier is not None
            make_slip(dossier, reason="lost", session_id=None)
    tries = [
        (living.public_code, SECRET), (codes.new_public_code(), SECRET), (draft, SECRET), (dead.public_code, dead.secret),
        (living.public_code, ""), (living.public_code, "%"), (living.public_code, dead.secret),
    ]
    answers = [(reply.status, said(reply, code)) for code, secret in tries for reply in [look(app, code, secret)]]
    assert len(set(answers)) == 1 and answers[0][0] == 422
    for token in (dead.token, "A" * 26, codes.new_slip_token()):
        assert Inside(app).get(f"/S/{token}").status == 404


def test_a_mistyped_code_costs_nothing_and_tells_nothing(app: Flask) -> None:
    code = a_slip(app).public_code
    wrong = code[:-1] + next(sign for sign in codes.ALPHABET if sign != code[-1])
    answers = {(reply.status, "chữ chưa đúng" in reply.text) for _ in range(8) for reply in [look(app, wrong, SECRET)]}
    assert answers == {(422, True)}


@pytest.mark.parametrize("spell", [str, str.lower, lambda code: f" {code[:4]} {code[4:]} ", lambda code: "-".join(code)])
def test_five_guesses_a_code_however_it_is_spelt_and_from_wherever(app: Flask, spell: object) -> None:
    slip = a_slip(app)
    for number in range(5):
        assert look(app, slip.public_code, SECRET, f"192.0.2.{number}").status == 422
    assert callable(spell)
    last = look(app, spell(slip.public_code), slip.secret, "203.0.113.5")
    assert last.status == 429 and "Retry-After" in last.headers
    assert Inside(app).get(f"/S/{slip.token}").status == 303, "the QR on the slip is no guess"


def test_who_knows_one_slip_wins_no_guess_at_another_by_it(app: Flask) -> None:
    """The right pair is forgiven itself, and nothing before it."""
    mine, other = a_slip(app), a_slip(app)
    statuses = []
    for _ in range(6):
        statuses.append(look(app, other.public_code, SECRET).status)
        assert look(app, mine.public_code, mine.secret).status == 303
    assert statuses == [422] * 5 + [429]
