"""Home, search and the page of a procedure: entry pages, small, without any script library."""
from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import public
from app.accounts.queries import get_ward
from app.procedures.queries import entered_amounts, get_procedure, list_fields, list_tiles
from app.procedures.search import search
from app.procedures.words import explain
from app.web.rendering import page

bp = Blueprint("procedures_citizen", __name__)


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """What does one need to do? Search, six tiles, follow, help."""
    return page("procedures/citizen_home.html", tiles=list_tiles())


@bp.get("/tim")
@public
def find() -> ResponseReturnValue:
    """What was meant by what was typed."""
    text = request.args.get("q", "")[:200].strip()
    if not text:
        return redirect(url_for("procedures_citizen.all_procedures"), 303)
    hits = search(text, 8)
    return page("procedures/citizen_search.html", text=text, hits=hits, tiles=list_tiles() if not hits else [])


@bp.get("/viec")
@public
def all_procedures() -> ResponseReturnValue:
    """Everything the ward does, by field."""
    return page("procedures/citizen_all.html", fields=list_fields())


@bp.get("/p/<code>")
@public
def procedure(code: str) -> ResponseReturnValue:
    """What one needs, how long, how much, who; then start."""
    found = get_procedure(code)
    return page(
        "procedures/citizen_procedure.html", procedure=found, hard_words=explain(found.hard_words),
        entered=entered_amounts(get_ward().id, found.code),
    )


