"""The outbox."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.crypto import SealedText
from app.core.db import Model, WithId


class Message(WithId, Model):
    """One message to one person. Number and text are ciphertext on disk."""

    __tablename__ = "message"

    channel: Mapped[str] = mapped_column(String(10))  # sms
    recipient: Mapped[str] = mapped_column(SealedText)
    about: Mapped[str] = mapped_column(String(40), index=True)  # public code of the dossier
    template: Mapped[str] = mapped_column(String(80))  # with its version: dossiers/accepted.v1
    text: Mapped[str] = mapped_column(SealedText)
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)  # waiting | sent | cancelled
    send_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    provider_ref: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
