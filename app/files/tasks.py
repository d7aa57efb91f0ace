"""Jobs of files: deleting blobs after the row's change was committed, and sweeping what crashes left."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core import jobs
from app.files import pieces, services

SWEEP = "files.sweep"


@jobs.handles(services.DELETE_BLOBS)
def delete_blobs(args: dict[str, Any]) -> None:
    """Delete the blobs of a removed or turned file."""
    services.delete_blobs(list(args["keys"]))


@jobs.handles(SWEEP)
def sweep(args: dict[str, Any]) -> None:
    """Forget uploads that never came whole, delete blobs without a row, and write tomorrow's run."""
    pieces.sweep_uploads()
    services.sweep_orphans()
    jobs.enqueue(SWEEP, delay=timedelta(days=1))
