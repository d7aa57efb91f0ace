"""One question a page; the browser's back always works; nothing typed is lost."""
from __future__ import annotations

from collections.abc import Hashable

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.sessions import current_actor
from app.core import clock
from app.dossiers.guards import current_dossier, slip_session
from app.dossiers.helping import phone_faults
from app.dossiers.models import Dossier, State
from app.dossiers.queries import count_papers
from app.dossiers.services import drafts, filing, supplements
from app.dossiers.views_citizen.blueprint import (
    bp,
    check_may_change,
    form_page,
    is_mending,
    keep_text_size,
    must_prove_phone,
    page_address,
    procedure,
)
from app.procedures.form import Filled, Page, PageInput
from app.web.i18n import words
from app.web.rendering import page
from app.web.transactions import repeatable


def _back(dossier: Dossier, here: Page) -> str:
    if request.args.get("ve") == "xem-lai":
        return url_for("dossiers_citizen.review", code=dossier.public_code)
    if dossier.state != State.DRAFT:
        return url_for("dossiers_citizen.track", code=dossier.public_code)
    before = procedure().form.previous_page(dossier.answers, here.id)
    return page_address(dossier, before) if before else url_for("dossiers_citizen.card", code=dossier.public_code)


def after_page(dossier: Dossier, here: Page) -> str:
    """Where "Tiếp tục" leads: back to the check page when one came from there, else on."""
    if dossier.state == State.AWAITING_SUPPLEMENT:
        return url_for("dossiers_citizen.track", code=dossier.public_code)
    if dossier.state == State.SUBMITTED:
        return url_for("dossiers_citizen.change", code=dossier.public_code)
    form = procedure().form
    if request.args.get("ve") == "xem-lai":
        lacking = form.missing(dossier.answers, count_papers(dossier))
        opened = form.page(lacking[0], dossier.answers) if lacking else None
        return page_address(dossier, opened) + "?ve=xem-lai" if opened else url_for(
            "dossiers_citizen.review", code=dossier.public_code
        )
    following = form.next_page(dossier.answers, here.id)
    return page_address(dossier, following) if following else url_for("dossiers_citizen.review", code=dossier.public_code)


def _show(here: Page, sent: PageInput | None = None, status: int = 200) -> ResponseReturnValue:
    dossier, form = current_dossier(), procedure().form
    filled = form.fill(here, dossier.answers)
    errors = {name: words(*message) for name, message in sent.errors.items()} if sent else {}
    unsure = [(name, words(*message)) for name, message in sent.unsure] if sent else []
    return page(
        "dossiers/citizen_question.html", status, dossier=dossier, procedure=procedure(), here=here,
        typed=sent.typed if sent else filled.typed, errors=errors, unsure=unsure, sure=sent.sure if sent else "",
        from_card=set(dossier.from_card) if not sent else set(), progress=form.progress(dossier.answers, here.id),
        back=_back(dossier, here), mending=is_mending(dossier, "question", here.id),
        untouched=_untouched(here, filled) if sent is None else None,
    )


def _untouched(here: Page, filled: Filled) -> tuple[Hashable, ...] | None:
    """What names this page as everyone gets it who has answered nothing of it yet; None when something stands in it."""
    blank = procedure().form.fill(here, {})
    if filled != blank:
        return None
    return procedure().sha256, here.id, *(question.id for question in here.questions), *blank.typed.items()


@bp.get("/cau/<page_id>")
@slip_session
def question(code: str, page_id: str) -> ResponseReturnValue:
    """One question, filled with what is known."""
    here = form_page(page_id, "question")
    if must_prove_phone(current_dossier(), page_id):
        return redirect(url_for("dossiers_citizen.phone_code", code=code, act="change"), 303)
    check_may_change(current_dossier(), "question", page_id)
    return _show(here)


@bp.post("/cau/<page_id>")
@slip_session
@repeatable
def answer(code: str, page_id: str) -> ResponseReturnValue:
    """Keep the answer and go on; or show the page again with what was typed and what to do."""
    dossier, here = current_dossier(), form_page(page_id, "question")
    check_may_change(dossier, "question", page_id)
    sent = procedure().form.parse_page(here, request.form, answers=dossier.answers, today=clock.today())
    sent.errors.update(phone_faults(dossier, sent.values))
    if sent.stays:
        return _show(here, sent, 200 if sent.again else 422)
    if is_mending(dossier, "question", page_id):
        supplements.mend_answers(dossier, page_id, sent.values, current_actor())
    elif dossier.state == State.SUBMITTED:
        filing.change_answers(dossier, sent.values, current_actor())
    else:
        drafts.keep_answers(dossier, sent.values)
        keep_text_size(dossier)
    return redirect(after_page(dossier, here), 303)
