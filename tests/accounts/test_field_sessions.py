"""Sessions of helpers, leaders, cashiers and administrators are shorter than those of a desk (safety.md section 4)."""
from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.accounts.models import WebSession
from app.accounts.permissions import ROLES, Permission, Role
from app.accounts.sessions import ADMIN_IDLE, ADMIN_MAX, COOKIE, FIELD_IDLE, FIELD_MAX, STAFF_IDLE, current_session
from app.core import clock
from app.core.db import transaction
from tests import factories

MINUTE = timedelta(minutes=1)


def lives(app: Flask, *roles: Role, idle: timedelta, age: timedelta) -> bool:
    """Whether a session of someone with these roles is good, so long after its beginning and its last page."""
    with app.app_context():
        row, token = factories.make_session("staff", factories.make_staff(*roles))
        with transaction() as session:
            kept = session.get_one(WebSession, row.id)
            kept.seen_at, kept.created_at = clock.now() - idle, clock.now() - age
    with app.test_request_context(headers={"Cookie": f"{COOKIE}={token}"}):
        return current_session() is not None


@pytest.mark.parametrize("role", [Role.HELPER, Role.HELPER_LEAD, Role.RESPONSE_TEAM])
def test_a_helpers_session_ends_after_a_quarter_of_an_hour_or_four_hours(app: Flask, role: Role) -> None:
    assert lives(app, role, idle=FIELD_IDLE - MINUTE, age=FIELD_MAX - MINUTE)
    assert not lives(app, role, idle=FIELD_IDLE + MINUTE, age=timedelta(hours=1))
    assert not lives(app, role, idle=MINUTE, age=FIELD_MAX + MINUTE)


def test_a_desk_keeps_its_own_limits_and_a_helper_with_a_desk_has_the_shorter(app: Flask) -> None:
    assert lives(app, Role.RECEPTIONIST, idle=STAFF_IDLE - MINUTE, age=FIELD_MAX + MINUTE)
    assert not lives(app, Role.SPECIALIST, Role.HELPER, idle=FIELD_IDLE + MINUTE, age=timedelta(hours=1))


@pytest.mark.parametrize("role", [Role.LEADER, Role.CASHIER])
def test_who_signs_or_holds_the_money_has_a_quarter_of_an_hour_or_four_hours(app: Flask, role: Role) -> None:
    assert lives(app, role, idle=timedelta(minutes=14), age=timedelta(hours=3, minutes=59))
    assert not lives(app, role, idle=timedelta(minutes=16), age=timedelta(hours=1))
    assert not lives(app, role, idle=MINUTE, age=timedelta(hours=4, minutes=1))


def test_an_administrator_has_ten_minutes_or_two_hours_whatever_else_they_are(app: Flask) -> None:
    assert (ADMIN_IDLE, ADMIN_MAX) == (timedelta(minutes=10), timedelta(hours=2))
    for roles in ((Role.ADMINISTRATOR,), (Role.RECEPTIONIST, Role.ADMINISTRATOR, Role.LEADER)):
        assert lives(app, *roles, idle=ADMIN_IDLE - MINUTE, age=ADMIN_MAX - MINUTE)
        assert not lives(app, *roles, idle=ADMIN_IDLE + MINUTE, age=timedelta(hours=1))
        assert not lives(app, *roles, idle=MINUTE, age=ADMIN_MAX + MINUTE)


def test_helpers_hold_nothing_of_the_hall() -> None:
    for role in (Role.HELPER, Role.HELPER_LEAD, Role.RESPONSE_TEAM):
        assert not [held for held in ROLES[role] if held.startswith(("dossier.", "slip.", "cash.", "staff."))]
    assert [role for role, held in ROLES.items() if Permission.HELPERS_EDIT in held] == [Role.ADMINISTRATOR, Role.HELPER_LEAD]
    assert [role for role, held in ROLES.items() if Permission.MANDATE_CHECK in held] == [Role.RECEPTIONIST, Role.SPECIALIST]
