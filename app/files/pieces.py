"""A file that comes in pieces over a weak line: only what was acknowledged counts, and all of that survives (F47).

A piece is on the disk, encrypted and flushed, before its row is written; its row is what acknowledges it. Pieces come one
after the other, of any length from ``LEAST`` to ``PIECE``, so a line that is cut often gets smaller ones. A whole file
then goes the way of every upload. What is not finished within a day is swept.
"""
from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import InvalidRequestError

from app.core import clock, jobs
from app.core.crypto import same
from app.core.db import db
from app.core.errors import AppError, Conflict, Invalid, NotFound
from app.core.logs import log_event
from app.files import checking, cleaning, crypt, queries, refusals, services
from app.files.crypt import DataClass, KeyUnknown, Tampered
from app.files.models import Upload, UploadPiece, UploadState
from app.files.services import PutAway
from app.providers.storage import BlobMissing, storage

PIECE = 128 << 10  # bytes
LEAST = 16 << 10  # bytes; only the last piece of a file may be shorter. Also the head that a file is known by
KEPT_FOR = timedelta(hours=24)
MAX_UNFINISHED = 20  # per owner
AGAIN = frozenset({refusals.PIECE_DAMAGED, refusals.PIECE_GAP, refusals.INCOMPLETE})  # to be asked and sent again


@dataclass(frozen=True, slots=True)
class PieceAway:
    """A checked piece that waits for its row. Without a key it was there before and nothing was written."""

    start: int
    size: int
    sha256: str
    storage_key: str | None = None
    key_id: str = ""
    wrapped_dek: bytes = b""


