"""The parts of a procedure as its catalogue file states them: questions, papers, fees, time. Data, no behaviour."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import time

from app.core.errors import N_
from app.procedures.conditions import Condition

COLUMNS = frozenset({
    "applicant_name", "applicant_id", "applicant_birth", "applicant_address", "subject_name", "subject_birth",
    "subject_id", "copies", "pages", "phone", "phone_owner", "contact_way", "result_way", "relation",
    "submitter_name", "submitter_id", "hearing",
})


@dataclass(frozen=True, slots=True)
class Section:
    """A heading over answers on the page "Xem lại"."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Option:
    """One row to choose. ``alone``: not together with others (many_of)."""

    value: str
    label: str
    hint: str = ""
    alone: bool = False


YES_NO = (Option("yes", N_("Có")), Option("no", N_("Không")))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Question:
    """One question of a declaration (câu hỏi trong tờ khai). Equal only to itself, so it can be a cache key."""

    id: str
    type: str
    label: str
    section: str = ""
    short: str = ""
    hint: str = ""
    required: bool = True
    unknown: str = ""  # label of the answer "I do not know"; empty: not offered
    options: tuple[Option, ...] = ()
    show_if: Condition | None = None
    prefill: str = ""
    columns: tuple[str, ...] = ()
    min: int | None = None
    max: int | None = None
    max_length: int = 500
    lines: int = 1
    precision: str = "full"
    past: bool = False
    after: str = ""
    same_page: str = ""
    questions: tuple[Question, ...] = ()
    item: str = ""
    old_number: bool = False
    passport: bool = False
    birth_question: str = ""
    sex_question: str = ""
    here: bool = False
    suggest: tuple[str, ...] = ()
    initial: str = ""
    autocomplete: str = "off"
    source: str = ""

    @property
    def rows(self) -> tuple[Option, ...]:
        """The rows to choose from; a yes_no has its own where the file gives none."""
        return self.options or (YES_NO if self.type == "yes_no" else ())


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Paper:
    """One paper that belongs to a dossier (thành phần hồ sơ)."""

    id: str
    name: str
    everyday: str = ""
    section: str = "papers"
    original: str = "either"  # original | copy | either
    required: bool = True
    hint: str = ""
    min_photos: int = 1
    show_if: Condition | None = None
    source: str = ""

    @property
    def title(self) -> str:
        """What the person reads first: the everyday name where there is one."""
        return self.everyday or self.name


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of a fee per page: the price of pages up to and including ``upto`` (None: all further pages)."""

    upto: int | None
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class Exemption:
    """Who need not pay, or pays less (đối tượng miễn, giảm). ``percent`` is what falls away, 1 to 100."""

    id: str
    label: str
    proof: str = ""
    percent: int = 100


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Fee:
    """A charge or fee (phí, lệ phí) with its full exemption text. ``amount_vnd`` None: not known, never 0."""

    id: str
    kind: str  # phi | le_phi
    name: str
    basis: str  # fixed | per_copy | per_page | none
    amount_vnd: int | None = None
    tiers: tuple[Tier, ...] = ()
    max_vnd: int | None = None
    quantity: str = ""
    pages: str = ""
    text: str = ""
    exemption_text: str = ""
    exemptions: tuple[Exemption, ...] = ()
    collect: str = "on_filing"  # on_filing | on_acceptance | on_hand_over
    show_if: Condition | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRule:
    """How long it may take (thời hạn giải quyết). ``verify_value``: working days when the old place must be asked."""

    unit: str  # same_day | working_day | day | hour
    value: int
    cutoff: time | None = None
    verify_value: int | None = None
    text: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where the thing is done when the ward does not do it."""

    name: str
    url: str
