"""Reads on accounts."""
from __future__ import annotations

from sqlalchemy import select

from app.accounts.models import Agency, ResidentialGroup, Staff, StaffRole
from app.accounts.permissions import ROLES, Permission
from app.core.db import db
from app.core.errors import NotFound


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
        .where(Staff.id.in_(select(StaffRole.staff_id).where(StaffRole.role.in_(roles))))
        .order_by(Staff.full_name)
    )
    return list(db.session.scalars(query))


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


def list_residential_groups(agency_id: int) -> list[ResidentialGroup]:
    """The residential groups (tổ dân phố) of a ward, in their own order."""
    query = select(ResidentialGroup).where(ResidentialGroup.agency_id == agency_id)
    return list(db.session.scalars(query.order_by(ResidentialGroup.id)))
