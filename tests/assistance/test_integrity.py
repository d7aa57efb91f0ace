"""Nothing about a mandate can be changed, taken out, put in or cut off without ``assistance verify`` saying so.

Whoever owns the database drops its triggers first; so do these tests.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from app.accounts.permissions import Role
from app.assistance import integrity
from app.assistance.models import ByKind, ConsentText, EventKind, Mandate, MandateEvent, MandateHead, Method
from app.assistance.services import mandates
from app.core import clock, crypto
from app.core.audit import AuditEntry
from app.core.codes import new_public_code
from app.core.crypto import seal
from app.core.db import db, transaction
from app.files.models import StoredFile
from app.providers.storage import storage
from tests import factories

PHONE = "+84905000111"
TABLES = {"mandate": ("no_update", "no_delete", "no_replace"), "mandate_event": ("no_update", "no_delete", "no_replace"),
          "consent_text": ("no_update", "no_delete", "no_replace")}


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """As the owner of the database can: triggers and foreign keys are out of the way for one transaction."""
    postgres = db.engine.dialect.name == "postgresql"
    with transaction() as session:
        for table, names in TABLES.items():
            for name in () if postgres else names:
                session.execute(text(f"DROP TRIGGER IF EXISTS {table}_{name}"))
            if postgres:
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        if postgres:
            session.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
        yield


def forge(*statements: object) -> list[str]:
    """What is found once somebody wrote past the triggers."""
    with past_the_triggers():
        for statement in statements:
            db.session.execute(statement)
    db.session.expire_all()
    return integrity.verify().faults


@pytest.fixture
def some(database: None) -> list[Mandate]:
    """A mandate of each kind, with uses; the third is ended, the last waits for its clerk."""
    actor, clerk = factories.make_helper(), factories.make_staff(Role.RECEPTIONIST)
    made = [factories.make_mandate(actor, new_public_code(), method, phone=PHONE) for method in Method]
    with transaction():
        mandates.check_paper(made[3], clerk, accepted=True)
    for mandate in made[:2]:
        with transaction():
            mandates.use_mandate(mandate, actor, "answers.keep")
    with transaction():
        mandates.end_mandate(made[2], actor, by_kind=ByKind.PERSON, reason="by_person")
    return made


def test_what_was_left_alone_holds(some: list[Mandate]) -> None:
    verdict = integrity.verify()
    assert verdict.faults == [] and (verdict.mandates, verdict.events) == (4, 8)


LATER = clock.now() + timedelta(days=30)
EDITS: dict[str, dict[str, object]] = {
    "person_name": {"person_name": "Lê Thị Thử"}, "person_phone": {"person_phone": "+84905000999"},
    "person_key": {"person_key": b"x" * 16}, "phone_index": {"phone_index": b"x" * 16},
    "dossier_code": {"dossier_code": "K7M49QXT"}, "procedure_codes": {"procedure_codes": ["2.000635"]},
    "method": {"method": "signed_paper"}, "relative": {"is_relative": True}, "witness": {"witness_name": "Lê Thị Thử"},
    "version": {"text_version": "2020-1-1"}, "language": {"text_language": "en"}, "text": {"text_sha256": "0" * 64},
    "hash of evidence": {"evidence_sha256": "0" * 64}, "made": {"made_at": LATER}, "expires": {"expires_at": LATER},
    "draw": {"to_call_back": False}, "seal": {"seal": bytes(32)}, "code": {"code": "K7M49QXT"},
}


@pytest.mark.parametrize("what", EDITS)
def test_every_column_of_a_mandate(some: list[Mandate], what: str) -> None:
    assert forge(update(Mandate).where(Mandate.id == some[0].id).values(EDITS[what])) != []


def test_helper_and_evidence_of_another(some: list[Mandate]) -> None:
    other = factories.helper_of(factories.make_helper(username="other"))
    assert forge(update(Mandate).where(Mandate.id == some[0].id).values(helper_id=other.id))
    assert forge(update(Mandate).where(Mandate.id == some[1].id).values(evidence_file_id=some[0].evidence_file_id))


def test_a_sealed_column_of_noise(some: list[Mandate]) -> None:
    where = f"WHERE id = {some[0].id}"
    with past_the_triggers():
        db.session.execute(text(f"UPDATE mandate SET person_name = :blob {where}"), {"blob": b"\x01" + bytes(40)})
    db.session.expire_all()
    assert any("cannot be read" in fault for fault in integrity.verify().faults)


def test_a_column_sealed_again_by_who_has_the_key_of_columns(some: list[Mandate]) -> None:
    with past_the_triggers():
        db.session.execute(
            text(f"UPDATE mandate SET person_name = :blob WHERE id = {some[0].id}"), {"blob": seal("Lê Thị Thử".encode())}
        )
    db.session.expire_all()
    assert any("was changed" in fault for fault in integrity.verify().faults)


EVENTS: dict[str, Callable[[int], object]] = {
    "at": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(at=LATER),
    "kind": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(kind="ended"),
    "act": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(act="other"),
    "by": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(by_kind="system"),
    "who": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(by_id=99),
    "reason": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(reason="by_person"),
    "chain": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(chain=bytes(32)),
    "number": lambda seq: update(MandateEvent).where(MandateEvent.seq == seq).values(seq=seq + 1000),
    "gone": lambda seq: delete(MandateEvent).where(MandateEvent.seq == seq),
}


@pytest.mark.parametrize("what", EVENTS)
def test_every_column_of_every_line(some: list[Mandate], what: str) -> None:
    faults = forge(EVENTS[what](6))
    assert any(" 6 " in fault or " 6" in fault for fault in faults)


def test_an_end_that_is_cut_off(some: list[Mandate]) -> None:
    """The mandate lives again, the head says that it was always so; the audit log tells of the line."""
    lines = select(MandateEvent.seq, MandateEvent.kind, MandateEvent.chain).order_by(MandateEvent.seq.desc())
    last, before = db.session.execute(lines).all()[:2]
    assert last.kind == EventKind.ENDED
    faults = forge(
        delete(MandateEvent).where(MandateEvent.seq == last.seq),
        update(MandateHead).values(seq=before.seq, chain=bytes(before.chain)),
    )
    assert faults == [f"journal: line {last.seq} (ended) is missing, the audit log tells of it"]


def test_a_head_that_is_set_back(some: list[Mandate]) -> None:
    assert forge(update(MandateHead).values(seq=3)) and forge(delete(MandateHead))


def test_two_lines_that_change_places(some: list[Mandate]) -> None:
    lines = update(MandateEvent)
    assert forge(
        lines.where(MandateEvent.seq == 6).values(seq=999), lines.where(MandateEvent.seq == 7).values(seq=6),
        lines.where(MandateEvent.seq == 999).values(seq=7),
    )


def test_a_line_that_is_moved_to_another_mandate(some: list[Mandate]) -> None:
    assert forge(update(MandateEvent).where(MandateEvent.seq == 6).values(mandate_id=some[3].id))


def test_a_mandate_and_its_lines_that_are_gone(some: list[Mandate]) -> None:
    assert forge(
        delete(MandateEvent).where(MandateEvent.mandate_id == some[0].id), delete(Mandate).where(Mandate.id == some[0].id)
    )


def test_a_mandate_that_nobody_gave(some: list[Mandate]) -> None:
    """Copied from a true one, under a new code, for another dossier."""
    row = {column.name: getattr(some[0], column.name) for column in Mandate.__table__.columns if column.name != "id"}
    faults = forge(insert(Mandate).values({**row, "code": "K7M49QXT", "dossier_code": "T3WH8RDA"}))
    assert any("does not know that it was given" in fault for fault in faults)
    assert any("K7M49QXT: what it says was changed" in fault for fault in faults)


def test_words_that_were_published_otherwise(some: list[Mandate]) -> None:
    faults = forge(update(ConsentText).where(ConsentText.language == "vi").values(text="Tôi cho hết."))
    assert faults == ["consent text 2026-11-1/vi is not what was published"]
    assert len(forge(update(ConsentText).where(ConsentText.language == "vi").values(sha256="0" * 64))) > 4


def test_evidence_that_is_spoiled_swapped_or_gone(some: list[Mandate]) -> None:
    one, other, third = (db.session.get_one(StoredFile, mandate.evidence_file_id) for mandate in some[:3])
    blob = b"".join(storage().open(one.storage_key))
    storage().delete(one.storage_key)
    storage().put(one.storage_key, [blob[:-1] + bytes([blob[-1] ^ 1])])
    assert forge() == [f"mandate {some[0].code}: its evidence cannot be read"]
    storage().delete(one.storage_key)
    assert f"mandate {some[0].code}: its evidence cannot be read" in integrity.verify().faults
    swap = {name: getattr(third, name) for name in ("storage_key", "wrapped_dek", "key_id", "sha256")}
    forge(update(StoredFile).where(StoredFile.id == third.id).values(storage_key=None, thumb_key=None))
    forge(update(StoredFile).where(StoredFile.id == other.id).values(**swap))
    assert f"mandate {some[1].code}: its evidence is not what was given" in integrity.verify().faults


def test_an_audit_log_that_tells_otherwise(some: list[Mandate]) -> None:
    entry = select(AuditEntry.seq).where(AuditEntry.action == "mandate.used").limit(1).scalar_subquery()
    assert forge(delete(AuditEntry).where(AuditEntry.seq == entry))


def test_another_key_finds_nothing_right(some: list[Mandate], app: Flask) -> None:
    kept = app.extensions["settings"].root_key
    try:
        crypto.keyring.configure(b"another key, also 32 bytes long!")
        assert len(integrity.verify().faults) >= 4
    finally:
        crypto.keyring.configure(kept)


def test_the_command_leaves_with_one_and_names_what_does_not_hold(some: list[Mandate], app: Flask) -> None:
    runner = app.test_cli_runner()
    whole = runner.invoke(args=["assistance", "verify"])
    assert whole.exit_code == 0 and whole.output.strip() == "4 mandates, 8 lines of the journal: all hold"
    forge(update(Mandate).where(Mandate.id == some[0].id).values(expires_at=LATER))
    broken = runner.invoke(args=["assistance", "verify"])
    assert broken.exit_code == 1 and f"mandate {some[0].code}: what it says was changed" in broken.output


PROTECTED = {
    "update": "UPDATE {table} SET {column} = {column}", "delete": "DELETE FROM {table}",
}


@pytest.mark.parametrize("statement", PROTECTED)
@pytest.mark.parametrize(("table", "column"), [("mandate", "method"), ("mandate_event", "kind"), ("consent_text", "text")])
def test_the_database_refuses(some: list[Mandate], statement: str, table: str, column: str) -> None:
    with pytest.raises(Exception, match="append only"), transaction() as session:
        session.execute(text(PROTECTED[statement].format(table=table, column=column)))


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_what_would_go_around(some: list[Mandate], table: str) -> None:
    around = f"TRUNCATE {table} CASCADE"
    if db.engine.dialect.name == "sqlite":
        around = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"
    with pytest.raises(Exception, match="append only"), transaction() as session:
        session.execute(text(around))
