"""The database: one declarative base, two engines, durable by default.

SQLite: WAL, ``synchronous=FULL`` (NORMAL loses acknowledged rows in a power cut), ``BEGIN IMMEDIATE``
for whoever means to write. PostgreSQL: the same models and services. Only this file knows Flask-SQLAlchemy.
"""
from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    Date,
    DateTime,
    Dialect,
    Engine,
    Integer,
    MetaData,
    Select,
    event,
    text,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from app.core.settings import Settings

BUSY_TIMEOUT_MS = 5_000
BigId = BigInteger().with_variant(Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant; SQLite would give naive ones back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime never enters the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables. Times end in ``_at``, days in ``_on``, money in ``_vnd`` (whole đồng)."""

    registry = registry(
        metadata=MetaData(naming_convention=_NAMES),
        type_annotation_map={datetime: UtcDateTime(), date: Date()},
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class WithId:
    """A surrogate key that never leaves the house (URLs carry public codes)."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)


def engine_options(settings: Settings) -> dict[str, Any]:
    """What ``SQLALCHEMY_ENGINE_OPTIONS`` becomes."""
    # Each of a worker's threads may hold two connections at once; errors never name what people typed.
    common = {"pool_size": 8, "max_overflow": 8, "pool_timeout": BUSY_TIMEOUT_MS / 1000, "hide_parameters": True}
    if settings.is_sqlite:
        return {**common, "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}}
    return {**common, "pool_pre_ping": True}


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        # As long as SQLite's busy timeout: nobody waits for a lock for ever.
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {BUSY_TIMEOUT_MS}")
        connection.commit()
        return
    connection.isolation_level = None  # we say BEGIN ourselves
    _keep_to_ourselves(connection)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _keep_to_ourselves(connection: sqlite3.Connection) -> None:
    """Names stand in the database in clear: no other account of the machine reads it, nor the log beside it."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    for name in (path, f"{path}-wal", f"{path}-shm") if path else ():
        # Another account of ours may own it; a log may go the moment we look.
        with suppress(PermissionError, FileNotFoundError):
            if os.stat(name).st_mode & 0o077:
                os.chmod(name, 0o600)


# SQLite lets writers wait by sleeping and asking again, so an unlucky one of many waits in vain. The threads of
# one process stand in line here and only one of them asks SQLite.
_turn = threading.Lock()
_HAS_TURN = "has_turn"


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if not connection.get_execution_options().get("write", False):
        connection.exec_driver_sql("BEGIN")
        return
    if not _turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000):
        raise OperationalError("BEGIN IMMEDIATE", {}, sqlite3.OperationalError("database is locked"))
    connection.info[_HAS_TURN] = True
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except BaseException:
        _pass_turn(connection)
        raise


@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _pass_turn(connection: Connection) -> None:
    if connection.info.pop(_HAS_TURN, False):
        _turn.release()


@event.listens_for(Engine, "reset")
def _on_reset(_connection: Any, record: Any, _state: object) -> None:
    """A connection goes back to the pool: whatever happened to its transaction, its turn is over."""
    if record.info.pop(_HAS_TURN, False):
        _turn.release()


def begin_write() -> None:
    """Open the session's transaction as one that will write.

    On SQLite a read that later writes fails at once whatever the busy timeout, so whoever may write says so first.
    """
    session = db.session()
    if session.in_transaction():
        session.rollback()
    session.connection(execution_options={"write": True})


def hold(rows: Select[Any]) -> None:
    """Hold the rows that a query finds until the transaction ends. On SQLite a writer holds everything already."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(rows.with_for_update())


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction of its own outside a request (commands, demonstration data, limits): kept or nothing."""
    begin_write()
    try:
        yield db.session()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def side_transaction() -> Iterator[Session]:
    """A transaction beside the session's own, committed at once whatever the request does next.

    For what must count even when the request fails (limits). Call it *before* the main transaction writes:
    on SQLite the two would wait for each other.
    """
    with Session(db.engine, expire_on_commit=False) as session:
        session.connection(execution_options={"write": True})
        yield session
        session.commit()


def is_reachable() -> bool:
    """Whether a trivial statement is answered (health check)."""
    return db.session.execute(text("SELECT 1")).scalar() == 1
