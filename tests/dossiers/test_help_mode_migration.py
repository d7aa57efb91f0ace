"""The step to help modes: existing dossiers get what their rows say, on the way back no message is left to nobody."""
from __future__ import annotations

import flask_migrate
from flask import Flask
from sqlalchemy import text

from app.accounts.permissions import Role
from app.assistance.models import HelpSession, Mode
from app.core.db import db, transaction
from app.dossiers.models import State
from app.serve import schema
from tests import factories


def test_rows_of_before_get_what_is_known_of_them(app: Flask) -> None:
    schema.attach(app)
    with app.app_context():
        clerk = factories.make_staff(Role.RECEPTIONIST)
        codes = {
            Mode.ALONE: factories.make_draft().public_code, Mode.COUNTER: factories.make_draft(clerk=clerk).public_code,
            Mode.HELPER: factories.make_draft().public_code, Mode.BESIDE: factories.make_draft().public_code,
        }
        helper = factories.helper_of(factories.make_helper())
        web = factories.make_session("staff", factories.make_helper())[0].id
        with transaction() as session:
            for mode in (Mode.HELPER, Mode.BESIDE):
                session.add(HelpSession(
                    helper_id=helper.id, web_session_id=web, person_name="Trần Thị Ví Dụ", dossier_code=codes[mode], mode=mode
                ))
        factories.make_dossier(State.REFUSED, answers={"contact_way": "visit"})
        db.session.remove()
        flask_migrate.downgrade(revision="0004")
        states = {row.channel: row.state for row in db.session.execute(text("SELECT channel, state FROM message"))}
        assert states["visit"] == "cancelled"
        db.session.remove()
        flask_migrate.upgrade()
        found = {row.public_code: row.help_mode for row in db.session.execute(text("SELECT public_code, help_mode FROM dossier"))}
        assert {mode: found[code] for mode, code in codes.items()} == {mode: str(mode) for mode in codes}
