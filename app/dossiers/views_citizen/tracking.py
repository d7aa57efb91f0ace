"""Following a dossier: where it stands, what is missing, what to do; changing and withdrawing; the result."""
from __future__ import annotations

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.assistance.queries import was_helped
from app.core.db import db
from app.core.text import shorten_name
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.models import State
from app.dossiers.queries import count_papers, find_result, list_events, list_papers, open_supplement
from app.dossiers.services import decision, hand_over, phone_codes, supplements
from app.dossiers.timeline import citizen_steps, standing
from app.dossiers.views_citizen.blueprint import bp, page_address, procedure, session_id
from app.files.models import StoredFile
from app.files.views import send
from app.notifications.queries import list_messages_about
from app.web.i18n import words
from app.web.rendering import page


@bp.get("")
@slip_session
def track(code: str) -> ResponseReturnValue:
    """Where it stands, the promised date in words, what is missing and how to mend it, messages, the result."""
    dossier = current_dossier()
    if dossier.state == State.DRAFT:
        first = procedure().form.first_open(dossier.answers, count_papers(dossier))
        return redirect(page_address(dossier, first) if first else url_for("dossiers_citizen.review", code=code), 303)
    events = list_events(dossier)
    supplement = open_supplement(dossier) if dossier.state == State.AWAITING_SUPPLEMENT else None
    return page(
        "dossiers/citizen_track.html", dossier=dossier, procedure=procedure(), name=shorten_name(dossier.applicant_name),
        standing=standing(dossier, events, supplement), steps=citizen_steps(dossier, procedure(), events), supplement=supplement,
        wanted=_wanted() if supplement else [], messages=list_messages_about(dossier.public_code),
        result=find_result(dossier), may_download=hand_over.may_download(dossier), helped=was_helped(dossier.public_code),
    )


def _wanted() -> list[dict[str, object]]:
    """Each thing that was asked for: its name, why, whether it is mended, where to mend it, the photo in question."""
    dossier, form = current_dossier(), procedure().form
    supplement = open_supplement(dossier)
    if supplement is None:
        return []
    papers = list_papers(dossier)
    rows: list[dict[str, object]] = []
    for item in supplement.items:
        here = form.page(item.ref) if item.kind == "paper" else form.page(form.page_of(item.ref) or "")
        if here is None:
            continue
        title = here.paper.title if here.paper else (here.questions[0].short or here.questions[0].label)
        old = next((file.token for row, file in papers if row.paper_id == item.ref and row.readable is False), None)
        rows.append({
            "title": title, "reason": item.reason, "mended": supplements.is_mended(dossier, item),
            "is_paper": item.kind == "paper", "address": page_address(dossier, here), "old": old,
        })
    return rows


@bp.post("/gui-bo-sung")
@slip_session
def send_supplement(code: str) -> ResponseReturnValue:
    """What was asked for is all there: send it."""
    supplements.send_supplement(current_dossier(), current_actor())
    return redirect(url_for("dossiers_citizen.track", code=code), 303)


@bp.get("/sua")
@slip_session
def change(code: str) -> ResponseReturnValue:
    """Change answers after filing, until a clerk accepts; the phone must be proven."""
    dossier, form = current_dossier(), procedure().form
    if dossier.state != State.SUBMITTED:
        return redirect(url_for("dossiers_citizen.track", code=code), 303)
    if not phone_codes.is_granted(dossier, "change", session_id()):
        return redirect(url_for("dossiers_citizen.phone_code", code=code, act="change"), 303)
    counts = count_papers(dossier)
    return page(
        "dossiers/citizen_change.html", dossier=dossier, procedure=procedure(),
        sections=form.summary(dossier.answers, words, counts),
        addresses={one.id: page_address(dossier, one) for one in form.pages(dossier.answers)},
    )


@bp.get("/rut")
@slip_session
def withdraw(code: str) -> ResponseReturnValue:
    """Ask whether the person really wants the dossier back, and say what follows."""
    dossier = current_dossier()
    if not _may_withdraw():
        return redirect(url_for("dossiers_citizen.track", code=code), 303)
    if not phone_codes.is_granted(dossier, "withdraw", session_id()):
        return redirect(url_for("dossiers_citizen.phone_code", code=code, act="withdraw"), 303)
    return page("dossiers/citizen_withdraw.html", dossier=dossier, procedure=procedure())


def _may_withdraw() -> bool:
    return current_dossier().state in (
        State.SUBMITTED, State.ACCEPTED, State.IN_PROCESS, State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT
    )


@bp.post("/rut")
@slip_session
def do_withdraw(code: str) -> ResponseReturnValue:
    """Take the dossier back: at once before acceptance, afterwards it is asked for."""
    dossier = current_dossier()
    phone_codes.require_grant(dossier, "withdraw", session_id())
    decision.ask_withdrawal(dossier, current_actor(), reason=request.form.get("reason", "")[:500])
    return redirect(url_for("dossiers_citizen.track", code=code), 303)


@bp.get("/ket-qua")
@slip_session
def result(code: str) -> ResponseReturnValue:
    """The result on the phone, after the 6-digit code; a button fetches it."""
    dossier = current_dossier()
    if not hand_over.may_download(dossier):
        return redirect(url_for("dossiers_citizen.track", code=code), 303)
    if not phone_codes.is_granted(dossier, "download", session_id()):
        return redirect(url_for("dossiers_citizen.phone_code", code=code, act="download"), 303)
    return page("dossiers/citizen_result.html", dossier=dossier, procedure=procedure(), result=find_result(dossier))


@bp.post("/ket-qua")
@slip_session
def collect(code: str) -> ResponseReturnValue:
    """The person takes the result; the first time is the hand-over."""
    dossier = current_dossier()
    phone_codes.require_grant(dossier, "download", session_id())
    hand_over.collect_online(dossier, current_actor())
    return redirect(url_for("dossiers_citizen.result_file", code=code), 303)


@bp.get("/ket-qua/tep")
@slip_session
def result_file(code: str) -> ResponseReturnValue:
    """The file itself."""
    dossier = current_dossier()
    phone_codes.require_grant(dossier, "download", session_id())
    found = find_result(dossier)
    if found is None or dossier.state != State.HANDED_OVER or not hand_over.may_download(dossier):
        return redirect(url_for("dossiers_citizen.track", code=code), 303)
    return send(db.session.get_one(StoredFile, found.file_id), download_name=f"ket-qua-{dossier.public_code}")


