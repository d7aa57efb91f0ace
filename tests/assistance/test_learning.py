"""How much help there was: kept with each dossier, counted by month and group, never so that somebody could be found."""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.accounts.permissions import Role
from app.accounts.queries import find_residential_group, get_ward
from app.assistance.models import Mode
from app.core import clock
from app.core.crypto import blind_index
from app.core.db import db, transaction
from app.dossiers.models import Dossier, State
from app.dossiers.queries import learning
from app.dossiers.services import filing, helped
from tests import factories

M = Mode
counts = st.dictionaries(st.sampled_from(list(Mode)), st.integers(0, 60))


class TestShares:
    @given(counts)
    @settings(max_examples=60, deadline=None)
    def test_sum_up_and_hide_few(self, given_counts: dict[Mode, int]) -> None:
        share, total = learning.share_of(given_counts), sum(given_counts.values())
        if 0 < total < learning.SMALL:
            assert share.total is None and not share.percent and share.alone is None
        elif total:
            assert sum(share.percent.values()) == 100 and share.total == total
            if total < learning.ROUGH:
                assert all(one % 10 == 0 for one in share.percent.values())

    def test_one_hidden_number_hides_another(self) -> None:
        shares = {1: learning.share_of({M.ALONE: 3}), 2: learning.share_of({M.ALONE: 9}), 3: learning.share_of({M.HELPER: 30})}
        assert [share.total for share in learning._hidden(dict(shares)).values()] == [None, None, 30]

    def test_months_go_back_over_new_year(self) -> None:
        assert learning.months_back(date(2026, 2, 24), 3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


@pytest.mark.usefixtures("database")
class TestKept:
    def test_most_help_stays(self) -> None:
        dossier = factories.make_draft()
        assert dossier.help_mode == M.ALONE
        with transaction():
            for mode in (M.BESIDE, M.HELPER, M.ALONE, M.BESIDE):
                helped.note_mode(dossier, mode)
        assert dossier.help_mode == M.HELPER

    def test_a_clerk_who_types_is_the_counter(self) -> None:
        clerk = factories.make_staff(Role.RECEPTIONIST)
        dossier = factories.make_draft(clerk=clerk)
        with transaction():
            filing.register_walk_in(dossier, clerk)
        assert dossier.help_mode == M.COUNTER

    @pytest.mark.parametrize(("address", "number"), [
        ("12 Đường Thử, TDP 5, Phường Phú Xuân, Thành phố Huế", "5"), ("Tổ dân phố 12, Phường Phú Xuân, Huế", "12"),
        ("3/5 Đường Mẫu, tổ 05, phường Phú Xuân, TP Huế", "5"), ("12 Đường Thử, Phường Phú Xuân, Thành phố Huế", ""),
        ("Tổ dân phố 5, Phường Thuận An, Thành phố Huế", ""), ("Tổ dân phố 99, Phường Phú Xuân, Thành phố Huế", ""),
    ])
    def test_the_group_is_read_from_the_address(self, address: str, number: str) -> None:
        found = find_residential_group(get_ward().id, address)
        assert (found.name if found else "") == (f"Tổ dân phố {number}" if number else "")


def make(number: int, mode: Mode, days_ago: int = 0, *, person: int | None = None, group: int | None = None) -> None:
    dossier = factories.make_dossier(State.SUBMITTED, seed=7)
    with transaction():
        dossier.help_mode, dossier.submitted_at = mode, clock.now() - timedelta(days=days_ago)
        dossier.residential_group_id = group
        key = f"person-{number if person is None else person}"
        dossier.applicant_id_index = blind_index("id-number", key)


@pytest.mark.usefixtures("database")
class TestNumbers:
    def test_by_month_and_group_with_few_hidden(self) -> None:
        lead = factories.make_staff(Role.HELPER_LEAD)
        group = find_residential_group(get_ward().id, "TDP 5, Phường Phú Xuân")
        assert group is not None
        for number in range(7):
            make(number, M.ALONE if number < 4 else M.HELPER, group=group.id)
        make(8, M.COUNTER)
        month = learning.list_months(lead)[-1]
        assert month.ward.total == 8
        assert month.groups[None].total is None, "one is too few"
        assert month.groups[group.id].total is None, "and the other would give it away"
        make(9, M.COUNTER)
        for number in range(10, 14):
            make(number, M.BESIDE)
        month = learning.list_months(lead)[-1]
        assert (month.groups[group.id].total, month.groups[group.id].alone) == (7, 60)
        assert learning.list_groups(lead)[None].total == 6
        other = factories.make_staff(Role.HELPER_LEAD, username="away", agency=factories.other_agency())
        assert learning.list_months(other)[-1].ward.total == 0

    def test_progress_of_people_over_time(self) -> None:
        lead = factories.make_staff(Role.HELPER_LEAD)
        for person in range(6):
            make(0, M.HELPER, 60, person=person)
            make(0, M.BESIDE, 30, person=person)
            make(0, M.ALONE if person < 5 else M.HELPER, 1, person=person)
        assert learning.find_progress(lead) == learning.Progress(6, None, None, None), "one alone is not told"
        for person in range(6, 11):
            make(0, M.HELPER, 60, person=person)
            make(0, M.HELPER, 1, person=person)
        assert learning.find_progress(lead) == learning.Progress(11, 5, 6, 0)
        one = db.session.scalars(select(Dossier).order_by(Dossier.id)).first()
        assert one is not None and learning.list_modes(one) == [M.HELPER, M.BESIDE, M.ALONE]
        assert learning.find_last_mode(one.applicant_id_index or b"") == M.ALONE
