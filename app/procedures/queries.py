"""Reads of the catalogue. Parsed procedures are kept in the process, by row and fingerprint, so a new load is seen."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Row, bindparam, select

from app.core import clock
from app.core.db import db
from app.core.errors import N_, NotFound
from app.procedures.models import FeeAmount, ProcedureVersion
from app.procedures.parts import Fee
from app.procedures.schema import FieldOfWork, Procedure, from_dict, load_fields

NO_PROCEDURE = N_("Không có việc này trong danh mục của phường.")
TILES = 6
# About 50 rows at a time; a bound only so that a process that reloads for years does not grow.
_KEPT = 500
_parsed: dict[tuple[int, str], Procedure] = {}
_SEEN = "procedure versions"
_SHA256 = select(ProcedureVersion.sha256).where(ProcedureVersion.id == bindparam("id"))
_FACTS = (
    ProcedureVersion.id, ProcedureVersion.sha256, ProcedureVersion.code, ProcedureVersion.version,
    ProcedureVersion.valid_from, ProcedureVersion.valid_to,
)


def _procedure(row_id: int, sha256: str) -> Procedure:
    """The parsed form of one row; the database is asked for its data only the first time."""
    found = _parsed.get((row_id, sha256))
    if found is None:
        data = db.session.scalar(select(ProcedureVersion.data).where(ProcedureVersion.id == row_id))
        found = from_dict(data or {}, version_id=row_id, sha256=sha256)
        if len(_parsed) >= _KEPT:
            _parsed.clear()
        _parsed[row_id, sha256] = found
    return found


def get_version(version_id: int, sha256: str = "") -> Procedure:
    """The procedure exactly as it stood when a dossier was filed under it.

    ``sha256``, where the caller has it, saves the question whether the row has changed. Raises ``NotFound``.
    """
    if sha256 and (found := _parsed.get((version_id, sha256))):
        return found
    known: dict[int, str | None] = db.session().info.setdefault(_SEEN, {})  # as long as the session: one request
    if version_id not in known:
        known[version_id] = db.session.scalar(_SHA256, {"id": version_id})
    found = known[version_id]
    if found is None:
        del known[version_id]
        raise NotFound(NO_PROCEDURE)
    return _procedure(version_id, found)


def _in_force(rows: list[Row[tuple[int, str, str, int, date, date | None]]], day: date) -> list[Procedure]:
    """Of each code the highest version that is valid on ``day``."""
    newest: dict[str, tuple[int, str]] = {}
    for row_id, sha256, code, _version, valid_from, valid_to in sorted(rows, key=lambda row: row[3]):
        if valid_from <= day and (valid_to is None or day <= valid_to):
            newest[code] = (row_id, sha256)
    return [_procedure(*key) for key in newest.values()]


def find_procedure(code: str, on: date | None = None) -> Procedure | None:
    """The version of a procedure in force on a day (default today), or None."""
    rows = list(db.session.execute(select(*_FACTS).where(ProcedureVersion.code == code)))
    return next(iter(_in_force(rows, on or clock.today())), None)


def get_procedure(code: str, on: date | None = None) -> Procedure:
    """The version of a procedure in force on a day (default today). Raises ``NotFound``."""
    if (found := find_procedure(code, on)) is None:
        raise NotFound(NO_PROCEDURE)
    return found


def list_procedures(on: date | None = None) -> list[Procedure]:
    """Every procedure in force, the most wanted first."""
    rows = list(db.session.execute(select(*_FACTS)))
    return sorted(_in_force(rows, on or clock.today()), key=lambda one: (-one.weight, one.code))


def list_tiles(on: date | None = None) -> list[Procedure]:
    """The few procedures that stand as tiles on the home page."""
    return [one for one in list_procedures(on) if one.tile][:TILES]


@cache
def fields_of_work() -> dict[str, FieldOfWork]:
    """The fields (lĩnh vực) by code, in the order of the tabs."""
    return load_fields()


def list_fields(on: date | None = None) -> list[tuple[FieldOfWork, list[Procedure]]]:
    """Every field that has procedures, in the order of the tabs, with them."""
    procedures = list_procedures(on)
    grouped = [(field, [one for one in procedures if one.field == code]) for code, field in fields_of_work().items()]
    return [(field, found) for field, found in grouped if found]


def entered_amounts(agency_id: int | None, procedure_code: str, on: date | None = None) -> dict[str, int]:
    """Fee id -> đồng, as staff of the agency entered them; what was not entered is not there (ruling 13)."""
    rows = db.session.execute(
        select(FeeAmount.fee_id, FeeAmount.amount_vnd)
        .where(
            FeeAmount.agency_id == agency_id,
            FeeAmount.procedure_code == procedure_code,
            FeeAmount.valid_from <= (on or clock.today()),
        )
        .order_by(FeeAmount.valid_from, FeeAmount.id)
    )
    return {row.fee_id: row.amount_vnd for row in rows}


def list_fee_amounts(agency_id: int, procedure_code: str = "") -> list[FeeAmount]:
    """Everything the agency entered, the newest first, for the page where staff enter more."""
    wanted = select(FeeAmount).where(FeeAmount.agency_id == agency_id)
    if procedure_code:
        wanted = wanted.where(FeeAmount.procedure_code == procedure_code)
    newest = (FeeAmount.valid_from.desc(), FeeAmount.id.desc())
    return list(db.session.scalars(wanted.order_by(FeeAmount.procedure_code, FeeAmount.fee_id, *newest)))


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """One fee of one procedure in force, and the newest amount that the agency entered for it."""

    procedure: Procedure
    fee: Fee
    entered: FeeAmount | None

    @property
    def is_known(self) -> bool:
        return self.entered is not None or self.fee.amount_vnd is not None or bool(self.fee.tiers)


def list_fee_lines(agency_id: int) -> list[FeeFacts]:
    """Every fee that may be collected, those whose amount is not known first."""
    newest: dict[tuple[str, str], FeeAmount] = {}
    for row in list_fee_amounts(agency_id):
        if row.valid_from <= clock.today():
            newest.setdefault((row.procedure_code, row.fee_id), row)
    lines = [
        FeeFacts(one, fee, newest.get((one.code, fee.id)))
        for one in list_procedures() if one.elsewhere is None
        for fee in one.fees if fee.basis != "none"
    ]
    return sorted(lines, key=lambda line: line.is_known)
