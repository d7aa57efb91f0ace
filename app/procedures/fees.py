"""What a dossier costs (phí, lệ phí): the fee rules of its version, its answers, what staff entered or granted.

An amount that is not known stays None: it is shown as "phường báo khi nhận", is never 0 and cannot be paid online
(ruling 13). Money is whole đồng.
"""
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core import clock
from app.core.errors import N_
from app.procedures.fields import Answers, Message
from app.procedures.fields.numbers import dotted
from app.procedures.form import Form
from app.procedures.parts import Exemption, Fee
from app.procedures.schema import Procedure

MOMENTS = ("on_filing", "on_acceptance", "on_hand_over")

FREE = N_("Không thu")
NOT_KNOWN = N_("Phường báo khi nhận")
FLAT = N_("%(total)s đồng")
COPIES = N_("%(copies)s bản, mỗi bản %(unit)s đồng: %(total)s đồng")
PAGES = N_("%(pages)s trang, %(copies)s bản: %(total)s đồng")
WAIVED = N_("Được miễn")
REDUCED = N_("Được giảm còn %(total)s đồng")


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee of one dossier. ``amount_vnd`` None: not known yet. ``words``: the line for slip and page."""

    fee: Fee
    copies: int | None
    pages: int | None
    unit_vnd: int | None
    full_vnd: int | None
    amount_vnd: int | None
    asked: tuple[Exemption, ...]  # exemptions the person asked for, not decided or refused
    granted: Exemption | None
    words: Message

    @property
    def name(self) -> str:
        """What the fee is called on page and slip."""
        return self.fee.name


@dataclass(frozen=True, slots=True)
class FeeAssessment:
    """All fees of one dossier."""

    lines: tuple[FeeLine, ...]

    @property
    def due_vnd(self) -> int | None:
        """What is to be paid in all; None as long as one line is not known."""
        return _sum(self.lines)

    @property
    def known_vnd(self) -> int:
        """The sum of the lines that are known."""
        return sum(line.amount_vnd or 0 for line in self.lines)

    @property
    def is_free(self) -> bool:
        """Nothing to pay: the payment pages are skipped."""
        return self.due_vnd == 0

    @property
    def is_payable(self) -> bool:
        """Known and above 0: it can be paid online."""
        return bool(self.due_vnd)

    @property
    def may_exempt(self) -> bool:
        """Whether there is an exemption to ask for."""
        return any(line.fee.exemptions and line.amount_vnd != 0 for line in self.lines)

    @property
    def collect(self) -> str:
        """When the first of what is to be paid is collected; ``on_filing`` when there is nothing."""
        moments = {line.fee.collect for line in self.lines if line.amount_vnd != 0}
        return next((moment for moment in MOMENTS if moment in moments), MOMENTS[0])

    def due_at(self, moment: str) -> int | None:
        """What is collected ``on_filing``, ``on_acceptance`` or ``on_hand_over``; None when a line is not known."""
        return _sum([line for line in self.lines if line.fee.collect == moment])


def _sum(lines: Collection[FeeLine]) -> int | None:
    amounts = [line.amount_vnd for line in lines]
    return None if None in amounts else sum(amount or 0 for amount in amounts)


def assess(
    procedure: Procedure,
    answers: Answers,
    *,
    amounts: Mapping[str, int] | None = None,
    exemption_ids: Collection[str] = (),
    asked: Collection[str] = (),
    on: date | None = None,
) -> FeeAssessment:
    """The fees of a dossier filed ``on`` a day (default today).

    ``amounts``: fee id -> đồng, as staff entered them from the city's own tables; they stand before the catalogue's.
    ``exemption_ids`` and ``asked``: ids of exemptions decided by a clerk, and asked for by the person.
    """
    facts = procedure.form.facts(answers, on or clock.today())
    lines = []
    for fee in procedure.fees:
        applies = True if fee.show_if is None else fee.show_if.decide(facts)
        if applies is not False:
            line = _line(fee, procedure.form, answers, amounts or {}, exemption_ids, asked, certain=applies is True)
            lines += [line] if line else []
    return FeeAssessment(tuple(lines))


def _line(fee: Fee, form: Form, answers: Answers, amounts: Mapping[str, int], granted: Collection[str],
          asked: Collection[str], *, certain: bool) -> FeeLine | None:
    copies = _count(fee.quantity, form, answers) if fee.quantity else 1
    pages = _count(fee.pages, form, answers) if fee.pages else None
    if copies == 0:
        return None  # no copy wanted: no line
    unit = amounts.get(fee.id, fee.amount_vnd)
    full = _full(fee, copies, pages, unit, own=fee.id in amounts) if certain else None
    exemption = _best(fee, granted)
    amount = full if exemption is None else 0 if exemption.percent == 100 else _reduced(full, exemption)
    wishes = tuple(one for one in fee.exemptions if one.id in asked and one is not exemption)
    words = _words(fee, copies, pages, unit, full, amount, exemption)
    return FeeLine(fee, copies, pages, unit, full, amount, wishes, exemption, words)


def _count(question_id: str, form: Form, answers: Answers) -> int | None:
    """A number that was asked; None when it is not known (yet); 0 when the question is hidden."""
    if not form.is_visible(question_id, answers):
        return 0
    value: Any = answers.get(question_id)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _full(fee: Fee, copies: int | None, pages: int | None, unit: int | None, *, own: bool) -> int | None:
    """The whole price before exemptions."""
    if fee.basis == "none":
        return 0
    if fee.basis == "fixed":
        return unit
    if fee.basis == "per_copy":
        return None if unit is None or copies is None else unit * copies
    if pages is None or copies is None:
        return None
    tiers = [(None, unit)] if own or not fee.tiers else [(tier.upto, tier.amount_vnd) for tier in fee.tiers]
    price, reached = 0, 0
    for upto, amount in tiers:
        if amount is None:
            return None
        end = pages if upto is None else min(pages, upto)
        price += max(end - reached, 0) * amount
        reached = max(reached, end)
    return copies * (price if fee.max_vnd is None else min(price, fee.max_vnd))


def _best(fee: Fee, granted: Collection[str]) -> Exemption | None:
    """The exemption that helps most among those granted."""
    return max((one for one in fee.exemptions if one.id in granted), key=lambda one: one.percent, default=None)


def _reduced(full: int | None, exemption: Exemption) -> int | None:
    return None if full is None else full - full * exemption.percent // 100


def _words(fee: Fee, copies: int | None, pages: int | None, unit: int | None, full: int | None, amount: int | None,
           exemption: Exemption | None) -> Message:
    if exemption and amount == 0:
        return WAIVED, {}
    if amount is None or full is None:
        return NOT_KNOWN, {}
    if exemption:
        return REDUCED, {"total": dotted(amount)}
    if full == 0:
        return FREE, {}
    if fee.basis == "per_copy" and unit is not None:
        return COPIES, {"copies": copies, "unit": dotted(unit), "total": dotted(full)}
    if fee.basis == "per_page":
        return PAGES, {"pages": pages, "copies": copies, "total": dotted(full)}
    return FLAT, {"total": dotted(full)}
