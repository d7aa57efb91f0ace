"""What anyone may call: banks their webhooks, a family member the page behind a payment link."""
from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.guards import public
from app.core.db import transaction
from app.core.logs import log_event
from app.payments.doors import get_door
from app.payments.models import PaymentOrder
from app.payments.pictures import order_picture
from app.payments.queries import get_checkout, get_dossier_of, get_order_by_link, is_live
from app.payments.services import notices
from app.providers.payment import LONGEST_BODY, NotAuthentic
from app.web.rendering import page
from app.web.transactions import webhook

bp = Blueprint("payments_public", __name__)
LOOK_SECONDS, MOST_LOOKS = 5, 60


@bp.post("/webhook/payos")
@public
@webhook
def webhook_payos() -> ResponseReturnValue:
    """payOS tells of money. Answers 200 once the notice is in the journal, whatever becomes of it."""
    return _take_notice("payos")


@bp.post("/webhook/sepay")
@public
@webhook
def webhook_sepay() -> ResponseReturnValue:
    """SePay tells of money."""
    return _take_notice("sepay")


def _take_notice(provider: str) -> ResponseReturnValue:
    request.max_content_length = LONGEST_BODY
    door = get_door(current_app.extensions["settings"], provider)
    try:
        notice = notices.verify_notice(door, request.get_data(cache=False), request.headers)
    except NotAuthentic as refusal:
        log_event("payment.notice_refused", provider=provider, reason=refusal.reason)
        return jsonify(success=False), 401
    with transaction():
        event_id = notices.journal_notice(notice)
    # From here on the notice is ours: whatever happens, the job looks at it again.
    try:
        with transaction():
            notices.process_notice(event_id)
    except Exception as error:
        log_event("payment.notice_waits", provider=provider, event_id=event_id, error=type(error).__name__)
    return jsonify(success=True)


@bp.get("/t/<code>")
@public
def family(code: str) -> ResponseReturnValue:
    """A family member pays: shows this payment, opens nothing else."""
    order = get_order_by_link(code)
    checkout = get_checkout(get_dossier_of(order))
    live = checkout.live and checkout.order is order
    answer = make_response(page(
        f"payments/public_{'pay' if live else 'ended'}.html", checkout=checkout, order=order, code=code, looks=looks(),
    ))
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/t/<code>/ma.png")
@public
def family_picture(code: str) -> ResponseReturnValue:
    """The VietQR of a family link as a picture to save, as long as a transfer would be booked."""
    order = get_order_by_link(code)
    if not is_live(order, get_dossier_of(order)):
        return redirect(url_for("payments_public.family", code=code), 303)
    return picture_response(order)


def picture_response(order: PaymentOrder) -> Response:
    """An order's VietQR as PNG."""
    return Response(order_picture(order), mimetype="image/png")


def looks() -> dict[str, int]:
    """How often this page has looked by itself, and whether it goes on: five minutes, then there is "Xem lại"."""
    done = min(max(request.args.get("lan", 0, type=int), 0), MOST_LOOKS)
    return {"next": done + 1 if done < MOST_LOOKS else 0, "seconds": LOOK_SECONDS}
