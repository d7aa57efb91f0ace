"""A citizen's pages about one dossier: filling in, handing in, following. Every view is guarded by the slip."""
from __future__ import annotations

from app.dossiers.views_citizen import answering, card, codes, filing, helped, photos, pieces, tracking
from app.dossiers.views_citizen.blueprint import bp

__all__ = ["answering", "bp", "card", "codes", "filing", "helped", "photos", "pieces", "tracking"]
