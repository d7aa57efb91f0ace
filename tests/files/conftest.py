"""The doors that files lean on, fresh for each test."""
from __future__ import annotations

from pathlib import Path

import pytest

from app.core import jobs
from app.providers import antivirus, storage
from app.providers.antivirus.memory import MemoryAntivirus
from app.providers.storage.disk import DiskStorage


@pytest.fixture
def scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antivirus, "_antivirus", MemoryAntivirus())


@pytest.fixture
def disk(scanner: None, database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskStorage:
    """A store of its own beside a database of its own, in which no standing work is due."""
    jobs.run_due()
    place = DiskStorage(tmp_path / "var" / "files")
    monkeypatch.setattr(storage, "_storage", place)
    return place
