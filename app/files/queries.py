"""Reads of files. Whether somebody may see one is the owner's to say: nothing here looks at an actor."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.errors import N_, NotFound
from app.files.models import FileKind, FileQuota, FileState, StoredFile, Upload, UploadPiece, UploadState

MAX_MB_PER_OWNER = 200  # ruling 12
MAX_BYTES_PER_OWNER = MAX_MB_PER_OWNER << 20
MAX_FILES_PER_OWNER = 60  # safety.md, rate limits
UPLOAD_GONE = N_("Ảnh gửi dở này không còn. Chụp lại giúp.")


@dataclass(frozen=True, slots=True)
class Quota:
    """How much an owner's uploads take, and how much may still come."""

    files: int
    bytes: int

    @property
    def files_left(self) -> int:
        return max(0, MAX_FILES_PER_OWNER - self.files)

    @property
    def bytes_left(self) -> int:
        return max(0, MAX_BYTES_PER_OWNER - self.bytes)


def get_file(token: str, *, owner_ref: str) -> StoredFile:
    """The kept file ``token`` of this owner. Raises ``NotFound``; another owner's file looks like none."""
    file = db.session.scalar(
        select(StoredFile).where(
            StoredFile.token == token, StoredFile.owner_ref == owner_ref, StoredFile.state == FileState.KEPT
        )
    )
    if file is None:
        raise NotFound
    return file


def list_files(owner_ref: str, *kinds: FileKind) -> list[StoredFile]:
    """The owner's kept files, oldest first; of these kinds only, if any are named."""
    statement = select(StoredFile).where(StoredFile.owner_ref == owner_ref, StoredFile.state == FileState.KEPT)
    if kinds:
        statement = statement.where(StoredFile.kind.in_(kinds))
    return list(db.session.scalars(statement.order_by(StoredFile.id)))


def quota(owner_ref: str) -> Quota:
    """What the owner's uploads take at this moment."""
    row = db.session.get(FileQuota, owner_ref)
    return Quota(row.files, row.bytes) if row else Quota(0, 0)


def kept_keys(keys: list[str]) -> set[str]:
    """Which of these storage keys some kept file, or a piece of one that is still coming, needs."""
    rows = db.session.execute(
        select(StoredFile.storage_key, StoredFile.thumb_key).where(
            StoredFile.state == FileState.KEPT, StoredFile.storage_key.in_(keys) | StoredFile.thumb_key.in_(keys)
        )
    )
    pieces = db.session.scalars(select(UploadPiece.storage_key).where(UploadPiece.storage_key.in_(keys)))
    return {key for row in rows for key in row if key} | set(pieces)


def count_kept() -> int:
    return db.session.scalar(select(func.count()).where(StoredFile.state == FileState.KEPT)) or 0


def get_upload(token: str, *, owner_ref: str) -> Upload:
    """The upload ``token`` of this owner, over or not. Raises ``NotFound``, also after its day."""
    found = db.session.scalar(
        select(Upload).where(Upload.token == token, Upload.owner_ref == owner_ref, Upload.expires_at > clock.now())
    )
    if found is None:
        raise NotFound(UPLOAD_GONE)
    return found


def list_unfinished(owner_ref: str, place: str | None = None) -> list[Upload]:
    """What has not come whole, or came and could not be taken, oldest first; for one place only, if it is named."""
    statement = select(Upload).where(
        Upload.owner_ref == owner_ref, Upload.state != UploadState.DONE, Upload.expires_at > clock.now()
    )
    if place is not None:
        statement = statement.where(Upload.place == place)
    return list(db.session.scalars(statement.order_by(Upload.id)))
