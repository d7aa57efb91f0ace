"""One clock for the whole house. Instants are aware and in UTC; days are days in Việt Nam."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta, timezone

# Việt Nam has had no daylight saving since 1975, so a fixed offset is exact for every date we handle.
TZ = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")

_moved: ContextVar[datetime | None] = ContextVar("moved_clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _moved.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in Việt Nam (never the server's or UTC's)."""
    return now().astimezone(TZ).date()


def local(at: datetime) -> datetime:
    """The same instant on a clock in Việt Nam."""
    return at.astimezone(TZ)


def at_local(day: date, hour: time) -> datetime:
    """The instant at which a clock in Việt Nam shows ``day`` and ``hour``; in UTC."""
    return datetime.combine(day, hour, TZ).astimezone(UTC)


@contextmanager
def moved_to(instant: datetime) -> Iterator[None]:
    """Let everything inside see ``instant`` as the present (demonstration data, replays)."""
    token = _moved.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _moved.reset(token)
