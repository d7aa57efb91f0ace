"""Verbs of the catalogue: load its files into the database, enter amounts that the city sets."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts.permissions import Permission
from app.core import audit, clock
from app.core.actor import SYSTEM, Actor, ActorKind
from app.core.db import db
from app.core.errors import N_, Forbidden, Invalid, NotFound
from app.core.text import normalise
from app.procedures.models import FeeAmount, ProcedureVersion
from app.procedures.queries import get_procedure
from app.procedures.schema import DIRECTORY, CatalogueError, Procedure, load_directory, load_published

# Above this an amount is a typing error: the highest fee of a ward is some hundred thousand đồng.
MOST_VND = 100_000_000

MAY_NOT = N_("Tài khoản này không nhập mức phí được. Nhờ lãnh đạo hoặc quản trị.")
NO_FEE = N_("Việc này không có khoản thu đó.")
NOT_COLLECTED = N_("Khoản này theo luật không thu, nên không nhập mức thu được.")
AMOUNT_RANGE = N_("Ô này ghi %(amount)s. Ghi số tiền từ 0 đến 100.000.000 đồng.")
NO_SOURCE = N_("Ghi số nghị quyết hoặc quyết định nói mức thu này.")
SOURCE_LONG = N_("Đoạn này có %(count)s chữ cái. Ô này nhận nhiều nhất 300.")


@dataclass(slots=True)
class Loaded:
    """What a load did; keys like ``1.001193.v1``."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    kept: int = 0


def load_catalogue(directory: Path = DIRECTORY, actor: Actor = SYSTEM) -> Loaded:
    """Bring the database to what the files say; loading twice changes nothing.

    Drafts (versions not in ``published.json``) may be replaced. Raises ``CatalogueError`` for a faulty file and for a
    version that was published, here or in the file list, and has changed since: that needs a new version.
    """
    catalogue, published = load_directory(directory), load_published(directory)
    rows = {(row.code, row.version): row for row in db.session.scalars(select(ProcedureVersion))}
    done = Loaded()
    for procedure, data in catalogue.procedures:
        row = rows.get((procedure.code, procedure.version))
        if row is None:
            row = ProcedureVersion(code=procedure.code, version=procedure.version)
            db.session.add(row)
            done.added.append(procedure.key)
        elif row.sha256 == procedure.sha256:
            row.published = row.published or procedure.key in published
            done.kept += 1
            continue
        elif row.published:
            raise CatalogueError(f"{procedure.key}.toml", "was published and has changed; write a new version instead")
        else:
            done.replaced.append(procedure.key)
        _write(row, procedure, data)
        row.published = procedure.key in published
        audit.record(actor, "procedures.load", "procedure", procedure.key, sha256=procedure.sha256[:16])
    db.session.flush()
    return done


def _write(row: ProcedureVersion, procedure: Procedure, data: dict[str, Any]) -> None:
    row.valid_from, row.valid_to, row.name = procedure.valid_from, procedure.valid_to, procedure.name
    row.sha256, row.data, row.loaded_at = procedure.sha256, data, clock.now()


def enter_fee(
    actor: Actor,
    *,
    agency_id: int,
    procedure_code: str,
    fee_id: str,
    amount_vnd: int,
    source_note: str,
    valid_from: date | None = None,
) -> FeeAmount:
    """Enter what the city's own table says a fee is (mức thu), in đồng; 0 says it is not collected.

    Counts from ``valid_from`` (default today) for dossiers assessed from then on. Raises ``Forbidden``, ``NotFound``
    for a procedure or fee that is not there, ``Invalid`` with the fields ``amount_vnd`` and ``source_note``.
    """
    if actor.kind != ActorKind.SYSTEM and not actor.may(Permission.FEES_EDIT):
        raise Forbidden(MAY_NOT)
    fee = get_procedure(procedure_code).fee(fee_id)
    if fee is None:
        raise NotFound(NO_FEE)
    note = normalise(source_note)
    faults: dict[str, tuple[str, dict[str, object]]] = {}
    if fee.basis == "none":
        faults["amount_vnd"] = (NOT_COLLECTED, {})
    elif not 0 <= amount_vnd <= MOST_VND:
        faults["amount_vnd"] = (AMOUNT_RANGE, {"amount": amount_vnd})
    if not note:
        faults["source_note"] = (NO_SOURCE, {})
    elif len(note) > 300:
        faults["source_note"] = (SOURCE_LONG, {"count": len(note)})
    if faults:
        raise Invalid(fields=faults)
    row = FeeAmount(
        agency_id=agency_id, procedure_code=procedure_code, fee_id=fee_id, amount_vnd=amount_vnd,
        valid_from=valid_from or clock.today(), source_note=note, entered_by_id=actor.id, entered_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "fee.enter", "procedure", procedure_code, fee=fee_id, amount_vnd=amount_vnd)
    return row
