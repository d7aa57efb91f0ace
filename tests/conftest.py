"""Fixtures of all tests: a fresh database and application for each test, a live server, pages of a browser."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.settings import Settings
from tests.support import applications, databases, servers
from tests.support.browsers import browser, pages, phone_page  # noqa: F401 (fixtures)
from tests.support.databases import second_connection  # noqa: F401

_server = pytest.StashKey[databases.PostgresServer]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "settings(**env): settings of this test besides the usual ones")
    if config.getoption("database") == "postgresql" and databases.SERVER_URL not in os.environ:
        config.stash[_server] = server = databases.PostgresServer()
        os.environ[databases.SERVER_URL] = server.url  # workers inherit it


def pytest_unconfigure(config: pytest.Config) -> None:
    if server := config.stash.get(_server, None):
        os.environ.pop(databases.SERVER_URL)
        server.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches a database runs, and of the browser tests those marked for both engines."""
    if config.getoption("database") == "postgresql":
        kept = [item for item in items if applications.runs_on_both(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


@pytest.fixture(scope="session")
def databases_of_run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> databases.Databases:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    base = tmp_path_factory.getbasetemp()
    shared = base if worker == "main" else base.parent
    kind = databases.Postgresql if request.config.getoption("database") == "postgresql" else databases.Sqlite
    return kind(shared, worker)


@pytest.fixture
def settings(
    request: pytest.FixtureRequest, databases_of_run: databases.Databases, tmp_path: Path
) -> Iterator[Settings]:
    """Settings of one test, with a database and a data folder of its own."""
    mark = request.node.get_closest_marker("settings")
    url = databases_of_run.fresh()
    yield applications.settings_for(url, tmp_path / "var", **(mark.kwargs if mark else {}))
    databases_of_run.drop(url)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with applications.made(settings) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def database(app: Flask) -> Iterator[None]:
    """An application context, for tests that call services and queries directly."""
    with app.app_context():
        yield


@pytest.fixture
def live_server(app: Flask, settings: Settings) -> Iterator[servers.LiveServer]:
    with servers.serving(app, settings) as server:
        yield server
