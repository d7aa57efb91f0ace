"""Faults around uploads: the process dies, the disk is full, read-only or out of inodes (F3, F5, F7-F10, F35, F44)."""
from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.core import clock, jobs
from app.core.actor import CITIZEN
from app.core.db import db, transaction
from app.core.errors import Invalid, Unavailable
from app.core.settings import Settings
from app.files import integrity, services, tasks
from app.files.cleaning import CleanFile
from app.files.models import FileKind, StoredFile
from app.providers import antivirus, storage
from app.providers.antivirus.memory import MemoryAntivirus
from app.providers.storage.disk import DiskStorage
from tests.files import samples

OWNER = "K7M49QXT"


@pytest.fixture
def disk(database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DiskStorage:
    place = DiskStorage(tmp_path / "var" / "files")
    monkeypatch.setattr(storage, "_storage", place)
    monkeypatch.setattr(antivirus, "_antivirus", MemoryAntivirus())
    return place


def clean_file(size: int = 200_000) -> CleanFile:
    data = os.urandom(size)
    return CleanFile(data=data, mime="image/jpeg", size_received=size, name="ảnh.jpg", thumbnail=os.urandom(900))


def keep(clean: CleanFile) -> None:
    away = services.put_away(clean)
    with transaction():
        services.store(away, owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN)


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(StoredFile)) or 0


# The process dies


def dies(app: Flask, act: Callable[[], None]) -> int:
    """Run ``act`` in a copy of this process; its exit code."""
    child = os.fork()
    if child == 0:
        try:
            with app.app_context():
                for engine in db.engines.values():
                    engine.dispose(close=False)
                act()
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _die(*_: object) -> None:
    os._exit(9)


def _die_at_call(module: object, name: str, number: int) -> None:
    """Let the ``number``-th call of ``module.name`` be the last thing that happens."""
    original, calls = getattr(module, name), [0]

    def counted(*args: object, **more: object) -> object:
        calls[0] += 1
        if calls[0] == number:
            _die()
        return original(*args, **more)

    setattr(module, name, counted)


POINTS: dict[str, Callable[[], None]] = {
    "before the first write": lambda: _die_at_call(os, "write", 1),
    "in the middle of writing": lambda: _die_at_call(os, "write", 2),
    "before the file is flushed": lambda: _die_at_call(os, "fsync", 1),
    "before the file has its name": lambda: _die_at_call(os, "rename", 1),
    "before the folder is flushed": lambda: _die_at_call(os, "fsync", 2),
    "before the thumbnail": lambda: _die_at_call(os, "fsync", 3),
    "before the row": lambda: _die_at_call(services.audit, "record", 1),
    "before the commit": lambda: event.listen(db.session, "before_commit", _die),
    "after the commit": lambda: event.listen(db.session, "after_commit", _die),
}


@pytest.mark.parametrize("point", POINTS)
def test_wherever_an_upload_dies_rows_and_files_agree(app: Flask, disk: DiskStorage, point: str) -> None:
    keep(clean_file())

    def act() -> None:
        POINTS[point]()
        keep(clean_file())

    db.session.remove()
    assert dies(app, act) == 9
    assert rows() == (2 if point == "after the commit" else 1)
    with clock.moved_to(clock.now() + timedelta(hours=2)):
        services.sweep_orphans()
        assert list(integrity.faults()) == []
    assert len(list(disk.blobs())) == 2 * rows()
    assert sum(1 for path in disk.root.rglob("*") if path.is_file()) == 2 * rows()
    keep(clean_file())
    assert list(integrity.faults()) == []


@pytest.mark.parametrize("point", ["before the commit", "after the commit"])
def test_wherever_a_removal_dies_rows_and_files_agree(app: Flask, disk: DiskStorage, point: str) -> None:
    keep(clean_file())

    def act() -> None:
        POINTS[point]()
        with transaction() as session:
            services.remove(session.scalars(select(StoredFile)).one(), actor=CITIZEN)

    db.session.remove()
    assert dies(app, act) == 9
    db.session.rollback()
    file = db.session.scalars(select(StoredFile)).one()
    assert file.is_kept is (point == "before the commit")
    if file.is_kept:
        assert services.read(file)
    jobs.run_due()
    assert list(integrity.faults()) == []
    assert len(list(disk.blobs())) == (2 if file.is_kept else 0)
    assert services.DELETE_BLOBS in jobs.kinds() and tasks.SWEEP in jobs.kinds()


# The disk fails


Mount = Callable[[str], DiskStorage]


