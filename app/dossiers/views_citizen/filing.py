"""Checking, handing in, the slip; leaving a draft and coming back to it."""
from __future__ import annotations

from flask import Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.core import public_urls, qr
from app.core.errors import N_, Invalid, NotFound
from app.core.limits import Limit, spend
from app.dossiers import slips as slip_papers
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.helping import beside
from app.dossiers.models import State
from app.dossiers.queries import count_papers, find_slip
from app.dossiers.services import drafts, filing
from app.dossiers.services.deadlines import promised_at
from app.dossiers.services.slips import SlipCodes, make_slip, shown_codes
from app.dossiers.views_citizen.blueprint import bp, keep_text_size, page_address, procedure, session_id
from app.files.queries import list_unfinished
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import begin, late_write

_SUBMITS = Limit("submit", 20, 3600)
# Every filing sends a text message, to a telephone that nobody has proven yet.
SUBMITS_BY_PHONE = Limit(
    "submit-phone", 20, 24 * 3600,
    said=N_("Số điện thoại này đã nộp nhiều hồ sơ hôm nay. Mai nộp tiếp, hoặc gọi phường. Bài vẫn còn."),
)


@bp.get("/xem-lai")
@slip_session
def review(code: str) -> ResponseReturnValue:
    """All answers with "Sửa" per line, what can still be changed, the declaration, "Nộp hồ sơ"."""
    dossier = current_dossier()
    if dossier.state != State.DRAFT:
        return redirect(url_for("dossiers_citizen.track", code=code), 303)
    return _review()


def _review(status: int = 200, error: str = "") -> ResponseReturnValue:
    dossier, form = current_dossier(), procedure().form
    counts = count_papers(dossier)
    lacking = [found for name in form.missing(dossier.answers, counts) if (found := form.page(name, dossier.answers))]
    halfway = {upload.place for upload in list_unfinished(dossier.public_code)}
    pages = form.pages(dossier.answers)
    return page(
        "dossiers/citizen_review.html", status, dossier=dossier, procedure=procedure(), error=error,
        sections=form.summary(dossier.answers, words, counts), fee=filing.assess_fee(dossier),
        lacking=[(page_address(dossier, one) + "?ve=xem-lai", one) for one in lacking],
        unfinished=[(page_address(dossier, one) + "?ve=xem-lai", one) for one in pages if one.id in halfway],
        addresses={one.id: page_address(dossier, one) + "?ve=xem-lai" for one in pages},
    )


@bp.post("/nop")
@slip_session
@late_write
def submit(code: str) -> ResponseReturnValue:
    """Hand the dossier in. Pressed twice it is handed in once."""
    phone = current_dossier().phone
    spend((_SUBMITS, str(session_id())), *([(SUBMITS_BY_PHONE, phone)] if phone else ()))
    begin()
    dossier = current_dossier()
    keep_text_size(dossier)
    try:
        filing.submit(dossier, current_actor(), session_id=session_id(), helper=beside())
    except Invalid as error:
        return _review(422, words(error.message, error.params))
    return redirect(url_for("dossiers_citizen.confirmation", code=dossier.public_code), 303)


@bp.get("/da-nop")
@slip_session
def confirmation(code: str) -> ResponseReturnValue:
    """Both codes and the QR, what happens next and when; save, print, or copy by hand."""
    dossier = current_dossier()
    if dossier.state == State.DRAFT:
        return redirect(url_for("dossiers_citizen.review", code=code), 303)
    shown = shown_codes(dossier, session_id())
    return page(
        "dossiers/citizen_confirmation.html", dossier=dossier, procedure=procedure(), shown=shown,
        picture=qr.svg(_slip_url(shown)) if shown else "", promise=promised_at(procedure(), dossier.submitted_at),
    )


def _slip_url(shown: SlipCodes) -> str:
    return public_urls.printed_url(current_app.extensions["settings"].public_url, "slip", token=shown.token)


@bp.get("/de-do")
@slip_session
def leave(code: str) -> ResponseReturnValue:
    """"Để đó, lần sau làm tiếp": the draft's own codes, to copy or print, and until what day it is kept."""
    dossier = current_dossier()
    if dossier.state != State.DRAFT:
        return redirect(url_for("dossiers_citizen.track", code=code), 303)
    first = procedure().form.first_open(dossier.answers, count_papers(dossier))
    shown = shown_codes(dossier, session_id())
    return page(
        "dossiers/citizen_leave.html", dossier=dossier, procedure=procedure(), shown=shown, until=drafts.kept_until(dossier),
        picture=qr.svg(_slip_url(shown)) if shown else "", has_slip=find_slip(dossier) is not None,
        onward=page_address(dossier, first) if first else url_for("dossiers_citizen.review", code=code),
    )


@bp.post("/de-do")
@slip_session
def make_draft_slip(code: str) -> ResponseReturnValue:
    """Make the draft's codes, once; they show again only in this browser."""
    dossier = current_dossier()
    if dossier.state == State.DRAFT and find_slip(dossier) is None:
        make_slip(dossier, reason="draft", session_id=session_id())
        keep_text_size(dossier)
    return redirect(url_for("dossiers_citizen.leave", code=code), 303)


@bp.get("/phieu.pdf")
@slip_session
def slip_pdf(code: str) -> ResponseReturnValue:
    """The A5 slip, within the session that made its secret."""
    dossier = current_dossier()
    shown = shown_codes(dossier, session_id())
    if shown is None:
        raise NotFound
    data = slip_papers.draw_slip(dossier, shown, current_app.extensions["settings"].public_url)
    return slip_papers_response(data, f"phieu-{dossier.public_code}.pdf", inline=beside() is not None)


def slip_papers_response(pdf: bytes, name: str, *, inline: bool = False) -> Response:
    """A PDF of ours as a download."""
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline" if inline else "attachment", filename=name)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/phieu.png")
@slip_session
def slip_png(code: str) -> ResponseReturnValue:
    """The slip as a picture to keep in the phone: both codes, the QR, what it is for."""
    dossier = current_dossier()
    shown = shown_codes(dossier, session_id())
    if shown is None:
        raise NotFound
    data = slip_papers.draw_slip(dossier, shown, current_app.extensions["settings"].public_url, picture=True)
    answer = Response(data, mimetype="image/png")
    if request.args.get("luu"):
        answer.headers.set("Content-Disposition", "attachment", filename=f"phieu-{dossier.public_code}.png")
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.post("/bo")
@slip_session
def discard(code: str) -> ResponseReturnValue:
    """Throw the draft away."""
    dossier = current_dossier()
    drafts.discard_draft(dossier, current_actor())
    return redirect(url_for("procedures_citizen.home"), 303)
