"""The audit log: one row for each act, chained by HMAC so that an edit, a swap or a deletion shows.

Rows are gathered during the transaction and written just before it commits: the head of the chain is
the last lock a transaction takes, so two transactions can wait for each other only in one order.
"""
from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core import clock
from app.core.actor import Actor
from app.core.crypto import keyring, same
from app.core.db import BigId, Model, db


class AuditEntry(Model):
    """One act (nhật ký). Append only: no code updates or deletes these rows."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(12))
    actor_id: Mapped[int | None]
    action: Mapped[str] = mapped_column(String(60))
    object_type: Mapped[str] = mapped_column(String(30))
    object_code: Mapped[str] = mapped_column(String(40), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditHead(Model):
    """The end of the chain: one row. Printed on the day sheet as an anchor outside the database."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigId)
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


@dataclass(frozen=True, slots=True)
class _Pending:
    at: datetime
    actor: Actor
    action: str
    object_type: str
    object_code: str
    detail: dict[str, Any]


_KEY = "audit_pending"


def record(actor: Actor, action: str, object_type: str, object_code: str, **detail: Any) -> None:
    """Note an act of ``actor`` on an object. ``detail`` holds codes and states, never personal data."""
    db.session().info.setdefault(_KEY, []).append(
        _Pending(clock.now(), actor, action, object_type, object_code, detail)
    )


def _link(previous: bytes, seq: int, entry: _Pending | AuditEntry, kind: str, actor_id: int | None) -> bytes:
    facts = [
        seq, entry.at.isoformat(), kind, actor_id, entry.action, entry.object_type, entry.object_code, entry.detail,
    ]
    return keyring.mac("audit-chain", previous + json.dumps(facts, sort_keys=True, ensure_ascii=False).encode())


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    pending: list[_Pending] = session.info.pop(_KEY, [])
    if not pending:
        return
    session.flush()
    seq, chain = _locked_head(session)
    rows = []
    for entry in pending:
        seq += 1
        chain = _link(chain, seq, entry, str(entry.actor.kind), entry.actor.id)
        rows.append({
            "seq": seq, "at": entry.at, "actor_kind": str(entry.actor.kind), "actor_id": entry.actor.id,
            "action": entry.action, "object_type": entry.object_type, "object_code": entry.object_code,
            "detail": entry.detail, "chain": chain,
        })
    session.execute(insert(AuditEntry), rows)
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(seq=seq, chain=chain))


def _locked_head(session: Session) -> tuple[int, bytes]:
    """(seq, chain) of the last entry, held until the transaction ends; the very first two writers meet here too."""
    head = select(AuditHead.seq, AuditHead.chain).where(AuditHead.id == 1).with_for_update()
    found = session.execute(head).first()
    if found is None:
        upsert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert
        session.execute(upsert(AuditHead).values(id=1, seq=0, chain=bytes(32)).on_conflict_do_nothing())
        found = session.execute(head).one()
    return found.seq, bytes(found.chain)


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop(_KEY, None)


def anchor() -> str:
    """The end of the chain in words to keep outside the database: on the day sheet, in a backup, in a letter."""
    head = db.session.get(AuditHead, 1)
    return f"{head.seq}:{bytes(head.chain).hex()}" if head else "0:"


def faults(anchors: Iterable[str] = ()) -> Iterator[str]:
    """Replay the whole chain; one sentence for each thing that does not hold.

    Who may write the database may also cut the chain's end off and its head back; only an ``anchor`` kept
    elsewhere tells of that.
    """
    kept = dict(anchor.split(":") for anchor in anchors if not anchor.startswith("0:"))
    seq, chain = 0, bytes(32)
    for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).yield_per(1000):
        if entry.seq != seq + 1:
            yield f"audit: entry {seq + 1} is missing (next is {entry.seq})"
        seq, chain_was = entry.seq, chain
        chain = bytes(entry.chain)
        if not same(_link(chain_was, seq, entry, entry.actor_kind, entry.actor_id), chain):
            yield f"audit: entry {seq} was changed"
        if kept.pop(str(seq), chain.hex()) != chain.hex():
            yield f"audit: entry {seq} is not the one that its anchor names"
    for lost in kept:
        yield f"audit: entry {lost} is missing, an anchor names it"
    head = db.session.get(AuditHead, 1)
    if (head.seq if head else 0) != seq or (head and bytes(head.chain) != chain):
        yield f"audit: the chain ends at {seq}, its head says {head.seq if head else 0}"
