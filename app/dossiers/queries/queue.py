"""The queue: what lies before the clerks of one agency, what each filter holds, finding a dossier by what people say.

A page costs two statements whatever its number: rows by keyset, counts in one pass over the open dossiers.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_

from app.accounts.models import Staff
from app.core import clock, codes
from app.core.actor import Actor
from app.core.crypto import blind_index
from app.core.db import db
from app.core.text import fold
from app.dossiers.models import Dossier, State, Supplement

PAGE = 50
OPEN_STATES = (
    State.SUBMITTED, State.ACCEPTED, State.IN_PROCESS, State.AWAITING_SUPPLEMENT, State.AWAITING_PAYMENT,
    State.WITHDRAWAL_ASKED, State.FINISHED,
)
ENDED_STATES = (State.REFUSED, State.STOPPED, State.HANDED_OVER)
_RUNNING = (State.SUBMITTED, State.ACCEPTED, State.IN_PROCESS)
FILTERS = (
    "now", "new", "accepted", "processing", "to_sign", "supplement", "payment", "withdrawal", "ready", "mine", "ended",
)


@dataclass(frozen=True, slots=True)
class QueueAsk:
    """What a clerk looks at: a filter, perhaps a search, and after which row."""

    filter: str = "now"
    text: str = ""
    after: tuple[datetime, int] | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue; no answers, nothing that must be unsealed."""

    id: int
    public_code: str
    title: str
    applicant_name: str
    applicant_born_year: int | None
    channel: int
    state: int
    queue_at: datetime
    answer_due_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    examined_by_id: int | None
    assignee_name: str | None
    payment_state: str
    mended: bool  # what was asked for has come: a clerk must look
    lapsed: bool  # it did not come in time: a clerk must call

    @property
    def key(self) -> tuple[datetime, int]:
        """Where the next page begins."""
        return self.queue_at, self.id


