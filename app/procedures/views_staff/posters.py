"""Staff: the register of posters, new sheets, their PDF, how often they are scanned."""
from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.models import Agency
from app.accounts.permissions import Permission
from app.accounts.queries import get_ward, list_residential_groups
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import Invalid
from app.procedures import poster_register as register
from app.procedures.queries import find_procedure, list_fields
from app.procedures.views_staff.blueprint import bp
from app.web.i18n import words
from app.web.rendering import page

DAYS = 7


@bp.get("/to-dan")
@require(Permission.POSTERS_EDIT)
def posters() -> ResponseReturnValue:
    """Every sheet with its scans, the newest first."""
    lines = register.list_posters(get_ward().id, below=request.args.get("truoc", type=int))
    shown = lines[: register.PAGE]
    following = shown[-1].poster.number if len(lines) > len(shown) else None
    return page("procedures/staff_posters.html", lines=shown, following=following)


@bp.get("/to-dan/luot-quet")
@require(Permission.POSTERS_EDIT)
def scans() -> ResponseReturnValue:
    """How often each place was scanned, day by day."""
    last = clock.today()
    days = [last - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    places = register.scans_by_place(get_ward().id, last - timedelta(days=29), last)
    return page("procedures/staff_poster_scans.html", days=days, places=places)


@bp.get("/to-dan/moi")
@require(Permission.POSTERS_EDIT)
def new_poster() -> ResponseReturnValue:
    """A form for a new sheet."""
    return _form(typed=request.args)


@bp.post("/to-dan/moi")
@require(Permission.POSTERS_EDIT)
def make_poster() -> ResponseReturnValue:
    """Register the sheet and show where to print it."""
    scope, subject = register.scope_of(request.form.get("subject", ""))
    group = request.form.get("residential_group_id", type=int)
    try:
        poster = register.make_poster(
            current_actor(), get_ward(), scope=scope, subject=subject, place=request.form.get("place", ""),
            residential_group_id=group,
        )
    except Invalid as error:
        faults = {name: words(message, params) for name, (message, params) in error.fields.items()}
        return _form(422, typed=request.form, faults=faults)
    return redirect(url_for("procedures_staff.poster", number=poster.number), 303)


def _form(status: int = 200, **context: object) -> ResponseReturnValue:
    given = {"faults": {}, **context}
    groups = list_residential_groups(get_ward().id)
    return page("procedures/staff_poster_new.html", status, fields=list_fields(), groups=groups, **given)


@bp.get("/to-dan/<int:number>")
@require(Permission.POSTERS_EDIT)
def poster(number: int) -> ResponseReturnValue:
    """One sheet: what it offers, its scans, print, take down."""
    ward = get_ward()
    found = register.get_poster(ward.id, number)
    since = clock.today() - timedelta(days=DAYS - 1)
    group = next((one for one in list_residential_groups(ward.id) if one.id == found.residential_group_id), None)
    codes = [(code, find_procedure(code.procedure_code)) for code in found.codes]
    return page(
        "procedures/staff_poster.html", poster=found, title=register.title_of(found), group=group, codes=codes,
        scans=register.scans_by_code(found, since),
    )


@bp.post("/to-dan/<int:number>")
@require(Permission.POSTERS_EDIT)
def retire_poster(number: int) -> ResponseReturnValue:
    """Note that the sheet was taken down."""
    register.retire_poster(current_actor(), register.get_poster(get_ward().id, number))
    return redirect(url_for("procedures_staff.poster", number=number), 303)


@bp.get("/to-dan/<int:number>.pdf")
@require(Permission.POSTERS_EDIT)
def poster_pdf(number: int) -> Response:
    """The sheet as it is printed."""
    ward: Agency = get_ward()
    paper = register.draw(register.get_poster(ward.id, number), ward, current_app.extensions["settings"].public_url)
    answer = Response(paper, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"to-dan-{number}.pdf")
    return answer
