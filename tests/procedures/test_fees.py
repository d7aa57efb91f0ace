"""What a dossier costs: known amounts to the đồng, unknown ones never 0."""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.procedures.fees import FeeAssessment, assess
from app.procedures.schema import Procedure
from tests.procedures.building import TODAY, procedure, row

EXEMPTIONS = [
    {"id": "poor", "label": "Hộ nghèo", "proof": "Giấy chứng nhận hộ nghèo"},
    {"id": "half", "label": "Người cao tuổi", "percent": 50},
]


def fee(**keys: Any) -> dict[str, Any]:
    return {"id": "f", "kind": "le_phi", "name": "Lệ phí thử", "basis": "fixed", "text": "thử", "source": "thử", **keys}


def with_fees(*fees: dict[str, Any]) -> Procedure:
    return procedure(
        row("copies", "number", min=0, max=500), row("pages", "number", required=False, unknown="Không biết"),
        row("late", "yes_no"), row("born", "date", precision="any"), fee=list(fees),
    )


def cost(found: Procedure, answers: dict[str, Any] | None = None, **more: Any) -> FeeAssessment:
    return assess(found, answers or {}, on=TODAY, **more)


def words(found: FeeAssessment) -> list[str]:
    return [line.words[0] % line.words[1] for line in found.lines]


COPIES = with_fees(fee(basis="per_copy", amount_vnd=8000, quantity="copies", exemptions=EXEMPTIONS))
PAGES = with_fees(fee(
    basis="per_page", pages="pages", quantity="copies", max_vnd=200_000,
    tiers=[{"upto": 2, "amount_vnd": 2000}, {"amount_vnd": 1000}],
))
UNKNOWN = with_fees(fee(exemptions=EXEMPTIONS))


class TestKnownAmounts:
    def test_per_copy(self) -> None:
        found = cost(COPIES, {"copies": 3})
        assert found.due_vnd == 24_000
        assert words(found) == ["3 bản, mỗi bản 8.000 đồng: 24.000 đồng"]
        assert found.is_payable and not found.is_free

    @pytest.mark.parametrize(("pages", "copies", "due"), [
        (1, 1, 2000), (2, 1, 4000), (3, 1, 5000), (10, 1, 12_000), (3, 4, 20_000), (198, 1, 200_000), (500, 2, 400_000),
    ])
    def test_per_page_in_steps_with_a_ceiling_for_each_copy(self, pages: int, copies: int, due: int) -> None:
        assert cost(PAGES, {"pages": pages, "copies": copies}).due_vnd == due

    def test_fixed_and_several(self) -> None:
        two = with_fees(fee(amount_vnd=50_000), fee(id="g", basis="per_copy", amount_vnd=8000, quantity="copies"))
        found = cost(two, {"copies": 2})
        assert found.due_vnd == 66_000
        assert words(found) == ["50.000 đồng", "2 bản, mỗi bản 8.000 đồng: 16.000 đồng"]

    def test_nothing_to_pay_skips_paying(self) -> None:
        found = cost(with_fees(fee(basis="none")))
        assert found.due_vnd == 0
        assert found.is_free and not found.is_payable
        assert words(found) == ["Không thu"]
        assert cost(with_fees()).is_free

    def test_no_copy_wanted_is_no_line(self) -> None:
        assert cost(COPIES, {"copies": 0}).lines == ()

    def test_when_it_is_collected(self) -> None:
        found = cost(with_fees(
            fee(amount_vnd=5000, collect="on_hand_over"), fee(id="g", amount_vnd=8000, collect="on_acceptance"),
            fee(id="n", basis="none", collect="on_filing"),
        ))
        assert found.collect == "on_acceptance"
        assert [found.due_at(moment) for moment in ("on_filing", "on_acceptance", "on_hand_over")] == [0, 8000, 5000]
        assert cost(with_fees()).collect == "on_filing"


class TestUnknownAmounts:
    def test_unknown_is_never_0(self) -> None:
        found = cost(UNKNOWN)
        assert found.due_vnd is None
        assert words(found) == ["Phường báo khi nhận"]
        assert not found.is_payable and not found.is_free
        assert found.known_vnd == 0

    def test_one_unknown_line_makes_the_sum_unknown(self) -> None:
        found = cost(with_fees(fee(), fee(id="g", amount_vnd=8000)))
        assert found.due_vnd is None
        assert found.known_vnd == 8000
        assert found.due_at("on_filing") is None

    def test_known_once_staff_entered_it(self) -> None:
        assert cost(UNKNOWN, amounts={"f": 15_000}).due_vnd == 15_000
        assert cost(UNKNOWN, amounts={"other": 15_000}).due_vnd is None
        entered_nothing = cost(UNKNOWN, amounts={"f": 0})
        assert entered_nothing.due_vnd == 0
        assert words(entered_nothing) == ["Không thu"]

    def test_what_staff_entered_stands_before_the_catalogue(self) -> None:
        assert cost(COPIES, {"copies": 2}, amounts={"f": 5000}).due_vnd == 10_000
        assert cost(PAGES, {"copies": 1, "pages": 10}, amounts={"f": 3000}).due_vnd == 30_000

    def test_a_number_that_is_not_known_yet(self) -> None:
        assert cost(COPIES).due_vnd is None
        assert cost(PAGES, {"copies": 1, "pages": {"unknown": True}}).due_vnd is None
        assert cost(PAGES, {"copies": 1, "pages": None}).due_vnd is None


