"""The verbs of files: put away, store, store a paper, read, turn, remove.

Order that keeps rows and blobs together: a blob is on the disk, flushed, before its row is written; a blob is deleted
by a job that exists only if the row's change was committed. What a crash leaves is a blob without a row, and
``sweep_orphans`` takes it.
"""
from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.dialects import postgresql, sqlite

from app.core import audit, clock, jobs
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Invalid, NotFound, Unavailable
from app.core.logs import log_event
from app.files import cleaning, crypt, refusals
from app.files.cleaning import CleanFile, clean_upload
from app.files.crypt import DataClass, KeyUnknown, Role, Tampered
from app.files.models import FileKind, FileQuota, FileState, StoredFile
from app.files.queries import MAX_BYTES_PER_OWNER, MAX_FILES_PER_OWNER, MAX_MB_PER_OWNER, kept_keys
from app.providers.storage import BlobMissing, storage

ORPHAN_AGE = timedelta(hours=1)
DELETE_BLOBS = "files.delete_blobs"


@dataclass(frozen=True, slots=True)
class PutAway:
    """A clean file that lies encrypted on the disk and waits for its row."""

    clean: CleanFile
    storage_key: str
    thumb_key: str | None
    key_id: str
    wrapped_dek: bytes
    sha256: str
    replaces: str | None = None  # the blob that was turned


def receive_upload(upload: bytes, name: str = "") -> PutAway:
    """Check, clean and put away what somebody sent (see ``clean_upload``): before the transaction, without database."""
    return put_away(clean_upload(upload, name))


def put_away(clean: CleanFile, *, replaces: str | None = None) -> PutAway:
    """Write the encrypted blobs; once this returns they survive a power cut. Raises ``Unavailable`` on a full disk."""
    key, wrapped = crypt.new_key(DataClass.D3)
    storage_key = _put(clean.data, key, Role.MAIN)
    thumb_key = _put(clean.thumbnail, key, Role.THUMBNAIL) if clean.thumbnail else None
    return PutAway(
        clean=clean, storage_key=storage_key, thumb_key=thumb_key, key_id=crypt.key_id(DataClass.D3),
        wrapped_dek=wrapped, sha256=hashlib.sha256(clean.data).hexdigest(), replaces=replaces,
    )


def store(file: CleanFile | PutAway, *, owner_ref: str, kind: FileKind, actor: Actor) -> StoredFile:
    """Keep a file for ``owner_ref``. Views hand in what they ``receive_upload``-ed before the transaction began.

    Raises ``Invalid`` when the owner's uploads are too many or too large.
    """
    away = file if isinstance(file, PutAway) else put_away(file)
    clean = away.clean
    if kind is FileKind.UPLOAD:
        _take_quota(owner_ref, len(clean.data))
    row = StoredFile(
        token=secrets.token_urlsafe(16), owner_ref=owner_ref, kind=kind, state=FileState.KEPT, mime=clean.mime,
        size_received=clean.size_received, size_stored=len(clean.data), width=clean.width, height=clean.height,
        pages=clean.pages, sha256=away.sha256, storage_key=away.storage_key, thumb_key=away.thumb_key,
        data_class=DataClass.D3, key_id=away.key_id, wrapped_dek=away.wrapped_dek, original_name=clean.name or None,
        created_at=clock.now(), created_by=actor.kind, created_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "file.store", "file", row.token, owner=owner_ref, kind=str(kind))
    return row


def store_paper(
    pdf: bytes,
    *,
    owner_ref: str,
    actor: Actor,
    name: str = "",
    kind: FileKind = FileKind.PAPER,
    pages: int | None = None,
) -> StoredFile:
    """Keep a PDF that the ward made (phiếu hẹn, biên lai, kết quả), to the byte: it may be signed."""
    return store(cleaning.issued_paper(pdf, name, pages=pages), owner_ref=owner_ref, kind=kind, actor=actor)


def read(file: StoredFile) -> bytes:
    """The bytes of a kept file. Raises ``NotFound`` when it was removed, ``Unavailable`` when it is spoiled."""
    return _read(file, file.storage_key, Role.MAIN)


def read_thumbnail(file: StoredFile) -> bytes | None:
    """The small JPEG of a kept file, or None when it has none (some PDF)."""
    return _read(file, file.thumb_key, Role.THUMBNAIL) if file.thumb_key else None


def read_page(file: StoredFile, page: int = 1) -> bytes:
    """A JPEG of one page (from 1), for looking at without a PDF reader; a photo is its own only page. Slow for PDF."""
    if not 1 <= page <= (file.pages or 1):
        raise NotFound
    data = read(file)
    return data if file.is_picture else cleaning.draw_page(data, page)


def prepare_turn(file: StoredFile, quarters: int) -> PutAway:
    """The file turned clockwise by ``quarters``, put away. Slow: before the transaction, then call ``turn``."""
    if quarters % 4 == 0:
        raise Invalid(refusals.CANNOT_TURN)
    answer = cleaning.turned(read(file), file.mime, quarters)
    data = answer["data"]
    thumbnail = answer["thumbnail"] if file.is_picture else cleaning.pdf_thumbnail(data)
    clean = CleanFile(
        data=data, mime=file.mime, size_received=file.size_received, name="", thumbnail=thumbnail,
        width=answer.get("width"), height=answer.get("height"), pages=answer.get("pages"),
    )
    return put_away(clean, replaces=file.storage_key)


