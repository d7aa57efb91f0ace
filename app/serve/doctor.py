"""``flask doctor``: replays what the database says of itself, and names in words what is wrong."""
from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import load_only

from app.assistance.integrity import faults as mandate_faults
from app.core import audit, clock, counters, jobs
from app.core.db import db
from app.core.settings import ROOT_KEY_FILE, Settings
from app.dossiers.models import Dossier, DossierEvent, Pause, State
from app.dossiers.services.deadlines import derive_due_at
from app.dossiers.workflow import DOSSIER, Action
from app.files.integrity import faults as file_faults
from app.payments.integrity import faults as money_faults
from app.providers import pdf
from app.serve import schema
from app.web.commands import why_not
from app.working_time.queries import calendar_faults, edited_at, find_year


def faults(settings: Settings) -> Iterator[str]:
    """One sentence for each thing that is wrong; nothing when all is well. What cannot be looked at is a fault too."""
    yield from _key_file(settings)
    yield from _looked_at("papers", _fonts())
    for what, found in (("database", _schema(settings)), ("keys", _keys())):
        sentences = list(_looked_at(what, found))
        yield from sentences
        if sentences:  # nothing behind it can be read
            return
    for what, found in (
        ("database", _durability(settings)), ("calendar", _calendar()), ("audit", audit.faults()), ("history", _histories()),
        ("deadline", _deadlines()), ("numbers", _numbers()), ("money", money_faults()), ("files", file_faults()),
        ("mandates", mandate_faults()),
        ("jobs", _jobs()),
    ):
        yield from _looked_at(what, found)


def _looked_at(what: str, found: Iterator[str]) -> Iterator[str]:
    """What one look finds; a look that fails is told in words, and the others go on."""
    try:
        yield from found
    except SQLAlchemyError as error:
        db.session.remove()  # the next look begins afresh
        yield f"{what}: the database does not answer: {why_not(error)}"
    except Exception as error:  # a doctor never breaks down over the patient
        db.session.remove()  # the next look begins afresh
        yield f"{what}: cannot be looked at ({type(error).__name__})"


def _key_file(settings: Settings) -> Iterator[str]:
    path = settings.data_dir / ROOT_KEY_FILE
    if path.exists() and path.stat().st_mode & 0o077:
        yield f"keys: {path} can be read by others (mode must be 0600)"


def _keys() -> Iterator[str]:
    """The newest and the oldest sealed answers open with our key."""
    try:
        for newest in (Dossier.id, Dossier.id.desc()):
            db.session.scalar(select(Dossier.answers).order_by(newest).limit(1))
    except (InvalidTag, ValueError):
        yield "keys: dossiers were sealed with another APP_ROOT_KEY, or were changed; none of them can be read"


def _schema(settings: Settings) -> Iterator[str]:
    path = db.engine.url.database if settings.is_sqlite else None
    if path and not Path(path).exists():
        yield f"database: {path} is not there; start the product once, it makes and fills it"
        return
    present, needed = schema.present_revision(), schema.needed_revision()
    if present != needed:
        yield (
            f"database: schema is at {present or 'nothing'}, the product needs {needed};"
            " start the product once, or run `flask db upgrade`"
        )


def _durability(settings: Settings) -> Iterator[str]:
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


def _calendar() -> Iterator[str]:
    """What is missing or odd in the days of this year and the next."""
    year = clock.today().year
    for one in (year, year + 1):
        for message, params in calendar_faults(one):
            yield f"calendar: {message % params}"
        if find_year(one) is None:
            yield f"calendar: run `flask calendar load --year {one}`"


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
    """A due moment follows from acceptance, rule, pauses and calendar.

    What was promised before somebody edited the calendar followed from the calendar of that day, which is not kept:
    of such a dossier only the order of its moments is looked at.
    """
    edited = edited_at()
    facts = load_only(Dossier.public_code, Dossier.accepted_at, Dossier.time_rule, Dossier.due_at)
    accepted = select(Dossier).options(facts).where(Dossier.accepted_at.is_not(None))
    for dossier in db.session.scalars(accepted).yield_per(500):
        assert dossier.accepted_at is not None
        if dossier.due_at is None or dossier.due_at <= dossier.accepted_at:
            yield f"deadline: dossier {dossier.public_code} was accepted and keeps no due moment after that"
        elif (edited is None or dossier.accepted_at > edited) and derive_due_at(dossier) != dossier.due_at:
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


def _jobs() -> Iterator[str]:
    if parked := jobs.counts()["parked"]:
        yield f"jobs: {parked} failed again and again and were given up; the table job says why"
