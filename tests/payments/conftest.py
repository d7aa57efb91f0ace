"""Money is tested beside a store and a scanner of its own."""
from __future__ import annotations

import pytest
from flask import Flask

from tests.files.conftest import disk, scanner  # noqa: F401 (fixtures)
from tests.payments.browsing import Visitor


@pytest.fixture
def client(app: Flask) -> Visitor:
    """A browser whose requests know nothing of the test's own context."""
    return Visitor(app)
