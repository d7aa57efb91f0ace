"""How much help people need, by month and residential group, and whether they need less next time (học tự làm).

Nobody is ranked and nobody can be found: people and helpers are never listed, small numbers are not shown.
"""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Select, func, select

from app.accounts.queries import list_residential_groups
from app.assistance.models import Mode
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_
from app.dossiers.models import Dossier, State

SMALL = 5  # fewer than these could be recognised
ROUGH = 20  # below this many a share is told in tens
MONTHS = 12
MODE_NAMES = {
    Mode.ALONE: N_("tự làm"), Mode.BESIDE: N_("tự bấm, có người đứng cạnh"), Mode.HELPER: N_("người giúp gõ"),
    Mode.COUNTER: N_("cán bộ gõ tại quầy"),
}
ORDER = (Mode.ALONE, Mode.BESIDE, Mode.HELPER, Mode.COUNTER)  # from no help to having it done


@dataclass(frozen=True, slots=True)
class Share:
    """How many dossiers of a month or a group were typed by whom; ``None`` where the numbers are too small to tell."""

    total: int | None
    percent: Mapping[Mode, int] = field(default_factory=dict)

    @property
    def alone(self) -> int | None:
        """The share in per cent that people typed themselves, with or without somebody beside."""
        return None if self.total is None or not self.total else self.percent[Mode.ALONE] + self.percent[Mode.BESIDE]


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the ward, and of each residential group."""

    first: date
    ward: Share
    groups: Mapping[int | None, Share]


@dataclass(frozen=True, slots=True)
class Progress:
    """People with more than one dossier: whether the last one took less help than the first; ``None`` when too few."""

    people: int | None
    less: int | None
    same: int | None
    more: int | None


def months_back(today: date, count: int = MONTHS) -> list[date]:
    """The first days of the last ``count`` months, this one last."""
    numbers = range(today.year * 12 + today.month - count, today.year * 12 + today.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def list_months(actor: Actor, count: int = MONTHS) -> list[Month]:
    """The last months of the actor's agency, oldest first; every residential group is in each of them."""
    firsts = months_back(clock.today(), count)
    groups: list[int | None] = [one.id for one in list_residential_groups(actor.agency_id or 0)]
    found = []
    for first, after in zip(firsts, [*firsts[1:], None], strict=True):
        counts = _count(actor, first, after)
        shares = {group: share_of(counts.get(group, {})) for group in [*groups, None]}
        found.append(Month(first, share_of(_together(counts.values())), _hidden(shares)))
    return found


def list_groups(actor: Actor, count: int = MONTHS) -> dict[int | None, Share]:
    """All these months together, by residential group; ``None`` are people whose address names no group."""
    counts = _count(actor, months_back(clock.today(), count)[0], None)
    groups: list[int | None] = [one.id for one in list_residential_groups(actor.agency_id or 0)]
    return _hidden({group: share_of(counts.get(group, {})) for group in [*groups, None]})


def share_of(counts: Mapping[Mode, int]) -> Share:
    """Counts as a total and shares that sum up to 100; nothing of fewer than five."""
    total = sum(counts.values())
    if not total:
        return Share(0)
    if total < SMALL:
        return Share(None)
    step = 10 if total < ROUGH else 1
    exact = {mode: counts.get(mode, 0) * 100 / total / step for mode in ORDER}
    floors = {mode: int(share) for mode, share in exact.items()}
    left = 100 // step - sum(floors.values())
    for mode in sorted(ORDER, key=lambda one: floors[one] - exact[one])[:left]:
        floors[mode] += 1
    return Share(total, {mode: floors[mode] * step for mode in ORDER})


def _hidden(shares: dict[int | None, Share]) -> dict[int | None, Share]:
    """One hidden number alone could be had by taking the others from the sum: then the next smallest is hidden too."""
    hidden = [group for group, share in shares.items() if share.total is None]
    shown = sorted((share.total, str(group), group) for group, share in shares.items() if share.total)
    if len(hidden) == 1 and shown:
        shares[shown[0][2]] = Share(None)
    return shares


def _count(actor: Actor, first: date, after: date | None) -> dict[int | None, dict[Mode, int]]:
    query = (
        select(Dossier.residential_group_id, Dossier.help_mode, func.count())
        .where(*_submitted(actor, first, after))
        .group_by(Dossier.residential_group_id, Dossier.help_mode)
    )
    counts: dict[int | None, dict[Mode, int]] = defaultdict(dict)
    for group, mode, number in db.session.execute(query):
        counts[group][Mode(mode)] = number
    return counts


def _submitted(actor: Actor, first: date, after: date | None) -> Iterable[ColumnElement[bool]]:
    yield Dossier.received_agency_id == actor.agency_id
    yield Dossier.submitted_at >= _midnight(first)
    if after is not None:
        yield Dossier.submitted_at < _midnight(after)


def _midnight(day: date) -> datetime:
    return clock.at_local(day, time(0))


def _together(counts: Iterable[Mapping[Mode, int]]) -> dict[Mode, int]:
    total: dict[Mode, int] = defaultdict(int)
    for one in counts:
        for mode, number in one.items():
            total[mode] += number
    return total


def find_progress(actor: Actor, count: int = MONTHS) -> Progress:
    """Of people with several dossiers in these months, how many needed less, as much, or more help the last time."""
    person = Dossier.applicant_id_index
    window = {"partition_by": person}
    rows = (
        select(
            person.label("person"), Dossier.help_mode.label("mode"),
            func.row_number().over(**window, order_by=(Dossier.submitted_at, Dossier.id)).label("nth"),
            func.count().over(**window).label("of"),
        )
        .where(*_submitted(actor, months_back(clock.today(), count)[0], None), person.is_not(None))
        .subquery()
    )
    first, last = rows.alias("first"), rows.alias("last")
    pairs: Select[tuple[str, str, int]] = (
        select(first.c.mode, last.c.mode, func.count())
        .join(last, (last.c.person == first.c.person) & (last.c.nth == last.c.of))
        .where(first.c.nth == 1, first.c.of > 1)
        .group_by(first.c.mode, last.c.mode)
    )
    less = same = more = 0
    for before, now, number in db.session.execute(pairs):
        change = ORDER.index(Mode(now)) - ORDER.index(Mode(before))
        less, same, more = less + number * (change < 0), same + number * (change == 0), more + number * (change > 0)
    people = less + same + more
    if 0 < people < SMALL:
        return Progress(None, None, None, None)
    hide = any(0 < one < SMALL for one in (less, same, more))
    return Progress(people, *((None, None, None) if hide else (less, same, more)))


def list_modes(dossier: Dossier) -> list[Mode]:
    """How this person's dossiers were typed, oldest first, this one with them; empty without an ID number.

    For the clerk who has the dossier open: whoever holds a slip is never told of other dossiers.
    """
    if dossier.applicant_id_index is None:
        return []
    query = select(Dossier.help_mode).where(
        Dossier.applicant_id_index == dossier.applicant_id_index, Dossier.state != State.DRAFT,
        Dossier.received_agency_id == dossier.received_agency_id,
    )
    return [Mode(mode) for mode in db.session.scalars(query.order_by(Dossier.submitted_at, Dossier.id))]


def find_last_mode(applicant_id_index: bytes) -> Mode | None:
    """How the person's last dossier was typed: the reason to offer one step less help this time."""
    query = select(Dossier.help_mode).where(
        Dossier.applicant_id_index == applicant_id_index, Dossier.submitted_at.is_not(None)
    )
    found = db.session.scalar(query.order_by(Dossier.submitted_at.desc()).limit(1))
    return Mode(found) if found else None
