"""Do rows and blobs agree, and can what lies there be read? For ``doctor``, in words; nothing is changed."""
from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

from sqlalchemy import func, select

from app.core import clock
from app.core.db import db
from app.core.errors import AppError
from app.files import services
from app.files.models import FileKind, FileQuota, FileState, StoredFile, Upload, UploadPiece
from app.files.queries import kept_keys
from app.providers.storage import storage

SAMPLE = 20


def faults(sample: int = SAMPLE) -> Iterator[str]:
    """One sentence for each thing that does not hold. Reads newest, oldest and ``sample`` other files whole."""
    yield from storage().faults()
    yield from _missing_blobs()
    yield from _orphans()
    yield from _unreadable(sample)
    yield from _wrong_quotas()


def _kept() -> list[int]:
    kept = select(StoredFile.id).where(StoredFile.state == FileState.KEPT)
    return list(db.session.scalars(kept.order_by(StoredFile.id)))


def _missing_blobs() -> Iterator[str]:
    rows = db.session.execute(
        select(StoredFile.token, StoredFile.storage_key, StoredFile.thumb_key).where(StoredFile.state == FileState.KEPT)
    )
    present = {blob.key for blob in storage().blobs()}
    for token, *keys in rows:
        if any(key and key not in present for key in keys):
            yield f"files: {token} has no bytes in storage"
    pieces = select(Upload.token, UploadPiece.storage_key).join(UploadPiece, UploadPiece.upload_id == Upload.id)
    for token in sorted({token for token, key in db.session.execute(pieces) if key not in present}):
        yield f"files: a piece of the unfinished upload {token} has no bytes in storage"


def _orphans() -> Iterator[str]:
    before = clock.now() - services.ORPHAN_AGE
    old = [blob.key for blob in storage().blobs() if blob.modified_at < before]
    lost = sum(len(batch) - len(kept_keys(batch)) for batch in (old[at : at + 500] for at in range(0, len(old), 500)))
    if lost:
        yield f"files: {lost} blobs in storage belong to no file (the job {'files.sweep'} removes them)"


def _unreadable(sample: int) -> Iterator[str]:
    ids = _kept()
    chosen = {*ids[:1], *ids[-1:], *random.sample(ids, min(sample, len(ids)))}
    for file in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(chosen))):
        try:
            data = services.read(file)
            services.read_thumbnail(file)
        except AppError:
            yield f"files: {file.token} cannot be decrypted (changed bytes, or another APP_ROOT_KEY)"
            continue
        if hashlib.sha256(data).hexdigest() != file.sha256 or len(data) != file.size_stored:
            yield f"files: {file.token} is not what was stored"


def _wrong_quotas() -> Iterator[str]:
    recount = (
        select(StoredFile.owner_ref, func.count().label("files"), func.sum(StoredFile.size_stored).label("bytes"))
        .where(StoredFile.state == FileState.KEPT, StoredFile.kind == FileKind.UPLOAD)
        .group_by(StoredFile.owner_ref)
        .subquery()
    )
    wrong = select(FileQuota.owner_ref).outerjoin(recount, recount.c.owner_ref == FileQuota.owner_ref).where(
        (func.coalesce(recount.c.files, 0) != FileQuota.files) | (func.coalesce(recount.c.bytes, 0) != FileQuota.bytes)
    )
    for owner_ref in db.session.scalars(wrong):
        yield f"files: the quota of {owner_ref} does not equal its files"
