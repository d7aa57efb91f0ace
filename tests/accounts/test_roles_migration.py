"""The step to roles that take two: who had a role keeps it; on the way back what nobody confirmed does not begin to count."""
from __future__ import annotations

import flask_migrate
from flask import Flask

from app.accounts import services
from app.accounts.models import Staff
from app.accounts.permissions import Role
from app.accounts.queries import find_staff, get_ward
from app.core.db import db, transaction
from app.serve import schema
from tests import factories


def known(username: str) -> Staff:
    staff = find_staff(username)
    assert staff is not None
    return staff


def test_existing_roles_count_as_confirmed_and_waiting_ones_never_slip_through(app: Flask) -> None:
    schema.attach(app)
    with app.app_context():
        admin = factories.make_staff(Role.ADMINISTRATOR, Role.LEADER, username="cu")
        with transaction():
            services.add_staff(
                admin, username="moi", full_name="Phan Thị Thử", roles=frozenset({Role.LEADER}), agency=get_ward()
            )
        db.session.remove()
        flask_migrate.downgrade(revision="0003")
        flask_migrate.upgrade()
        old, new = known("cu"), known("moi")
        assert old.roles == {Role.ADMINISTRATOR, Role.LEADER} and new.role_rows == []
        assert {(row.granted_at, row.confirmed_at) for row in old.role_rows} == {(old.created_at, old.created_at)}
        assert all(row.granted_by_id is None and row.confirmed_by_id is None for row in old.role_rows)