def begin_upload(*, owner_ref: str, place: str, size: int, name: str = "", head_sha256: str = "") -> Upload:
    """Expect a file of ``size`` bytes. The one that was begun before, when it is the same by size and first bytes.

    Raises ``Invalid`` when it is empty or too large, or when the owner has too many files, bytes or unfinished uploads.
    """
    if size <= 0:
        raise Invalid(refusals.EMPTY)
    if size > checking.MAX_BYTES:
        raise Invalid(refusals.TOO_BIG, limit=checking.MAX_MB)
    unfinished = queries.list_unfinished(owner_ref)
    for before in unfinished:
        if head_sha256 and _is_open(before) and (before.place, before.size, before.head_sha256) == (place, size, head_sha256):
            return before
    _check_room(owner_ref, len(unfinished))
    upload = Upload(
        token=secrets.token_urlsafe(16), owner_ref=owner_ref, place=place, state=UploadState.OPEN, size=size,
        piece_size=PIECE, received=0, head_sha256=head_sha256, original_name=cleaning.tidy_name(name) or None,
        begun_at=clock.now(), expires_at=clock.now() + KEPT_FOR,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def _is_open(upload: Upload) -> bool:
    return upload.state == UploadState.OPEN


def _check_room(owner_ref: str, unfinished: int) -> None:
    left = queries.quota(owner_ref)
    if not left.files_left:
        raise Invalid(refusals.TOO_MANY_FILES, limit=queries.MAX_FILES_PER_OWNER)
    if not left.bytes_left:
        raise Invalid(refusals.QUOTA, limit=queries.MAX_MB_PER_OWNER)
    if unfinished >= MAX_UNFINISHED:
        raise Invalid(refusals.TOO_MANY_UNFINISHED, limit=MAX_UNFINISHED)


def receive_piece(upload: Upload, data: bytes, *, start: int, sha256: str) -> PieceAway:
    """Check one piece and put it away: before the transaction that calls ``take_piece``.

    Raises ``Invalid`` for a wrong hash or size, ``Conflict`` for a gap or for other bytes than those that came before.
    """
    if not same(hashlib.sha256(data).hexdigest(), sha256):
        raise Invalid(refusals.PIECE_DAMAGED)
    end = start + len(data)
    if start < 0 or end > upload.size or not 0 < len(data) <= upload.piece_size or (len(data) < LEAST and end != upload.size):
        raise Invalid(refusals.PIECE_SIZE)
    piece = PieceAway(start, len(data), sha256)
    if _is_known(upload, piece):
        return piece
    key, wrapped = crypt.new_key(DataClass.D3)
    blob_id = secrets.token_hex(16)
    storage().put(blob_id, crypt.seal(data, key=key, blob_id=blob_id, data_class=DataClass.D3))
    return PieceAway(start, len(data), sha256, blob_id, crypt.key_id(DataClass.D3), wrapped)


def _is_known(upload: Upload, piece: PieceAway) -> bool:
    """Whether there is nothing to write: it came before, or the upload is over. Raises ``Conflict``."""
    if not _is_open(upload):
        return True
    before = db.session.scalar(
        select(UploadPiece).where(UploadPiece.upload_id == upload.id, UploadPiece.start == piece.start)
    )
    if before is not None:
        if before.size == piece.size and same(before.sha256, piece.sha256):
            return True
        raise Conflict(refusals.PIECE_OTHER)
    if piece.start != upload.received:
        raise Conflict(refusals.PIECE_GAP)
    return False


def take_piece(upload: Upload, piece: PieceAway) -> Upload:
    """Acknowledge a piece. One that comes twice, even at the same moment, is there once. Raises ``Conflict``."""
    _lock(upload)
    if piece.storage_key is None:
        return upload
    if _is_known(upload, piece):
        jobs.enqueue(services.DELETE_BLOBS, keys=[piece.storage_key])
        return upload
    db.session.add(
        UploadPiece(
            upload_id=upload.id, start=piece.start, size=piece.size, sha256=piece.sha256, storage_key=piece.storage_key,
            key_id=piece.key_id, wrapped_dek=piece.wrapped_dek,
        )
    )
    upload.received += piece.size
    db.session.flush()
    return upload


def assemble(upload: Upload, sha256: str) -> PutAway:
    """The whole file, checked and cleaned as every upload: slow, before the transaction that calls ``finish_upload``.

    Raises ``Conflict`` while pieces are missing, ``Invalid`` when what came cannot be taken: then ``refuse_upload``.
    """
    if upload.received != upload.size:
        raise Conflict(refusals.INCOMPLETE)
    rows = db.session.scalars(select(UploadPiece).where(UploadPiece.upload_id == upload.id).order_by(UploadPiece.start))
    data = b"".join(_read(upload, piece) for piece in rows)
    if len(data) != upload.size or not same(hashlib.sha256(data).hexdigest(), sha256):
        raise Invalid(refusals.NOT_AS_SENT)
    return services.receive_upload(data, upload.original_name or "")


def _read(upload: Upload, piece: UploadPiece) -> bytes:
    try:
        key = crypt.open_key(bytes(piece.wrapped_dek), piece.key_id, DataClass.D3)
        return crypt.unseal(
            storage().open(piece.storage_key), key=key, blob_id=piece.storage_key, data_class=DataClass.D3
        )
    except (Tampered, KeyUnknown, BlobMissing) as error:
        log_event("upload.spoiled", upload=upload.token, error=type(error).__name__)
        raise Invalid(refusals.NOT_AS_SENT) from error


def finish_upload(upload: Upload, sha256: str) -> bool:
    """Close an upload in the transaction that stores its file. False when it was closed before: then store nothing."""
    _lock(upload)
    if not _is_open(upload):
        return False
    upload.state, upload.sha256 = UploadState.DONE, sha256
    _forget_pieces([upload.id])
    return True


def refuse_upload(upload: Upload, reason: AppError) -> None:
    """What came cannot be taken: the pieces go, the sentence stays for the page."""
    _lock(upload)
    if _is_open(upload):
        upload.state = UploadState.REFUSED
        upload.refusal = [reason.message, {name: str(value) for name, value in reason.params.items()}]
        _forget_pieces([upload.id])


def drop_upload(upload: Upload) -> None:
    """The person does not want it any more."""
    _lock(upload)
    _forget([upload.id])


def drop_uploads(owner_ref: str) -> None:
    """The owner is gone, and with it all that was on its way."""
    _forget(list(db.session.scalars(select(Upload.id).where(Upload.owner_ref == owner_ref))))


def sweep_uploads() -> int:
    """Forget uploads whose day is over, in the present transaction; how many."""
    over = list(db.session.scalars(select(Upload.id).where(Upload.expires_at <= clock.now())))
    for at in range(0, len(over), 500):
        _forget(over[at : at + 500])
    return len(over)


def _forget(ids: list[int]) -> None:
    _forget_pieces(ids)
    db.session.execute(delete(Upload).where(Upload.id.in_(ids)))


def _forget_pieces(ids: list[int]) -> None:
    keys = list(db.session.scalars(select(UploadPiece.storage_key).where(UploadPiece.upload_id.in_(ids))))
    db.session.execute(delete(UploadPiece).where(UploadPiece.upload_id.in_(ids)))
    db.session.flush()
    if keys:
        jobs.enqueue(services.DELETE_BLOBS, keys=keys)


def _lock(upload: Upload) -> None:
    """See the row as it is now, and let nobody else change it until commit. Raises ``NotFound`` when it was dropped."""
    try:
        db.session.refresh(upload, with_for_update=True)
    except InvalidRequestError as error:
        raise NotFound(queries.UPLOAD_GONE) from error
