"""A signed-in clerk at a browser without scripts: opens pages, fills in forms, presses buttons."""
from __future__ import annotations

import re
import secrets

from flask import Flask
from flask.testing import FlaskClient
from justhtml import JustHTML
from werkzeug.test import TestResponse

from app.accounts import services
from app.accounts.models import Staff, StaffRole, WebSession
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.accounts.sessions import COOKIE
from app.core import clock
from app.core.crypto import keyring
from app.core.db import db, transaction


class Desk:
    def __init__(self, app: Flask, *roles: Role) -> None:
        self.client: FlaskClient = app.test_client()
        token = secrets.token_urlsafe(12)
        with app.app_context(), transaction():
            services.load_agencies()
            staff = Staff(
                username=f"thu.{token.lower()}", full_name="Lê Thị Thử", agency_id=get_ward().id,
                role_rows=[StaffRole(role=str(role), confirmed_at=clock.now()) for role in roles],
            )
            db.session.add(staff)
            db.session.flush()
            db.session.add(
                WebSession(token_hash=keyring.mac("session-token", token), kind="staff", staff_id=staff.id)
            )
        self.client.set_cookie(COOKIE, token)

    def open(self, path: str) -> TestResponse:
        return self.client.get(path)

    def send(self, path: str, **fields: str) -> TestResponse:
        """Open the page at ``path`` and send its form with ``fields``."""
        html = self.open(path).text
        keys = {name: re.search(rf'name="{name}" value="([^"]+)"', html)[1] for name in ("_token", "_key")}
        return self.client.post(path, data={**keys, **fields})


def read(response: TestResponse) -> str:
    """The words of a page; fails when the HTML has faults."""
    assert response.mimetype == "text/html"
    document = JustHTML(response.text, strict=True)
    return re.sub(r"\s+", " ", document.to_text())
