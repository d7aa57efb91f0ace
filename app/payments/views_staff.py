"""The cashier's desk: take cash, receipts, money in suspense, refunds; deciding on exemptions."""
from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import require
from app.accounts.permissions import Permission
from app.accounts.sessions import current_actor
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.dossiers.forms import hide, read_search, unhide
from app.files.views import send
from app.payments import queries
from app.payments.forms import errors_of, parse_amount
from app.payments.printing import print_receipt
from app.payments.services import cash, exemptions, suspense
from app.payments.workflow import NOTICE_STATE_NAMES, ORDER_ACTION_NAMES, ORDER_STATE_NAMES
from app.web.rendering import page
from app.web.transactions import repeatable

bp = Blueprint("payments_staff", __name__, url_prefix="/can-bo")


@bp.get("/thu-tien")
@require(Permission.CASH_TAKE)
def desk() -> ResponseReturnValue:
    """Dossiers with a fee that is not settled, or those that were searched for."""
    hidden = unhide(request.args.get("tim", ""))
    search = hidden if isinstance(hidden, str) else ""
    return page("payments/staff_desk.html", dossiers=queries.list_unpaid(current_actor(), search=search), search=search)


@bp.post("/thu-tien/tim")
@require(Permission.CASH_TAKE)
@repeatable
def search() -> ResponseReturnValue:
    """Look for who pays. What was typed goes on sealed: names never stand in an address or a log."""
    text = read_search(request.form.get("tim", ""))
    return redirect(url_for("payments_staff.desk", tim=hide(text) if text else None), 303)


@bp.get("/thu-tien/<code>")
@require(Permission.CASH_TAKE)
def take(code: str) -> ResponseReturnValue:
    """What this dossier owes, and the form to take cash."""
    return _take_page(code)


@bp.post("/thu-tien/<code>")
@require(Permission.CASH_TAKE)
def take_cash(code: str) -> ResponseReturnValue:
    """Take cash and show the receipt."""
    actor = current_actor()
    payer = request.form.get("payer_name", "")
    try:
        amount_vnd = parse_amount(request.form.get("amount_vnd", ""))
        receipt = cash.take_cash(actor, queries.get_dossier(actor, code), amount_vnd=amount_vnd, payer_name=payer)
    except Invalid as error:
        return _take_page(code, status=422, errors=errors_of(error, otherwise="amount_vnd"))
    return redirect(url_for("payments_staff.receipt", year=receipt.year, number=receipt.number), 303)


