"""The application of one test."""
from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from app import create_app
from app.core.db import db
from app.core.settings import Settings
from tests.support.servers import free_port

ROOT_KEY = base64.b64encode(b"the key of tests, 32 bytes long!").decode()
USUAL = {
    "APP_ENV": "test",
    "APP_ROOT_KEY": ROOT_KEY,
    "TRUSTED_HOSTS": "127.0.0.1,localhost",
    "PAYOS_CHECKSUM_KEY": "payos-key-of-tests",
    "SEPAY_API_KEY": "sepay-key-of-tests",
}


def runs_on_both(item: pytest.Item) -> bool:
    """Whether a test is worth a run on PostgreSQL: it has a database, and is no browser test of looks alone."""
    fixtures = getattr(item, "fixturenames", ())
    return "databases_of_run" in fixtures and ("browser" not in fixtures or item.get_closest_marker("both_engines") is not None)


def settings_for(database_url: str, data_dir: Path, **env: str) -> Settings:
    """Settings as an installation would read them; ``env`` adds to the usual ones."""
    data_dir.mkdir(parents=True, exist_ok=True)
    place = {"DATABASE_URL": database_url, "DATA_DIR": str(data_dir), "PORT": str(free_port())}
    return Settings.from_env({**USUAL, **place, **env})


@contextmanager
def made(settings: Settings) -> Iterator[Flask]:
    """The application, its connections closed at the end."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()  # templates are compiled once for all tests
    yield app
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
