"""Does every mandate hold: its evidence, its words, its seal, the journal's chain (``assistance verify``)? Nothing is changed."""
from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from sqlalchemy import select

from app.assistance.models import CallAct, ConsentText, EventKind, HelpCall, HelpCallEvent, Mandate, MandateEvent, MandateHead
from app.assistance.services.journal import link, seal_of
from app.assistance.services.mandates import is_drawn
from app.assistance.services.texts import digest
from app.core.audit import AuditEntry
from app.core.crypto import same
from app.core.db import db
from app.core.errors import AppError
from app.files import services as files
from app.files.models import FileKind, StoredFile


@dataclass(slots=True)
class Verdict:
    """What was looked at, and one sentence for each thing that does not hold."""

    mandates: int = 0
    events: int = 0
    faults: list[str] = field(default_factory=list)


def verify() -> Verdict:
    """Look at every mandate and every line of the journal."""
    verdict = Verdict()
    texts = {(row.version, row.language): row for row in db.session.scalars(select(ConsentText))}
    verdict.faults += _texts(texts)
    seals: dict[int, bytes] = {}
    for mandate_id in db.session.scalars(select(Mandate.id).order_by(Mandate.id)).all():
        verdict.mandates += 1
        try:
            mandate = db.session.get_one(Mandate, mandate_id)
            seals[mandate_id] = bytes(mandate.seal)
            verdict.faults += _mandate(mandate, texts)
        except (InvalidTag, ValueError):  # a sealed column was written over
            seals.setdefault(mandate_id, b"")
            verdict.faults.append(f"mandate row {mandate_id}: a sealed column cannot be read")
    verdict.faults += _journal(verdict, seals)
    return verdict


def faults() -> Iterator[str]:
    """One sentence for each thing that does not hold (for ``doctor``)."""
    yield from verify().faults
    yield from call_faults()


def call_faults() -> Iterator[str]:
    """Calls for help whose row says other than their journal, or whose times cannot be."""
    lines: dict[int, list[HelpCallEvent]] = defaultdict(list)
    for line in db.session.scalars(select(HelpCallEvent).order_by(HelpCallEvent.id)):
        lines[line.call_id].append(line)
    for call in db.session.scalars(select(HelpCall).order_by(HelpCall.id)):
        acts, name = [line.act for line in lines[call.id]], f"call {call.code}"
        if acts[:1] != [CallAct.ASKED]:
            yield f"{name}: the journal does not know who asked"
        if (CallAct.DONE in acts) == call.is_open:
            yield f"{name}: the journal does not know whether it is done"
        if not call.is_open and not (call.done_at and call.answered_at and call.done_at <= call.answered_at):
            yield f"{name}: done after it was told"
        if call.taken_by_id != _last_taker(lines[call.id]):
            yield f"{name}: the journal knows another who has it"


def _last_taker(lines: list[HelpCallEvent]) -> int | None:
    taker: int | None = None
    for line in lines:
        if line.act == CallAct.TAKEN:
            taker = line.by_id
        elif line.act in (CallAct.PASSED, CallAct.DONE):
            taker = line.to_id if line.act == CallAct.PASSED else line.to_id or taker or line.by_id
    return taker


def _texts(texts: dict[tuple[str, str], ConsentText]) -> Iterator[str]:
    for (version, language), row in texts.items():
        if not same(digest(row.text), row.sha256):
            yield f"consent text {version}/{language} is not what was published"


def _mandate(mandate: Mandate, texts: dict[tuple[str, str], ConsentText]) -> Iterator[str]:
    name = f"mandate {mandate.code}"
    if not same(seal_of(mandate), bytes(mandate.seal)):
        yield f"{name}: what it says was changed"
    text = texts.get((mandate.text_version, mandate.text_language))
    if text is None or text.sha256 != mandate.text_sha256:
        yield f"{name}: the words agreed to are not those of version {mandate.text_version}/{mandate.text_language}"
    if mandate.to_call_back != (mandate.is_weak or is_drawn(mandate.code)):
        yield f"{name}: it was taken out of the draw of calls, or put in"
    yield from _evidence(mandate, name)


def _evidence(mandate: Mandate, name: str) -> Iterator[str]:
    file = db.session.get(StoredFile, mandate.evidence_file_id)
    if file is None or file.kind != FileKind.EVIDENCE or file.owner_ref != f"mandate/{mandate.code}":
        yield f"{name}: its evidence is not there"
        return
    try:
        data = files.read(file)
    except AppError:
        yield f"{name}: its evidence cannot be read"
        return
    if hashlib.sha256(data).hexdigest() != mandate.evidence_sha256:
        yield f"{name}: its evidence is not what was given"


def _journal(verdict: Verdict, seals: dict[int, bytes]) -> Iterator[str]:
    told = _told_by_audit()
    seq, chain = 0, bytes(32)
    given: set[int] = set()
    for event in db.session.scalars(select(MandateEvent).order_by(MandateEvent.seq)).yield_per(1000):
        verdict.events += 1
        if event.seq != seq + 1:
            yield f"journal: line {seq + 1} is missing (next is {event.seq})"
        seal = seals.get(event.mandate_id)
        if seal is None:
            yield f"journal: line {event.seq} is about a mandate that is not there"
        if not same(link(chain, event, seal or b""), bytes(event.chain)):
            yield f"journal: line {event.seq} was changed"
        if told.pop(event.seq, None) != event.kind:
            yield f"journal: line {event.seq} ({event.kind}) is not what the audit log tells"
        if event.kind == EventKind.GIVEN:
            given.add(event.mandate_id)
        seq, chain = event.seq, bytes(event.chain)
    for lost, kind in told.items():
        yield f"journal: line {lost} ({kind}) is missing, the audit log tells of it"
    for mandate_id in seals.keys() - given:
        yield f"mandate row {mandate_id}: the journal does not know that it was given"
    head = db.session.get(MandateHead, 1)
    if (head.seq if head else 0) != seq or (head and bytes(head.chain) != chain):
        yield f"journal: the chain ends at {seq}, its head says {head.seq if head else 0}"


def _told_by_audit() -> dict[int, str]:
    """Lines of the journal as the audit log, with a chain and anchors of its own, tells of them."""
    entries = select(AuditEntry.action, AuditEntry.detail).where(
        AuditEntry.object_type == "mandate", AuditEntry.action.in_([f"mandate.{kind}" for kind in EventKind])
    )
    return {detail["seq"]: action.removeprefix("mandate.") for action, detail in db.session.execute(entries)}
