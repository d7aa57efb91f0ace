"""Files in the ward's hands: stored, read, turned, removed, counted; rows and blobs always agree."""
from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pikepdf
import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core import clock, jobs
from app.core.actor import CITIZEN, SYSTEM, Actor, ActorKind
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.errors import Conflict, Invalid, NotFound, Unavailable
from app.files import integrity, queries, refusals, services, tasks
from app.files.cleaning import CleanFile
from app.files.models import FileKind, FileState, StoredFile
from app.providers.storage.disk import DiskStorage
from tests.files import samples

pytestmark = pytest.mark.usefixtures("disk")
OWNER = "K7M49QXT"
CLERK = Actor(ActorKind.STAFF, id=7)


def small(content: bytes = b"picture", size: int = 0) -> CleanFile:
    """A file that was cleaned already; of ``size`` bytes if that matters."""
    data = content + bytes(size - len(content)) if size else content
    return CleanFile(
        data=data, mime="image/jpeg", size_received=len(data) + 5, name="ảnh khai sinh.jpg",
        thumbnail=b"thumb " + content, width=40, height=30,
    )


def kept(clean: CleanFile | None = None, owner: str = OWNER, kind: FileKind = FileKind.UPLOAD) -> StoredFile:
    with transaction():
        return services.store(clean or small(), owner_ref=owner, kind=kind, actor=CITIZEN)


def test_an_upload_comes_back_as_it_was_cleaned(second_connection: Callable[..., list[Any]]) -> None:
    received = services.receive_upload(samples.photo(), "giấy chứng sinh.jpg")
    with transaction():
        token = services.store(received, owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN).token
    file = queries.get_file(token, owner_ref=OWNER)
    assert services.read(file) == received.clean.data
    assert services.read_thumbnail(file) == received.clean.thumbnail
    assert (file.width, file.height, file.size_received, file.size_stored) == (
        640, 480, len(samples.photo()), len(received.clean.data),
    )
    assert file.original_name == "giấy chứng sinh.jpg"
    assert len(file.token) == 22 and file.is_picture and file.has_thumbnail and file.extension == ".jpg"
    row = second_connection("select original_name, created_by, state from stored_file")[0]
    assert "chứng sinh".encode() not in bytes(row[0])
    assert tuple(row[1:]) == ("citizen", "kept")
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))
    assert actions[-1] == "file.store" and actions.count("file.store") == 1


def test_another_owners_file_looks_like_none() -> None:
    file = kept()
    assert queries.get_file(file.token, owner_ref=OWNER).id == file.id
    for token, owner in ((file.token, "ANOTHER1"), ("", OWNER), ("x" * 22, OWNER)):
        with pytest.raises(NotFound):
            queries.get_file(token, owner_ref=owner)


def test_a_paper_of_the_ward_is_kept_to_the_byte() -> None:
    pdf = samples.signed_pdf()
    with transaction():
        file = services.store_paper(pdf, owner_ref=OWNER, actor=SYSTEM, name="phieu-hen.pdf", pages=1)
    assert services.read(file) == pdf
    assert services.read_thumbnail(file) is None
    assert queries.quota(OWNER).files == 0
    assert queries.list_files(OWNER, FileKind.PAPER) == [file]
    assert queries.list_files(OWNER, FileKind.UPLOAD) == []


def test_pages_can_be_looked_at() -> None:
    file = kept(services.clean_upload(samples.pdf(2)))
    assert services.read_page(file, 2).startswith(b"\xff\xd8")
    for page in (0, 3, -1):
        with pytest.raises(NotFound):
            services.read_page(file, page)
    photo = kept()
    assert services.read_page(photo) == b"picture"


def test_turning_makes_a_new_blob_and_takes_the_old_one(disk: DiskStorage) -> None:
    file = kept(services.clean_upload(samples.photo(400, 300)))
    before = {blob.key for blob in disk.blobs()}
    turned = services.prepare_turn(file, 1)
    with transaction():
        services.turn(file, turned, actor=CITIZEN)
    assert (file.width, file.height) == (300, 400)
    assert services.read(file) == turned.clean.data
    assert len(list(disk.blobs())) == 4
    assert jobs.run_due() == 1
    after = {blob.key for blob in disk.blobs()}
    assert len(after) == 2 and not after & before
    assert queries.quota(OWNER).bytes == file.size_stored
    assert services.read_thumbnail(file) == turned.clean.thumbnail


