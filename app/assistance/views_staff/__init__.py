"""Staff and the helpers' leader: helpers, mandates, calls that ask."""
from __future__ import annotations

from app.assistance.views_staff import board, helpers, mandates, patterns
from app.assistance.views_staff.blueprint import bp

__all__ = ["board", "bp", "helpers", "mandates", "patterns"]
