"""Actors and an empty calendar for the tests that have a database."""
from __future__ import annotations

from sqlalchemy import delete

from app.accounts.permissions import Permission
from app.core.actor import SYSTEM, Actor, ActorKind
from app.core.db import db, transaction
from app.working_time import services
from app.working_time.models import CalendarDay, CalendarStamp, CalendarYear, OpeningHours

EDITOR = Actor(ActorKind.STAFF, id=7, label="Lê Thị Thử", permissions=frozenset({str(Permission.CALENDAR_EDIT)}))
CLERK = Actor(ActorKind.STAFF, id=8, label="Trần Văn Mẫu", permissions=frozenset({str(Permission.DOSSIER_ACCEPT)}))


def empty_calendar() -> None:
    """Whatever the template database holds, this test begins without a calendar."""
    with transaction():
        for table in (CalendarDay, CalendarYear, OpeningHours, CalendarStamp):
            db.session.execute(delete(table))


def seeded_calendar() -> None:
    """The years 2024–2030 as ``flask calendar load`` fills them."""
    empty_calendar()
    with transaction():
        services.seed_calendar(SYSTEM)