def _asked_and(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Something is asked for, and no clerk has looked at it since."""
    asked = (Supplement.dossier_id == Dossier.id, Supplement.closed_at.is_(None))
    return and_(Dossier.state == State.AWAITING_SUPPLEMENT, select(Supplement.id).where(*asked, *conditions).exists())


def _mended() -> ColumnElement[bool]:
    """The person has sent what was asked for."""
    return _asked_and(Supplement.sent_at.is_not(None))


def _lapsed() -> ColumnElement[bool]:
    """The person has not sent it, and the time for it is over."""
    return _asked_and(Supplement.sent_at.is_(None), Supplement.until_at < clock.now())


def _conditions(actor: Actor) -> dict[str, ColumnElement[bool]]:
    """What each filter means."""
    tonight = clock.at_local(clock.today(), datetime.max.time())
    state, examined = Dossier.state, Dossier.examined_by_id.is_not(None)
    return {
        "now": or_(
            and_(state.in_(_RUNNING), Dossier.queue_at < tonight),
            _asked_and(or_(Supplement.sent_at.is_not(None), Supplement.until_at < clock.now())),
        ),
        "new": state == State.SUBMITTED,
        "accepted": state == State.ACCEPTED,
        "processing": and_(state == State.IN_PROCESS, ~examined),
        "to_sign": and_(state == State.IN_PROCESS, examined),
        "supplement": state == State.AWAITING_SUPPLEMENT,
        "payment": state == State.AWAITING_PAYMENT,
        "withdrawal": state == State.WITHDRAWAL_ASKED,
        "ready": state == State.FINISHED,
        "mine": and_(Dossier.assignee_id == actor.id, state.in_(OPEN_STATES)),
        "ended": state.in_(ENDED_STATES),
    }


def _found_by(text: str) -> ColumnElement[bool]:
    """By code, official number, phone or ID number exactly, or by parts of names without marks."""
    words = fold(text).split()[:6]
    named = and_(*(Dossier.search_text.contains(word, autoescape=True) for word in words)) if words else false()
    if "-" in text and any(sign in "0123456789" for sign in text):
        return Dossier.official_number == text.strip().upper()
    code = codes.clean(text)
    if len(code) == codes.PUBLIC_CODE_LENGTH and codes.is_valid(code):
        return or_(Dossier.public_code == code, named)  # a short name may look like a code
    digits = "".join(sign for sign in code if sign in "0123456789")
    if digits and len(digits) == len(code.lstrip("+")):
        return or_(*_by_digits(digits))
    return named


def _by_digits(digits: str) -> list[ColumnElement[bool]]:
    """An ID number of 9 or 12 digits, a phone number written in any of the usual ways."""
    found: list[ColumnElement[bool]] = [false()]
    if len(digits) in (9, 12):
        found.append(Dossier.applicant_id_index == blind_index("id-number", digits))
    if 9 <= len(digits) <= 11:
        phone = "+84" + digits.removeprefix("84").removeprefix("0")
        found.append(Dossier.phone_index == blind_index("phone", phone))
    return found


def list_queue(actor: Actor, ask: QueueAsk) -> list[QueueRow]:
    """One page by keyset, and one row more when there is another page.

    Nearest moment first; what has ended and what was searched for, latest first. A search looks in every state.
    """
    query = (
        select(
            Dossier.id, Dossier.public_code, Dossier.title, Dossier.applicant_name, Dossier.applicant_born_year,
            Dossier.channel, Dossier.state, Dossier.queue_at, Dossier.answer_due_at, Dossier.due_at,
            Dossier.finished_at, Dossier.examined_by_id, Staff.full_name,
            Dossier.payment_state, _mended(), _lapsed(),
        )
        .outerjoin(Staff, Staff.id == Dossier.assignee_id)
        .where(Dossier.received_agency_id == actor.agency_id)
    )
    if ask.text.strip():
        query = query.where(Dossier.state != State.DRAFT, _found_by(ask.text))
    else:
        conditions = _conditions(actor)
        query = query.where(conditions.get(ask.filter, conditions["now"]))
    place = tuple_(Dossier.queue_at, Dossier.id)
    if ask.text.strip() or ask.filter == "ended":
        query = query.order_by(Dossier.queue_at.desc(), Dossier.id.desc())
        query = query.where(place < tuple_(*ask.after)) if ask.after else query
    else:
        query = query.order_by(Dossier.queue_at, Dossier.id)
        query = query.where(place > tuple_(*ask.after)) if ask.after else query
    return [QueueRow(*row) for row in db.session.execute(query.limit(PAGE + 1))]


def count_queue(actor: Actor) -> dict[str, int]:
    """How many open dossiers each filter holds, in one statement; what has ended is not counted."""
    conditions = _conditions(actor)
    names = [name for name in FILTERS if name != "ended"]
    counts = db.session.execute(
        select(*(func.count().filter(conditions[name]) for name in names))
        .select_from(Dossier)
        .where(Dossier.received_agency_id == actor.agency_id, Dossier.state.in_(OPEN_STATES))
    ).one()
    return {**dict(zip(names, counts, strict=True)), "ended": 0}


def count_open_by_assignee(agency_id: int) -> dict[int, int]:
    """Open dossiers on each colleague's desk: staff id -> how many."""
    given = Dossier.assignee_id.is_not(None)
    rows = db.session.execute(
        select(Dossier.assignee_id, func.count())
        .where(Dossier.received_agency_id == agency_id, Dossier.state.in_(OPEN_STATES), given)
        .group_by(Dossier.assignee_id)
    )
    return {row[0]: row[1] for row in rows}


def list_for_slip(actor: Actor, text: str, limit: int = 20) -> list[Dossier]:
    """Dossiers whose holder may have lost the slip, unsent drafts too (ruling 16), latest first; by name or number."""
    if len(fold(text).replace(" ", "")) < 2:
        return []
    query = select(Dossier).where(
        Dossier.received_agency_id == actor.agency_id, Dossier.state.in_((State.DRAFT, *OPEN_STATES)), _found_by(text)
    )
    return list(db.session.scalars(query.order_by(Dossier.changed_at.desc(), Dossier.id.desc()).limit(limit)))
