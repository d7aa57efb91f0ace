"""The register of posters (sổ tờ dán): which sheets hang where, what their codes lead to, how often they are scanned.

A code that was printed once leads somewhere for ever: retiring a sheet or ending a procedure takes no code away.
"""
from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import and_, func, select
from sqlalchemy.dialects import postgresql, sqlite

from app.accounts.models import Agency, ResidentialGroup
from app.accounts.permissions import Permission
from app.core import audit, clock, codes
from app.core.actor import Actor, ActorKind
from app.core.counters import next_number
from app.core.db import db
from app.core.errors import N_, Conflict, Forbidden, Invalid, NotFound
from app.core.public_urls import host_in_words, printed_url
from app.core.text import normalise
from app.procedures import fees, posters
from app.procedures.fields.numbers import dotted
from app.procedures.models import Poster, PosterCode, PosterScan, ProcedureVersion
from app.procedures.queries import entered_amounts, find_procedure, list_fields, list_procedures
from app.procedures.schema import Procedure

SIGN_LENGTH = 5  # four at random and a check sign: 923,521 codes
PLACE_LENGTH = 120
PAGE = 50

MAY_NOT = N_("Tài khoản này không làm tờ dán được. Nhờ người tiếp nhận hoặc quản trị.")
NO_SUBJECT = N_("Chọn việc hoặc lĩnh vực cho tờ dán.")
NO_PLACE = N_("Ghi nơi dán, ví dụ: nhà sinh hoạt Tổ dân phố 5.")
PLACE_LONG = N_("Nơi dán có %(count)s chữ cái. Ô này nhận nhiều nhất 120.")
NO_GROUP = N_("Tổ dân phố này không thuộc phường.")
NO_POSTER = N_("Không có tờ dán số này.")
RETIRED_BEFORE = N_("Tờ số %(number)s đã gỡ trước đó.")
NOTHING_LEFT = N_("Các việc trên tờ này không còn làm nữa. Gỡ tờ này xuống.")
_PER_UNIT = {"per_copy": " một bản", "per_page": " một trang"}


class Scope(StrEnum):
    """What a sheet offers."""

    PROCEDURE = "procedure"  # một việc
    FIELD = "field"  # một lĩnh vực
    WARD = "ward"  # cả phường, mỗi việc một trang


def scope_of(chosen: str) -> tuple[Scope, str]:
    """``field:ho_tich`` as scope and subject; what cannot be read becomes a procedure without code."""
    scope, _, subject = chosen.partition(":")
    return (Scope(scope), subject) if scope in set(Scope) else (Scope.PROCEDURE, "")


@dataclass(frozen=True, slots=True)
class PosterLine:
    """A sheet in the list, with its scans."""

    poster: Poster
    title: str
    group: str
    week: int
    total: int


def make_poster(
    actor: Actor,
    agency: Agency,
    *,
    scope: Scope,
    subject: str = "",
    place: str = "",
    residential_group_id: int | None = None,
) -> Poster:
    """Register a sheet with a code for each procedure of its scope; print it with ``draw``.

    Raises ``Forbidden``, and ``Invalid`` with the fields ``subject``, ``place`` and ``residential_group_id``.
    """
    _may(actor)
    place = normalise(place)
    procedures = _procedures_of(scope, subject)
    group = db.session.get(ResidentialGroup, residential_group_id) if residential_group_id else None
    faults: dict[str, tuple[str, Mapping[str, object]]] = {}
    if not procedures:
        faults["subject"] = (NO_SUBJECT, {})
    if not place and actor.kind != ActorKind.SYSTEM:
        faults["place"] = (NO_PLACE, {})
    elif len(place) > PLACE_LENGTH:
        faults["place"] = (PLACE_LONG, {"count": len(place)})
    if residential_group_id and (group is None or group.agency_id != agency.id):
        faults["residential_group_id"] = (NO_GROUP, {})
    if faults:
        raise Invalid(fields=faults)
    poster = Poster(
        number=next_number("poster"), agency_id=agency.id, scope=scope, place=place, created_by_id=actor.id,
        subject="" if scope == Scope.WARD else subject, residential_group_id=group.id if group else None,
        created_at=clock.now(),
    )
    db.session.add(poster)
    poster.codes = [
        PosterCode(position=position, sign=_new_sign(), procedure_code=one.code)
        for position, one in enumerate(procedures, start=1)
    ]
    db.session.flush()
    audit.record(actor, "poster.make", "poster", str(poster.number), scope=str(scope), subject=poster.subject)
    return poster


