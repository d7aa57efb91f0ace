"""Helpers of the demonstration: made through the services, with sign-in links for each of their roles."""
from __future__ import annotations

import random

import pytest
from flask import Flask

from app.accounts.permissions import Role
from app.accounts.services import demo_sign_in_links
from app.assistance import integrity, queries
from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import transaction
from app.dossiers.models import State
from app.serve.demo.helping import HELPERS, make_helpers
from app.serve.doctor import faults
from tests import factories


@pytest.mark.usefixtures("database")
def test_four_helpers_and_mandates_that_hold(app: Flask) -> None:
    for _ in range(5):
        factories.make_dossier(State.SUBMITTED)
    make_helpers(random.Random(1), clock.now())
    found = {helper.staff.username: helper for helper in queries.list_helpers(SYSTEM)}
    assert found.keys() == {line[0] for line in HELPERS}
    worker = found["nguyenminhthu"]
    assert queries.standing(worker) == queries.Standing.GOOD and len(queries.list_open(worker)) == 1
    assert queries.standing(found["levanmau"]) == queries.Standing.UNTRAINED
    verdict = integrity.verify()
    assert verdict.faults == [] and verdict.mandates == 5
    lead = factories.make_staff(Role.HELPER_LEAD, username="tranthitapduot")
    assert len(queries.list_calls_due(lead)) == 4 and len(queries.list_reviewed(lead, only_flagged=True)) >= 1
    with transaction():
        named = " ".join(line for line, _path in demo_sign_in_links())
    for name in ("Nguyễn Minh Thử", "Trần Thị Tập Dượt", "Phạm Văn Thí Dụ"):
        assert name in named
    assert [fault for fault in faults(app.extensions["settings"]) if fault.startswith(("mandate", "journal"))] == []
