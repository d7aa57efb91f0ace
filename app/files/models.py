"""What is known of a file; its bytes lie encrypted behind ``providers.storage``."""
from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core import clock
from app.core.crypto import SealedText
from app.core.db import Model, WithId

EXTENSIONS = {"image/jpeg": ".jpg", "application/pdf": ".pdf", "image/png": ".png", "text/plain": ".txt"}


class FileKind(StrEnum):
    """Where a file comes from."""

    UPLOAD = "upload"  # giấy tờ gửi lên: from a citizen or from the counter, always cleaned; counts in the quota
    RESULT = "result"  # kết quả: what the person came for
    PAPER = "paper"  # giấy phường làm ra: slips, receipts, minutes; made by us, kept to the byte
    EVIDENCE = "evidence"  # bằng chứng đồng ý: how a mandate was given; never in the person's quota


class FileState(StrEnum):
    KEPT = "kept"
    REMOVED = "removed"  # its key is gone: no copy of the blob, in no backup of storage, can be read with this row


class StoredFile(WithId, Model):
    """One file (giấy tờ, kết quả). URLs carry ``token``; ``owner_ref`` says whose it is in the owner's own words."""

    __tablename__ = "stored_file"

    token: Mapped[str] = mapped_column(String(22), unique=True)  # 128 random bits
    owner_ref: Mapped[str] = mapped_column(String(60), index=True)  # e.g. a dossier's public code
    kind: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default=FileState.KEPT)
    mime: Mapped[str] = mapped_column(String(40))
    size_received: Mapped[int]  # bytes, as the person sent it
    size_stored: Mapped[int]  # bytes, as we give it out
    width: Mapped[int | None]
    height: Mapped[int | None]
    pages: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(String(64))  # of what we give out
    storage_key: Mapped[str | None] = mapped_column(String(32), unique=True)
    thumb_key: Mapped[str | None] = mapped_column(String(32), unique=True)
    data_class: Mapped[str] = mapped_column(String(4))
    key_id: Mapped[str] = mapped_column(String(20))
    wrapped_dek: Mapped[bytes | None] = mapped_column(LargeBinary(40))
    original_name: Mapped[str | None] = mapped_column(SealedText)  # for staff only
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[str] = mapped_column(String(12))  # kind of actor
    created_by_id: Mapped[int | None]
    removed_at: Mapped[datetime | None]

    @property
    def is_kept(self) -> bool:
        return self.state == FileState.KEPT

    @property
    def is_picture(self) -> bool:
        return self.mime.startswith("image/")

    @property
    def has_thumbnail(self) -> bool:
        return self.thumb_key is not None

    @property
    def extension(self) -> str:
        return EXTENSIONS[self.mime]


class FileQuota(Model):
    """How many uploads an owner has and how many bytes they take; one row, so that two uploads cannot both be last."""

    __tablename__ = "file_quota"

    owner_ref: Mapped[str] = mapped_column(String(60), primary_key=True)
    files: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)


class UploadState(StrEnum):
    OPEN = "open"
    DONE = "done"  # all of it came and is kept as a file; the pieces are gone
    REFUSED = "refused"  # all of it came and could not be taken; ``refusal`` says why, the pieces are gone


class Upload(WithId, Model):
    """A file that comes in pieces over a weak line (ảnh gửi từng phần). ``place`` says, in the owner's words, for what."""

    __tablename__ = "upload"

    token: Mapped[str] = mapped_column(String(22), unique=True)  # 128 random bits
    owner_ref: Mapped[str] = mapped_column(String(60), index=True)
    place: Mapped[str] = mapped_column(String(60))  # e.g. which paper of a dossier
    state: Mapped[str] = mapped_column(String(10), default=UploadState.OPEN)
    size: Mapped[int]  # bytes of the whole
    piece_size: Mapped[int]  # bytes of the largest piece; people are told how many of these have come
    received: Mapped[int] = mapped_column(default=0)  # bytes, from the first on, without a gap
    head_sha256: Mapped[str] = mapped_column(String(64))  # of its first bytes: the same photo chosen again goes on here
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the whole, as it came
    refusal: Mapped[list[object] | None] = mapped_column(JSON)  # sentence and its parameters
    original_name: Mapped[str | None] = mapped_column(SealedText)
    begun_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def pieces(self) -> tuple[int, int]:
        """(how many have come whole, how many there are), in pieces of the largest size."""
        there = -(-self.size // self.piece_size)
        return there if self.received == self.size else self.received // self.piece_size, there


class UploadPiece(WithId, Model):
    """One piece that was acknowledged: it lies encrypted in storage, under a key of its own."""

    __tablename__ = "upload_piece"
    __table_args__ = (UniqueConstraint("upload_id", "start"),)

    upload_id: Mapped[int] = mapped_column(ForeignKey("upload.id"))
    start: Mapped[int]  # bytes from the beginning of the file
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    storage_key: Mapped[str] = mapped_column(String(32), unique=True)
    key_id: Mapped[str] = mapped_column(String(20))
    wrapped_dek: Mapped[bytes] = mapped_column(LargeBinary(40))