def _may(actor: Actor) -> None:
    if actor.kind != ActorKind.SYSTEM and not actor.may(Permission.POSTERS_EDIT):
        raise Forbidden(MAY_NOT)


def _procedures_of(scope: Scope, subject: str) -> list[Procedure]:
    if scope == Scope.PROCEDURE:
        found = find_procedure(subject)
        return [found] if found else []
    if scope == Scope.FIELD:
        return next((procedures for field, procedures in list_fields() if field.code == subject), [])
    return list_procedures()


def _new_sign() -> str:
    """A free sign; about one in ten thousand is taken when a hundred sheets hang, so one more try is enough."""
    while True:
        body = "".join(secrets.choice(codes.ALPHABET) for _ in range(SIGN_LENGTH - 1))
        sign = body + codes.check_sign(body)
        if db.session.scalar(select(PosterCode.id).where(PosterCode.sign == sign)) is None:
            return sign


def retire_poster(actor: Actor, poster: Poster) -> None:
    """Note that a sheet was taken down (gỡ tờ dán). Its codes still lead on. Raises ``Conflict`` the second time."""
    _may(actor)
    if poster.retired_at is not None:
        raise Conflict(RETIRED_BEFORE, number=poster.number)
    poster.retired_at = clock.now()
    db.session.flush()
    audit.record(actor, "poster.retire", "poster", str(poster.number))


def find_code(typed: str) -> PosterCode | None:
    """The code behind a printed address, in any case."""
    sign = codes.clean(typed)
    if len(sign) != SIGN_LENGTH or not codes.is_valid(sign):
        return None
    return db.session.scalar(select(PosterCode).where(PosterCode.sign == sign))


def count_scan(code: PosterCode) -> None:
    """Count one opening of a code, by day; two at the same moment both count."""
    dialect = db.session.get_bind().dialect.name
    insert = (postgresql if dialect == "postgresql" else sqlite).insert
    db.session.execute(
        insert(PosterScan)
        .values(poster_code_id=code.id, scanned_on=clock.today(), count=1)
        .on_conflict_do_update(
            index_elements=[PosterScan.poster_code_id, PosterScan.scanned_on], set_={"count": PosterScan.count + 1}
        )
    )


def last_name(procedure_code: str) -> str:
    """What a procedure was called when it last was one; empty when it never was (a search may still find its heir)."""
    newest = ProcedureVersion.version.desc()
    wanted = select(ProcedureVersion.name).where(ProcedureVersion.code == procedure_code)
    return db.session.scalar(wanted.order_by(newest).limit(1)) or ""


def get_poster(agency_id: int, number: int) -> Poster:
    """A sheet of the agency by its printed number. Raises ``NotFound``."""
    poster = db.session.scalar(select(Poster).where(Poster.number == number, Poster.agency_id == agency_id))
    if poster is None:
        raise NotFound(NO_POSTER)
    return poster


def find_poster(agency_id: int, scope: Scope, subject: str, place: str) -> Poster | None:
    """The newest sheet that still hangs there with just this on it, or None."""
    return db.session.scalar(
        select(Poster)
        .where(
            Poster.agency_id == agency_id, Poster.scope == scope, Poster.subject == subject,
            Poster.place == normalise(place), Poster.retired_at.is_(None),
        )
        .order_by(Poster.number.desc())
        .limit(1)
    )


def list_posters(agency_id: int, *, below: int | None = None) -> list[PosterLine]:
    """Sheets of an agency, the newest first, at most a page and one more; ``below`` a number for the next page."""
    since = clock.today() - timedelta(days=6)
    recent = func.sum(PosterScan.count).filter(PosterScan.scanned_on >= since)
    scans = (
        select(
            PosterCode.poster_id, func.coalesce(recent, 0).label("week"),
            func.coalesce(func.sum(PosterScan.count), 0).label("total"),
        )
        .join(PosterScan, PosterScan.poster_code_id == PosterCode.id)
        .group_by(PosterCode.poster_id)
        .subquery()
    )
    wanted = (
        select(Poster, ResidentialGroup.name, scans.c.week, scans.c.total)
        .outerjoin(scans, scans.c.poster_id == Poster.id)
        .outerjoin(ResidentialGroup, ResidentialGroup.id == Poster.residential_group_id)
        .where(Poster.agency_id == agency_id)
        .order_by(Poster.number.desc())
        .limit(PAGE + 1)
    )
    if below is not None:
        wanted = wanted.where(Poster.number < below)
    rows = db.session.execute(wanted).all()
    return [PosterLine(row[0], title_of(row[0]), row[1] or "", int(row[2] or 0), int(row[3] or 0)) for row in rows]


