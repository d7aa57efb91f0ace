"""Odd patterns are noted for the leader to look at (điều nên xem lại). They tell what is there and accuse nobody.

A look over the rows runs every day; higher rooms, which see money and machines, tell what they find through ``flag``.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import select

from app.assistance.models import Helper, Mandate, OddPattern, PatternKind
from app.assistance.queries import (
    MANY_AT_NIGHT,
    REVIEW_DAYS,
    SAME_PHONE_PEOPLE,
    get_pattern,
    is_night,
    person_of,
)
from app.core import audit, clock
from app.core.actor import Actor
from app.core.crypto import blind_index
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid
from app.core.text import normalise_lines

MOST_CODES = 60


def flag(
    kind: PatternKind, *, agency_id: int, key: bytes, people: int, codes: Sequence[str], helper_id: int | None = None
) -> OddPattern | None:
    """Note a pattern, or that one has grown. What was closed comes back only with a mandate or dossier that is new.

    ``key``: 16 bytes that name what they have in common and tell nothing; ``people``: how many different ones. Call it
    with all codes of the last 30 days, oldest first. ``None`` when it was closed and nothing is new.
    """
    codes = list(codes)[-MOST_CODES:]
    of_same = select(OddPattern).where(
        OddPattern.agency_id == agency_id, OddPattern.kind == kind, OddPattern.key == key
    )
    rows = list(db.session.scalars(of_same.order_by(OddPattern.id).with_for_update()))
    row = next((one for one in rows if one.closed_at is None), None)
    if row is None:
        if rows and set(codes) <= {code for one in rows for code in one.codes}:
            return None
        row = OddPattern(agency_id=agency_id, kind=kind, key=key, helper_id=helper_id, people=people, codes=codes)
        db.session.add(row)
    elif set(codes) - set(row.codes):
        row.codes = (row.codes + [code for code in codes if code not in row.codes])[-MOST_CODES:]
        row.people, row.seen_at = max(people, row.people), clock.now()
    db.session.flush()
    return row


def close(pattern_id: int, actor: Actor, word: str) -> OddPattern:
    """The leader has looked and says in a sentence what it was. Nobody closes what is about themselves."""
    pattern = get_pattern(actor, pattern_id, lock=True)
    word = normalise_lines(word)[:500]
    if pattern.closed_at is not None:
        raise Conflict(N_("Dòng này đã xem xong."))
    helper = db.session.get(Helper, pattern.helper_id) if pattern.helper_id else None
    if helper is not None and helper.staff_id == actor.id:
        raise Forbidden(N_("Dòng này nói về việc của chính mình. Nhờ người khác xem."))
    if not word:
        raise Invalid(fields={"word": (N_("Ghi một câu: đã hỏi ai, thấy gì."), {})})
    pattern.closed_at, pattern.closed_by_id, pattern.word = clock.now(), actor.id, word
    db.session.flush()
    audit.record(actor, "pattern.close", "odd_pattern", str(pattern.id), kind=pattern.kind)
    return pattern


def look_over() -> int:
    """Look over the mandates of the last 30 days; how many patterns are odd now."""
    since = clock.now() - timedelta(days=REVIEW_DAYS)
    by_agency: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in db.session.scalars(select(Mandate).where(Mandate.made_at > since).order_by(Mandate.id)):
        by_agency[mandate.agency_id].append(mandate)
    owned = {row.phone_index: row.id for row in db.session.execute(select(Helper.phone_index, Helper.id).order_by(Helper.id))}
    found = 0
    for agency_id, mandates in by_agency.items():
        for kind, key, helper_id, group in (*_phones(mandates, owned), *_nights(mandates)):
            people, codes = len({person_of(one) for one in group}), [one.code for one in group]
            flag(kind, agency_id=agency_id, key=key, people=people, codes=codes, helper_id=helper_id)
            found += 1
    return found


_Found = tuple[PatternKind, bytes, int | None, list[Mandate]]


def _phones(mandates: Iterable[Mandate], owned: dict[bytes, int]) -> Iterable[_Found]:
    """One telephone for many people; a helper's telephone given as that of the person who is helped."""
    by_phone: dict[bytes, list[Mandate]] = defaultdict(list)
    for one in mandates:
        if one.phone_index is not None:
            by_phone[bytes(one.phone_index)].append(one)
    for phone, group in by_phone.items():
        if phone in owned:
            yield PatternKind.OWN_PHONE, phone, owned[phone], group
        elif len({person_of(one) for one in group}) > SAME_PHONE_PEOPLE:
            helpers = {one.helper_id for one in group}
            yield PatternKind.SAME_PHONE, phone, helpers.pop() if len(helpers) == 1 else None, group


def _nights(mandates: Iterable[Mandate]) -> Iterable[_Found]:
    """More than three times between eight in the evening and six in the morning within seven days."""
    since = clock.now() - timedelta(days=7)
    nights: dict[int, list[Mandate]] = defaultdict(list)
    for one in mandates:
        if one.made_at > since and is_night(one.made_at):
            nights[one.helper_id].append(one)
    for helper_id, group in nights.items():
        if len(group) > MANY_AT_NIGHT:
            yield PatternKind.AT_NIGHT, blind_index("pattern", f"night/{helper_id}"), helper_id, group
