"""Printed addresses of posters: count the opening, lead on to the procedure."""
from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import public
from app.procedures import poster_register as register
from app.procedures.queries import find_procedure
from app.web.rendering import page
from app.web.transactions import writes

bp = Blueprint("procedures_posters", __name__)


@bp.get("/Q/<number>")
@bp.get("/q/<number>", endpoint="scan_lower")
@public
@writes
def scan(number: str) -> ResponseReturnValue:
    """A code on a wall: one opening more (ruling 4), then the procedure, or what came in its place."""
    code = register.find_code(number)
    if code is None:
        return page("procedures/public_poster_unknown.html", 404)
    if request.method == "GET":
        register.count_scan(code)
    if find_procedure(code.procedure_code) is None:
        return redirect(url_for("procedures_citizen.find", q=register.last_name(code.procedure_code)), 303)
    return redirect(url_for("procedures_citizen.procedure", code=code.procedure_code), 303)
