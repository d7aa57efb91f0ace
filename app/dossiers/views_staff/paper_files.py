"""Photos large and small, turned and printed; the papers of a dossier as PDF, drawn from its rows each time."""
from __future__ import annotations

from flask import Response, current_app, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core import audit
from app.core.db import db
from app.core.errors import NotFound
from app.dossiers import slips as drawn
from app.dossiers.models import Dossier, State
from app.dossiers.queries import find_result, get_dossier, last_supplement
from app.dossiers.services import papers
from app.dossiers.services.drafts import procedure_of
from app.dossiers.views_staff.blueprint import bp, held
from app.files import services as files
from app.files.models import StoredFile
from app.files.views import send, send_page, send_thumbnail
from app.web.rendering import page
from app.web.transactions import begin, late_write, repeatable, writes


@bp.get("/ho-so/<code>/anh/<token>")
@require(Permission.DOSSIER_VIEW)
def photo(code: str, token: str) -> ResponseReturnValue:
    """The photo itself, small (``nho``), or one page of a PDF as a picture (``trang``)."""
    _paper, file = papers.get_paper(get_dossier(current_actor(), code), token)
    if "nho" in request.args:
        return send_thumbnail(file) or make_response("", 404)
    if "trang" in request.args:
        return send_page(file, request.args.get("trang", 1, type=int))
    return send(file, inline=True, download_name=_paper.paper_id)


@bp.get("/ho-so/<code>/anh/<token>/xem")
@require(Permission.DOSSIER_VIEW)
@writes
def view_photo(code: str, token: str) -> ResponseReturnValue:
    """One photo as large as the screen, to print or turn; the look is audited."""
    found = get_dossier(current_actor(), code)
    row, file = papers.get_paper(found, token)
    audit.record(current_actor(), "dossier.view_photo", "dossier", found.public_code, paper=row.paper_id)
    paper = next((one for one in procedure_of(found).form.papers if one.id == row.paper_id), None)
    return page("dossiers/staff_photo.html", dossier=found, row=row, file=file, paper=paper)


@bp.post("/ho-so/<code>/anh/<token>/xoay")
@require(Permission.DOSSIER_VIEW)
@late_write
@repeatable
def turn_photo(code: str, token: str) -> ResponseReturnValue:
    """Turn a photo that lies on its side, for everyone who looks after."""
    _row, file = papers.get_paper(get_dossier(current_actor(), code), token)
    turned = files.prepare_turn(file, 1)
    begin()
    papers.turn_paper(held(code), token, turned, current_actor())
    if request.form.get("back") == "large":
        return redirect(url_for(".view_photo", code=code, token=token), 303)
    return redirect(url_for(".dossier", code=code, anh=token), 303)


def pdf(data: bytes, name: str) -> Response:
    """A paper of ours, shown in the browser for printing."""
    answer = Response(data, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _opened(code: str, paper: str) -> Dossier:
    """The dossier of a paper; that it was printed is audited."""
    found = get_dossier(current_actor(), code)
    audit.record(current_actor(), "dossier.print", "dossier", found.public_code, paper=paper)
    return found


@bp.get("/ho-so/<code>/mau-01.pdf")
@require(Permission.DOSSIER_VIEW)
@writes
def reception_slip(code: str) -> ResponseReturnValue:
    """Mẫu 01 of an accepted dossier."""
    found = _opened(code, "mau-01")
    if found.accepted_at is None or found.due_at is None:
        raise NotFound
    return pdf(drawn.draw_reception_slip(found, current_app.extensions["settings"].public_url), f"mau-01-{code}.pdf")


@bp.get("/ho-so/<code>/mau-02.pdf")
@require(Permission.DOSSIER_VIEW)
@writes
def supplement_slip(code: str) -> ResponseReturnValue:
    """Mẫu 02 of the last request for more."""
    found = _opened(code, "mau-02")
    supplement = last_supplement(found)
    if supplement is None:
        raise NotFound
    return pdf(drawn.draw_supplement_slip(found, supplement), f"mau-02-{code}.pdf")


@bp.get("/ho-so/<code>/mau-03.pdf")
@require(Permission.DOSSIER_VIEW)
@writes
def refusal_slip(code: str) -> ResponseReturnValue:
    """Mẫu 03 of a dossier that was not accepted."""
    found = _opened(code, "mau-03")
    if found.state != State.REFUSED:
        raise NotFound
    return pdf(drawn.draw_refusal_slip(found), f"mau-03-{code}.pdf")


@bp.get("/ho-so/<code>/to-khai.pdf")
@require(Permission.DOSSIER_VIEW)
@writes
def declaration(code: str) -> ResponseReturnValue:
    """The declaration as it was filed, to be signed at the counter."""
    return pdf(drawn.draw_declaration(_opened(code, "to-khai")), f"to-khai-{code}.pdf")


@bp.get("/ho-so/<code>/ket-qua/tep")
@require(Permission.DOSSIER_VIEW)
@writes
def result_file(code: str) -> ResponseReturnValue:
    """The drafted or signed result."""
    found = find_result(_opened(code, "ket-qua"))
    if found is None:
        raise NotFound
    return send(db.session.get_one(StoredFile, found.file_id), inline=True, download_name=f"ket-qua-{code}")
