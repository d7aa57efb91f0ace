"""Papers: photos sent one by one and kept at once; turned, replaced, removed; a bad file loses nothing else."""
from __future__ import annotations

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.core.db import db
from app.core.errors import N_, AppError, NotFound
from app.core.limits import Limit, spend
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.models import DossierPaper, State
from app.dossiers.queries import list_papers, open_supplement
from app.dossiers.services import drafts, papers
from app.dossiers.views_citizen.answering import after_page
from app.dossiers.views_citizen.blueprint import bp, check_may_change, form_page, is_mending, page_address, procedure
from app.files import services as files
from app.files.models import StoredFile, Upload
from app.files.queries import list_unfinished
from app.files.views import send, send_thumbnail
from app.procedures.form import PASSED, Page
from app.web.i18n import gettext as _
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import begin, late_write, repeatable

UPLOADS = Limit("upload", 60, 24 * 3600)


def _photos(paper_id: str) -> list[tuple[DossierPaper, StoredFile]]:
    dossier = current_dossier()
    shown = [pair for pair in list_papers(dossier) if pair[0].paper_id == paper_id]
    supplement = open_supplement(dossier) if dossier.state == State.AWAITING_SUPPLEMENT else None
    return [pair for pair in shown if supplement is None or pair[0].supplement_id == supplement.id]


def _show(here: Page, failed: list[tuple[str, str]] | None = None, status: int = 200, error: str = "") -> ResponseReturnValue:
    dossier, form = current_dossier(), procedure().form
    before = form.previous_page(dossier.answers, here.id)
    track = url_for("dossiers_citizen.track", code=dossier.public_code)
    back = page_address(dossier, before) if before and dossier.is_draft else track
    return page(
        "dossiers/citizen_paper.html", status, dossier=dossier, procedure=procedure(), here=here, paper=here.paper,
        photos=_photos(here.id), failed=failed or [], error=error, progress=form.progress(dossier.answers, here.id),
        back=url_for("dossiers_citizen.review", code=dossier.public_code) if request.args.get("ve") == "xem-lai" else back,
        mending=is_mending(dossier, "paper", here.id), unfinished=list_unfinished(dossier.public_code, here.id),
        refusal_words=refusal_words,
    )


def refusal_words(upload: Upload) -> str:
    """Why what came in pieces could not be taken, or nothing."""
    if not upload.refusal:
        return ""
    message, params = upload.refusal
    return words(str(message), params if isinstance(params, dict) else {})


@bp.get("/giay/<paper_id>")
@slip_session
def paper(code: str, paper_id: str) -> ResponseReturnValue:
    """One paper with the photos that have arrived."""
    here = form_page(paper_id, "paper")
    check_may_change(current_dossier(), "paper", paper_id)
    return _show(here)


@bp.post("/giay/<paper_id>")
@slip_session
@late_write
@repeatable
def add_photos(code: str, paper_id: str) -> ResponseReturnValue:
    """Take what was chosen, each file for itself: one that fails is named and the others are kept."""
    dossier, here = current_dossier(), form_page(paper_id, "paper")
    check_may_change(dossier, "paper", paper_id)
    chosen = [upload for upload in request.files.getlist("photo") if upload.filename]
    if not chosen:
        return _continue(here)
    taken, failed = [], []
    for number, upload in enumerate(chosen, 1):
        name = _("Ảnh %(n)s") % {"n": number} if len(chosen) > 1 else _("Ảnh vừa chọn")
        try:
            spend((UPLOADS, dossier.public_code))
            taken.append(files.receive_upload(upload.read(), upload.filename or ""))
        except AppError as error:
            failed.append((name, words(error.message, error.params)))
    if taken:
        begin()
        try:
            for away in taken:
                papers.add_paper(dossier, here.id, away, current_actor())
        except AppError as error:
            return _show(here, [(_("Ảnh vừa chọn"), words(error.message, error.params))], 422)
    if failed:
        # Kept photos must stay kept, so this is an answer, not a refusal: 200 with the failed ones named first.
        return _show(here, failed, 200 if taken else 422)
    return redirect(request.full_path.rstrip("?"), 303)


