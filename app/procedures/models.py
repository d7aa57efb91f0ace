"""The catalogue as it runs: versions of procedures, amounts that the ward entered, posters on its walls."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class Poster(WithId, Model):
    """A sheet that hangs somewhere (tờ dán): one procedure, a field, or one page for each procedure of the ward.

    ``number`` is printed on it. A retired sheet keeps its codes: what was printed once leads somewhere for ever.
    """

    __tablename__ = "poster"

    number: Mapped[int] = mapped_column(unique=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    scope: Mapped[str] = mapped_column(String(10))  # procedure | field | ward
    subject: Mapped[str] = mapped_column(String(40), default="")  # code of the procedure or field
    place: Mapped[str] = mapped_column(String(120), default="")  # nơi dán
    residential_group_id: Mapped[int | None] = mapped_column(ForeignKey("residential_group.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    retired_at: Mapped[datetime | None]

    codes: Mapped[list[PosterCode]] = relationship(lazy="selectin", order_by="PosterCode.position")


class PosterCode(WithId, Model):
    """One QR of a sheet: a short sign that leads to a procedure."""

    __tablename__ = "poster_code"

    poster_id: Mapped[int] = mapped_column(ForeignKey("poster.id"), index=True)
    position: Mapped[int]
    sign: Mapped[str] = mapped_column(String(8), unique=True)  # HTTPS://HOST/Q/<sign>
    procedure_code: Mapped[str] = mapped_column(String(20))


class PosterScan(Model):
    """How often one QR was opened on one day; nothing about who did."""

    __tablename__ = "poster_scan"

    poster_code_id: Mapped[int] = mapped_column(ForeignKey("poster_code.id"), primary_key=True)
    scanned_on: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
