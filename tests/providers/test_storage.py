"""Blobs on disk: whole or absent, never outside the folder, never readable by others."""
from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.providers.storage import BlobExists, BlobMissing, Storage
from app.providers.storage.disk import DiskStorage
from app.providers.storage.memory import MemoryStorage


def new_key() -> str:
    return secrets.token_hex(16)


@pytest.fixture(params=["disk", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    return DiskStorage(tmp_path / "files") if request.param == "disk" else MemoryStorage()


@pytest.fixture
def disk(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path / "files")


def read(storage: Storage, key: str) -> bytes:
    return b"".join(storage.open(key))


def test_what_was_put_is_there(storage: Storage) -> None:
    key, data = new_key(), os.urandom(3_000_000)
    assert storage.put(key, [data[:10], b"", data[10:2_000_000], data[2_000_000:]]) == len(data)
    assert read(storage, key) == data
    assert storage.exists(key)
    assert [(blob.key, blob.size) for blob in storage.blobs()] == [(key, len(data))]
    assert storage.delete(key)
    assert not storage.delete(key)
    assert not storage.exists(key)
    with pytest.raises(BlobMissing):
        storage.open(key)


def test_a_key_is_written_once(storage: Storage) -> None:
    key = new_key()
    storage.put(key, [b"first"])
    with pytest.raises(BlobExists):
        storage.put(key, [b"second"])
    assert read(storage, key) == b"first"


@pytest.mark.parametrize("key", [
    "", "..", "../" * 8 + "etc/passwd", "a" * 31, "a" * 33, "A" * 32, "g" * 32, "a" * 31 + "/", "a" * 32 + "\n",
    "00/../../../../etc/passwd"[:32], "a" * 31 + "\0", ".new-" + "a" * 27,
])
def test_only_our_own_ids_become_paths(storage: Storage, key: str) -> None:
    for act in (lambda: storage.put(key, [b"x"]), lambda: storage.open(key), lambda: storage.delete(key),
                lambda: storage.exists(key)):
        with pytest.raises(ValueError):
            act()
    assert list(storage.blobs()) == []


def test_nobody_else_can_read(disk: DiskStorage) -> None:
    old = os.umask(0)
    try:
        key = new_key()
        disk.put(key, [b"x"])
    finally:
        os.umask(old)
    path = disk.root / key[:2] / key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (disk.root, path.parent)} == {0o700}
    assert list(disk.faults()) == []
    disk.root.chmod(0o755)
    assert "can be read by others" in " ".join(disk.faults())


def test_a_planted_link_leads_nowhere(disk: DiskStorage, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / "secret"
    secret.write_bytes(b"secret")
    key = new_key()
    (disk.root / key[:2] / key).symlink_to(secret)
    with pytest.raises(BlobMissing):
        disk.open(key)
    assert not disk.exists(key)
    assert list(disk.blobs()) == []
    assert any("is a link" in fault for fault in disk.faults())
    disk.put(key, [b"ours"])  # takes the link's place, does not write through it
    assert secret.read_bytes() == b"secret"
    assert read(disk, key) == b"ours"


def test_a_planted_folder_link_leads_nowhere(disk: DiskStorage, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    key = new_key()
    (disk.root / key[:2]).rmdir()
    (disk.root / key[:2]).symlink_to(outside)
    with pytest.raises(Unavailable):
        disk.put(key, [b"x"])
    assert list(outside.iterdir()) == []
    (outside / key).write_bytes(b"planted")
    with pytest.raises(BlobMissing):
        disk.open(key)
    with pytest.raises(Unavailable):
        disk.delete(key)
    assert (outside / key).exists()


def test_a_planted_pipe_does_not_make_us_wait(disk: DiskStorage) -> None:
    key = new_key()
    os.mkfifo(disk.root / key[:2] / key)
    with pytest.raises(BlobMissing):
        disk.open(key)


def test_file_is_flushed_before_it_is_named_and_its_folder_after(
    disk: DiskStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power cut (F5): at no moment does the name stand before the bytes, or the answer before the name."""
    steps: list[str] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(descriptor: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    def noted_rename(*args: object, **more: object) -> None:
        steps.append("rename")
        rename(*args, **more)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "rename", noted_rename)
    disk.put(new_key(), [b"x" * 10])
    assert steps == ["file", "rename", "folder"]


def test_a_failed_write_leaves_nothing(disk: DiskStorage) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"some"
        raise OSError(5, "Input/output error")

    key = new_key()
    with pytest.raises(Unavailable):
        disk.put(key, chunks())
    assert not disk.exists(key)
    assert [path for path in disk.root.rglob("*") if path.is_file()] == []


def test_tidy_takes_only_old_leftovers(disk: DiskStorage) -> None:
    now = datetime.now(UTC)
    key = new_key()
    disk.put(key, [b"kept"])
    left = disk.root / "00" / ".new-0011223344556677"
    left.write_bytes(b"half")
    assert disk.tidy(now - timedelta(hours=1)) == 0
    os.utime(left, (now.timestamp() - 7200,) * 2)
    assert disk.tidy(now - timedelta(hours=1)) == 1
    assert not left.exists()
    assert disk.exists(key)
