"""Blobs in memory, for development and tests. Refused in production."""
from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from app.core import clock
from app.providers.storage import BlobExists, BlobInfo, BlobMissing, check_key


class MemoryStorage:
    """A dictionary that keeps the promises of ``Storage`` until the process ends."""

    def __init__(self) -> None:
        self._blobs: dict[str, tuple[bytes, datetime]] = {}

    def put(self, key: str, chunks: Iterable[bytes]) -> int:
        data = b"".join(chunks)
        if check_key(key) in self._blobs:
            raise BlobExists(key)
        self._blobs[key] = data, clock.now()
        return len(data)

    def open(self, key: str) -> Iterator[bytes]:
        if check_key(key) not in self._blobs:
            raise BlobMissing(key)
        return iter([self._blobs[key][0]])

    def delete(self, key: str) -> bool:
        return self._blobs.pop(check_key(key), None) is not None

    def exists(self, key: str) -> bool:
        return check_key(key) in self._blobs

    def blobs(self) -> Iterator[BlobInfo]:
        for key, (data, at) in list(self._blobs.items()):
            yield BlobInfo(key, len(data), at)

    def tidy(self, older_than: datetime) -> int:
        return 0

    def faults(self) -> Iterator[str]:
        yield from ()
