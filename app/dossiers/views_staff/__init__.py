"""A clerk's pages: the queue, one dossier with its acts and papers, the counter."""
from __future__ import annotations

from app.dossiers.views_staff import (
    corrections,
    counter,
    decisions,
    dossier,
    examining,
    numbers,
    paper_files,
    queue,
    slips,
    supplements,
    telling,
)
from app.dossiers.views_staff.blueprint import bp

__all__ = [
    "bp", "corrections", "counter", "decisions", "dossier", "examining", "numbers", "paper_files",
    "queue", "slips", "supplements", "telling",
]
