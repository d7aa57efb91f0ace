"""A file in pieces: what was acknowledged is there once, in clear nowhere, and nothing else counts."""
from __future__ import annotations

import hashlib
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core import clock, jobs
from app.core.actor import CITIZEN
from app.core.db import db, transaction
from app.core.errors import AppError, Conflict, Invalid, NotFound
from app.files import integrity, pieces, queries, refusals, services, tasks
from app.files.models import FileKind, StoredFile, Upload, UploadPiece, UploadState
from app.providers.storage.disk import DiskStorage
from tests.files import samples

pytestmark = pytest.mark.usefixtures("disk")
OWNER, PLACE = "K7M49QXT", "old_certificate"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def begun(data: bytes, owner: str = OWNER, place: str = PLACE) -> Upload:
    with transaction():
        return pieces.begin_upload(
            owner_ref=owner, place=place, size=len(data), name="ảnh.jpg", head_sha256=sha(data[: pieces.LEAST])
        )


def give(upload: Upload, data: bytes, start: int, length: int = pieces.PIECE) -> Upload:
    """Send what stands at ``start``."""
    part = data[start : start + length]
    away = pieces.receive_piece(upload, part, start=start, sha256=sha(part))
    with transaction():
        return pieces.take_piece(upload, away)


def give_all(upload: Upload, data: bytes) -> None:
    while upload.received < upload.size:
        give(upload, data, upload.received)


def finish(upload: Upload, data: bytes) -> StoredFile | None:
    away = pieces.assemble(upload, sha(data))
    with transaction():
        if not pieces.finish_upload(upload, sha(data)):
            return None
        return services.store(away, owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN)


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_pieces_become_the_same_file_as_one_upload(disk: DiskStorage) -> None:
    data = samples.noisy_photo()
    assert len(data) > 3 * pieces.PIECE
    upload = begun(data)
    give_all(upload, data)
    file = finish(upload, data)
    assert file is not None and services.read(file) == services.clean_upload(data).data
    assert (file.size_received, file.original_name) == (len(data), "ảnh.jpg")
    assert (upload.state, upload.sha256, count(UploadPiece)) == (UploadState.DONE, sha(data), 0)
    jobs.run_due()
    assert len(list(disk.blobs())) == 2, "the photo and its thumbnail; the pieces are gone"
    assert queries.list_unfinished(OWNER) == [] and list(integrity.faults()) == []


def test_pieces_of_any_length_down_to_the_least_are_taken() -> None:
    data = os.urandom(300_000)
    upload = begun(data)
    for length in (pieces.LEAST, pieces.PIECE, 5 * 1024 + pieces.LEAST, pieces.LEAST):
        give(upload, data, upload.received, length)
    give_all(upload, data)
    assert upload.received == len(data) and count(UploadPiece) == 5 + (len(data) - 185_344 > pieces.PIECE)


def test_a_piece_that_comes_twice_is_there_once(disk: DiskStorage) -> None:
    data = os.urandom(3 * pieces.PIECE)
    upload = begun(data)
    for _ in range(3):
        give(upload, data, 0)
    assert (upload.received, count(UploadPiece), len(list(disk.blobs()))) == (pieces.PIECE, 1, 1)
    give_all(upload, data)
    give(upload, data, pieces.PIECE)
    assert (upload.received, count(UploadPiece)) == (len(data), 3)


def test_the_same_piece_at_the_same_moment_is_there_once(app: Flask, disk: DiskStorage) -> None:
    data = os.urandom(2 * pieces.PIECE)
    token = begun(data).token
    ready, faults = threading.Barrier(4), []

    def send() -> None:
        with app.app_context():
            upload = queries.get_upload(token, owner_ref=OWNER)
            away = pieces.receive_piece(upload, data[: pieces.PIECE], start=0, sha256=sha(data[: pieces.PIECE]))
            ready.wait(timeout=20)
            try:
                with transaction():
                    pieces.take_piece(upload, away)
            except Exception as error:
                faults.append(error)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    db.session.rollback()
    assert faults == [] and (count(UploadPiece), queries.get_upload(token, owner_ref=OWNER).received) == (1, pieces.PIECE)
    jobs.run_due()
    assert len(list(disk.blobs())) == 1


