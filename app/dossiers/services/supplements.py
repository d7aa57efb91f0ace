"""Asking for more (yêu cầu bổ sung): paper by paper, each with why and how; the clock stands meanwhile."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Invalid
from app.dossiers.models import Dossier, DossierPaper, State, Supplement, SupplementItem
from app.dossiers.queries import open_supplement
from app.dossiers.services.advance import advance, check_unchanged
from app.dossiers.services.deadlines import answer_due_at, begin_pause, end_pause
from app.dossiers.services.drafts import keep_answers, note_changes, procedure_of
from app.dossiers.services.intake import say_why
from app.dossiers.services.messages import tell_later, when_plain
from app.dossiers.workflow import Action
from app.working_time import engine
from app.working_time.queries import load_calendar

# Seven working days to answer, as the portal gives for the joined birth procedure (domain.md 1.6).
DAYS_TO_ANSWER = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing to mend: a paper or an answer, why, and what the clerk adds."""

    kind: str  # paper | question
    ref: str
    reason_code: str
    reason: str = ""


def ask_supplement(
    dossier: Dossier, actor: Actor, wanted: list[Wanted], *, note: str = "", lock_version: int | None = None
) -> Supplement:
    """Ask for each thing with its reason (Mẫu 02). Raises ``Invalid`` for an empty list or a missing reason."""
    check_unchanged(dossier, lock_version)
    if not wanted:
        raise Invalid(fields={"papers": (N_("Chọn ít nhất một giấy tờ hoặc câu trả lời cần sửa."), {})})
    known = _known_refs(dossier)
    now = clock.now()
    stage = "intake" if dossier.state == State.SUBMITTED else "examine"
    supplement = Supplement(
        dossier_id=dossier.id, stage=stage, asked_at=now, asked_by_id=actor.id or 0, note=note.strip(),
        until_at=engine.due_at(now, engine.TimeRule(DAYS_TO_ANSWER, engine.Unit.WORKING_DAY), load_calendar()),
    )
    for one in wanted:
        if (one.kind, one.ref) not in known:
            raise Invalid(N_("Giấy tờ này không có trong hồ sơ."))
        code, text = say_why(one.reason_code, "supplement", one.reason)
        supplement.items.append(SupplementItem(kind=one.kind, ref=one.ref, reason_code=code, reason=text))
    db.session.add(supplement)
    advance(
        dossier, Action.ASK_SUPPLEMENT, actor, reason="\n".join(item.reason for item in supplement.items),
        detail={"items": [item.ref for item in supplement.items], "stage": stage}, answer_due_at=None,
    )
    begin_pause(dossier, "supplement")
    tell_later(dossier, "supplement", until=when_plain(supplement.until_at))
    return supplement


def _known_refs(dossier: Dossier) -> set[tuple[str, str]]:
    form = procedure_of(dossier).form
    papers = {("paper", paper.id) for paper in form.papers}
    return papers | {("question", name) for name in form.questions}


def mend_answers(dossier: Dossier, page_id: str, values: dict[str, object], actor: Actor) -> None:
    """Keep the answers of a page on which one was asked for again; old values are kept."""
    supplement, form = _must_be_open(dossier), procedure_of(dossier).form
    items = [item for item in supplement.items if item.kind == "question" and form.page_of(item.ref) == page_id]
    if not items:
        raise Conflict(N_("Phường không hỏi lại câu này."))
    before = dict(dossier.answers)
    state, dossier.state = dossier.state, State.SUBMITTED  # answers may change only because they were asked for
    try:
        keep_answers(dossier, values)
    finally:
        dossier.state = state
    note_changes(dossier, before, actor)
    for item in items:
        item.mended_at = clock.now()


def is_mended(dossier: Dossier, item: SupplementItem) -> bool:
    """Whether what was asked for is there: a corrected answer, or a photo sent for this request."""
    if item.kind == "question":
        return item.mended_at is not None
    sent = select(func.count()).where(
        DossierPaper.dossier_id == dossier.id, DossierPaper.paper_id == item.ref,
        DossierPaper.supplement_id == item.supplement_id, DossierPaper.removed_at.is_(None),
    )
    return bool(db.session.scalar(sent))


def send_supplement(dossier: Dossier, actor: Actor) -> None:
    """The person sends what was asked. The ward's clock runs again at once: waiting for a clerk is our time."""
    supplement = _must_be_open(dossier)
    if supplement.sent_at is not None:
        raise Conflict(N_("Đã gửi rồi. Phường đang xem."))
    if not all(is_mended(dossier, item) for item in supplement.items):
        raise Invalid(N_("Còn giấy chưa gửi. Gửi đủ rồi bấm lại."))
    supplement.sent_at = clock.now()
    advance(dossier, Action.SEND_SUPPLEMENT, actor)
    end_pause(dossier)


def confirm_supplement(dossier: Dossier, actor: Actor, *, lock_version: int | None = None) -> None:
    """The clerk confirms that all is there; the dossier goes on where it stood."""
    check_unchanged(dossier, lock_version)
    supplement = _must_be_open(dossier)
    supplement.closed_at = clock.now()
    back_to_inbox = dossier.state_before == State.SUBMITTED
    advance(
        dossier, Action.CONFIRM_SUPPLEMENT, actor,
        answer_due_at=answer_due_at(supplement.sent_at or clock.now()) if back_to_inbox else None,
    )
    end_pause(dossier)


def _must_be_open(dossier: Dossier) -> Supplement:
    supplement = open_supplement(dossier)
    if supplement is None or dossier.state != State.AWAITING_SUPPLEMENT:
        raise Conflict(N_("Phường không còn chờ gửi thêm giấy cho hồ sơ này."))
    return supplement
