"""``flask doctor``: replays what the database says of itself, and names in words what is wrong."""
from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select, text

from app.core import audit, clock, counters
from app.core.db import db
from app.core.settings import Settings
from app.dossiers.models import Dossier, DossierEvent, Pause, State
from app.dossiers.services.deadlines import derive_due_at
from app.dossiers.workflow import DOSSIER, Action
from app.files.integrity import faults as file_faults
from app.payments.integrity import faults as money_faults
from app.providers import pdf
from app.working_time.queries import missing_years


def faults(settings: Settings) -> Iterator[str]:
    """One sentence for each thing that is wrong; nothing when all is well."""
    yield from _database(settings)
    yield from _calendar()
    yield from audit.faults()
    yield from _histories()
    yield from _deadlines()
    yield from _numbers()
    yield from money_faults()
    yield from file_faults()
    yield from _fonts()


def _database(settings: Settings) -> Iterator[str]:
    heads = ScriptDirectory.from_config(_alembic()).get_heads()
    present = MigrationContext.configure(db.session.connection()).get_current_heads()
    if set(present) != set(heads):
        yield f"database: schema is at {', '.join(present) or 'nothing'}, the product needs {', '.join(heads)}"
    if settings.is_sqlite:
        if db.session.execute(text("PRAGMA synchronous")).scalar() != 2:
            yield "database: PRAGMA synchronous is not FULL, a power cut could lose acknowledged dossiers"
        if db.session.execute(text("PRAGMA quick_check")).scalar() != "ok":
            yield "database: PRAGMA quick_check finds damage"
        if sqlite3.sqlite_version_info < (3, 35):
            yield "database: SQLite is older than 3.35"
        return
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if db.session.execute(text(f"SHOW {name}")).scalar() == "off":
            yield f"database: PostgreSQL setting {name} is off, a power cut could lose acknowledged dossiers"


def _alembic() -> Config:
    migrate = current_app.extensions["migrate"]
    config = Config()
    config.set_main_option("script_location", str(migrate.directory))
    return config


def _calendar() -> Iterator[str]:
    year = clock.today().year
    for missing in missing_years((year, year + 1)):
        yield f"calendar: no days off are entered for {missing}; run `flask calendar load`"


def _histories() -> Iterator[str]:
    """Replay each dossier's history through the table: it must end where the dossier stands."""
    ended: dict[int, int] = {}
    last_seq: dict[int, int] = {}
    for event in db.session.scalars(select(DossierEvent).order_by(DossierEvent.dossier_id, DossierEvent.seq)).yield_per(1000):
        before = ended.get(event.dossier_id, int(State.DRAFT))
        if event.seq != last_seq.get(event.dossier_id, 0) + 1:
            yield f"history: dossier row {event.dossier_id} lacks the line before {event.seq}"
        if event.from_state != before:
            yield f"history: dossier row {event.dossier_id}, line {event.seq} starts at {event.from_state}, not {before}"
        action = Action(event.action)
        if action != Action.UNDO and State(event.to_state) not in DOSSIER.table[action].targets(State(event.from_state)):
            yield f"history: dossier row {event.dossier_id}, line {event.seq}: {action} does not lead to {event.to_state}"
        ended[event.dossier_id], last_seq[event.dossier_id] = event.to_state, event.seq
    for row in db.session.execute(select(Dossier.id, Dossier.public_code, Dossier.state)):
        if ended.get(row.id, int(State.DRAFT)) != row.state:
            yield f"history: dossier {row.public_code} stands at {row.state}, its history at {ended.get(row.id, 0)}"


def _deadlines() -> Iterator[str]:
    for dossier in db.session.scalars(select(Dossier).where(Dossier.accepted_at.is_not(None))).yield_per(500):
        if derive_due_at(dossier) != dossier.due_at:
            yield f"deadline: dossier {dossier.public_code} keeps a due moment that its facts do not give"
    waiting = (State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT, State.WITHDRAWAL_ASKED)
    running = select(Dossier.public_code).join(Pause, Pause.dossier_id == Dossier.id).where(
        Pause.to_at.is_(None), Dossier.state.not_in(waiting)
    )
    for code in db.session.scalars(running):
        yield f"deadline: dossier {code} is at work while its clock stands"


def _numbers() -> Iterator[str]:
    """Official numbers: no gap, no double, none beyond the counter."""
    series: dict[str, list[int]] = {}
    for number in db.session.scalars(select(Dossier.official_number).where(Dossier.official_number.is_not(None))):
        head, _dash, tail = number.rpartition("-")
        series.setdefault(head, []).append(int(tail))
    for head, numbers in series.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield f"numbers: series {head} has a gap or a double"
        agency, _dash, day = head.rpartition("-")
        kept = db.session.scalar(select(counters.Counter.value).where(counters.Counter.name == f"dossier/{agency}/{day}"))
        if kept != max(numbers):
            yield f"numbers: the counter of series {head} stands at {kept}, the last number is {max(numbers)}"
    doubles = select(Dossier.public_code).group_by(Dossier.public_code).having(func.count() > 1)
    for code in db.session.scalars(doubles):
        yield f"numbers: public code {code} stands twice"


def _fonts() -> Iterator[str]:
    for sentence in pdf.faults():
        yield f"papers: {sentence}"
