"""Two clerks at once, in real threads on either engine: one wins, the other is told who."""
from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.permissions import Role
from app.core.actor import Actor
from app.core.db import db, transaction
from app.core.errors import AppError, Conflict
from app.dossiers import queries
from app.dossiers.models import Dossier, DossierEvent, State
from app.dossiers.services import decision, intake
from app.dossiers.workflow import Action
from app.web.i18n import words
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


def together(app: Flask, acts: list[Callable[[], object]]) -> list[AppError | None]:
    """Let all act at the same moment, each in a thread and a transaction of its own; what each was told."""
    told: list[AppError | None] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        with app.app_context():
            start.wait(timeout=10)
            try:
                with transaction():
                    act()
            except AppError as refusal:
                told[place] = refusal

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    db.session.rollback()
    return told


def accepting(clerk: Actor, code: str, seen: int) -> Callable[[], None]:
    """As the view does: hold the row, act with the version of the page."""
    return lambda: intake.accept(queries.get_dossier(clerk, code, lock=True), clerk, lock_version=seen)


def count(dossier: Dossier, action: Action) -> int | None:
    rows = select(func.count()).select_from(DossierEvent).where(
        DossierEvent.dossier_id == dossier.id, DossierEvent.action == action
    )
    return db.session.scalar(rows)


def test_one_accepts_and_the_other_is_told_who(app: Flask) -> None:
    dossier = factories.make_dossier()
    clerks = [
        factories.make_staff(Role.RECEPTIONIST, username=f"quay-{n}", name=name)
        for n, name in enumerate(("Lê Thị Thử", "Phan Thị Mẫu", "Hoàng Thị Ví Dụ", "Ngô Thị Thử"))
    ]
    code, seen = dossier.public_code, dossier.lock_version
    db.session.rollback()
    told = together(app, [accepting(clerk, code, seen) for clerk in clerks])
    assert told.count(None) == 1
    winner = clerks[told.index(None)]
    assert (dossier.state, dossier.received_by_id, count(dossier, Action.ACCEPT)) == (State.ACCEPTED, winner.id, 1)
    for refusal in filter(None, told):
        assert isinstance(refusal, Conflict)
        assert words(refusal.message, refusal.params) == f"{winner.label} vừa làm trước: Nhận hồ sơ. Mở lại hồ sơ để xem."


def test_without_holding_the_row_the_version_still_lets_only_one_win(app: Flask) -> None:
    """A service that is called without a lock (a task, a command) loses no update either."""
    dossier = factories.make_dossier(State.ACCEPTED)
    specialists = [factories.make_staff(Role.SPECIALIST, username=f"thu-ly-{n}") for n in range(4)]
    code = dossier.public_code
    db.session.rollback()
    told = together(app, [
        lambda who=who: decision.start(queries.get_dossier(who, code), who) for who in specialists
    ])
    assert told.count(None) == 1
    assert all(isinstance(refusal, Conflict) for refusal in told if refusal)
    assert count(dossier, Action.START) == 1
    assert dossier.assignee_id == specialists[told.index(None)].id


def test_many_dossiers_at_once_get_numbers_without_gap_or_double(app: Flask) -> None:
    dossiers, clerk = [factories.make_dossier() for _ in range(6)], factories.make_staff(Role.RECEPTIONIST)
    acts = [accepting(clerk, one.public_code, one.lock_version) for one in dossiers]
    db.session.rollback()
    assert together(app, acts) == [None] * len(dossiers)
    assert sorted(str(one.official_number)[-7:] for one in dossiers) == [f"{n:07d}" for n in range(1, 7)]
