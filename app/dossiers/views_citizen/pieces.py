"""Photos of papers in pieces, for browsers with scripts: begun, sent piece by piece, finished; what did not arrive is named.

Small JSON answers. The plain form of the same page (``photos``) does without any of this.
"""
from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.core.errors import AppError, Invalid
from app.core.limits import Limit, spend
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.services import papers
from app.dossiers.views_citizen.blueprint import bp, check_may_change, form_page
from app.dossiers.views_citizen.photos import UPLOADS, refusal_words
from app.files import pieces, queries
from app.files.models import Upload
from app.web.i18n import words
from app.web.transactions import begin, give_up, late_write

# Begun and left again costs nearly nothing; it only must not go on for ever.
_BEGUN = Limit("upload_begun", 300, 24 * 3600)
_PIECES = Limit("upload_piece", 6000, 24 * 3600)
View = TypeVar("View", bound=Callable[..., Any])


def small(view: View) -> View:
    """A refusal is one sentence here, not a page."""
    @wraps(view)
    def told(*args: Any, **named: Any) -> ResponseReturnValue:
        try:
            return view(*args, **named)
        except AppError as error:
            give_up()
            return jsonify(say=words(error.message, error.params), again=error.message in pieces.AGAIN), error.status

    return told  # type: ignore[return-value]


def _own_upload(token: str) -> Upload:
    upload = queries.get_upload(token, owner_ref=current_dossier().public_code)
    form_page(upload.place, "paper")
    check_may_change(current_dossier(), "paper", upload.place)
    return upload


def _state(upload: Upload, status: int = 200) -> ResponseReturnValue:
    """Where an upload stands. Its address goes along: whoever sends the same form again is led there."""
    here = url_for("dossiers_citizen.upload_state", code=current_dossier().public_code, token=upload.token)
    answer = jsonify(
        address=here, received=upload.received, state=upload.state, piece=upload.piece_size, least=pieces.LEAST,
        say=refusal_words(upload),
    )
    answer.headers["Location"] = here
    return answer, status


def _number(name: str) -> int:
    sent = request.form.get(name, "")
    if not (sent.isascii() and sent.isdigit() and len(sent) < 12):
        raise Invalid
    return int(sent)


def _sha256(name: str) -> str:
    return request.form.get(name, "")[:64].lower()


@bp.post("/giay/<paper_id>/gui-phan")
@slip_session
@late_write
@small
def begin_upload(code: str, paper_id: str) -> ResponseReturnValue:
    """Announce a photo; the same one begun before goes on where it was cut."""
    form_page(paper_id, "paper")
    check_may_change(current_dossier(), "paper", paper_id)
    spend((_BEGUN, current_dossier().public_code))
    size, name, head = _number("size"), request.form.get("name", ""), _sha256("head")
    begin()
    papers.check_open(current_dossier(), paper_id)
    upload = pieces.begin_upload(
        owner_ref=current_dossier().public_code, place=paper_id, size=size, name=name, head_sha256=head
    )
    return _state(upload, 201)


@bp.get("/gui-phan/<token>")
@slip_session
@small
def upload_state(code: str, token: str) -> ResponseReturnValue:
    """How much has been acknowledged."""
    return _state(_own_upload(token))


@bp.post("/gui-phan/<token>")
@slip_session
@late_write
@small
def take_piece(code: str, token: str) -> ResponseReturnValue:
    """One piece: what this answers to is kept."""
    upload, sent = _own_upload(token), request.files.get("piece")
    spend((_PIECES, current_dossier().public_code))
    data = sent.read() if sent is not None else b""
    piece = pieces.receive_piece(upload, data, start=_number("start"), sha256=_sha256("sha256"))
    begin()
    return _state(pieces.take_piece(upload, piece), 201)


@bp.post("/gui-phan/<token>/xong")
@slip_session
@late_write
@small
def finish_upload(code: str, token: str) -> ResponseReturnValue:
    """All pieces are there: the photo is checked as every other and kept. One that cannot be taken says so on the page."""
    upload, dossier, sha256 = _own_upload(token), current_dossier(), _sha256("sha256")
    if upload.state != "open":
        return _state(upload)
    spend((UPLOADS, dossier.public_code))
    try:
        away = pieces.assemble(upload, sha256)
    except Invalid as error:
        begin()
        pieces.refuse_upload(upload, error)
        return _state(upload)
    begin()
    if pieces.finish_upload(upload, sha256):
        papers.add_paper(dossier, upload.place, away, current_actor())
    return _state(upload)


@bp.post("/gui-phan/<token>/bo")
@slip_session
def drop_upload(code: str, token: str) -> ResponseReturnValue:
    """The person lets go of a photo that did not arrive."""
    upload = _own_upload(token)
    place = upload.place
    pieces.drop_upload(upload)
    return redirect(url_for("dossiers_citizen.paper", code=code, paper_id=place), 303)
