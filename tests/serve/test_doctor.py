"""``flask doctor``: silent over a ward at work, in words over whatever is wrong, never a traceback."""
from __future__ import annotations

import base64
import contextvars
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text, update

from app.accounts.permissions import Role
from app.core import clock, jobs
from app.core.actor import CITIZEN, SYSTEM
from app.core.crypto import keyring
from app.core.db import db, transaction
from app.core.settings import Settings
from app.dossiers.models import Dossier, DossierEvent, State
from app.dossiers.services import decision
from app.providers import pdf
from app.serve import doctor
from app.working_time import services as working_time
from app.working_time.models import CalendarYear
from tests import factories
from tests.support import applications

pytestmark = pytest.mark.usefixtures("database")


def found(settings: Settings) -> str:
    """What the doctor says; the PostgreSQL of tests is reckless on purpose, and that is rightly told."""
    return "\n".join(one for one in doctor.faults(settings) if not one.startswith("database: PostgreSQL setting "))


def write(statement: Any) -> None:
    with transaction() as session:
        session.execute(statement)


@pytest.fixture
def ward(settings: Settings) -> dict[State, Dossier]:
    """One dossier of each of some states, in good order."""
    made = {
        state: factories.make_dossier(state)
        for state in (State.SUBMITTED, State.IN_PROCESS, State.AWAITING_PAYMENT, State.FINISHED)
    }
    assert found(settings) == ""
    return made


def test_what_was_promised_before_the_calendar_was_edited_is_no_fault(
    ward: dict[State, Dossier], settings: Settings
) -> None:
    due = ward[State.IN_PROCESS].due_at
    assert due is not None
    promised = clock.local(due).date()
    with transaction():
        working_time.set_day(SYSTEM, promised, kind="closure", name="Nghỉ bão số 6", source="Công điện 01")
    assert found(settings) == ""
    later = factories.make_dossier(State.IN_PROCESS)
    assert later.due_at is not None and later.due_at > due and found(settings) == ""
    with transaction():  # its clock stands and runs again: the promise follows the calendar of today
        decision.ask_withdrawal(db.session.get_one(Dossier, ward[State.IN_PROCESS].id), CITIZEN, reason="Đổi ý")
    assert found(settings) == ""
    write(update(Dossier).where(Dossier.id == later.id).values(due_at=due))
    assert later.public_code in found(settings)


@pytest.mark.parametrize(("tamper", "words"), [
    (lambda one: update(Dossier).where(Dossier.id == one.id).values(due_at=one.due_at + timedelta(days=1)), "deadline: "),
    (lambda one: update(Dossier).where(Dossier.id == one.id).values(due_at=None), "deadline: "),
    (lambda one: update(Dossier).where(Dossier.id == one.id).values(state=State.ACCEPTED), "history: "),
    (lambda one: update(Dossier).where(Dossier.id == one.id).values(official_number="H57.00.00-20260101-0000007"),
     "numbers: "),
    (lambda one: delete(DossierEvent).where(DossierEvent.dossier_id == one.id, DossierEvent.seq == 2), "history: "),
    (lambda _: text("UPDATE audit_entry SET action = 'x' WHERE seq = 2"), "audit"),
    (lambda _: delete(CalendarYear).where(CalendarYear.year == clock.today().year + 1), "flask calendar load"),
    (lambda _: text("UPDATE stored_file SET sha256 = ''"), "files: "),
])
def test_each_fault_is_named(
    ward: dict[State, Dossier], settings: Settings, tamper: Callable[[Dossier], Any], words: str
) -> None:
    write(tamper(ward[State.IN_PROCESS]))
    assert words in found(settings)


def test_a_holiday_that_is_missing_is_named(settings: Settings) -> None:
    with transaction():
        working_time.remove_day(SYSTEM, date(clock.today().year, 9, 2))
    assert f"calendar: Thiếu ngày lễ 02/09/{clock.today().year}." in found(settings)


def test_work_that_was_given_up_is_named(settings: Settings) -> None:
    with transaction():
        jobs.enqueue("nobody.handles_this").state = "parked"
    assert "jobs: 1 " in found(settings)


def test_missing_fonts_are_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.providers.pdf.fonts.FAMILIES", ("No Such Serif",))
    assert pdf.faults() and "papers: fonts: No Such Serif" in found(settings)


