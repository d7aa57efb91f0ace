"""Fixtures of the hall's tests."""
from __future__ import annotations

import pytest
from flask import Flask

from tests.dossiers.clerk import Team


@pytest.fixture
def team(app: Flask, database: None) -> Team:
    """Receptionist, specialist and leader, each signed in at a desk of their own."""
    return Team(app)
