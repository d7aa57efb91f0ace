"""The blueprint of these pages."""
from __future__ import annotations

from flask import Blueprint

bp = Blueprint("assistance_staff", __name__, url_prefix="/can-bo")
