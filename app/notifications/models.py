"""The outbox."""
from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.crypto import SealedText
from app.core.db import Model, WithId


class Message(WithId, Model):
    """One message to one person. Number and text are ciphertext on disk.

    Who has no telephone is told by people: by the group's head, a letter or a visit. Such a message waits in a printed
    list until someone types when it was done.
    """

    __tablename__ = "message"

    channel: Mapped[str] = mapped_column(String(10))  # sms | group_head | letter | visit
    recipient: Mapped[str] = mapped_column(SealedText)  # number, or name and address
    about: Mapped[str] = mapped_column(String(40), index=True)  # public code of the dossier
    template: Mapped[str] = mapped_column(String(80))  # with its version: dossiers/accepted.v1
    text: Mapped[str] = mapped_column(SealedText)
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)  # waiting | sent | cancelled
    send_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    provider_ref: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    residential_group_id: Mapped[int | None] = mapped_column(ForeignKey("residential_group.id"))
    told_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # who typed that it was done
    noted_at: Mapped[datetime | None]  # when that was typed; ``sent_at`` is when it was done
    note: Mapped[str | None] = mapped_column(SealedText)
