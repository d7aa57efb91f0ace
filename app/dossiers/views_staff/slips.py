"""A lost slip: found by name or number, replaced after a look at the card. The new codes go to paper only."""
from __future__ import annotations

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core import audit
from app.core.errors import Invalid, NotFound
from app.dossiers import slips as drawn
from app.dossiers.forms import hide, is_scanned_slip, read_search, unhide
from app.dossiers.models import Dossier
from app.dossiers.queries import get_for_slip, list_for_slip
from app.dossiers.services import slips
from app.dossiers.views_staff.blueprint import bp, faults_of, seen_version, session_id
from app.dossiers.views_staff.paper_files import pdf
from app.dossiers.workflow import STATE_NAMES
from app.web.rendering import page
from app.web.transactions import repeatable, writes


@bp.get("/mat-phieu")
@require(Permission.SLIP_REPLACE)
def lost_slip() -> ResponseReturnValue:
    """Find the dossier of someone who lost the slip; unsent drafts are found too."""
    text = unhide(request.args.get("tim", ""))
    found = list_for_slip(current_actor(), text) if isinstance(text, str) else []
    return page(
        "dossiers/staff_lost_slip.html", found=found, text=text or "", states=STATE_NAMES,
        is_slip="phieu" in request.args,
    )


@bp.post("/mat-phieu")
@require(Permission.SLIP_REPLACE)
@repeatable
def find_lost_slip() -> ResponseReturnValue:
    """Look; what was typed goes on sealed."""
    text = read_search(request.form.get("q", ""))
    if is_scanned_slip(text):
        return redirect(url_for(".lost_slip", phieu=1), 303)
    audit.record(current_actor(), "slip.search", "queue", "")
    return redirect(url_for(".lost_slip", tim=hide(text)), 303)


def _ask(found: Dossier, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return page(
        "dossiers/staff_slip.html", 422 if errors else 200, dossier=found, errors=errors or {}, states=STATE_NAMES
    )


@bp.get("/ho-so/<code>/phieu-moi")
@require(Permission.SLIP_REPLACE)
def replace_slip(code: str) -> ResponseReturnValue:
    """Ask for a look at the card first."""
    return _ask(get_for_slip(current_actor(), code))


@bp.post("/ho-so/<code>/phieu-moi")
@require(Permission.SLIP_REPLACE)
def do_replace_slip(code: str) -> ResponseReturnValue:
    """Make the new slip; the old one is dead at once."""
    found = get_for_slip(current_actor(), code, lock=True)
    try:
        slips.replace_slip(
            found, current_actor(), identity_checked=bool(request.form.get("identity_checked")),
            session_id=session_id(), lock_version=seen_version(),
        )
    except Invalid as error:
        return _ask(found, faults_of(error, "identity_checked"))
    return redirect(url_for(".print_slip", code=code), 303)


@bp.get("/ho-so/<code>/phieu-moi/in")
@require(Permission.SLIP_REPLACE)
def print_slip(code: str) -> ResponseReturnValue:
    """Where the new slip and Mẫu 01 are printed; the secret stands on paper, never here."""
    found = get_for_slip(current_actor(), code)
    ready = slips.codes_to_print(found, session_id()) is not None
    return page("dossiers/staff_slip_print.html", dossier=found, ready=ready, minutes=slips.PRINT_FOR.seconds // 60)


@bp.get("/ho-so/<code>/phieu.pdf")
@require(Permission.SLIP_REPLACE)
@writes
def slip_pdf(code: str) -> ResponseReturnValue:
    """The A5 slip, for ten minutes and to the session that made it."""
    found = get_for_slip(current_actor(), code)
    codes = slips.codes_to_print(found, session_id())
    if codes is None:
        raise NotFound
    audit.record(current_actor(), "slip.print", "dossier", found.public_code)
    return pdf(drawn.draw_slip(found, codes, current_app.extensions["settings"].public_url), f"phieu-{code}.pdf")
