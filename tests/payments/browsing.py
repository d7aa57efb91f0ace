"""A browser without a browser: signed in as staff or holding a slip, sending the forms that a page shows."""
from __future__ import annotations

import contextvars
import re
import secrets
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Staff, StaffRole, WebSession
from app.accounts.permissions import Role
from app.core import clock
from app.core.crypto import keyring
from app.core.db import db, transaction
from app.dossiers.models import Dossier
from app.dossiers.queries import find_slip
from app.dossiers.services.slips import grant, make_slip
from tests.payments import desk

_HIDDEN = re.compile(r'name="(_token|_key)" value="([^"]+)"')


class Visitor(FlaskClient):
    """A test client that may be used while the test holds an application context: each request has its own."""

    def open(self, *args: Any, **named: Any) -> TestResponse:
        return contextvars.Context().run(super().open, *args, **named)


def _session(client: FlaskClient, kind: str, staff_id: int | None = None) -> WebSession:
    token = secrets.token_urlsafe(24)
    row = WebSession(token_hash=keyring.mac("session-token", token), kind=kind, staff_id=staff_id)
    db.session.add(row)
    db.session.flush()
    client.set_cookie("session", token)
    return row


def sign_in(client: FlaskClient, *roles: Role) -> None:
    """The browser of the ward's clerk, who holds these roles."""
    actor = desk.staff()
    with transaction() as session:
        staff = session.scalars(select(Staff).where(Staff.id == actor.id)).one()
        staff.role_rows = [StaffRole(role=role, confirmed_at=clock.now()) for role in roles]
        _session(client, "staff", staff.id)


def hold_slip(client: FlaskClient, dossier_id: int) -> str:
    """The browser of someone who scanned the slip of a dossier; gives its public code."""
    with transaction() as session:
        dossier = session.get_one(Dossier, dossier_id)
        row = _session(client, "citizen")
        make_slip(dossier, reason="submitted", session_id=None)
        slip = find_slip(dossier)
        assert slip is not None
        grant(dossier, slip, row.id)
        return dossier.public_code


def fields_of(html: str) -> dict[str, str]:
    """The hidden fields of the last form of a page."""
    return dict(_HIDDEN.findall(html))


def send(client: FlaskClient, address: str, page: str | None = None, **typed: Any) -> TestResponse:
    """Open ``page`` (default: the same address), fill its form and send it to ``address``."""
    shown = client.get(page or address)
    assert shown.status_code == 200, shown.status
    hidden = fields_of(shown.text)
    assert {"_token", "_key"} <= set(hidden), "the page shows no form"
    return client.post(address, data={**hidden, **typed})
