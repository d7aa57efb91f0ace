"""Reads on accounts."""
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Agency, ResidentialGroup, Role, Staff, StaffRole
from app.accounts.permissions import ROLES, Permission
from app.core.audit import AuditEntry
from app.core.db import db
from app.core.errors import NotFound
from app.core.text import fold

_GROUP_IN_ADDRESS = re.compile(r"\b(?:to dan pho|tdp|to)(?: so)? ?0*([1-9][0-9]{0,2})\b")  # of a folded address


def find_staff(username: str) -> Staff | None:
    """The account of that name, any case."""
    return db.session.scalar(select(Staff).where(Staff.username == username.strip().lower()))


def get_staff(staff_id: int) -> Staff:
    """Raises ``NotFound``."""
    staff = db.session.get(Staff, staff_id)
    if staff is None:
        raise NotFound
    return staff


def list_staff(agency_id: int | None = None) -> list[Staff]:
    """All accounts, living first, then by name."""
    query = select(Staff).order_by(Staff.disabled_at.is_not(None), Staff.full_name)
    if agency_id is not None:
        query = query.where(Staff.agency_id == agency_id)
    return list(db.session.scalars(query))


def list_colleagues(agency_id: int, permission: Permission) -> list[Staff]:
    """Living staff of an agency who hold a permission (to whom a dossier can be given)."""
    roles = [role for role, held in ROLES.items() if permission in held]
    query = (
        select(Staff)
        .where(Staff.agency_id == agency_id, Staff.disabled_at.is_(None))
        .where(Staff.id.in_(select(StaffRole.staff_id).where(StaffRole.role.in_(roles), StaffRole.confirmed_at.is_not(None))))
        .order_by(Staff.full_name)
    )
    return list(db.session.scalars(query))


def list_waiting_roles() -> list[StaffRole]:
    """Roles of living accounts that wait for a second person, the oldest first."""
    query = select(StaffRole).join(StaffRole.staff).where(StaffRole.confirmed_at.is_(None), Staff.disabled_at.is_(None))
    return list(db.session.scalars(query.order_by(StaffRole.granted_at, Staff.full_name, StaffRole.role)))


@dataclass(frozen=True, slots=True)
class RoleEvent:
    """One line of the history of an account's roles. Without ``by`` it was a command on the machine."""

    at: datetime
    by: str
    action: str  # staff.add | staff.role_grant | staff.role_confirm | staff.role_refuse | staff.role_remove
    roles: tuple[Role, ...]


def role_history(username: str) -> list[RoleEvent]:
    """What happened to the roles of an account, the newest first: from the audit log, so that refusals stay."""
    query = select(AuditEntry).where(AuditEntry.object_type == "staff", AuditEntry.object_code == username)
    query = query.where((AuditEntry.action == "staff.add") | AuditEntry.action.startswith("staff.role_", autoescape=True))
    entries = list(db.session.scalars(query.order_by(AuditEntry.seq.desc()).limit(50)))
    wanted = {entry.actor_id for entry in entries if entry.actor_kind == "staff"}
    names = {row.id: row.full_name for row in db.session.scalars(select(Staff).where(Staff.id.in_(wanted)))}
    return [
        RoleEvent(
            entry.at, names.get(entry.actor_id, "") if entry.actor_kind == "staff" else "", entry.action,
            tuple(Role(role) for role in entry.detail.get("roles", ())),
        )
        for entry in entries
    ]


def get_ward() -> Agency:
    """The ward that this installation serves. Raises ``NotFound`` before the first data are loaded."""
    agency = db.session.scalar(select(Agency).where(Agency.kind == "ward").order_by(Agency.id).limit(1))
    if agency is None:
        raise NotFound
    return agency


def get_agency(agency_id: int) -> Agency:
    """Raises ``NotFound``."""
    agency = db.session.get(Agency, agency_id)
    if agency is None:
        raise NotFound
    return agency


def list_agencies() -> list[Agency]:
    return list(db.session.scalars(select(Agency).order_by(Agency.kind.desc(), Agency.name)))


def find_residential_group(agency_id: int, address: str) -> ResidentialGroup | None:
    """The residential group that an address names ("12 Đường Thử, TDP 5, Phường …"), when it is one of this ward's."""
    folded = fold(address)
    named = _GROUP_IN_ADDRESS.search(folded)
    if named is None or f"phuong {fold(get_agency(agency_id).short_name)}" not in folded:
        return None
    number = int(named[1])
    return next((one for one in list_residential_groups(agency_id) if _number_of(one.name) == number), None)


def _number_of(name: str) -> int | None:
    found = re.search(r"[0-9]+", name)
    return int(found[0]) if found else None


def list_residential_groups(agency_id: int) -> list[ResidentialGroup]:
    """The residential groups (tổ dân phố) of a ward, in their own order."""
    query = select(ResidentialGroup).where(ResidentialGroup.agency_id == agency_id)
    return list(db.session.scalars(query.order_by(ResidentialGroup.id)))
