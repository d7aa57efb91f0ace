"""The database as it is opened: durable, strict, in UTC, and silent about what people typed."""
from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, StatementError

from app.core import clock
from app.core.db import BUSY_TIMEOUT_MS, UtcDateTime, begin_write, db, is_reachable, side_transaction, transaction
from app.core.idempotency import IdempotencyKey
from app.core.settings import Settings
from app.providers.storage import storage
from tests.core.running import at_once
from tests.support import applications

SQLITE = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": BUSY_TIMEOUT_MS}
POSTGRESQL = {"lock_timeout": f"{BUSY_TIMEOUT_MS // 1000}s", "transaction_isolation": "read committed"}


def test_every_connection_is_durable_strict_and_waits_for_no_lock_for_ever(app: Flask) -> None:
    """``synchronous=NORMAL`` loses acknowledged rows in a power cut (m5); 2 is FULL."""
    is_sqlite = app.extensions["settings"].is_sqlite
    wanted, ask = (SQLITE, "PRAGMA") if is_sqlite else (POSTGRESQL, "SHOW")

    def look() -> dict[str, object]:
        return {name: db.session.execute(text(f"{ask} {name}")).scalar() for name in wanted}

    assert at_once(app, [look] * 6) == [wanted] * 6


def test_no_other_account_of_the_machine_reads_what_we_keep(tmp_path: Path) -> None:
    """The database with its log, the root key and every photo; also a database that an older release left open."""
    place = tmp_path / "var"
    kept = Settings.from_env({"APP_ENV": "development", "DATA_DIR": str(place)})
    sqlite3.connect(place / "phuxuan.db").close()
    (place / "phuxuan.db").chmod(0o644)
    with applications.made(kept) as app, app.app_context():
        with transaction() as session:
            session.execute(text("CREATE TABLE x (y)"))
            session.execute(text("INSERT INTO x VALUES (1)"))
        storage().put("0" * 32, [b"photo"])
        found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.rglob("*") if path.is_file()}
    assert {"phuxuan.db", "phuxuan.db-wal", "phuxuan.db-shm", "root.key", "0" * 32} <= found.keys()
    assert set(found.values()) == {0o600}, found


@pytest.mark.usefixtures("database")
def test_instants_are_in_utc_and_naive_ones_do_not_enter() -> None:
    here = datetime(2026, 11, 23, 17, 0, 0, 123456, tzinfo=clock.TZ)
    with transaction() as session:
        session.add(IdempotencyKey(key="k" * 22, scope="s", request_hash="h", status=303, created_at=here))
    kept = db.session.get_one(IdempotencyKey, "k" * 22, populate_existing=True).created_at
    assert kept == here and kept.tzinfo is UTC
    with pytest.raises((StatementError, ValueError)), transaction() as session:
        naive = here.replace(tzinfo=None)
        session.add(IdempotencyKey(key="n" * 22, scope="s", request_hash="h", status=303, created_at=naive))


@pytest.mark.parametrize("zone", [UTC, clock.TZ, timezone(timedelta(hours=-11))])
def test_an_instant_is_the_same_in_any_zone(zone: timezone) -> None:
    column, at = UtcDateTime(), datetime(2026, 12, 31, 17, 30, tzinfo=UTC)
    for name in ("sqlite", "postgresql"):
        dialect = type("Dialect", (), {"name": name})()
        stored = column.process_bind_param(at.astimezone(zone), dialect)
        assert column.process_result_value(stored, dialect) == at


@pytest.mark.usefixtures("database")
def test_a_transaction_is_kept_whole_or_not_at_all() -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        session.add(IdempotencyKey(key="k" * 22, scope="s", request_hash="h", status=303))
        session.flush()
        raise RuntimeError
    assert db.session.get(IdempotencyKey, "k" * 22) is None
    with transaction() as session:
        session.add(IdempotencyKey(key="k" * 22, scope="s", request_hash="h", status=303))
    db.session.rollback()
    assert db.session.get(IdempotencyKey, "k" * 22) is not None


@pytest.mark.usefixtures("database")
def test_what_counts_beside_stays_when_the_request_is_undone() -> None:
    db.session.execute(text("SELECT 1"))
    with side_transaction() as session:
        session.add(IdempotencyKey(key="s" * 22, scope="s", request_hash="h", status=303))
    db.session.rollback()
    assert db.session.get(IdempotencyKey, "s" * 22) is not None


@pytest.mark.usefixtures("database")
def test_the_database_says_whether_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_reachable()
    begin_write()
    assert is_reachable()
    monkeypatch.setattr(db.session, "execute", lambda *_: (_ for _ in ()).throw(OperationalError("x", {}, Exception())))
    with pytest.raises(OperationalError):
        is_reachable()
