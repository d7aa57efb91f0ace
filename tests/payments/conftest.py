"""Money is tested beside a store and a scanner of its own."""
from __future__ import annotations

from tests.files.conftest import disk, scanner  # noqa: F401 (fixtures)