def _take_page(code: str, *, status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    dossier = queries.get_dossier(current_actor(), code)
    checkout = queries.get_checkout(dossier)
    return page(
        "payments/staff_take.html", status=status, dossier=dossier, checkout=checkout, owed=queries.owed_vnd(dossier),
        reason=queries.why_not_payable(dossier, at_counter=True), errors=errors or {}, typed=request.form,
        history=queries.list_history(checkout.order) if checkout.order else [], order_states=ORDER_STATE_NAMES,
        action_names=ORDER_ACTION_NAMES,
    )


@bp.get("/bien-lai")
@require(Permission.CASH_TAKE)
def day() -> ResponseReturnValue:
    """The receipts of one day, with sums."""
    chosen = _day(request.args.get("ngay", ""))
    rows = queries.list_receipts(current_actor(), chosen)
    return page("payments/staff_day.html", day=chosen, rows=rows, sums=queries.sum_receipts(rows))


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return clock.today()


@bp.get("/bien-lai/<int:year>/<int:number>")
@require(Permission.CASH_TAKE)
def receipt(year: int, number: int) -> ResponseReturnValue:
    """One receipt: the change is counted, the paper is printed from here."""
    found = queries.get_receipt(current_actor(), year, number)
    order = queries.get_receipt_order(found)
    return page("payments/staff_receipt.html", receipt=found, order=order, dossier=queries.get_dossier_of(order))


@bp.post("/bien-lai/<int:year>/<int:number>")
@require(Permission.CASH_TAKE)
def print_again(year: int, number: int) -> ResponseReturnValue:
    """Count a print; from the second on the paper says that it is a copy."""
    actor = current_actor()
    cash.count_print(actor, queries.get_receipt(actor, year, number))
    return redirect(url_for("payments_staff.receipt_pdf", year=year, number=number), 303)


@bp.get("/bien-lai/<int:year>/<int:number>.pdf")
@require(Permission.CASH_TAKE)
def receipt_pdf(year: int, number: int) -> Response:
    """The paper itself."""
    found = queries.get_receipt(current_actor(), year, number)
    answer = Response(print_receipt(found), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"bien-lai-{found.series}-{found.number:07d}.pdf")
    return answer


@bp.get("/tien-treo")
@require(Permission.MONEY_VIEW)
def suspense_list() -> ResponseReturnValue:
    """Money that no order took, and paid dossiers whose money must be given back."""
    return _suspense_page()


@bp.post("/tien-treo/<ref>")
@require(Permission.MONEY_VIEW)
def note(ref: str) -> ResponseReturnValue:
    """Write down what was found out about a payment."""
    try:
        suspense.note_suspense(current_actor(), ref, request.form.get("text", ""))
    except Invalid as error:
        return _suspense_page(status=422, errors={ref: errors_of(error, otherwise="text")["text"]})
    return redirect(url_for("payments_staff.suspense_list", _anchor=f"khoan-{ref}"), 303)


def _suspense_page(*, status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    rows = queries.list_suspense(after=request.args.get("sau", ""))
    count, total = queries.suspense_total()
    return page(
        "payments/staff_suspense.html", status=status, rows=rows, count=count, total=total, errors=errors or {},
        states=NOTICE_STATE_NAMES, refunds=queries.list_refunds_due(current_actor()),
        after=rows[-1].event.ref if len(rows) == queries.PAGE else "",
    )


@bp.get("/xin-mien")
@require(Permission.EXEMPTION_DECIDE)
def exemption_list() -> ResponseReturnValue:
    """Requests not to pay that wait for a decision."""
    return page("payments/staff_exemptions.html", rows=queries.list_exemptions(current_actor()))


@bp.get("/xin-mien/<code>")
@require(Permission.EXEMPTION_DECIDE)
def exemption(code: str) -> ResponseReturnValue:
    """One request with its proof."""
    return _exemption_page(code)


@bp.post("/xin-mien/<code>")
@require(Permission.EXEMPTION_DECIDE)
def decide(code: str) -> ResponseReturnValue:
    """Grant or decline."""
    actor, answer = current_actor(), request.form.get("answer", "")
    dossier = queries.get_dossier(actor, code)
    try:
        granted = {"grant": True, "decline": False}.get(answer)
        exemptions.decide_exemption(actor, dossier, granted=granted, reason=request.form.get("reason", ""))
    except Invalid as error:
        return _exemption_page(code, status=422, errors=errors_of(error, otherwise="reason"))
    return redirect(url_for("payments_staff.exemption_list"), 303)


def _exemption_page(code: str, *, status: int = 200, errors: dict[str, str] | None = None) -> ResponseReturnValue:
    dossier = queries.get_dossier(current_actor(), code)
    found = queries.find_exemption(dossier.id)
    if found is None:
        raise NotFound
    return page(
        "payments/staff_exemption.html", status=status, dossier=dossier, exemption=found, errors=errors or {},
        ground=exemptions.find_ground(dossier, found.ground), proofs=queries.list_proofs(found), typed=request.form,
    )


@bp.get("/xin-mien/<code>/<token>")
@require(Permission.EXEMPTION_DECIDE)
def proof(code: str, token: str) -> Response:
    """A photo of the proof."""
    dossier = queries.get_dossier(current_actor(), code)
    return send(queries.get_proof(dossier, token), inline=True)
