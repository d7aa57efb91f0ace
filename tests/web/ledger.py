"""What the whole database holds, table by table, as seen from outside: to say which tables an act has touched."""
from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import Connection, Engine, MetaData, create_engine, text

# Nobody writes these but an installation.
STILL = frozenset({"procedure_version", "alembic_version"})


class Ledger:
    """Every table of one database, through a connection that the product knows nothing of."""

    def __init__(self, engine: Engine) -> None:
        self.engine, self.connection = engine, engine.connect()
        tables = MetaData()
        tables.reflect(engine)
        self.tables = sorted(set(tables.tables) - STILL)
        self.stamp, self.kept = self._stamp(), self._read()

    def touched(self) -> set[str]:
        """Tables whose rows are others than when it was last asked."""
        stamp = self._stamp()
        if stamp == self.stamp:
            return set()
        self.stamp, now = stamp, self._read()
        changed = {name for name in self.tables if now[name] != self.kept[name]}
        self.kept = now
        return changed

    def _stamp(self) -> object:
        """Something that changes with every transaction that wrote, and is quickly asked for."""
        is_sqlite = self.engine.dialect.name == "sqlite"
        ask = "PRAGMA data_version" if is_sqlite else "SELECT pg_snapshot_xmax(pg_current_snapshot())"
        with self.connection.begin():
            return self.connection.execute(text(ask)).scalar()

    def _read(self) -> dict[str, bytes]:
        with self.connection.begin():
            return {name: _digest(self.connection, name) for name in self.tables}


def _digest(connection: Connection, table: str) -> bytes:
    rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).digest()


@contextmanager
def ledger(app: Flask) -> Iterator[Ledger]:
    engine = create_engine(app.extensions["settings"].database_url)
    book = Ledger(engine)
    try:
        yield book
    finally:
        book.connection.close()
        engine.dispose()
