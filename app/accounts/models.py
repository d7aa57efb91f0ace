"""Agencies, residential groups, staff, sessions."""
from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core import clock
from app.core.crypto import SealedText
from app.core.db import Model, WithId


class Agency(WithId, Model):
    """An agency (cơ quan): the ward, one of its former wards. Data that staff edit, never a constant."""

    __tablename__ = "agency"

    code: Mapped[str] = mapped_column(String(20), unique=True)  # mã định danh, first part of dossier numbers
    kind: Mapped[str] = mapped_column(String(20))  # ward | former_ward
    name: Mapped[str] = mapped_column(String(200))  # UBND phường Phú Xuân
    short_name: Mapped[str] = mapped_column(String(80))  # Phú Xuân
    parent_name: Mapped[str] = mapped_column(String(200), default="")  # thành phố Huế
    service_centre: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(80), default="")  # địa danh on papers
    address: Mapped[str] = mapped_column(String(300), default="")
    phone: Mapped[str] = mapped_column(String(20), default="")  # as printed, 0234 3000 000
    hours: Mapped[str] = mapped_column(String(300), default="")  # in words for people
    desk: Mapped[str] = mapped_column(String(40), default="")  # counter where results are collected
    domain: Mapped[str] = mapped_column(String(120), default="")
    bank_bin: Mapped[str] = mapped_column(String(6), default="")
    bank_name: Mapped[str] = mapped_column(String(80), default="")
    bank_account: Mapped[str] = mapped_column(String(19), default="")
    bank_account_name: Mapped[str] = mapped_column(String(80), default="")
    national_portal_url: Mapped[str] = mapped_column(String(200), default="")
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))  # where a former ward's work went

    @property
    def phone_uri(self) -> str:
        """The telephone for a ``tel:`` link."""
        return "".join(sign for sign in self.phone if sign in "+0123456789")

    @property
    def takes_transfers(self) -> bool:
        return bool(self.bank_bin and self.bank_account)


class ResidentialGroup(WithId, Model):
    """A residential group (tổ dân phố) of the ward."""

    __tablename__ = "residential_group"
    __table_args__ = (UniqueConstraint("agency_id", "code"),)

    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    former_ward_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))


class Role(StrEnum):
    """A desk of the ward (vai trò)."""

    RECEPTIONIST = "receptionist"  # tiếp nhận
    SPECIALIST = "specialist"  # thụ lý
    RECORDS_OFFICER = "records_officer"  # văn thư
    RETURN_OFFICER = "return_officer"  # trả kết quả
    CASHIER = "cashier"  # thủ quỹ
    LEADER = "leader"  # lãnh đạo
    AUDITOR = "auditor"  # giám sát
    ADMINISTRATOR = "administrator"  # quản trị
    HELPER = "helper"  # người giúp, tổ công nghệ số cộng đồng
    HELPER_LEAD = "helper_lead"  # tổ trưởng người giúp
    RESPONSE_TEAM = "response_team"  # tổ phản ứng nhanh


# Those who work outside with a tablet among other people's papers: their sessions are shorter (safety.md section 4).
FIELD_ROLES = frozenset({Role.HELPER, Role.HELPER_LEAD, Role.RESPONSE_TEAM})


class Staff(WithId, Model):
    """A named staff account (cán bộ)."""

    __tablename__ = "staff"

    username: Mapped[str] = mapped_column(String(40), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(80), default="")  # chức vụ, printed on papers
    desk: Mapped[str] = mapped_column(String(40), default="")  # Quầy 3
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_secret: Mapped[str | None] = mapped_column(SealedText)
    totp_last_step: Mapped[int] = mapped_column(default=0)  # a code is good once
    must_change_password: Mapped[bool] = mapped_column(default=True)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    agency: Mapped[Agency] = relationship(lazy="joined")
    role_rows: Mapped[list[StaffRole]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", foreign_keys="StaffRole.staff_id", back_populates="staff"
    )

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that count: confirmed by a second person, or given on the machine itself."""
        return frozenset(Role(row.role) for row in self.role_rows if row.confirmed_at is not None)

    @property
    def roles_waiting(self) -> list[StaffRole]:
        """What was asked for and nobody has confirmed yet (chờ người thứ hai xác nhận)."""
        return sorted((row for row in self.role_rows if row.confirmed_at is None), key=lambda row: row.role)


class StaffRole(Model):
    """A role of a staff member: asked for by one person, counting once another has confirmed it (ruling 9)."""

    __tablename__ = "staff_role"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(30), primary_key=True)
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))  # None: by a command on the machine
    granted_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    confirmed_at: Mapped[datetime | None]

    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id], back_populates="role_rows")
    granted_by: Mapped[Staff | None] = relationship(foreign_keys=[granted_by_id])
    confirmed_by: Mapped[Staff | None] = relationship(foreign_keys=[confirmed_by_id])


class WebSession(WithId, Model):
    """A session as a row that can be ended (phiên làm việc). The cookie holds the token, the row only its hash."""

    __tablename__ = "web_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    kind: Mapped[str] = mapped_column(String(10))  # citizen | staff
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    shared_device: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]


class SignInTicket(WithId, Model):
    """A single-use link to sign in: first password, reset in person, demonstration."""

    __tablename__ = "sign_in_ticket"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    purpose: Mapped[str] = mapped_column(String(10))  # setup | demo
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
