"""Limits counted in the database, so that every worker and every machine sees the same count.

A try is counted *before* it is judged and in a transaction of its own: neither a parallel guess nor a
rolled-back request is free.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.crypto import blind_index
from app.core.db import Model, db, side_transaction
from app.core.errors import N_, TooMany


class LimitCount(Model):
    """How often ``key`` was tried in the window that began at ``window_at``."""

    __tablename__ = "limit_count"

    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``times`` in each ``seconds``; ``said`` to who comes over it, where the usual sentence would not help."""

    name: str
    times: int
    seconds: int
    said: str = ""


def _window(limit: Limit) -> datetime:
    now = clock.now()
    return now - timedelta(seconds=now.timestamp() % limit.seconds)


def key_of(limit: Limit, subject: str) -> str:
    """The name of a count. Subjects are telephones, addresses of visitors, accounts: kept as a keyed hash."""
    return f"{limit.name}/{blind_index('limit', subject).hex()}"


def spend(
    *tries: tuple[Limit, str],
    message: str = N_("Đã thử nhiều lần. Chờ ít phút rồi thử lại, hoặc gọi phường."),
) -> None:
    """Count one try on each (limit, subject) pair, narrow ones first. Raises ``TooMany`` when one is used up.

    A try that a narrow limit stops costs the wider ones nothing: who hammers one code does not shut the whole ward out.
    """
    over: Limit | None = None
    with side_transaction() as session:
        insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
        for limit, subject in tries:
            statement = (
                insert(LimitCount)
                .values(key=key_of(limit, subject), window_at=_window(limit).replace(microsecond=0), count=1)
                .on_conflict_do_update(
                    index_elements=[LimitCount.key, LimitCount.window_at],
                    set_={"count": LimitCount.count + 1},
                )
                .returning(LimitCount.count)
            )
            if session.execute(statement).scalar_one() > limit.times:
                over = limit
                break
    if over:
        raise TooMany(over.said or message, retry_after=over.seconds)


def give_back(*tries: tuple[Limit, str]) -> None:
    """A try that turned out right does not count."""
    with side_transaction() as session:
        for limit, subject in tries:
            session.execute(
                update(LimitCount)
                .where(LimitCount.key == key_of(limit, subject), LimitCount.count > 0)
                .where(LimitCount.window_at == _window(limit).replace(microsecond=0))
                .values(count=LimitCount.count - 1)
            )


def sweep(older_than: timedelta = timedelta(days=2)) -> None:
    """Forget old windows, in the present transaction."""
    db.session.execute(delete(LimitCount).where(LimitCount.window_at < clock.now() - older_than))