def test_four_quarters_are_the_same_picture() -> None:
    file = kept(services.clean_upload(samples.photo(400, 300)))
    for quarters in (1, 2, 1):
        turned = services.prepare_turn(file, quarters)
        with transaction():
            services.turn(file, turned, actor=CITIZEN)
    assert (file.width, file.height) == (400, 300)
    with pytest.raises(Invalid):
        services.prepare_turn(file, 4)


def test_a_pdf_is_turned_page_by_page() -> None:
    file = kept(services.clean_upload(samples.pdf(2)))
    turned = services.prepare_turn(file, 3)
    with transaction():
        services.turn(file, turned, actor=CITIZEN)
    assert file.pages == 2
    with pikepdf.open(io.BytesIO(services.read(file))) as document:
        assert [int(page.obj.Rotate) for page in document.pages] == [270, 270]


def test_of_two_turns_at_once_one_is_told() -> None:
    file = kept(services.clean_upload(samples.photo(400, 300)))
    first, second = services.prepare_turn(file, 1), services.prepare_turn(file, 1)
    with transaction():
        services.turn(file, first, actor=CITIZEN)
    with pytest.raises(Conflict), transaction():
        services.turn(file, second, actor=CITIZEN)
    assert services.read(file) == first.clean.data


def test_a_removed_file_is_gone_for_good(disk: DiskStorage, second_connection: Callable[..., list[Any]]) -> None:
    file, other = kept(), kept(small(b"other"))
    with transaction():
        services.remove(file, actor=CITIZEN)
        services.remove(file, actor=CITIZEN)  # a second tap
    assert queries.quota(OWNER).files == 1
    with pytest.raises(NotFound):
        services.read(file)
    with pytest.raises(NotFound):
        queries.get_file(file.token, owner_ref=OWNER)
    jobs.run_due()
    assert len(list(disk.blobs())) == 2
    assert services.read(other) == b"other"
    row = second_connection("select wrapped_dek, original_name, storage_key, thumb_key, state from stored_file "
                            "where state = 'removed'")[0]
    assert tuple(row) == (None, None, None, None, "removed")
    actions = [entry.action for entry in db.session.scalars(select(AuditEntry))]
    assert actions.count("file.remove") == 1
    assert list(integrity.faults()) == []


def test_a_removal_that_was_undone_removed_nothing(disk: DiskStorage) -> None:
    file = kept()
    with pytest.raises(ZeroDivisionError), transaction():
        services.remove(file, actor=CITIZEN)
        raise ZeroDivisionError
    assert jobs.run_due() == 0
    assert services.read(file) == b"picture"
    assert queries.quota(OWNER).files == 1


def test_deleting_blobs_twice_or_in_use_harms_nothing(disk: DiskStorage) -> None:
    file = kept()
    assert services.delete_blobs([file.storage_key, "0" * 32]) == 0
    assert services.read(file) == b"picture"


# Quotas


def test_two_hundred_megabytes_a_dossier() -> None:
    for _ in range(16):
        kept(small(size=12 << 20))
    kept(small(size=8 << 20))
    assert queries.quota(OWNER).bytes_left == 0
    with pytest.raises(Invalid) as caught:
        kept()
    assert (caught.value.message, caught.value.params) == (refusals.QUOTA, {"limit": 200})
    kept(owner="ANOTHER1")
    with transaction():
        services.remove(queries.list_files(OWNER)[0], actor=CITIZEN)
    kept()


def test_sixty_pictures_a_dossier() -> None:
    with transaction():
        for _ in range(60):
            services.store(small(), owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN)
    assert queries.quota(OWNER).files_left == 0
    with pytest.raises(Invalid) as caught:
        kept()
    assert caught.value.message == refusals.TOO_MANY_FILES
    kept(kind=FileKind.RESULT)  # what the ward gives does not count


def test_parallel_uploads_cannot_all_be_the_last(app: Flask) -> None:
    """The quota row is locked: eight uploads race for the last three places, three win (V15.4.2)."""
    with transaction():
        for _ in range(57):
            services.store(small(), owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN)
    away = [services.put_away(small()) for _ in range(8)]
    start, outcomes = threading.Barrier(8), []

    def upload(waiting: services.PutAway) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    services.store(waiting, owner_ref=OWNER, kind=FileKind.UPLOAD, actor=CITIZEN)
                outcomes.append("kept")
            except Invalid as refusal:
                outcomes.append(refusal.message)

    threads = [threading.Thread(target=upload, args=(waiting,)) for waiting in away]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted(["kept"] * 3 + [refusals.TOO_MANY_FILES] * 5)
    db.session.expire_all()
    assert queries.quota(OWNER).files == len(queries.list_files(OWNER)) == 60


