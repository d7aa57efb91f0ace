"""What staff send with forms of the hall, read into what services and queries take."""
from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cryptography.exceptions import InvalidTag

from app.core import clock
from app.core.crypto import seal, unseal
from app.core.errors import N_, Invalid
from app.core.text import normalise
from app.dossiers.queries import FILTERS, QueueAsk
from app.dossiers.services.supplements import Wanted
from app.procedures.fields import REGISTRY, Message, Source, Typed
from app.procedures.form import Form
from app.procedures.pages import Page, PageInput
from app.procedures.parts import Question

LONGEST_SEARCH = 120
# A scanned slip types its whole address; the 26 signs open a dossier, so they are neither looked up nor repeated.
_SLIP = re.compile(r"(?:https?://|/s/)|(?<![a-z0-9])[a-z2-7]{26}(?![a-z0-9])", re.IGNORECASE)


def is_scanned_slip(text: str) -> bool:
    """Whether someone scanned a slip's QR into a search box."""
    return _SLIP.search(text) is not None


def hide(value: object) -> str:
    """A value for an address that tells nothing to whoever reads logs or looks over a shoulder."""
    return base64.urlsafe_b64encode(seal(json.dumps(value).encode())).decode().rstrip("=")


def unhide(text: str) -> Any:
    """What was hidden; None for anything that we did not hide ourselves."""
    try:
        return json.loads(unseal(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))
    except (InvalidTag, ValueError):
        return None


def read_queue(arguments: Mapping[str, str]) -> QueueAsk:
    """Filter, search and place of a queue page from its address; what is not ours counts as not said."""
    chosen, text = arguments.get("loc", ""), unhide(arguments.get("tim", ""))
    return QueueAsk(
        filter=chosen if chosen in FILTERS else FILTERS[0],
        text=text if isinstance(text, str) else "",
        after=_place(unhide(arguments.get("sau", ""))),
    )


def _place(value: object) -> tuple[datetime, int] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    return datetime.fromisoformat(value[0]), value[1]


def hide_place(key: tuple[datetime, int]) -> str:
    """Where the next page begins, for its address."""
    return hide([key[0].isoformat(), key[1]])


def read_search(typed: str) -> str:
    """What was typed into the search box, one line, not too long."""
    return normalise(typed)[:LONGEST_SEARCH]


def read_id(typed: str) -> int | None:
    """A number from a list to choose from."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def read_moment(typed: str) -> datetime:
    """A time as a browser sends it (``2026-11-24T08:30``) or as people write it (``24/11/2026 8:30``), in Việt Nam.

    Raises ``Invalid`` for the field ``told_at``.
    """
    for form in ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"):
        try:
            found = datetime.strptime(typed.strip()[:30], form)
        except ValueError:
            continue
        return clock.at_local(found.date(), found.time())
    raise Invalid(fields={"told_at": (N_("Ghi ngày và giờ, ví dụ 24/11/2026 8:30."), {})})


def read_wanted(data: Source) -> list[Wanted]:
    """What is ticked on the page that asks for more: ``want`` holds ``paper.<id>`` and ``question.<id>``."""
    wanted = []
    for name in data.getlist("want"):
        kind, _dot, ref = name.partition(".")
        code, text = (data.getlist(f"{part}-{name}") for part in ("code", "text"))
        wanted.append(Wanted(kind, ref, code[0] if code else "", text[0] if text else ""))
    return wanted


def lacking_reasons(wanted: list[Wanted]) -> dict[str, Message]:
    """Faults by input for what is wanted without saying why."""
    return {
        f"code-{one.kind}.{one.ref}": (N_("Chọn lý do, hoặc ghi thêm lời cho người dân hiểu."), {})
        for one in wanted if not one.reason_code and not one.reason.strip()
    }


@dataclass(slots=True)
class CounterInput:
    """A whole form as a clerk sent it. ``values`` may be kept as they are, whatever else is wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    typed: Typed = field(default_factory=dict)
    errors: dict[str, Message] = field(default_factory=dict)  # what is typed and cannot be taken
    empty: dict[str, Message] = field(default_factory=dict)  # what is not typed yet
    unsure: list[tuple[str, Message]] = field(default_factory=list)
    again: bool = False

    def doubt(self, name: str, message: Message) -> None:
        """Note what looks odd, once: two questions that contradict each other say the same."""
        if message not in [said for _name, said in self.unsure]:
            self.unsure.append((name, message))

    @property
    def doubts(self) -> str:
        """What looks odd, for a hidden input of the form."""
        return " ".join(hashlib.sha256(repr(message).encode()).hexdigest()[:12] for _name, message in self.unsure)

    def is_sure(self, seen: str) -> bool:
        """Whether all that looks odd was shown before, and sent again as it is."""
        return set(self.doubts.split()) <= set(seen.split())


def read_counter(form: Form, data: Source, answers: Mapping[str, Any], *, today: date) -> CounterInput:
    """Read every page that was on the clerk's screen (``shown``), in order, each with what those before it say."""
    sent, shown = CounterInput(), set(data.getlist("shown"))
    known = dict(answers)
    here = next(iter(form.pages(known)), None)
    while here is not None:
        if here.kind == "question" and here.id in shown:
            _read_page(here, form.parse_page(here, data, answers=known, today=today), sent, known)
        here = form.next_page(known, here.id)
    return sent


def read_on_paper(form: Form, data: Source, mark: str) -> dict[str, str | None]:
    """Which papers were ticked as taken on paper, as answers under their ids; only for papers that were shown."""
    shown, ticked = set(data.getlist("shown")), set(data.getlist("on_paper"))
    return {paper.id: mark if paper.id in ticked else None for paper in form.papers if paper.id in shown}


def _read_page(here: Page, page: PageInput, sent: CounterInput, known: dict[str, Any]) -> None:
    """Take one page over: each answer that holds is kept, whatever stands beside it."""
    sent.typed.update(page.typed)
    for name, message in page.unsure:
        sent.doubt(name, message)
    sent.again = sent.again or page.again
    for question in here.questions:
        faults = {name: fault for name, fault in page.errors.items() if _is_of(question, name)}
        if faults:
            (sent.empty if _is_blank(question, page.typed) else sent.errors).update(faults)
        elif question.id in page.values and not page.again:
            known[question.id] = sent.values[question.id] = page.values[question.id]


def _is_of(question: Question, name: str) -> bool:
    """Whether an input belongs to a question: ``people``, ``people-0-name``, ``birth_day``."""
    return name in REGISTRY[question.type].inputs(question) or name.startswith(f"{question.id}-")


def _is_blank(question: Question, typed: Typed) -> bool:
    """Whether nothing was typed for a question beside what we had put there ourselves."""
    value = typed.get(question.id)
    if question.questions:
        return not any(text for name, text in typed.items() if name.startswith(f"{question.id}-"))
    if isinstance(value, list):
        return not value
    return REGISTRY[question.type].is_blank(question, typed, question.id)
