"""The door to where blobs lie (kho tệp). What is put there is ciphertext already; keys are random ids of our own.

``create_app`` calls ``configure`` once; rooms call ``storage()``.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

KEY = re.compile(r"[0-9a-f]{32}\Z")


class BlobMissing(Exception):
    """No blob under this key."""


class BlobExists(Exception):
    """A key is written once and never again."""


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """What lies under one key; ``size`` in bytes."""

    key: str
    size: int
    modified_at: datetime


class Storage(Protocol):
    """A place for blobs. A blob is whole or absent, at any moment and after any crash."""

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        """Keep ``chunks`` under ``key``; once this returns they survive a power cut. Returns the size in bytes.

        Raises ``BlobExists``, and ``Unavailable`` when there is no room or the disk fails (nothing is kept then).
        """

    def open(self, key: str) -> Iterator[bytes]:
        """The blob's bytes in pieces of any length. Raises ``BlobMissing`` before the first one."""

    def delete(self, key: str) -> bool:
        """Forget the blob; whether there was one."""

    def exists(self, key: str) -> bool: ...

    def blobs(self) -> Iterator[BlobInfo]:
        """Every whole blob, in no order."""

    def tidy(self, older_than: datetime) -> int:
        """Remove what unfinished writes left behind before ``older_than``; how many."""

    def faults(self) -> Iterator[str]:
        """What is wrong with the place itself, in words (for ``doctor``)."""


_storage: Storage | None = None


def configure(storage: Storage) -> None:
    """Use this place from now on."""
    global _storage
    _storage = storage


def storage() -> Storage:
    """The place in use."""
    if _storage is None:
        raise RuntimeError("storage is not configured")
    return _storage


def check_key(key: str) -> str:
    """``key`` itself. ``ValueError`` for anything that is not 32 hexadecimal digits: no name of a person's file,
    no dot and no slash ever becomes part of a path."""
    if not KEY.match(key):
        raise ValueError("not a storage key")
    return key
