"""One form, one effect: the key of a form and what was answered, kept in the transaction of the effect."""
from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import String, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Model, db
from app.core.errors import N_, Conflict

LONGEST_LOCATION = 500  # a longer one is not kept: a replay leads to the form's own page
KEPT_FOR = timedelta(days=30)  # older people come back late


class IdempotencyKey(Model):
    """A form that was acted upon."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    scope: Mapped[str] = mapped_column(String(120))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    location: Mapped[str | None] = mapped_column(String(LONGEST_LOCATION))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


def new_key() -> str:
    """A key for one rendered form (128 bits)."""
    return secrets.token_urlsafe(16)


def hash_request(scope: str, body: bytes) -> str:
    return hashlib.sha256(scope.encode() + b"\0" + body).hexdigest()


def recall(key: str, scope: str, request_hash: str, *, repeatable: bool = False) -> IdempotencyKey | None:
    """What was answered to this key before, or None.

    Raises ``Conflict`` when the same key comes with another content: one key has one effect. A ``repeatable`` form
    (a page of answers, gone back to) acts again then, and only its latest content is known.
    """
    row = db.session.get(IdempotencyKey, key)
    if row is None or (repeatable and row.scope == scope and row.request_hash != request_hash):
        return None
    if row.scope != scope or row.request_hash != request_hash:
        raise Conflict(N_("Trang này đã gửi rồi, với nội dung khác. Mở lại trang để xem nội dung đã lưu."))
    return row


def claim(key: str, scope: str, request_hash: str) -> bool:
    """Take the key for this transaction, after ``recall``; False when a parallel twin was first: recall it anew."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    taken = db.session.execute(
        insert(IdempotencyKey.__table__)  # type: ignore[arg-type]
        .values(key=key, scope=scope, request_hash=request_hash, status=0, location=None, created_at=clock.now())
        .on_conflict_do_nothing().returning(IdempotencyKey.key)  # a count of rows is not told on PostgreSQL
    )
    if taken.scalar() is not None:
        return True
    before = db.session.get(IdempotencyKey, key, populate_existing=True)
    if before is None or (before.scope, before.request_hash) == (scope, request_hash):
        return False  # between recall and here a twin was kept: to take its key would be to act twice
    taken = db.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.key == key, IdempotencyKey.request_hash == before.request_hash)
        .values(request_hash=request_hash, status=0, location=None, created_at=clock.now())
    )
    return taken.rowcount == 1


def keep_answer(key: str, status: int, location: str) -> None:
    """What the form was answered, to be given again."""
    db.session.execute(
        update(IdempotencyKey).where(IdempotencyKey.key == key)
        .values(status=status, location=location if len(location) <= LONGEST_LOCATION else None),
        execution_options={"synchronize_session": False},
    )


def sweep() -> int:
    """Forget keys older than ``KEPT_FOR``; how many."""
    done = db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT_FOR))
    return done.rowcount
