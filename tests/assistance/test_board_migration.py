"""The step of the database to the board: what was asked before keeps its words and its people, on both engines."""
from __future__ import annotations

from datetime import UTC, datetime

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import select, text

from app.accounts.permissions import Role
from app.assistance import queries
from app.assistance.models import HelpCall, HelpCallEvent
from app.assistance.services import board
from app.core import codes
from app.core.crypto import seal
from app.core.db import db, transaction
from app.serve import schema
from tests import factories

pytestmark = pytest.mark.usefixtures("database")
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def test_the_step_of_the_database_keeps_what_was_asked_before(app: Flask) -> None:
    schema.attach(app)
    dossier, one = factories.make_dossier(), factories.make_staff(Role.RECEPTIONIST)
    code, dossier_id = dossier.public_code, dossier.id
    db.session.remove()
    flask_migrate.downgrade(revision="0005")
    with transaction() as session:
        for name, way, page, about, answered in (
            ("Bà Mẫu", "visit", f"/p/{factories.BIRTH}", None, None), ("Ông Thử", "phone", "/", dossier_id, NOW),
        ):
            session.execute(
                text(
                    "INSERT INTO help_call (name, phone, way, page, dossier_id, text, created_at, taken_by_id, taken_at, "
                    "answered_at, outcome) VALUES (:name, :phone, :way, :page, :about, :said, :at, :who, :taken, :done, :out)"
                ),
                {
                    "name": seal(name.encode()), "phone": seal(b"+84905000000"), "way": way, "page": page, "about": about,
                    "said": seal("Mắt kém".encode()), "at": _plain(NOW), "who": one.id if answered else None,
                    "taken": _plain(answered), "done": _plain(answered), "out": seal("Đã chỉ".encode() if answered else b""),
                },
            )
    db.session.remove()
    flask_migrate.upgrade()
    first, second = db.session.scalars(select(HelpCall).order_by(HelpCall.id))
    assert (first.name, first.kind, first.procedure_code, first.dossier_code, first.text) == (
        "Bà Mẫu", "visit", factories.BIRTH, None, "Mắt kém"
    )
    assert (second.name, second.kind, second.dossier_code, second.urgency, second.outcome) == (
        "Ông Thử", "call", code, "stuck", "Đã chỉ"
    )
    assert codes.is_valid(first.code) and first.code != second.code and first.is_open
    assert second.done_at == second.answered_at == NOW
    assert (acts(first), acts(second)) == (["asked"], ["asked", "taken", "done"])
    assert queries.list_board(one) == [first]
    with transaction():
        board.take(one, first.code, 1)
    assert db.session.scalar(select(HelpCallEvent).where(HelpCallEvent.act == "taken", HelpCallEvent.call_id == first.id))


def acts(call: HelpCall) -> list[str]:
    return [line.event.act for line in queries.list_history(call)]


def _plain(moment: datetime | None) -> datetime | str | None:
    """As the database keeps it, without the type that the model gives it."""
    if moment is None or db.engine.dialect.name == "postgresql":
        return moment
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
