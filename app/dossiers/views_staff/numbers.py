"""How much help people needed: for the helpers' leader, by month and residential group. Nobody is ranked or named."""
from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.queries import list_residential_groups
from app.accounts.sessions import current_actor
from app.dossiers.bars import draw_bars
from app.dossiers.queries import learning
from app.dossiers.views_staff.blueprint import bp
from app.web.rendering import page


@bp.get("/so-lieu-giup")
@require(Permission.HELP_LEAD)
def help_numbers() -> ResponseReturnValue:
    """A year of the ward or of one group: a picture, the same as a table, and whether people need less help next time."""
    actor = current_actor()
    groups = {str(one.id): one for one in list_residential_groups(actor.agency_id or 0)}
    chosen = groups.get(request.args.get("to", ""))
    months = learning.list_months(actor)
    shares = [(month.first, month.groups[chosen.id] if chosen else month.ward) for month in months]
    return page(
        "dossiers/staff_numbers.html", chosen=chosen, groups=list(groups.values()), months=shares,
        picture=draw_bars([(f"{first:%m/%Y}", share) for first, share in shares]), modes=learning.MODE_NAMES,
        order=learning.ORDER, by_group=learning.list_groups(actor), progress=learning.find_progress(actor), small=learning.SMALL,
    )
