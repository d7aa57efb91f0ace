"""One served product for the tests of a file: starting four workers takes longer than most of what they are asked."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, text

from tests.faults.workers import Workers, serving
from tests.support import applications, databases
from tests.web import people
from tests.web.browsing import Outside


@dataclass(frozen=True, slots=True)
class Served:
    """The workers, an application on the same database, and what anyone else sees of that database."""

    workers: Workers
    app: Flask
    folder: Path

    def visitor(self) -> Outside:
        return Outside(self.workers.port)

    def staff(self, *roles: Any, username: str) -> Outside:
        """A signed-in browser, its form cookie taken."""
        jar = _Jar()
        people.let_in(self.app, jar, *roles, username=username)
        browser = self.visitor()
        browser.cookies.update(jar.cookies)
        browser.open("/giup")
        return browser

    def read(self, statement: str, **values: object) -> list[Any]:
        engine = create_engine(self.app.extensions["settings"].database_url)
        try:
            with engine.connect() as connection:
                return list(connection.execute(text(statement), values).all())
        finally:
            engine.dispose()


class _Jar:
    """Takes the cookie that a signed-in browser holds."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}

    def set_cookie(self, name: str, value: str) -> None:
        self.cookies[name] = value


@pytest.fixture(scope="module")
def served(databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    url = databases_of_run.fresh()
    settings = applications.settings_for(url, folder / "var")
    with applications.made(settings) as app, serving(settings, folder) as workers:
        yield Served(workers, app, folder)
    databases_of_run.drop(url)
