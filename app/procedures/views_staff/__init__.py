"""Staff: posters and how often they are scanned; what the ward collects."""
from __future__ import annotations

from app.procedures.views_staff import fees, posters
from app.procedures.views_staff.blueprint import bp

__all__ = ["bp", "fees", "posters"]