@pytest.mark.parametrize(("start", "length", "kind", "sentence"), [
    (2 * pieces.PIECE, pieces.PIECE, Conflict, refusals.PIECE_GAP),
    (pieces.PIECE - 64, pieces.PIECE, Conflict, refusals.PIECE_GAP),
    (pieces.PIECE, pieces.PIECE + 1, Invalid, refusals.PIECE_SIZE),
    (pieces.PIECE, pieces.LEAST - 1, Invalid, refusals.PIECE_SIZE),
    (pieces.PIECE, 0, Invalid, refusals.PIECE_SIZE),
    (-pieces.PIECE, pieces.PIECE, Invalid, refusals.PIECE_SIZE),
])
def test_a_piece_that_does_not_fit_is_refused(
    disk: DiskStorage, start: int, length: int, kind: type[AppError], sentence: str
) -> None:
    data = os.urandom(4 * pieces.PIECE)
    upload = begun(data)
    give(upload, data, 0)
    part = os.urandom(length)
    with pytest.raises(kind) as refused:
        pieces.receive_piece(upload, part, start=start, sha256=sha(part))
    assert refused.value.message == sentence
    assert (upload.received, len(list(disk.blobs()))) == (pieces.PIECE, 1), "nothing was written"


def test_bytes_beyond_the_end_are_refused() -> None:
    data = os.urandom(pieces.PIECE + 100)
    upload = begun(data)
    give(upload, data, 0)
    with pytest.raises(Invalid):
        give(upload, data + b"one more", pieces.PIECE)


def test_a_piece_that_was_damaged_on_its_way_is_refused() -> None:
    data = os.urandom(2 * pieces.PIECE)
    upload = begun(data)
    with pytest.raises(Invalid) as refused:
        pieces.receive_piece(upload, data[: pieces.PIECE], start=0, sha256=sha(b"another"))
    assert refused.value.message in pieces.AGAIN
    assert upload.received == 0


def test_other_bytes_in_the_place_of_a_piece_are_refused() -> None:
    data = os.urandom(2 * pieces.PIECE)
    upload = begun(data)
    give(upload, data, 0)
    with pytest.raises(Conflict) as refused:
        give(upload, os.urandom(len(data)), 0)
    assert refused.value.message == refusals.PIECE_OTHER


def test_nothing_is_finished_before_all_of_it_has_come() -> None:
    data = os.urandom(2 * pieces.PIECE)
    upload = begun(data)
    give(upload, data, 0)
    with pytest.raises(Conflict):
        pieces.assemble(upload, sha(data))


def test_a_whole_that_is_not_what_was_sent_is_refused_and_says_so() -> None:
    data = samples.noisy_photo(400, 300)
    upload = begun(data)
    give_all(upload, data)
    with pytest.raises(Invalid) as refused:
        pieces.assemble(upload, sha(b"another"))
    with transaction():
        pieces.refuse_upload(upload, refused.value)
    assert (upload.state, upload.refusal, count(UploadPiece)) == (UploadState.REFUSED, [refusals.NOT_AS_SENT, {}], 0)
    assert queries.list_unfinished(OWNER, PLACE) == [upload]


def test_the_rules_of_uploads_hold_for_what_comes_in_pieces() -> None:
    word = b"PK\3\4" + b"word/document.xml" + os.urandom(40_000)
    upload = begun(word)
    give_all(upload, word)
    with pytest.raises(Invalid) as refused:
        pieces.assemble(upload, sha(word))
    assert refused.value.message == refusals.OFFICE
    for size, sentence in ((0, refusals.EMPTY), ((12 << 20) + 1, refusals.TOO_BIG)):
        with pytest.raises(Invalid) as refused:
            pieces.begin_upload(owner_ref=OWNER, place=PLACE, size=size)
        assert refused.value.message == sentence


def test_finishing_twice_keeps_one_file() -> None:
    data = samples.noisy_photo(400, 300)
    upload = begun(data)
    give_all(upload, data)
    first, second = pieces.assemble(upload, sha(data)), pieces.assemble(upload, sha(data))
    for away in (first, second):
        with transaction():
            if pieces.finish_upload(upload, sha(data)):
                services.store(away, owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN)
    assert queries.quota(OWNER).files == 1


