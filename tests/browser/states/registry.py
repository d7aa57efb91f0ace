"""What a state is, and the endpoints that have none because no page of ours stands behind them."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.states.world import Look, World


@dataclass(frozen=True, slots=True)
class PageState:
    """One page as someone may find it. ``bare``: in a ward where nothing has happened yet."""

    endpoint: str
    name: str
    made: Callable[[World], Look]
    bare: bool = False

    def look(self, world: World) -> Look:
        """Who opens what, true at this moment: what others spent of the limits before is forgiven."""
        world.forgive()
        return self.made(world)

    @property
    def id(self) -> str:
        return f"{self.endpoint}: {self.name}"

    @property
    def is_staff(self) -> bool:
        """Whether it is a desk's page; those who sign in sit at desks too."""
        return "_staff" in self.endpoint or self.endpoint.startswith(("accounts_", "errors.staff"))


# GET endpoints that answer no page.
PICTURES = {
    "dossiers_citizen.photo", "dossiers_citizen.slip_png", "dossiers_staff.photo", "payments_citizen.picture",
    "payments_public.family_picture", "payments_staff.proof", "assistance_staff.evidence",
    "assistance_staff.incident_photo",
    "assistance_staff.pledge",
}
PAPERS = {
    "dossiers_helper.done_slip",
    "dossiers_citizen.slip_pdf", "dossiers_citizen.result_file", "dossiers_staff.slip_pdf", "dossiers_staff.declaration",
    "dossiers_staff.reception_slip", "dossiers_staff.refusal_slip", "dossiers_staff.supplement_slip",
    "dossiers_staff.result_file", "payments_staff.receipt_pdf", "procedures_staff.poster_pdf",
    "assistance_staff.badge", "dossiers_staff.telling_sheet",
    "assistance_staff.visit_list", "assistance_staff.own_visit_list",
}
LEADING_ON = {"dossiers_public.scan", "assistance_staff.calls"}  # always leads to another page, or to the page of errors
FOR_MACHINES = {"web.healthz", "static", "dossiers_citizen.upload_state"}
NO_PAGE = PICTURES | PAPERS | LEADING_ON | FOR_MACHINES
