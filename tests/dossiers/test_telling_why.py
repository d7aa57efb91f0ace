"""Whatever does not go the person's way is told on the tracking page, in the clerk's very words (issue: every refusal)."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.core.actor import CITIZEN
from app.core.db import db, transaction
from app.dossiers.models import Dossier, State
from app.dossiers.services import decision, desk, intake, supplements
from app.dossiers.services.slips import make_slip
from app.dossiers.services.supplements import Wanted
from tests import factories
from tests.dossiers.clerk import Clerk, Team

WHY = "Giấy chứng sinh ghi tên bệnh viện khác."


def tracked(app: Flask, dossier: Dossier) -> str:
    """What the holder of the slip reads."""
    visitor = Clerk(app, factories.make_staff(Role.AUDITOR))
    with transaction():
        session, token = factories.make_session("citizen")
        make_slip(db.session.get_one(Dossier, dossier.id), reason="submitted", session_id=session.id)
    visitor._client.set_cookie("session", token)
    page = visitor.get(f"/ho-so/{dossier.public_code}")
    assert page.status == 200, page.location
    return page.text


@pytest.mark.parametrize(("state", "act"), [
    (State.SUBMITTED, lambda d, t: intake.refuse(d, t.receptionist.actor, reason_code="", reason=WHY)),
    (State.IN_PROCESS, lambda d, t: decision.stop(d, t.leader.actor, reason_code="", reason=WHY)),
    (State.WITHDRAWAL_ASKED, lambda d, t: decision.decline_withdrawal(d, t.leader.actor, reason=WHY)),
    (State.SUBMITTED, lambda d, t: supplements.ask_supplement(
        d, t.receptionist.actor, [Wanted("question", "applicant_name", "", WHY)])),
])
def test_the_reason_stands_on_the_tracking_page(
    app: Flask, team: Team, state: State, act: Callable[[Dossier, Team], object]
) -> None:
    dossier = factories.make_dossier(state)
    with transaction():
        act(dossier, team)
    assert WHY in tracked(app, dossier)


def test_a_dossier_taken_back_says_so(app: Flask, team: Team) -> None:
    dossier = factories.make_dossier(State.WITHDRAWAL_ASKED)
    with transaction():
        decision.approve_withdrawal(dossier, team.leader.actor)
    assert "đã xin lấy hồ sơ về" in tracked(app, dossier)


def test_a_word_that_was_taken_back_is_not_shown(app: Flask, team: Team) -> None:
    dossier, leader = factories.make_dossier(State.WITHDRAWAL_ASKED), team.leader.actor
    with transaction():
        decision.decline_withdrawal(dossier, leader, reason=WHY)
    with transaction():
        desk.undo(dossier, leader)
    assert WHY not in tracked(app, dossier)


def test_an_older_refusal_of_a_withdrawal_is_over_when_it_is_asked_for_again(app: Flask, team: Team) -> None:
    dossier, leader = factories.make_dossier(State.WITHDRAWAL_ASKED), team.leader.actor
    with transaction():
        decision.decline_withdrawal(dossier, leader, reason=WHY)
    with transaction():
        decision.ask_withdrawal(dossier, CITIZEN, reason="")
    assert WHY not in tracked(app, dossier)
