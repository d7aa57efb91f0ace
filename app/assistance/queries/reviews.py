"""Reads on what is looked at again: odd patterns, and calls that ask whether it was so."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from app.accounts.models import Staff
from app.assistance.models import CallOutcome, EventKind, Helper, Mandate, MandateCall, MandateEvent, OddPattern
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound
from app.core.text import fold

REVIEW_DAYS = 30
SAME_PHONE_PEOPLE = 3
NIGHT_FROM, NIGHT_TO = 20, 6  # hours of the clock in Việt Nam
MANY_AT_NIGHT = 3  # more than these in seven days are looked at


class Flag(StrEnum):
    """Why a mandate is marked for review."""

    SAME_PHONE = "same_phone"  # more than three people with one telephone
    OWN_PHONE = "own_phone"  # the telephone is a helper's
    RELATIVE = "relative"  # người nhà
    NIGHT = "night"  # many at night


def is_helpers_phone(index: bytes | None) -> bool:
    """Whether a telephone is that of a helper, any helper."""
    return index is not None and db.session.scalar(select(Helper.id).where(Helper.phone_index == index).limit(1)) is not None


def is_night(at: datetime) -> bool:
    hour = clock.local(at).hour
    return hour >= NIGHT_FROM or hour < NIGHT_TO


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A mandate with what is odd about it."""

    mandate: Mandate
    flags: tuple[Flag, ...]
    is_open: bool


def list_reviewed(actor: Actor, *, only_flagged: bool = False) -> list[Reviewed]:
    """The agency's mandates of the last 30 days with their flags, newest first."""
    since = clock.now() - timedelta(days=REVIEW_DAYS)
    query = select(Mandate).where(Mandate.agency_id == actor.agency_id, Mandate.made_at > since)
    mandates = list(db.session.scalars(query.order_by(Mandate.id.desc())))
    ended = set(db.session.scalars(select(MandateEvent.mandate_id).where(MandateEvent.kind == EventKind.ENDED)))
    crowded, restless = _shared_phones(mandates), _night_workers(mandates)
    owned = set(db.session.scalars(select(Helper.phone_index)))
    found = [
        Reviewed(one, tuple(_flags(one, crowded, restless, owned)), one.expires_at > clock.now() and one.id not in ended)
        for one in mandates
    ]
    return [one for one in found if one.flags] if only_flagged else found


def _flags(mandate: Mandate, crowded: set[bytes], restless: set[int], owned: set[bytes]) -> Iterable[Flag]:
    if mandate.phone_index in crowded:
        yield Flag.SAME_PHONE
    if mandate.phone_index in owned:
        yield Flag.OWN_PHONE
    if mandate.is_relative:
        yield Flag.RELATIVE
    if mandate.helper_id in restless and is_night(mandate.made_at):
        yield Flag.NIGHT


def person_of(mandate: Mandate) -> bytes | str:
    """What tells one person from another: the ID number where it is known, else the name."""
    return mandate.person_key or fold(mandate.person_name)


def _shared_phones(mandates: Sequence[Mandate]) -> set[bytes]:
    """Telephones that stand for more than three people; a phone is never the key of a person, so names decide too."""
    people: dict[bytes, set[bytes | str]] = defaultdict(set)
    for one in mandates:
        if one.phone_index is not None:
            people[one.phone_index].add(person_of(one))
    return {phone for phone, who in people.items() if len(who) > SAME_PHONE_PEOPLE}


def _night_workers(mandates: Sequence[Mandate]) -> set[int]:
    since = clock.now() - timedelta(days=7)
    nights: dict[int, int] = defaultdict(int)
    for one in mandates:
        if one.made_at > since and is_night(one.made_at):
            nights[one.helper_id] += 1
    return {helper_id for helper_id, count in nights.items() if count > MANY_AT_NIGHT}


def list_calls_due(actor: Actor) -> list[Mandate]:
    """Mandates in the draw whose people were not reached yet, oldest first; last 30 days."""
    reached = exists(select(MandateCall.id).where(
        MandateCall.mandate_id == Mandate.id, MandateCall.outcome != CallOutcome.NOT_REACHED
    ))
    query = select(Mandate).where(
        Mandate.agency_id == actor.agency_id, Mandate.to_call_back, ~reached,
        Mandate.made_at > clock.now() - timedelta(days=REVIEW_DAYS),
    )
    return list(db.session.scalars(query.order_by(Mandate.id)))


def list_calls_made(actor: Actor, limit: int = 30) -> list[tuple[MandateCall, Mandate, Staff]]:
    """Calls that were made, newest first, each with its mandate and who called."""
    query = (
        select(MandateCall, Mandate, Staff)
        .join(Mandate, Mandate.id == MandateCall.mandate_id)
        .join(Staff, Staff.id == MandateCall.called_by_id)
        .where(Mandate.agency_id == actor.agency_id)
        .order_by(MandateCall.id.desc())
        .limit(limit)
    )
    return [(call, mandate, staff) for call, mandate, staff in db.session.execute(query)]


# What a look over many rows found

@dataclass(frozen=True, slots=True)
class PatternLine:
    """An odd pattern, whose work it is about if it is one helper's, who closed it, what was said of it before."""

    pattern: OddPattern
    helper: Staff | None
    closer: Staff | None
    before: str


def list_patterns(actor: Actor, *, closed: bool = False, limit: int = 100) -> list[PatternLine]:
    """Patterns of the agency that nobody has looked at yet, oldest first; ``closed``: those done with, latest first."""
    about, closer = aliased(Staff), aliased(Staff)
    query = (
        select(OddPattern, about, closer)
        .outerjoin(Helper, Helper.id == OddPattern.helper_id)
        .outerjoin(about, about.id == Helper.staff_id)
        .outerjoin(closer, closer.id == OddPattern.closed_by_id)
        .where(OddPattern.agency_id == actor.agency_id)
    )
    if closed:
        query = query.where(OddPattern.closed_at.is_not(None)).order_by(OddPattern.closed_at.desc(), OddPattern.id.desc())
    else:
        query = query.where(OddPattern.closed_at.is_(None)).order_by(OddPattern.id)
    rows = list(db.session.execute(query.limit(limit)))
    before = {} if closed else _words_before(actor)
    return [
        PatternLine(pattern, helper, by, before.get((pattern.kind, bytes(pattern.key)), "")) for pattern, helper, by in rows
    ]


def _words_before(actor: Actor) -> dict[tuple[str, bytes], str]:
    """What the leader said when the same pattern was closed the last time."""
    query = select(OddPattern).where(OddPattern.agency_id == actor.agency_id, OddPattern.closed_at.is_not(None))
    return {(one.kind, bytes(one.key)): one.word or "" for one in db.session.scalars(query.order_by(OddPattern.id))}


def get_pattern(actor: Actor, pattern_id: int, *, lock: bool = False) -> OddPattern:
    """A pattern of the actor's agency. Raises ``NotFound``."""
    query = select(OddPattern).where(OddPattern.id == pattern_id, OddPattern.agency_id == actor.agency_id)
    pattern = db.session.scalar(query.with_for_update() if lock else query)
    if pattern is None:
        raise NotFound
    return pattern
