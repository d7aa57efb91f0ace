"""Money is tested beside a store and a scanner of its own, over the ward's own catalogue."""
from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.models import Agency
from app.accounts.services import load_agencies
from app.core.db import db, transaction
from app.procedures.services import load_catalogue
from tests.files.conftest import disk, scanner  # noqa: F401 (fixtures)


@pytest.fixture(autouse=True)
def first_data(request: pytest.FixtureRequest) -> None:
    """Only until databases of tests are prepared with the first data."""
    if "database" not in request.fixturenames:
        return
    request.getfixturevalue("database")
    if db.session.scalar(select(Agency.id).limit(1)) is None:
        with transaction():
            load_agencies()
        with transaction():
            load_catalogue()
