"""Commands of the hall: demonstration data, the first data of an installation."""
from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from app.accounts.services import load_agencies
from app.assistance.services.texts import load_texts
from app.assistance.tasks import SWEEP as HELPERS_SWEEP
from app.core import jobs
from app.core.db import db, transaction
from app.dossiers.services.reasons import load_reasons
from app.dossiers.tasks import SWEEP
from app.files.tasks import SWEEP as FILES_SWEEP
from app.web.commands import Group

ward = Group("ward", help="The ward's own first data: agencies, residential groups, reasons.")
GROUPS = (ward,)


@ward.command("load")
def load() -> None:
    """Load agencies, residential groups, words of consent and reasons; what staff edited stays."""
    with transaction():
        load_agencies()
        load_texts()
        count = load_reasons(Path(__file__).parent / "reasons.toml")
        for kind in (SWEEP, FILES_SWEEP, HELPERS_SWEEP):  # each writes its next run itself
            if db.session.scalar(select(jobs.Job.id).where(jobs.Job.kind == kind).limit(1)) is None:
                jobs.enqueue(kind)
    click.echo(f"reasons: {count}")


