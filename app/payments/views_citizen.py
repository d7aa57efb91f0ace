"""The citizen pays: the VietQR, the ways around it, asking not to pay."""
from __future__ import annotations

from flask import Blueprint, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.core.errors import Invalid
from app.core.limits import Limit, spend
from app.core.public_urls import public_url
from app.dossiers.guards import current_dossier, slip_session
from app.files import services as files
from app.payments.forms import errors_of
from app.payments.queries import Checkout, get_checkout
from app.payments.services import exemptions, orders
from app.payments.views_public import looks, picture_response
from app.web.rendering import page
from app.web.transactions import begin, late_write

_UPLOADS = Limit("exemption-uploads", 30, 24 * 3600)
bp = Blueprint("payments_citizen", __name__, url_prefix="/ho-so/<code>")


@bp.get("/nop-tien")
@slip_session
def checkout(code: str) -> ResponseReturnValue:
    """The payment page: amount, code to scan, other ways; or that it is paid, or why nothing is to be paid."""
    facts = get_checkout(current_dossier())
    return _checkout_page(facts.page, facts)


@bp.post("/nop-tien")
@slip_session
def start(code: str) -> ResponseReturnValue:
    """Make the order, once, and show it."""
    orders.start_order(current_dossier(), current_actor())
    return redirect(url_for("payments_citizen.checkout", code=code), 303)


@bp.get("/nop-tien/cho")
@slip_session
def waiting(code: str) -> ResponseReturnValue:
    """After "Tôi đã chuyển tiền": looks whether the bank has told. Nobody's word but the bank's marks it as paid."""
    facts = get_checkout(current_dossier())
    return _checkout_page("waiting" if facts.page == "pay" else facts.page, facts)


def _checkout_page(name: str, facts: Checkout) -> ResponseReturnValue:
    return page(
        f"payments/citizen_{name}.html", checkout=facts, order=facts.order, looks=looks(),
        may_ask=exemptions.may_ask(facts.dossier),
    )


@bp.get("/nop-tien/ma.png")
@slip_session
def picture(code: str) -> ResponseReturnValue:
    """The VietQR as a picture to save."""
    facts = get_checkout(current_dossier())
    if not facts.live or facts.order is None:
        return redirect(url_for("payments_citizen.checkout", code=code), 303)
    return picture_response(facts.order)


@bp.get("/nop-tien/nho-con-chau")
@slip_session
def share(code: str) -> ResponseReturnValue:
    """The link for a family member: it opens this payment and nothing else."""
    facts = get_checkout(current_dossier())
    if not facts.live or facts.order is None:
        return redirect(url_for("payments_citizen.checkout", code=code), 303)
    base = current_app.extensions["settings"].public_url
    link = public_url(base, "pay", code=facts.order.link_token)
    return page("payments/citizen_share.html", checkout=facts, order=facts.order, link=link)


@bp.get("/nop-tien/tai-quay")
@slip_session
def counter(code: str) -> ResponseReturnValue:
    """Cash at the counter: where, when, what to bring."""
    return page("payments/citizen_counter.html", checkout=get_checkout(current_dossier()))


@bp.get("/xin-mien")
@slip_session
def exemption(code: str) -> ResponseReturnValue:
    """Who need not pay, and with which paper."""
    return _exemption_page({}, "")


@bp.post("/xin-mien")
@slip_session
@late_write
def ask_exemption(code: str) -> ResponseReturnValue:
    """Ask not to pay, with photos of the proof."""
    ground = request.form.get("ground", "")
    try:
        proofs = _take_photos(code)
        begin()
        exemptions.ask_exemption(current_dossier(), current_actor(), ground=ground, proofs=proofs)
    except Invalid as error:
        return _exemption_page(errors_of(error, otherwise="proofs"), ground, status=422)
    return redirect(url_for("payments_citizen.checkout", code=code), 303)


def _take_photos(code: str) -> list[files.PutAway]:
    """What was chosen, checked and put away. Raises ``Invalid`` for a file that cannot be taken."""
    sent = [upload for upload in request.files.getlist("proofs") if upload.filename]
    for _ in sent[: exemptions.MAX_PROOFS]:
        spend((_UPLOADS, current_dossier().public_code))
    return [files.receive_upload(upload.read(), upload.filename or "") for upload in sent[: exemptions.MAX_PROOFS]]


def _exemption_page(errors: dict[str, str], ground: str, *, status: int = 200) -> ResponseReturnValue:
    dossier = current_dossier()
    return page(
        "payments/citizen_exemption.html", status=status, checkout=get_checkout(dossier), ground=ground, errors=errors,
        grounds=exemptions.list_grounds(dossier), may_ask=exemptions.may_ask(dossier),
    )
