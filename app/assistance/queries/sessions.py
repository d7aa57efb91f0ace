"""Reads on sessions of help."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.assistance.models import Helper, HelpSession, Mode
from app.assistance.queries.mandates import list_open
from app.core import clock
from app.core.db import db


def find_open_session(helper: Helper, web_session_id: int) -> HelpSession | None:
    """The session of help that is under way in this very browser session."""
    return db.session.scalar(select(HelpSession).where(
        HelpSession.helper_id == helper.id, HelpSession.web_session_id == web_session_id, HelpSession.ended_at.is_(None)
    ))


def find_session_of(web_session_id: int) -> HelpSession | None:
    """The session of help that is under way in a web session, whoever asks."""
    return db.session.scalar(select(HelpSession).where(
        HelpSession.web_session_id == web_session_id, HelpSession.ended_at.is_(None)
    ))


@dataclass(frozen=True, slots=True)
class Tally:
    """A helper's month in numbers."""

    people: int
    alone: int
    open_mandates: int


def tally(helper: Helper) -> Tally:
    """Sessions since the first of the month, how many of them the people typed themselves, open mandates."""
    first = clock.local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    counted = (
        select(HelpSession.mode, func.count())
        .where(HelpSession.helper_id == helper.id, HelpSession.started_at >= first)
        .group_by(HelpSession.mode)
    )
    rows = {row[0]: row[1] for row in db.session.execute(counted)}
    return Tally(sum(rows.values()), rows.get(Mode.ALONE, 0) + rows.get(Mode.BESIDE, 0), len(list_open(helper)))


def list_sessions(helper: Helper, limit: int = 10) -> list[HelpSession]:
    """A helper's last sessions: that the act happened, not its contents."""
    query = select(HelpSession).where(HelpSession.helper_id == helper.id)
    return list(db.session.scalars(query.order_by(HelpSession.id.desc()).limit(limit)))
