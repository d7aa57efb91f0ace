"""The citizen's whole way in one browser, as the ground on which the other tests of the skin stand."""
from __future__ import annotations

from flask import Flask

from app.dossiers.models import State
from tests.web import people
from tests.web.browsing import Inside


def test_a_declaration_is_filled_in_and_handed_in(app: Flask) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    confirmation = visitor.hand_in()
    assert confirmation.status == 200
    row = people.dossier_row(app, visitor.code)
    assert row.state == State.SUBMITTED and row.submitted_at is not None
