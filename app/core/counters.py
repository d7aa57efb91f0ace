"""Numbers without gap or double: a counter row, raised in the same transaction as what it numbers."""
from __future__ import annotations

from sqlalchemy import String, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Model, db


class Counter(Model):
    """The last number given in one series, e.g. ``dossier/1/2026-11-23``."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


def next_number(series: str) -> int:
    """The next number of ``series``, from 1; given back if the transaction is undone.

    The row stays locked until commit, so two transactions never see the same number.
    """
    dialect = db.session.get_bind().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert
    statement = (
        insert(Counter)
        .values(name=series, value=1)
        .on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
    return int(db.session.execute(statement).scalar_one())


def reset_number(series: str, value: int) -> None:
    """Continue ``series`` after ``value`` (import of old books only)."""
    db.session.execute(update(Counter).where(Counter.name == series).values(value=value))