class TestExemptions:
    def test_asked_for_is_not_granted(self) -> None:
        found = cost(COPIES, {"copies": 1}, asked=["poor"])
        assert found.due_vnd == 8000
        assert [one.id for one in found.lines[0].asked] == ["poor"]
        assert found.lines[0].granted is None
        assert found.may_exempt

    def test_granted_takes_it_away(self) -> None:
        found = cost(COPIES, {"copies": 1}, exemption_ids=["poor"], asked=["poor"])
        assert found.due_vnd == 0
        assert found.lines[0].granted.id == "poor"
        assert found.lines[0].asked == ()
        assert words(found) == ["Được miễn"]

    def test_half_of_it(self) -> None:
        found = cost(COPIES, {"copies": 1}, exemption_ids=["half"])
        assert found.due_vnd == 4000
        assert words(found) == ["Được giảm còn 4.000 đồng"]

    def test_the_better_of_two(self) -> None:
        assert cost(COPIES, {"copies": 1}, exemption_ids=["half", "poor"]).due_vnd == 0

    def test_whoever_is_exempt_need_not_wait_for_an_amount(self) -> None:
        assert cost(UNKNOWN, exemption_ids=["poor"]).due_vnd == 0
        assert cost(UNKNOWN, exemption_ids=["half"]).due_vnd is None

    def test_an_exemption_of_another_fee_changes_nothing(self) -> None:
        assert cost(COPIES, {"copies": 1}, exemption_ids=["nowhere"]).due_vnd == 8000


class TestConditions:
    LATE = with_fees(fee(amount_vnd=8000, show_if={"question": "born", "older_than_days": 60}))

    @pytest.mark.parametrize(("born", "due"), [
        ({"day": 24, "month": 9, "year": 2026}, 0), ({"day": 23, "month": 9, "year": 2026}, 8000),
        ({"day": 2, "month": 9, "year": 1945}, 8000), ({"day": None, "month": None, "year": 1945}, 8000),
        ({"day": None, "month": 9, "year": 2026}, None), ({"day": None, "month": None, "year": 2026}, None),
        ({"day": 1, "month": 1, "year": 1945, "lunar": True}, None), ({"unknown": True}, None), (None, None),
    ])
    def test_sixty_days_and_what_is_not_certain_stays_open(self, born: dict[str, Any] | None, due: int | None) -> None:
        assert cost(self.LATE, {"born": born}).due_vnd == due

    def test_an_answer(self) -> None:
        found = with_fees(fee(amount_vnd=8000, show_if={"question": "late", "is": "yes"}))
        assert cost(found, {"late": "yes"}).due_vnd == 8000
        assert cost(found, {"late": "no"}).lines == ()

    def test_hidden_copies_cost_nothing(self) -> None:
        found = procedure(
            row("wants", "yes_no"), row("copies", "number", show_if={"question": "wants", "is": "yes"}),
            fee=[fee(basis="per_copy", amount_vnd=8000, quantity="copies")],
        )
        assert cost(found, {"wants": "no", "copies": 3}).lines == ()
        assert cost(found, {"wants": "yes", "copies": 3}).due_vnd == 24_000

    def test_the_day_of_filing_counts_not_today(self) -> None:
        born = {"day": 1, "month": 9, "year": 2026}
        assert assess(self.LATE, {"born": born}, on=date(2026, 10, 1)).due_vnd == 0


@given(pages=st.integers(0, 600), more=st.integers(0, 50), copies=st.integers(1, 20))
def test_more_pages_never_cost_less_and_a_copy_never_more_than_its_ceiling(pages: int, more: int, copies: int) -> None:
    less = cost(PAGES, {"pages": pages, "copies": copies}).due_vnd
    dearer = cost(PAGES, {"pages": pages + more, "copies": copies}).due_vnd
    assert less is not None and dearer is not None
    assert 0 <= less <= dearer <= 200_000 * copies
