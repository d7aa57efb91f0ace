"""The blueprint of the catalogue's staff pages."""
from __future__ import annotations

from flask import Blueprint

bp = Blueprint("procedures_staff", __name__, url_prefix="/can-bo")