def test_another_key_is_named_and_nothing_else(ward: dict[State, Dossier], settings: Settings) -> None:
    db.session.rollback()
    db.session.expire_all()
    keyring.configure(b"another key, of 32 bytes exactly")
    try:
        (sentence,) = doctor.faults(settings)
    finally:
        keyring.configure(settings.root_key)
    assert sentence.startswith("keys: ") and "APP_ROOT_KEY" in sentence


def test_a_database_without_tables_is_told_in_one_line(tmp_path: Path) -> None:
    """A database that is not there, one that is none, and one that was never prepared."""
    missing, broken, empty = (tmp_path / name for name in ("missing.db", "broken.db", "empty.db"))
    broken.write_bytes(bytes(range(256)) * 32)
    empty.touch()
    for path, words in ((missing, "is not there"), (broken, "not a database"), (empty, "schema is at nothing")):
        settings = applications.settings_for(f"sqlite:///{path}", tmp_path / "var")
        with applications.made(settings) as other:
            runner = other.test_cli_runner()
            answer = contextvars.Context().run(runner.invoke, args=["doctor"])  # this test stands in another application
            assert answer.exit_code == 1 and words in answer.output, answer.output
            assert len(answer.output.splitlines()) == 1 and "Traceback" not in answer.output
            assert path.exists() == (path != missing), "a doctor changes nothing"
            refused = contextvars.Context().run(runner.invoke, args=["staff", "reset", "nobody"])
            assert refused.exit_code == 1 and refused.output.startswith("Error: database: "), refused.output


def test_a_key_file_that_others_can_read_is_named(tmp_path: Path, settings: Settings) -> None:
    path = settings.data_dir / "root.key"
    path.write_text(base64.b64encode(bytes(32)).decode(), encoding="ascii")
    path.chmod(0o644)
    assert f"keys: {path}" in found(settings)
    path.chmod(0o600)
    assert found(settings) == ""


@pytest.mark.parametrize("words", [
    "vietqr decode", "vietqr encode", "vietqr encode --bin 970436 --account 1 --amount 8000.5", "staff add", "staff nosuch",
    "staff add maimai --name Mai --role boss", "idcard decode /no/such/picture", "idcard decode", "payments simulate",
    "payments simulate momo --order PX1", "payments simulate payos --order PX2345678", "jobs run --twice", "jobs nosuch",
    "doctor --fast", "demo --all", "calendar due", "calendar nosuch", "procedures search", "ward load --again",
    "procedures poster 9.999999 -o /no/such/folder/x.pdf",
])
def test_what_cannot_be_done_leaves_with_one(app: Flask, words: str) -> None:
    answer = app.test_cli_runner().invoke(args=words.split())
    assert answer.exit_code == 1 and answer.stdout == "" and "Error: " in answer.stderr, answer.output
    assert answer.exception is None or isinstance(answer.exception, SystemExit)


@pytest.mark.parametrize("words", [
    "procedures search", "procedures poster", "calendar due", "idcard decode", "vietqr encode", "vietqr decode", "staff add",
    "staff disable", "staff reset", "payments simulate", "demo", "jobs run", "doctor",
])
def test_each_command_has_its_help(app: Flask, words: str) -> None:
    answer = app.test_cli_runner().invoke(args=[*words.split(), "--help"])
    assert answer.exit_code == 0 and "--help" in answer.stdout and len(answer.stdout.splitlines()) > 4


def test_made_up_dossiers_are_never_mixed_with_others(app: Flask) -> None:
    factories.make_draft()
    answer = app.test_cli_runner().invoke(args=["demo"])
    assert answer.exit_code == 1 and "already" in answer.stderr
    assert factories.make_staff(Role.LEADER).id is not None


def test_a_disabled_account_gets_no_new_link(app: Flask) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(args=["staff", "add", "thu.nghiem", "--name", "Lê Thị Thử", "--role", "receptionist"])
    assert made.exit_code == 0 and "/can-bo/tai-khoan/" in made.stdout
    assert runner.invoke(args=["staff", "disable", "thu.nghiem"]).exit_code == 0
    refused = runner.invoke(args=["staff", "reset", "thu.nghiem"])
    assert (refused.exit_code, refused.stdout) == (1, "") and "đã khóa" in refused.stderr
