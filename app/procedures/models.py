"""The catalogue as it runs: versions of procedures, and amounts that the ward entered."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.db import Model, WithId


class ProcedureVersion(WithId, Model):
    """One version of a procedure (thủ tục hành chính). A dossier names the row it was filed under.

    ``data`` is the resolved catalogue file, blocks included; once ``published`` it never changes.
    """

    __tablename__ = "procedure_version"
    __table_args__ = (UniqueConstraint("code", "version"),)

    code: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    name: Mapped[str] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    published: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    loaded_at: Mapped[datetime] = mapped_column(default=clock.now)


class FeeAmount(WithId, Model):
    """An amount that staff entered from the city's own tables (mức thu), with the paper that says so.

    Rows are added, never changed: the newest one whose ``valid_from`` has come counts.
    """

    __tablename__ = "fee_amount"
    __table_args__ = (Index("ix_fee_amount_of", "agency_id", "procedure_code", "fee_id", "valid_from"),)

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    procedure_code: Mapped[str] = mapped_column(String(20))
    fee_id: Mapped[str] = mapped_column(String(40))
    amount_vnd: Mapped[int]
    valid_from: Mapped[date]
    source_note: Mapped[str] = mapped_column(String(300))
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
