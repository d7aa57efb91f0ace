"""Roles take two (ruling 9): one person asks for a role, another confirms it. To take one away needs one person."""
from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from app.accounts.models import Role, Staff, StaffRole
from app.accounts.permissions import Permission
from app.accounts.queries import find_staff
from app.core import audit, clock
from app.core.actor import Actor, ActorKind
from app.core.db import db, hold
from app.core.errors import N_, Conflict, Forbidden, Invalid, NotFound

_MAY_NOT = N_("Vai trò của tài khoản này không làm được việc này.")


def asked(actor: Actor, roles: Iterable[Role]) -> list[StaffRole]:
    """Rows of new roles. A person's wait for a second one; whoever holds the machine holds the ward, and theirs count."""
    now = clock.now()
    counts_from = now if actor.kind is ActorKind.SYSTEM else None
    by = actor.id if actor.kind is ActorKind.STAFF else None
    return [StaffRole(role=role, granted_by_id=by, granted_at=now, confirmed_at=counts_from) for role in sorted(roles)]


def grant_roles(actor: Actor, username: str, roles: frozenset[Role]) -> None:
    """Ask for more roles for an account (cấp vai trò); on the machine's command they count at once.

    Raises ``Invalid`` when none is named, ``Conflict`` when the account has all of them or they wait already.
    """
    staff = _living(_held(actor, Permission.STAFF_EDIT, username))
    if not roles:
        raise Invalid(N_("Chọn ít nhất một vai trò."))
    known = {Role(row.role) for row in _rows(staff) if actor.kind is not ActorKind.SYSTEM or row.confirmed_at is not None}
    new = roles - known
    if not new:
        raise Conflict(N_("Tài khoản này đã có hoặc đang chờ vai trò đó."))
    for row in [row for row in staff.role_rows if row.role in new]:  # asked for on the screen, now given on the machine
        row.confirmed_at = clock.now()
    staff.role_rows.extend(asked(actor, new - {Role(row.role) for row in staff.role_rows}))
    db.session.flush()
    audit.record(actor, "staff.role_grant", "staff", staff.username, roles=sorted(new))


def confirm_role(actor: Actor, username: str, role: Role) -> None:
    """The second person agrees (xác nhận vai trò): from now on the role counts.

    Raises ``Forbidden`` for who asked for it and for the account itself, ``Conflict`` when another was first.
    """
    row = _waiting(actor, username, role)
    row.confirmed_by_id, row.confirmed_at = actor.id, clock.now()
    db.session.flush()
    audit.record(actor, "staff.role_confirm", "staff", row.staff.username, roles=[role], asked_by=row.granted_by_id)


def refuse_role(actor: Actor, username: str, role: Role) -> None:
    """The second person says no (từ chối): the role was never held, the audit log keeps that it was asked for."""
    row = _waiting(actor, username, role)
    audit.record(actor, "staff.role_refuse", "staff", row.staff.username, roles=[role], asked_by=row.granted_by_id)
    row.staff.role_rows.remove(row)
    db.session.flush()


def remove_role(actor: Actor, username: str, role: Role) -> None:
    """Take a role away (bỏ vai trò), or what was asked for back: at once, by one person."""
    staff = _held(actor, Permission.STAFF_EDIT, username)
    if actor.id == staff.id:
        raise Forbidden(N_("Không tự bỏ vai trò của mình được."))
    row = next((row for row in _rows(staff) if row.role == role), None)
    if row is None:
        raise Conflict(N_("Tài khoản này không còn vai trò đó."))
    counted = row.confirmed_at is not None
    staff.role_rows.remove(row)
    db.session.flush()
    audit.record(actor, "staff.role_remove", "staff", staff.username, roles=[role], counted=counted)


def may_be_second(actor: Actor, row: StaffRole) -> bool:
    """Whether this person may confirm or refuse what waits: neither who asked nor whom it is for."""
    return actor.may(Permission.ROLES_CONFIRM) and actor.id not in (row.staff_id, row.granted_by_id)


def _waiting(actor: Actor, username: str, role: Role) -> StaffRole:
    staff = _living(_held(actor, Permission.ROLES_CONFIRM, username))
    row = next((row for row in _rows(staff) if row.role == role), None)
    if row is None:
        raise Conflict(N_("Vai trò này không còn chờ: đã có người từ chối hoặc bỏ."))
    if row.confirmed_at is not None:
        if row.confirmed_by is None:
            raise Conflict(N_("Vai trò này đã được xác nhận."))
        raise Conflict(N_("%(name)s đã xác nhận vai trò này."), name=row.confirmed_by.full_name)
    if actor.id == row.staff_id:
        raise Forbidden(N_("Không tự xác nhận vai trò của mình được."))
    if not may_be_second(actor, row):
        raise Forbidden(N_("Người cấp vai trò không tự xác nhận được. Nhờ quản trị khác hoặc lãnh đạo."))
    return row


def _held(actor: Actor, permission: Permission, username: str) -> Staff:
    """The account, its roles held until the transaction ends: of two who act at once, the second sees the first."""
    if actor.kind is not ActorKind.SYSTEM and not actor.may(permission):
        raise Forbidden(_MAY_NOT)
    hold(select(Staff.id).where(Staff.username == username.strip().lower()))
    staff = find_staff(username)
    if staff is None:
        raise NotFound(N_("Không có tài khoản này."))
    return staff


def _living(staff: Staff) -> Staff:
    if staff.disabled_at is not None:
        raise Conflict(N_("Tài khoản này đã khóa."))
    return staff


def _rows(staff: Staff) -> list[StaffRole]:
    """The roles as they stand now, not as they were when the request began."""
    db.session.expire(staff, ["role_rows"])
    db.session.scalars(select(StaffRole).where(StaffRole.staff_id == staff.id).execution_options(populate_existing=True)).all()
    return staff.role_rows
