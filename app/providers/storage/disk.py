"""Blobs on a local disk: whole or absent after a power cut, and no way out of the folder.

A blob is written beside its place, flushed, renamed and its folder flushed. Every step goes through descriptors of
folders opened without following links, so a planted symlink leads nowhere.
"""
from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from app.core.errors import N_, Unavailable
from app.core.logs import log_event
from app.providers.storage import KEY, BlobExists, BlobInfo, BlobMissing, check_key

FOLDER_MODE, FILE_MODE = 0o700, 0o600
PIECE = 1 << 20
LOW_BYTES, LOW_INODES = 500 << 20, 1000  # below these the doctor speaks: about forty uploads of the largest size
TEMPORARY = ".new-"
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK  # a planted pipe must not make us wait
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_THERE = (errno.ENOENT, errno.ELOOP, errno.ENOTDIR)
NOT_KEPT = N_("Máy của phường đang trục trặc, chưa lưu được. Thử lại sau 10 phút, hoặc gọi phường.")


class DiskStorage:
    """``<root>/<two signs>/<key>``; folders 0700, files 0600."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        root.chmod(FOLDER_MODE)
        # All folders are made, and made to last, before the first blob: no put has to think of its folder's folder.
        with _opened(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) as descriptor:
            for number in range(256):
                with contextlib.suppress(FileExistsError):
                    os.mkdir(f"{number:02x}", FOLDER_MODE, dir_fd=descriptor)
            os.fsync(descriptor)

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        check_key(key)
        try:
            with self._folder(key) as folder:
                if _is_there(folder, key):
                    raise BlobExists(key)
                return _write(folder, key, chunks)
        except OSError as error:
            raise _refusal("put", error) from error

    def open(self, key: str) -> Iterator[bytes]:
        check_key(key)
        try:
            with self._folder(key) as folder:
                descriptor = os.open(key, _READ, dir_fd=folder)
        except OSError as error:
            if error.errno in _NOT_THERE:
                raise BlobMissing(key) from error
            raise _refusal("open", error) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise BlobMissing(key)
        return _pieces(descriptor)

    def delete(self, key: str) -> bool:
        check_key(key)
        try:
            with self._folder(key) as folder:
                os.unlink(key, dir_fd=folder)
                os.fsync(folder)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _refusal("delete", error) from error
        return True

    def exists(self, key: str) -> bool:
        check_key(key)
        try:
            with self._folder(key) as folder:
                return _is_there(folder, key)
        except OSError:
            return False

    def blobs(self) -> Iterator[BlobInfo]:
        for entry in self._entries():
            if KEY.match(entry.name) and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError):
                    facts = entry.stat(follow_symlinks=False)
                    yield BlobInfo(entry.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC))

    def tidy(self, older_than: datetime) -> int:
        done = 0
        for entry in self._entries():
            if not entry.name.startswith(TEMPORARY):
                continue
            with contextlib.suppress(FileNotFoundError):
                if entry.stat(follow_symlinks=False).st_mtime < older_than.timestamp():
                    os.unlink(entry.path)
                    done += 1
        return done

    def faults(self) -> Iterator[str]:
        try:
            if self.root.stat().st_mode & 0o077:
                yield f"storage: {self.root} can be read by others (mode must be 0700)"
            for entry in self._entries():
                if entry.is_symlink():
                    yield f"storage: {entry.path} is a link, which we never make"
            yield from self._want_of_room()
            probe = secrets.token_hex(16)
            self.put(probe, [b"probe"])
            self.delete(probe)
        except OSError as error:
            yield f"storage: {self.root}: {error.strerror}"
        except Unavailable:
            yield f"storage: nothing can be written to {self.root}"

    def _want_of_room(self) -> Iterator[str]:
        room = os.statvfs(self.root)
        free = room.f_bavail * room.f_frsize
        if free < LOW_BYTES:
            yield f"storage: only {free >> 20} MB left on the disk of {self.root}"
        if room.f_files and room.f_favail < LOW_INODES:
            yield f"storage: only {room.f_favail} files can still be made on the disk of {self.root}"

    def _entries(self) -> Iterator[os.DirEntry[str]]:
        with os.scandir(self.root) as shards:
            folders = [shard for shard in shards if shard.is_dir(follow_symlinks=False)]
        for shard in folders:
            with os.scandir(shard.path) as entries:
                yield from entries

    @contextlib.contextmanager
    def _folder(self, key: str) -> Iterator[int]:
        """A descriptor of the folder of ``key``."""
        # The root itself may be a link (an administrator's choice of disk); nothing below it may.
        with (
            _opened(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC) as root,
            _opened(key[:2], _FOLDER, dir_fd=root) as folder,
        ):
            yield folder


@contextlib.contextmanager
def _opened(path: str | Path, flags: int, dir_fd: int | None = None) -> Iterator[int]:
    descriptor = os.open(path, flags, dir_fd=dir_fd)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _refusal(act: str, error: OSError) -> Unavailable:
    log_event("storage.failed", act=act, error=errno.errorcode.get(error.errno or 0, "?"))
    return Unavailable(NOT_KEPT)


def _is_there(folder: int, key: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(key, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


def _write(folder: int, key: str, chunks: Iterable[bytes]) -> int:
    name = TEMPORARY + secrets.token_hex(8)
    descriptor = os.open(name, _CREATE, FILE_MODE, dir_fd=folder)
    try:
        try:
            size = 0
            for chunk in chunks:
                size += len(chunk)
                view = memoryview(chunk)
                while view:
                    view = view[os.write(descriptor, view):]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.rename(name, key, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=folder)
        raise
    os.fsync(folder)
    return size


def _pieces(descriptor: int) -> Iterator[bytes]:
    with os.fdopen(descriptor, "rb") as file:
        while piece := file.read(PIECE):
            yield piece
