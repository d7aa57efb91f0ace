"""Helpers come and go: added, trained, renewed, stopped; who may name a leader."""
from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import WebSession
from app.accounts.permissions import Role
from app.accounts.queries import get_ward, list_residential_groups
from app.assistance import queries, tasks
from app.assistance.models import TRAINING_PAGES
from app.assistance.services import helpers
from app.core import clock, jobs
from app.core.actor import SYSTEM, Actor
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.usefixtures("database")


def particulars(**changes: object) -> helpers.Particulars:
    given = {"team": "Tổ công nghệ số, Tổ dân phố 5", "phone": "+84905001234", "pledged_on": clock.today(), **changes}
    return helpers.Particulars(**given)  # type: ignore[arg-type]


def add(actor: Actor = SYSTEM, role: Role = Role.HELPER, username: str = "moi", **changes: object) -> None:
    with transaction():
        helpers.add_helper(
            actor, username=username, full_name="Lê Văn Thử", role=role, particulars=particulars(**changes)
        )


def test_a_new_helper_has_half_a_year_and_trains_first() -> None:
    groups = list_residential_groups(get_ward().id)[:2]
    add(groups=[group.id for group in groups])
    helper = queries.get_helper(SYSTEM, "moi")
    assert helper.expires_on == clock.today() + timedelta(days=180) and helper.groups == groups
    assert queries.standing(helper) == queries.Standing.UNTRAINED and helper.first_name == "Thử"
    assert len(helper.badge_token) == 22 and queries.find_by_badge(helper.badge_token) == helper
    assert helper.phone == "+84905001234" and queries.is_helpers_phone(queries.phone_index("+84905001234"))


@pytest.mark.parametrize("wrong", [
    {"team": ""}, {"team": "t" * 121}, {"phone": ""}, {"pledged_on": None}, {"pledged_on": clock.today() + timedelta(days=1)},
])
def test_what_is_missing_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid) as caught:
        add(**wrong)
    assert set(caught.value.fields) == set(wrong)


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.ADMINISTRATOR])
def test_a_helper_gets_no_desk(role: Role) -> None:
    with pytest.raises(Invalid):
        add(role=role)


def test_only_the_administrator_names_and_closes_leaders() -> None:
    lead, admin = factories.make_helper(Role.HELPER_LEAD), factories.make_staff(Role.ADMINISTRATOR)
    other = factories.make_helper(Role.HELPER_LEAD, username="other-lead")
    add(lead)
    with pytest.raises(Forbidden):
        add(lead, Role.HELPER_LEAD, "lead2")
    for verb in (helpers.disable_helper, helpers.renew_helper):
        with transaction(), pytest.raises(Forbidden):
            verb(lead, factories.helper_of(other))
    add(admin, Role.HELPER_LEAD, "lead2")


def test_training_goes_page_by_page() -> None:
    actor = factories.make_helper(trained=False)
    helper = factories.helper_of(actor)
    with transaction(), pytest.raises(Conflict):
        helpers.finish_page(helper, 2, actor)
    for number in (1, 2, 1, 3, 4):
        with transaction():
            helpers.finish_page(helper, number, actor)
    assert helper.training_page == 4 and not helper.is_trained
    with pytest.raises(Forbidden):
        queries.get_good_helper(actor)
    with transaction():
        helpers.finish_page(helper, TRAINING_PAGES, actor)
    assert queries.get_good_helper(actor).is_trained
    for number in (0, 6):
        with transaction(), pytest.raises(Conflict):
            helpers.finish_page(helper, number, actor)


def test_disabling_ends_sessions_and_renewing_opens_again() -> None:
    actor = factories.make_helper()
    row, _ = factories.make_session("staff", actor)
    with transaction():
        helpers.disable_helper(SYSTEM, factories.helper_of(actor))
    assert db.session.get_one(WebSession, row.id).ended_at is not None
    with transaction():
        helpers.renew_helper(SYSTEM, factories.helper_of(actor))
    assert queries.standing(factories.helper_of(actor)) == queries.Standing.GOOD


def test_a_lost_badge_says_nothing_any_more() -> None:
    helper = factories.helper_of(factories.make_helper())
    old = helper.badge_token
    with transaction():
        helpers.renew_badge(SYSTEM, helper)
    assert queries.find_by_badge(old) is None and queries.find_by_badge(helper.badge_token) == helper


def test_the_sweep_stops_who_ran_out_or_rests_too_long() -> None:
    names = ("expired", "idle", "good")
    actors = {name: factories.make_helper(username=name) for name in names}
    with transaction():
        factories.helper_of(actors["expired"]).expires_on = clock.today() - timedelta(days=1)
        factories.helper_of(actors["idle"]).last_active_at = clock.now() - timedelta(days=61)
    assert jobs.run_due() > 0, "the sweep stands in the database from the first load on"
    assert [name for name in names if factories.helper_of(actors[name]).is_disabled] == ["expired", "idle"]
    assert db.session.scalar(select(jobs.Job.id).where(jobs.Job.kind == tasks.SWEEP, jobs.Job.state == "ready"))


def test_helpers_of_another_agency_look_like_none() -> None:
    away = factories.make_staff(Role.ADMINISTRATOR, username="away", agency=factories.other_agency())
    factories.make_helper()
    with pytest.raises(NotFound):
        queries.get_helper(away, "helper")
    assert queries.list_helpers(away) == []


class TestCommands:
    ARGUMENTS = ("helpers", "add", "moi", "--name", "Lê Văn Thử", "--team", "Tổ 5", "--phone", "0905 001 234")

    def test_add_prints_the_link_and_disable_ends(self, app: Flask) -> None:
        run = app.test_cli_runner().invoke
        added = run(args=self.ARGUMENTS)
        assert added.exit_code == 0 and "/can-bo/tai-khoan/" in added.output
        assert run(args=self.ARGUMENTS).exit_code == 1
        assert run(args=["helpers", "disable", "moi"]).exit_code == 0
        db.session.rollback()
        assert queries.get_helper(SYSTEM, "moi").is_disabled

    def test_badge_writes_a_sheet_and_a_new_one_ends_the_old(self, app: Flask, tmp_path: Path) -> None:
        helper = factories.helper_of(factories.make_helper())
        old, run = helper.badge_token, app.test_cli_runner().invoke
        for more in ((), ("--new",)):
            done = run(args=["helpers", "badge", "helper", str(tmp_path / "the.pdf"), *more])
            assert done.exit_code == 0 and (tmp_path / "the.pdf").read_bytes().startswith(b"%PDF")
            db.session.rollback()
            assert (queries.find_by_badge(old) is None) == bool(more)
        assert run(args=["helpers", "badge", "nobody", str(tmp_path / "x.pdf")]).exit_code == 1
        assert run(args=["helpers", "badge", "helper", str(tmp_path / "no" / "x.pdf")]).exit_code == 1

    @pytest.mark.parametrize("wrong", [
        ("--phone", "12"), ("--group", "khong-co"), ("--role", "leader"), ("--pledged-on", "hôm qua"),
    ])
    def test_a_fault_is_one_sentence(self, app: Flask, wrong: tuple[str, str]) -> None:
        done = app.test_cli_runner().invoke(args=[*self.ARGUMENTS, *wrong])
        assert done.exit_code == 1 and "Traceback" not in done.output
