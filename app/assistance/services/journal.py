"""The journal of mandates: every line chained to the one before by HMAC, mirrored in the audit log.

Writing a line holds the journal's head until the transaction ends, so it comes last: after the dossier's rows were
changed, never before.
"""
from __future__ import annotations

import json

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.assistance.models import ByKind, EventKind, Mandate, MandateEvent, MandateHead
from app.assistance.queries import has_event
from app.core import audit, clock
from app.core.actor import Actor
from app.core.crypto import keyring
from app.core.db import db

_SEALED = (
    "code", "agency_id", "helper_id", "person_name", "person_phone", "dossier_code", "procedure_codes", "method",
    "is_relative", "witness_name", "text_version", "text_language", "text_sha256", "evidence_file_id", "evidence_sha256",
    "to_call_back",
)


def seal_of(mandate: Mandate) -> bytes:
    """The HMAC over all that a mandate says: words agreed to, evidence, person, helper, scope, time."""
    facts = [getattr(mandate, name) for name in _SEALED]
    facts += [part.hex() if part else None for part in (mandate.person_key, mandate.phone_index)]
    facts += [mandate.made_at.isoformat(), mandate.expires_at.isoformat()]
    return keyring.mac("mandate", json.dumps(facts, sort_keys=True, ensure_ascii=False))


def link(previous: bytes, event: MandateEvent, seal: bytes) -> bytes:
    """The chain of one line: over the line before, the line itself and the seal of its mandate."""
    facts = [
        event.seq, event.mandate_id, event.at.isoformat(), str(event.kind), event.act, str(event.by_kind), event.by_id,
        event.reason, seal.hex(),
    ]
    return keyring.mac("mandate", previous + json.dumps(facts, sort_keys=True, ensure_ascii=False).encode())


def append(
    mandate: Mandate, kind: EventKind, actor: Actor, *, by_kind: ByKind | str, act: str = "", reason: str = ""
) -> MandateEvent:
    """Write one line. ``by_kind`` says whose will it was, ``actor`` who sat at the machine."""
    db.session.flush()
    seq, chain = _locked_head()
    event = MandateEvent(
        seq=seq + 1, mandate_id=mandate.id, at=clock.now(), kind=kind, act=act, by_kind=ByKind(by_kind), by_id=actor.id,
        reason=reason,
    )
    event.chain = link(chain, event, bytes(mandate.seal))
    db.session.add(event)
    db.session.flush()
    db.session.execute(update(MandateHead).where(MandateHead.id == 1).values(seq=event.seq, chain=event.chain))
    told = {key: value for key, value in (("act", act), ("reason", reason)) if value}
    audit.record(actor, f"mandate.{kind}", "mandate", mandate.code, seq=event.seq, by=str(ByKind(by_kind)), **told)
    return event


def end(mandate: Mandate, actor: Actor, *, by_kind: ByKind | str, reason: str) -> None:
    """Write that a mandate ended; twice is once."""
    hold()
    if not has_event(mandate, EventKind.ENDED):
        append(mandate, EventKind.ENDED, actor, by_kind=by_kind, reason=reason)


def hold() -> None:
    """Let nobody else write a line until this transaction ends: what is looked up from here on stays so."""
    _locked_head()


def _locked_head() -> tuple[int, bytes]:
    """(seq, chain) of the last line, held until the transaction ends; the very first two writers meet here too."""
    head = select(MandateHead.seq, MandateHead.chain).where(MandateHead.id == 1).with_for_update()
    found = db.session.execute(head).first()
    if found is None:
        upsert = (postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite).insert
        db.session.execute(upsert(MandateHead).values(id=1, seq=0, chain=bytes(32)).on_conflict_do_nothing())
        found = db.session.execute(head).one()
    return found.seq, bytes(found.chain)