@pytest.fixture
def small_disk(database: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mount]:
    """A disk of a given size in memory, mounted for this test."""
    place = tmp_path / "small"
    place.mkdir()
    mounted: list[Path] = []

    def mount(options: str) -> DiskStorage:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode != 0:
            pytest.skip("mounting a small disk needs root")
        mounted.append(place)
        disk = DiskStorage(place)
        monkeypatch.setattr(storage, "_storage", disk)
        monkeypatch.setattr(antivirus, "_antivirus", MemoryAntivirus())
        return disk

    yield mount
    for path in mounted:
        subprocess.run(["umount", "-l", str(path)], check=True)


def fill(size: int) -> int:
    """Upload until the disk refuses; how many were acknowledged."""
    done = 0
    with pytest.raises(Unavailable) as caught:
        while done < 1000:
            keep(clean_file(size))
            done += 1
    assert caught.value.status == 503 and "gọi phường" in caught.value.message
    return done


@pytest.mark.parametrize(("options", "size"), [("size=3m", 200_000), ("size=64m,nr_inodes=300", 2_000)])
def test_a_full_disk_refuses_keeps_and_heals(small_disk: Mount, options: str, size: int) -> None:
    disk = small_disk(options)
    done = fill(size)
    assert done >= 5
    assert rows() == done
    assert "storage: only 0 " in " ".join(integrity.faults())
    for file in db.session.scalars(select(StoredFile)):
        assert len(services.read(file)) == size  # what was acknowledged is there
    more = options.replace("3m", "6m").replace("300", "600")
    subprocess.run(["mount", "-o", f"remount,{more}", str(disk.root)], check=True)
    keep(clean_file(size))  # without a restart
    with clock.moved_to(clock.now() + timedelta(hours=2)):
        services.sweep_orphans()
        assert [fault for fault in integrity.faults() if not fault.startswith("storage: only")] == []


def test_a_read_only_disk_refuses_and_still_reads(small_disk: Mount) -> None:
    disk = small_disk("size=8m")
    keep(clean_file())
    subprocess.run(["mount", "-o", "remount,ro", str(disk.root)], check=True)
    with pytest.raises(Unavailable):
        keep(clean_file())
    file = db.session.scalars(select(StoredFile)).one()
    assert services.read(file)
    assert "nothing can be written" in " ".join(integrity.faults())


def test_a_failing_flush_is_a_refusal(disk: DiskStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    """EIO on fsync: nobody is told that a file is safe when the disk said it is not."""
    def broken(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(Unavailable):
        services.put_away(clean_file())
    monkeypatch.undo()
    assert [path for path in disk.root.rglob("*") if path.is_file()] == []


# Plain text


def test_no_plain_byte_reaches_a_disk(disk: DiskStorage, settings: Settings, tmp_path: Path) -> None:
    written = _files_opened_for_writing(lambda: _upload("Trần Thị Ví Dụ 046099000123.jpg"))
    assert len(written) == 2 and all(name.startswith(".new-") for name in written)
    file = db.session.scalars(select(StoredFile)).one()
    data, thumbnail = services.read(file), services.read_thumbnail(file)
    traces = [data[:64], data[2000:2064], thumbnail[:64], samples.CANARY, "Ví Dụ".encode(), b"046099000123"]
    looked_at = 0
    for path in tmp_path.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            looked_at += 1
            assert not [trace for trace in traces if trace in content], path
    database_file = Path(settings.database_url.removeprefix("sqlite:///"))
    if settings.is_sqlite:
        for path in database_file.parent.glob(database_file.name + "*"):
            assert not [trace for trace in traces if trace in path.read_bytes()], path
    assert looked_at >= 2


def _upload(name: str) -> None:
    away = services.receive_upload(samples.photo(exif=samples.telling_exif()), name)
    with transaction():
        services.store(away, owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN)


_watching: list[str] | None = None


def _hook(event_name: str, args: tuple[object, ...]) -> None:
    if _watching is not None and event_name == "open" and isinstance(args[2], int):
        if args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and isinstance(args[0], str | bytes):
            _watching.append(os.fsdecode(args[0]))


def _files_opened_for_writing(act: Callable[[], None]) -> list[str]:
    """Names of all files that this process opened for writing meanwhile (Python's own view; not the database's)."""
    global _watching
    sys.addaudithook(_hook)
    _watching = []
    try:
        act()
        return [name for name in _watching if name != os.devnull]
    finally:
        _watching = None


# Many at once


def test_many_hostile_files_at_once_hurt_nobody_else(disk: DiskStorage) -> None:
    """Bombs and honest photos in eight threads: each honest one is taken, each bomb refused, no child is left."""
    outcomes: list[str] = []
    children = psutil.Process().children()

    def send(data: bytes) -> None:
        try:
            services.clean_upload(data)
            outcomes.append("taken")
        except Invalid:
            outcomes.append("refused")

    honest, bomb = samples.photo(), samples.pixel_bomb()
    threads = [threading.Thread(target=send, args=(honest if number % 2 else bomb,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 4 + ["taken"] * 4
    assert psutil.Process().children() == children