def test_the_same_photo_chosen_again_goes_on_where_it_was_cut() -> None:
    data = os.urandom(3 * pieces.PIECE)
    upload = begun(data)
    give(upload, data, 0)
    assert begun(data).id == upload.id
    others = [begun(data[:-1]), begun(os.urandom(len(data))), begun(data, place="another"), begun(data, owner="ANOTHER1")]
    assert len({upload.id, *(other.id for other in others)}) == 5


def test_an_owner_has_a_limit_of_unfinished_uploads() -> None:
    for number in range(pieces.MAX_UNFINISHED):
        begun(bytes([number]) * pieces.LEAST)
    with pytest.raises(Invalid) as refused:
        begun(b"one more")
    assert refused.value.message == refusals.TOO_MANY_UNFINISHED
    begun(b"another owner", owner="ANOTHER1")
    with transaction():
        pieces.drop_upload(queries.list_unfinished(OWNER)[0])
    begun(b"one more")


def test_another_owners_upload_looks_like_none() -> None:
    upload = begun(b"a photo")
    with pytest.raises(NotFound):
        queries.get_upload(upload.token, owner_ref="ANOTHER1")


def test_a_day_later_nothing_of_it_is_left(disk: DiskStorage) -> None:
    data = os.urandom(2 * pieces.PIECE)
    upload = begun(data)
    give(upload, data, 0)
    token = upload.token
    with clock.moved_to(clock.now() + timedelta(hours=2)):
        services.sweep_orphans()
        assert len(list(disk.blobs())) == 1, "a piece that may still be wanted is no orphan"
    with clock.moved_to(clock.now() + timedelta(hours=24, minutes=1)):
        with pytest.raises(NotFound):
            queries.get_upload(token, owner_ref=OWNER)
        assert queries.list_unfinished(OWNER) == []
        with transaction():
            tasks.sweep({})
        jobs.run_due()
    assert (count(Upload), count(UploadPiece), list(disk.blobs())) == (0, 0, [])


def test_what_is_let_go_is_gone(disk: DiskStorage) -> None:
    data = os.urandom(2 * pieces.PIECE)
    upload, twin = begun(data), begun(data)
    give(upload, data, 0)
    with transaction():
        pieces.drop_upload(upload)
    jobs.run_due()
    assert (count(Upload), list(disk.blobs())) == (0, [])
    with pytest.raises(NotFound), transaction():
        pieces.drop_upload(twin)


def test_pieces_lie_encrypted(disk: DiskStorage, tmp_path: Path) -> None:
    data = samples.CANARY * 4000
    upload = begun(data)
    give(upload, data, 0)
    files = [path for path in (tmp_path / "var").rglob("*") if path.is_file()]
    assert files and not any(samples.CANARY in path.read_bytes() for path in files)


def test_a_spoiled_piece_is_told_as_a_photo_to_take_again(disk: DiskStorage) -> None:
    data = samples.noisy_photo(400, 300)
    upload = begun(data)
    give_all(upload, data)
    (path,) = [path for path in disk.root.rglob("*") if path.is_file()]
    changed = bytearray(path.read_bytes())
    changed[-1] ^= 1
    path.write_bytes(changed)
    with pytest.raises(Invalid) as refused:
        pieces.assemble(upload, sha(data))
    assert refused.value.message == refusals.NOT_AS_SENT


def test_people_are_told_how_many_pieces_have_come() -> None:
    data = os.urandom(2 * pieces.PIECE + 10)
    upload = begun(data)
    assert upload.pieces == (0, 3)
    give(upload, data, 0, pieces.LEAST)
    assert upload.pieces == (0, 3)
    give_all(upload, data)
    assert upload.pieces == (3, 3)


def test_the_doctor_finds_a_piece_without_bytes(disk: DiskStorage) -> None:
    data = os.urandom(2 * pieces.PIECE)
    upload = begun(data)
    give(upload, data, 0)
    assert list(integrity.faults()) == []
    (blob,) = disk.blobs()
    disk.delete(blob.key)
    assert list(integrity.faults()) == [f"files: a piece of the unfinished upload {upload.token} has no bytes in storage"]
