"""A scanner that knows only the harmless test file that all scanners know. For development and tests."""
from __future__ import annotations

# The EICAR test string, in two halves so that no scanner takes this file for it.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class MemoryAntivirus:
    """Finds EICAR and nothing else."""

    def find(self, data: bytes) -> str | None:
        return "EICAR" if EICAR in data else None
