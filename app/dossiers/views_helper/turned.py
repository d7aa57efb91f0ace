"""The screen is handed to the person and comes back by PIN; what the person does there: hand in, take the codes, a word."""
from __future__ import annotations

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.assistance.forms import errors_of
from app.assistance.guards import any_turned, helper_actor, helping, note_use, the_help, the_helper, the_mandate
from app.assistance.models import TurnedFor
from app.assistance.services import help_sessions, pins
from app.core import public_urls, qr
from app.core.errors import N_, Conflict, Invalid, TooMany
from app.dossiers.models import State
from app.dossiers.queries import count_papers
from app.dossiers.services import filing
from app.dossiers.services import helping as services
from app.dossiers.services.drafts import kept_until
from app.dossiers.services.slips import make_slip, shown_codes
from app.dossiers.views_helper.blueprint import bp, dossier, dossier_of, procedure, web_session_id
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import begin, late_write

# Where the person finds what the screen was turned for.
_PLACES = {
    TurnedFor.CONSENT: "dossiers_helper.consent", TurnedFor.SUBMIT: "dossiers_helper.hand_in",
    TurnedFor.PAYMENT: "payments_citizen.checkout", TurnedFor.RATING: "dossiers_helper.rating",
    TurnedFor.SLIP: "dossiers_helper.slip",
}


def place_of(purpose: TurnedFor) -> str:
    code = the_help().dossier_code
    if purpose is TurnedFor.PAYMENT:
        return url_for(_PLACES[purpose], code=code)
    found = dossier_of(the_help())
    if purpose is TurnedFor.SUBMIT and found and found.state == State.AWAITING_SUPPLEMENT:
        return url_for("dossiers_citizen.track", code=code)
    if purpose is TurnedFor.SUBMIT and found and found.state != State.DRAFT:
        return url_for("dossiers_citizen.confirmation", code=code)
    return url_for(_PLACES[purpose])


@bp.post("/dua-may")
@helping(mandate=False)
def turn() -> ResponseReturnValue:
    """Hand the screen to the person. From here on nothing of the helper's opens before the PIN."""
    wanted = request.form.get("purpose", "")
    if wanted not in set(TurnedFor):
        raise Conflict(N_("Chọn việc đưa máy cho người xin làm."))
    session, purpose = the_help(), TurnedFor(wanted)
    if purpose is not TurnedFor.CONSENT:
        the_mandate(session)
    help_sessions.turn_screen(session, helper_actor(), purpose)
    return redirect(place_of(purpose), 303)


@bp.get("/lay-lai-may")
@any_turned
def take_back() -> ResponseReturnValue:
    """"Đưa máy lại cho người giúp": the helper types the PIN."""
    return _pin_page()


def _pin_page(status: int = 200, error: str = "") -> ResponseReturnValue:
    session = the_help()
    over = session.dossier_code is None
    return page(
        "dossiers/helper_pin.html", status, session=session, helper=the_helper(), error=error, refused=over,
        back="" if over else place_of(TurnedFor(session.turned_for)),
    )


@bp.post("/lay-lai-may")
@any_turned
@late_write
def check_pin() -> ResponseReturnValue:
    """The helper has the screen again. A try is counted before it is judged; the codes that were shown are not shown again."""
    try:
        pins.count_try(the_helper().id)
        begin()
        session = the_help()
        purpose = session.turned_for
        help_sessions.take_back(session, helper_actor(), the_helper(), request.form.get("pin", ""))
    except Invalid as error:
        return _pin_page(422, errors_of(error, otherwise="pin")["pin"])
    except TooMany as error:
        return _pin_page(429, words(error.message, error.params))
    found = dossier_of(session)
    services.shut_slip(session, found)
    if found is None:
        services.finish(session, helper_actor())
        return redirect(url_for("assistance_helper.home"), 303)
    first = purpose == TurnedFor.CONSENT and found.state == State.DRAFT and session.mandate_id is not None and not found.answers
    if first:
        return redirect(url_for("dossiers_citizen.card", code=found.public_code), 303)
    return redirect(url_for("dossiers_helper.overview"), 303)


@bp.get("/nop")
@helping(TurnedFor.SUBMIT)
def hand_in() -> ResponseReturnValue:
    """The person looks once more and presses "Nộp hồ sơ" with their own finger."""
    found, form = dossier(), procedure().form
    if found.state != State.DRAFT:
        return redirect(place_of(TurnedFor.SUBMIT), 303)
    counts = count_papers(found)
    lacking = [here for name in form.missing(found.answers, counts) if (here := form.page(name, found.answers))]
    return page(
        "dossiers/helper_submit.html", dossier=found, procedure=procedure(), lacking=lacking, helper=the_helper(),
        sections=form.summary(found.answers, words, counts), fee=filing.assess_fee(found),
    )


@bp.get("/phieu")
@helping(TurnedFor.SLIP)
def slip() -> ResponseReturnValue:
    """The draft is the person's: its codes, to copy or to print."""
    found = dossier()
    shown = shown_codes(found, web_session_id())
    base = current_app.extensions["settings"].public_url
    return page(
        "dossiers/helper_slip.html", dossier=found, procedure=procedure(), shown=shown,
        until=kept_until(found), picture=qr.svg(public_urls.printed_url(base, "slip", token=shown.token)) if shown else "",
    )


@bp.post("/phieu")
@helping(TurnedFor.SLIP)
def make_codes() -> ResponseReturnValue:
    """New codes for the draft; older ones are dead at once."""
    found, session = dossier(), the_help()
    if found.state != State.DRAFT:
        raise Conflict(N_("Hồ sơ đã nộp rồi. Mã ở trên phiếu của ông/bà, mất thì đến quầy."))
    note_use(session, the_mandate(session), "slip.make")
    make_slip(found, reason="draft", session_id=web_session_id())
    return redirect(url_for("dossiers_helper.slip"), 303)


@bp.get("/danh-gia")
@helping(TurnedFor.RATING, mandate=False)
def rating() -> ResponseReturnValue:
    """How was the help? Three answers, or none."""
    return _rating_page()


def _rating_page(status: int = 200, error: str = "") -> ResponseReturnValue:
    return page("dossiers/helper_rating.html", status, helper=the_helper(), error=error, session=the_help())


@bp.post("/danh-gia")
@helping(TurnedFor.RATING, mandate=False)
def rate() -> ResponseReturnValue:
    """Keep the word. It goes to the leader's numbers, not to the helper."""
    if request.form.get("rating") != "skip":
        try:
            help_sessions.rate(the_help(), request.form.get("rating", ""))
        except Invalid as error:
            return _rating_page(422, errors_of(error, otherwise="rating")["rating"])
    return redirect(url_for("dossiers_helper.take_back"), 303)

