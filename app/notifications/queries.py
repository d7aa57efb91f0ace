"""Reads on the outbox."""
from __future__ import annotations

from sqlalchemy import select

from app.core.db import db
from app.notifications.models import Message


def list_messages(limit: int = 100) -> list[Message]:
    """The latest messages of the ward."""
    return list(db.session.scalars(select(Message).order_by(Message.id.desc()).limit(limit)))


def list_messages_about(code: str) -> list[Message]:
    """Messages about one dossier, oldest first."""
    return list(db.session.scalars(select(Message).where(Message.about == code).order_by(Message.id)))