def scans_by_place(agency_id: int, first: date, last: date) -> dict[str, dict[date, int]]:
    """Place -> day -> scans, for every place where a sheet hangs or was scanned between two days, by name."""
    between = and_(PosterScan.poster_code_id == PosterCode.id, PosterScan.scanned_on.between(first, last))
    rows = db.session.execute(
        select(Poster.place, PosterScan.scanned_on, func.sum(PosterScan.count))
        .join(PosterCode, PosterCode.poster_id == Poster.id)
        .outerjoin(PosterScan, between)
        .where(Poster.agency_id == agency_id)
        .group_by(Poster.place, PosterScan.scanned_on)
        .having((func.count(PosterScan.count) > 0) | (func.count().filter(Poster.retired_at.is_(None)) > 0))
        .order_by(Poster.place)
    )
    found: dict[str, dict[date, int]] = {}
    for place, day, count in rows:
        days = found.setdefault(place, {})
        if day is not None:
            days[day] = int(count)
    return found


def scans_by_code(poster: Poster, since: date) -> dict[int, tuple[int, int]]:
    """Id of each scanned code -> scans since a day and in all."""
    recent = func.sum(PosterScan.count).filter(PosterScan.scanned_on >= since)
    rows = db.session.execute(
        select(PosterScan.poster_code_id, func.coalesce(recent, 0), func.sum(PosterScan.count))
        .where(PosterScan.poster_code_id.in_([code.id for code in poster.codes]))
        .group_by(PosterScan.poster_code_id)
    )
    return {code_id: (int(week), int(total)) for code_id, week, total in rows}


def title_of(poster: Poster) -> str:
    """What a sheet is about, in everyday words."""
    if poster.scope == Scope.FIELD:
        return next((field.everyday or field.name for field, _ in list_fields() if field.code == poster.subject), "")
    if poster.scope == Scope.PROCEDURE:
        found = find_procedure(poster.subject)
        return found.title if found else last_name(poster.subject)
    return N_("Cả phường, mỗi việc một trang")


def draw(poster: Poster, agency: Agency, base: str) -> bytes:
    """The sheet as PDF; ``base`` is the setting PUBLIC_URL. The same sheet gives the same bytes.

    Raises ``Invalid`` when nothing that it offers is done any more.
    """
    entries = tuple(entry for code in poster.codes if (entry := _entry(code, agency, base)))
    if not entries:
        raise Invalid(NOTHING_LEFT)
    data = posters.PosterData(
        agency=", ".join(part for part in (agency.name, agency.parent_name) if part),
        site=host_in_words(base),
        phone=agency.phone,
        desk=agency.desk[:1].lower() + agency.desk[1:],
        place=poster.place,
        sheet_number=str(poster.number),
        heading=title_of(poster),
        entries=entries,
    )
    if poster.scope == Scope.FIELD:
        return posters.field_sheet(data, made_at=poster.created_at)
    return posters.ward_file([data], made_at=poster.created_at)


def _entry(code: PosterCode, agency: Agency, base: str) -> posters.PosterEntry | None:
    procedure = find_procedure(code.procedure_code)
    if procedure is None:
        return None
    return posters.PosterEntry(
        title=procedure.title, name=procedure.name, code=procedure.code,
        url=printed_url(base, "poster", number=code.sign),
        time=procedure.time.text if procedure.time else "",
        fee=fee_words(procedure, entered_amounts(agency.id, procedure.code)),
    )


def fee_words(procedure: Procedure, amounts: Mapping[str, int]) -> str:
    """What it costs, in words for a wall: the catalogue's own, or the amounts that staff entered (``amounts``)."""
    parts: list[str] = []
    for fee in procedure.fees:
        if (entered := amounts.get(fee.id)) is not None:
            unit = _PER_UNIT.get(fee.basis, "")
            parts.append(f"{fee.name}: {dotted(entered)} đồng{unit}" if entered else fees.FREE)
        elif fee.basis == "none":
            parts.append(fees.FREE)
        else:
            parts.append(fee.text or fees.NOT_KNOWN)
    sentences = dict.fromkeys(part.rstrip(".") for part in parts)
    return ". ".join(sentences) or fees.FREE