# What crashes leave, and what somebody spoils


def test_sweeping_takes_old_blobs_without_a_row_and_nothing_else(disk: DiskStorage) -> None:
    file = kept()
    lost = services.put_away(small(b"lost"))
    assert tasks.SWEEP in jobs.kinds()
    assert services.sweep_orphans() == 0  # too young: its row may be on the way
    with clock.moved_to(clock.now() + timedelta(hours=2)):
        assert "2 blobs in storage belong to no file" in " ".join(integrity.faults())
        tasks.sweep({})
        assert list(integrity.faults()) == []
    assert not disk.exists(lost.storage_key)
    assert services.read(file) == b"picture"
    assert services.read_thumbnail(file) == b"thumb picture"


def test_sweeping_refuses_beside_the_wrong_database(disk: DiskStorage) -> None:
    """An empty database beside a full store must not empty the store."""
    for number in range(120):
        disk.put(f"{number:032x}", [b"blob"])
    with clock.moved_to(clock.now() + timedelta(hours=2)), pytest.raises(Unavailable):
        services.sweep_orphans()
    assert len(list(disk.blobs())) == 120


def spoil(disk: DiskStorage, file: StoredFile, change: Callable[[bytes], bytes]) -> None:
    path = disk.root / file.storage_key[:2] / file.storage_key
    path.write_bytes(change(path.read_bytes()))


@pytest.mark.parametrize("change", [
    lambda data: data[:-1],
    lambda data: data[:20] + bytes([data[20] ^ 1]) + data[21:],
    lambda data: b"",
    lambda data: data + b"\0",
], ids=["cut", "a bit", "emptied", "longer"])
def test_a_spoiled_file_is_noticed_and_never_given_out(disk: DiskStorage, change: Callable[[bytes], bytes]) -> None:
    file, other = kept(), kept(small(b"other"))
    assert list(integrity.faults()) == []
    spoil(disk, file, change)
    with pytest.raises(Unavailable) as caught:
        services.read(file)
    assert caught.value.message == refusals.SPOILED
    assert [fault for fault in integrity.faults() if file.token in fault]
    assert services.read(other) == b"other"


def test_swapped_blobs_are_noticed(disk: DiskStorage) -> None:
    one, other = kept(), kept(small(b"other"))
    data = {file.id: b"".join(disk.open(file.storage_key)) for file in (one, other)}
    spoil(disk, one, lambda _: data[other.id])
    spoil(disk, other, lambda _: data[one.id])
    for file in (one, other):
        with pytest.raises(Unavailable):
            services.read(file)
    assert len(list(integrity.faults())) == 2


@pytest.mark.parametrize("column", ["wrapped_dek", "storage_key", "key_id"])
def test_swapped_rows_are_noticed(column: str) -> None:
    one, other = kept(), kept(small(b"other"))
    with transaction() as session:
        taken = getattr(other, column) if column != "key_id" else "d3-00000000"
        if column == "storage_key":
            session.execute(update(StoredFile).where(StoredFile.id == other.id).values(storage_key="0" * 32))
        session.execute(update(StoredFile).where(StoredFile.id == one.id).values({column: taken}))
    db.session.expire_all()
    with pytest.raises(Unavailable):
        services.read(one)


def test_a_missing_blob_and_a_wrong_count_are_noticed(disk: DiskStorage) -> None:
    file = kept()
    disk.delete(file.thumb_key)
    assert [fault for fault in integrity.faults() if "has no bytes" in fault]
    with transaction() as session:
        session.execute(update(StoredFile).where(StoredFile.id == file.id).values(size_stored=1, thumb_key=None))
    db.session.expire_all()
    said = " ".join(integrity.faults())
    assert "is not what was stored" in said
    assert f"the quota of {OWNER}" in said


def test_tokens_are_long_and_never_alike() -> None:
    with transaction():
        tokens = {
            services.store(small(), owner_ref=f"OWNER{n}", kind=FileKind.UPLOAD, actor=CITIZEN).token for n in range(30)
        }
    assert len(tokens) == 30 and {len(token) for token in tokens} == {22}
    assert all(file.state == FileState.KEPT for file in db.session.scalars(select(StoredFile)))
