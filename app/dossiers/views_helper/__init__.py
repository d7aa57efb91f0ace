"""A helper beside one person: begin, the mandate, what the person does on the turned screen, going on, the end."""
from __future__ import annotations

from app.dossiers.views_helper import consent, ending, filling, starting, turned
from app.dossiers.views_helper.blueprint import bp

__all__ = ["bp", "consent", "ending", "filling", "starting", "turned"]
