"""A clerk's pages: the queue, one dossier with its acts and papers, the counter, calls for help."""
from __future__ import annotations

from app.dossiers.views_staff import (
    calls,
    corrections,
    counter,
    decisions,
    dossier,
    examining,
    paper_files,
    queue,
    slips,
    supplements,
)
from app.dossiers.views_staff.blueprint import bp

__all__ = [
    "bp", "calls", "corrections", "counter", "decisions", "dossier", "examining", "paper_files", "queue", "slips",
    "supplements",
]