def _continue(here: Page) -> ResponseReturnValue:
    """"Tiếp tục" without a new file: on, when the paper has its photos or may do without."""
    dossier = current_dossier()
    if here.paper is not None and here.paper.required and len(_photos(here.id)) < here.paper.min_photos:
        return _show(here, status=422, error=_("Cần ít nhất một ảnh của giấy này. Chụp rồi bấm Gửi ảnh."))
    if dossier.is_draft:
        begin()
        drafts.keep_answers(dossier, {here.id: PASSED})
    return redirect(after_page(dossier, here), 303)


def _own_photo(token: str) -> tuple[DossierPaper, StoredFile]:
    """A photo that this browser may see and change. Of a paper that was asked for again only what was sent since."""
    dossier = current_dossier()
    found, file = papers.get_paper(dossier, token)
    check_may_change(dossier, "paper", found.paper_id)
    if all(row.id != found.id for row, _file in _photos(found.paper_id)):
        raise NotFound(N_("Không thấy ảnh này."))
    return found, file


@bp.get("/anh/<token>")
@slip_session
def photo(code: str, token: str) -> ResponseReturnValue:
    """The photo itself, to the browser that may change it: family that only follows sees no photos."""
    found, file = _own_photo(token)
    if request.args.get("nho"):
        return send_thumbnail(file) or make_response("", 404)
    return send(file, inline=True, download_name=found.paper_id)


@bp.get("/anh/<token>/xem")
@slip_session
def view_photo(code: str, token: str) -> ResponseReturnValue:
    """One photo large, with turn, replace and remove."""
    return _show_photo(*_own_photo(token))


def _show_photo(found: DossierPaper, file: StoredFile, error: str = "", status: int = 200) -> ResponseReturnValue:
    here = procedure().form.page(found.paper_id)
    if here is None:
        raise NotFound
    return page(
        "dossiers/citizen_photo.html", status, dossier=current_dossier(), procedure=procedure(), paper=here.paper, file=file,
        back=page_address(current_dossier(), here), error=error,
    )


@bp.post("/anh/<token>")
@slip_session
@late_write
@repeatable
def change_photo(code: str, token: str) -> ResponseReturnValue:
    """Turn, replace or remove one photo."""
    dossier = current_dossier()
    found, file = _own_photo(token)
    act, paper_id = request.form.get("act"), found.paper_id
    if act == "turn":
        turned = files.prepare_turn(file, 1)
        begin()
        papers.turn_paper(dossier, token, turned, current_actor())
        return redirect(url_for("dossiers_citizen.view_photo", code=code, token=token), 303)
    if act == "replace":
        return _replace(found, file)
    begin()
    papers.remove_paper(dossier, token, current_actor())
    return redirect(url_for("dossiers_citizen.paper", code=code, paper_id=paper_id), 303)


def _replace(found: DossierPaper, file: StoredFile) -> ResponseReturnValue:
    """A better photo takes the place of one; the old one stays until the new one is read."""
    upload = request.files.get("photo")
    if upload is None or not upload.filename:
        return _show_photo(found, file, _("Chọn hoặc chụp ảnh mới, rồi bấm Gửi ảnh."), 422)
    dossier, token = current_dossier(), file.token
    try:
        spend((UPLOADS, dossier.public_code))
        away = files.receive_upload(upload.read(), upload.filename)
    except AppError as error:
        return _show_photo(found, file, words(error.message, error.params), 422)
    begin()
    paper = papers.replace_paper(dossier, token, away, current_actor())
    better = db.session.get_one(StoredFile, paper.file_id)
    return redirect(url_for("dossiers_citizen.view_photo", code=dossier.public_code, token=better.token), 303)
