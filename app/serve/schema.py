"""The schema of the database: where it stands, where the product needs it, and the way there.

Most starts find nothing to migrate. alembic is a tenth of a start and stays in the memory of every process, so it is
imported by name and only when it has work (``docs/decisions.md``).
"""
from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

from flask import Flask
from sqlalchemy import inspect, text

from app.core.db import db

_MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
_REVISION = re.compile(r"^revision(?:: str)? = ['\"](\w+)['\"]", re.MULTILINE)


def needed_revision() -> str:
    """The revision of the newest migration: files are named by the moment they were written."""
    newest = max((_MIGRATIONS / "versions").glob("*.py"), key=lambda path: path.name)
    found = _REVISION.search(newest.read_text(encoding="utf-8"))
    assert found is not None, newest
    return found[1]


def present_revision() -> str | None:
    """The revision of this database; None when nothing was ever migrated. Needs an application context."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def attach(app: Flask) -> None:
    """Let ``flask db`` and ``upgrade`` know where the migrations are."""
    migrate = import_module("flask_migrate")
    migrate.Migrate(app, db, directory=str(_MIGRATIONS), render_as_batch=True)


def upgrade(app: Flask) -> None:
    """Run the migrations that are missing."""
    with app.app_context():
        if present_revision() == needed_revision():
            return
        attach(app)
        import_module("flask_migrate").upgrade()