def turn(file: StoredFile, turned: PutAway, *, actor: Actor) -> StoredFile:
    """Let the file show what ``prepare_turn`` made. Raises ``Conflict`` when it was turned or removed meanwhile."""
    _lock(file)
    if file.storage_key is None or file.storage_key != turned.replaces:
        raise Conflict(N_("Ảnh này vừa được sửa ở chỗ khác. Xem lại giúp."))
    clean = turned.clean
    _delete_later(file.storage_key, file.thumb_key)
    if file.kind == FileKind.UPLOAD:
        _change_quota(file.owner_ref, 0, len(clean.data) - file.size_stored)
    file.storage_key, file.thumb_key = turned.storage_key, turned.thumb_key
    file.key_id, file.wrapped_dek = turned.key_id, turned.wrapped_dek
    file.sha256, file.size_stored = turned.sha256, len(clean.data)
    file.width, file.height = clean.width, clean.height
    db.session.flush()
    audit.record(actor, "file.turn", "file", file.token, owner=file.owner_ref)
    return file


def remove(file: StoredFile, *, actor: Actor) -> None:
    """Forget a file for good: key, name and bytes. The row stays as proof that it was there. Twice is once."""
    _lock(file)
    if not file.is_kept:
        return
    _delete_later(file.storage_key, file.thumb_key)
    if file.kind == FileKind.UPLOAD:
        _change_quota(file.owner_ref, -1, -file.size_stored)
    file.state, file.removed_at = FileState.REMOVED, clock.now()
    file.wrapped_dek = file.original_name = file.storage_key = file.thumb_key = None
    db.session.flush()
    audit.record(actor, "file.remove", "file", file.token, owner=file.owner_ref)


def delete_blobs(keys: list[str]) -> int:
    """Delete blobs that no kept file needs; how many were there. Safe to repeat."""
    needed = kept_keys(keys)
    return sum(storage().delete(key) for key in keys if key not in needed)


def sweep_orphans(older_than: timedelta = ORPHAN_AGE) -> int:
    """Delete blobs without a row (a crash, a refused upload) and half-written ones; how many.

    Refuses when they are more than a tenth of all: then not the blobs are wrong but the database we look at.
    """
    place, before = storage(), clock.now() - older_than
    done = place.tidy(before)
    total, orphans, batch = 0, [], []
    for blob in place.blobs():
        total += 1
        if blob.modified_at < before:
            batch.append(blob.key)
        if len(batch) == 500:
            orphans += _without_row(batch)
            batch = []
    orphans += _without_row(batch)
    if len(orphans) > max(100, total // 10):
        log_event("files.sweep_refused", orphans=len(orphans), total=total)
        raise Unavailable(N_("Quá nhiều tệp không có trong sổ. Kiểm tra cơ sở dữ liệu trước khi dọn."))
    done += sum(place.delete(key) for key in orphans)
    log_event("files.swept", orphans=done, total=total)
    return done


def _without_row(keys: list[str]) -> list[str]:
    needed = kept_keys(keys) if keys else set()
    return [key for key in keys if key not in needed]


def _put(data: bytes, key: bytes, role: Role) -> str:
    blob_id = secrets.token_hex(16)
    storage().put(blob_id, crypt.seal(data, key=key, blob_id=blob_id, data_class=DataClass.D3, role=role))
    return blob_id


def _read(file: StoredFile, blob_id: str | None, role: Role) -> bytes:
    if not file.is_kept or blob_id is None or file.wrapped_dek is None:
        raise NotFound
    data_class = DataClass(file.data_class)
    try:
        key = crypt.open_key(bytes(file.wrapped_dek), file.key_id, data_class)
        return crypt.unseal(storage().open(blob_id), key=key, blob_id=blob_id, data_class=data_class, role=role)
    except (Tampered, KeyUnknown, BlobMissing) as error:
        log_event("file.spoiled", file=file.token, error=type(error).__name__)
        raise Unavailable(refusals.SPOILED) from error


def _take_quota(owner_ref: str, size: int) -> None:
    """Count one more upload; the row is locked until commit, so two at once are counted one after the other."""
    files, total = _change_quota(owner_ref, 1, size)
    refusal: Invalid | None = None
    if files > MAX_FILES_PER_OWNER:
        refusal = Invalid(refusals.TOO_MANY_FILES, limit=MAX_FILES_PER_OWNER)
    elif total > MAX_BYTES_PER_OWNER:
        refusal = Invalid(refusals.QUOTA, limit=MAX_MB_PER_OWNER)
    if refusal:
        _change_quota(owner_ref, -1, -size)
        raise refusal


def _change_quota(owner_ref: str, files: int, size: int) -> tuple[int, int]:
    dialect = db.session.get_bind().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert
    statement = (
        insert(FileQuota)
        .values(owner_ref=owner_ref, files=files, bytes=size)
        .on_conflict_do_update(
            index_elements=[FileQuota.owner_ref],
            set_={"files": FileQuota.files + files, "bytes": FileQuota.bytes + size},
        )
        .returning(FileQuota.files, FileQuota.bytes)
        .execution_options(populate_existing=True)
    )
    row = db.session.execute(statement).one()
    return int(row.files), int(row.bytes)


def _lock(file: StoredFile) -> None:
    """See the row as it is now, and let nobody else change it until commit."""
    db.session.refresh(file, with_for_update=True)


def _delete_later(*keys: str | None) -> None:
    jobs.enqueue(DELETE_BLOBS, keys=[key for key in keys if key])
