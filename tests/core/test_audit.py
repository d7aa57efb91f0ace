"""The audit chain: nothing in it can be edited, swapped, taken out or cut off without showing (T34, m16)."""
from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update

from app.core import audit, clock, crypto
from app.core.actor import CITIZEN, SYSTEM, Actor, ActorKind
from app.core.audit import AuditEntry, AuditHead
from app.core.db import db, transaction
from tests.core.running import at_once

CLERK = Actor(ActorKind.STAFF, 7, "Lê Thị Thử")


def write(count: int = 12) -> None:
    for number in range(count):
        with transaction():
            actor = (CITIZEN, CLERK, SYSTEM)[number % 3]
            audit.record(actor, f"dossier.act_{number % 4}", "dossier", f"K7M4{number:04d}", seq=number, tên="Mẫu")


def change(statement: object) -> None:
    with transaction() as session:
        session.execute(statement)


def cut(session_rows: int) -> None:
    """Take the last rows away and let the head say that it was always so, as who owns the database can."""
    entries = db.session.execute(select(AuditEntry.seq, AuditEntry.chain).order_by(AuditEntry.seq)).all()
    seq, chain = entries[-1 - session_rows]
    change(delete(AuditEntry).where(AuditEntry.seq > seq))
    change(update(AuditHead).values(seq=seq, chain=bytes(chain)))


@pytest.mark.usefixtures("database")
def test_an_untouched_chain_holds() -> None:
    write()
    assert list(audit.faults()) == []


EDITS: dict[str, Callable[[int], object]] = {
    "actor": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(actor_id=99),
    "kind": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(actor_kind="nobody"),
    "action": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(action="dossier.other"),
    "object": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(object_code="ZZZZZZZZ"),
    "type": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(object_type="file"),
    "detail": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(detail={"seq": -1}),
    "moment": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(at=clock.now()),
    "chain": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(chain=bytes(32)),
    "number": lambda seq: update(AuditEntry).where(AuditEntry.seq == seq).values(seq=seq + 10_000),
    "gone": lambda seq: delete(AuditEntry).where(AuditEntry.seq == seq),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.usefixtures("database")
def test_each_change_of_an_entry_shows(edit: str) -> None:
    write(5)
    last = db.session.scalar(select(AuditHead.seq))
    for seq in (last - 4, last - 2, last):
        kept = [dict(row) for row in db.session.execute(select(AuditEntry.__table__).order_by(AuditEntry.seq)).mappings()]
        change(EDITS[edit](seq))
        assert list(audit.faults()) != [], f"{edit} of entry {seq}"
        change(delete(AuditEntry))
        change(insert(AuditEntry).values(kept))
        assert list(audit.faults()) == []


@pytest.mark.usefixtures("database")
def test_random_changes_are_all_found() -> None:
    """Edits, deletions, swaps and forged entries, each on the chain in memory of the database."""
    write(20)
    rows = [dict(row) for row in db.session.execute(select(AuditEntry.__table__).order_by(AuditEntry.seq)).mappings()]
    rng, unseen = random.Random(20261123), []
    with transaction() as session:
        for number in range(150):
            changed = [dict(row) for row in rows]
            one, other = rng.sample(range(len(rows)), 2)
            act = rng.choice(("edit", "delete", "swap", "forge", "cut"))
            if act == "edit":
                name = rng.choice(("actor_id", "action", "object_code", "object_type", "detail", "actor_kind"))
                changed[one][name] = {"x": number} if name == "detail" else number if name == "actor_id" else f"x{number}"
            elif act == "delete":
                del changed[one]
            elif act == "swap":
                changed[one]["seq"], changed[other]["seq"] = changed[other]["seq"], changed[one]["seq"]
            elif act == "forge":
                changed.append({**changed[one], "seq": len(rows) + changed[0]["seq"], "chain": rng.randbytes(32)})
            else:
                del changed[-rng.randint(1, 5) :]
            session.execute(delete(AuditEntry))
            session.expunge_all()
            session.execute(insert(AuditEntry), changed)
            if not list(audit.faults()):
                unseen.append(act)
        session.execute(delete(AuditEntry))
        session.execute(insert(AuditEntry), rows)
    assert unseen == []


@pytest.mark.usefixtures("database")
def test_a_tail_cut_off_with_its_head_shows_by_an_anchor_kept_elsewhere() -> None:
    write(6)
    kept = audit.anchor()
    assert list(audit.faults([kept])) == []
    write(2)
    assert list(audit.faults([kept])) == [], "an anchor holds for ever"
    cut(2)
    assert list(audit.faults([kept])) == []
    cut(1)
    assert list(audit.faults()) == [], "by the database alone it does not show: who owns it owns the head too"
    assert len(list(audit.faults([kept]))) == 1


@pytest.mark.usefixtures("database")
def test_a_chain_written_anew_with_another_key_shows() -> None:
    write(3)
    crypto.keyring.configure(b"a thief's own key, 32 bytes long")
    try:
        assert list(audit.faults()) != []
    finally:
        crypto.keyring.configure(b"the key of tests, 32 bytes long!")


@pytest.mark.usefixtures("database")
def test_what_is_undone_leaves_no_entry_and_the_next_one_does_not_inherit_it() -> None:
    write(1)
    before = db.session.scalar(select(AuditHead.seq))
    with pytest.raises(RuntimeError), transaction():
        audit.record(CLERK, "dossier.accept", "dossier", "K7M49QXT")
        raise RuntimeError
    write(1)
    assert db.session.scalar(select(AuditHead.seq)) == before + 1
    assert not db.session.scalar(select(AuditEntry.seq).where(AuditEntry.object_code == "K7M49QXT"))
    assert list(audit.faults()) == []


def test_many_writers_make_one_chain(app: Flask) -> None:
    at_once(app, [lambda: write(5)] * 8)
    with app.app_context():
        assert list(audit.faults()) == []
        seqs = list(db.session.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)))
        assert seqs == list(range(1, len(seqs) + 1)) and len(seqs) >= 40


def test_the_very_first_writers_meet(app: Flask) -> None:
    with app.app_context():
        change(delete(AuditEntry))
        change(delete(AuditHead))
    found = at_once(app, [lambda: write(1)] * 8)
    assert [one for one in found if one is not None] == []
    with app.app_context():
        assert list(audit.faults()) == [] and db.session.scalar(select(AuditHead.seq)) == 8


@pytest.mark.usefixtures("database")
def test_no_personal_data_is_in_what_acts_record() -> None:
    """Codes, numbers and names of acts; the people stand in sealed columns."""
    write(3)
    shown = json.dumps([list(map(str, row)) for row in db.session.execute(text("SELECT * FROM audit_entry")).all()])
    assert "Lê Thị Thử" not in shown, "an actor is a number"
