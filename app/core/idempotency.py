"""One form, one effect: the key of a form and what was answered, kept in the transaction of the effect."""
from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import String, delete
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


def recall(key: str, scope: str, request_hash: str) -> IdempotencyKey | None:
    """What was answered to this key before, or None.

    Raises ``Conflict`` when the same key comes with another content: one key has one effect.
    """
    row = db.session.get(IdempotencyKey, key)
    if row is None:
        return None
    if row.scope != scope or row.request_hash != request_hash:
        raise Conflict(N_("Trang này đã gửi rồi, với nội dung khác. Mở lại trang để xem nội dung đã lưu."))
    return row


def remember(key: str, scope: str, request_hash: str, status: int, location: str | None) -> None:
    """Keep the answer; the primary key makes the second of two parallel requests fail and be replayed."""
    db.session.add(IdempotencyKey(key=key, scope=scope, request_hash=request_hash, status=status, location=location))
    db.session.flush()


def sweep() -> int:
    """Forget keys older than ``KEPT_FOR``; how many."""
    done = db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT_FOR))
    return done.rowcount
