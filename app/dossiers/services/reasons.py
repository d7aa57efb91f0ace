"""Reasons with their plain sentences (lý do): seeded from data, edited by staff."""
from __future__ import annotations

import tomllib
from pathlib import Path

from app.core.db import db
from app.dossiers.models import Reason


def load_reasons(path: Path) -> int:
    """Add the reasons that are not there yet; how many the file holds."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["reason"]
    for position, entry in enumerate(entries):
        if db.session.get(Reason, entry["code"]) is None:
            db.session.add(Reason(position=position, **entry))
    db.session.flush()
    return len(entries)
