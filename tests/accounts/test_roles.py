"""A role takes two (ruling 9): who asked cannot confirm, nor the account itself; to take one away needs one person."""
from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts import roles, services
from app.accounts.models import Staff, StaffRole
from app.accounts.permissions import ROLES, Permission, Role
from app.accounts.queries import find_staff, get_ward, list_colleagues, list_waiting_roles, role_history
from app.accounts.sessions import actor_of
from app.assistance.services import helpers
from app.core import clock
from app.core.actor import Actor
from app.core.audit import AuditEntry
from app.core.db import db, transaction
from app.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound
from tests import factories

pytestmark = pytest.mark.usefixtures("database")
NEW = "moi.vao"


@pytest.fixture
def admin(database: None) -> Actor:
    return factories.make_staff(Role.ADMINISTRATOR, username="quan-tri")


@pytest.fixture
def leader(database: None) -> Actor:
    return factories.make_staff(Role.LEADER, username="lanh-dao")


def ask(admin: Actor, *wanted: Role) -> None:
    """An administrator makes an account on the screen."""
    with transaction():
        services.add_staff(
            admin, username=NEW, full_name="Phan Thị Thử", roles=frozenset(wanted or {Role.LEADER}), agency=get_ward()
        )


def act(verb: Callable[..., None], actor: Actor, role: Role = Role.LEADER, username: str = NEW) -> None:
    with transaction():
        verb(actor, username, role)


def new() -> Staff:
    db.session.expire_all()
    staff = find_staff(NEW)
    assert staff is not None
    return staff


def audited() -> list[tuple[str, int | None, list[str]]]:
    """(act, who, roles) of all that was noted of the new account's roles."""
    query = select(AuditEntry).where(AuditEntry.object_code == NEW, AuditEntry.action != "staff.reset").order_by(AuditEntry.seq)
    return [(entry.action, entry.actor_id, entry.detail["roles"]) for entry in db.session.scalars(query)]


def test_a_role_of_the_screen_counts_only_when_another_has_confirmed_it(admin: Actor, leader: Actor) -> None:
    ask(admin)
    assert new().roles == frozenset() and actor_of(new()).permissions == frozenset()
    (row,) = new().roles_waiting
    assert (row.role, row.granted_by_id, row.confirmed_at) == (Role.LEADER, admin.id, None)
    assert [waiting.staff.username for waiting in list_waiting_roles()] == [NEW]
    assert NEW not in [one.username for one in list_colleagues(get_ward().id, Permission.DOSSIER_SIGN)]
    with transaction():
        assert "Phan Thị Thử" not in str(services.demo_sign_in_links())
    act(roles.confirm_role, leader)
    assert new().roles == {Role.LEADER} and new().roles_waiting == [] and list_waiting_roles() == []
    assert NEW in [one.username for one in list_colleagues(get_ward().id, Permission.DOSSIER_SIGN)]
    assert audited() == [("staff.add", admin.id, ["leader"]), ("staff.role_confirm", leader.id, ["leader"])]


def test_who_asked_confirms_and_refuses_nothing_of_it(admin: Actor) -> None:
    ask(admin)
    for verb in (roles.confirm_role, roles.refuse_role):
        with pytest.raises(Forbidden, match="Người cấp vai trò"):
            act(verb, admin)
    assert new().roles == frozenset() and len(new().roles_waiting) == 1


def test_nobody_confirms_a_role_of_their_own_whoever_asked_for_it(admin: Actor, leader: Actor) -> None:
    other = factories.make_staff(Role.ADMINISTRATOR, username="quan-tri-hai")
    with transaction():
        roles.grant_roles(admin, "quan-tri-hai", frozenset({Role.LEADER}))
        roles.grant_roles(admin, "quan-tri", frozenset({Role.CASHIER}))
    with pytest.raises(Forbidden, match="của mình"):
        act(roles.confirm_role, other, username="quan-tri-hai")
    with pytest.raises(Forbidden):
        act(roles.confirm_role, admin, Role.CASHIER, "quan-tri")
    act(roles.confirm_role, leader, username="quan-tri-hai")
    act(roles.confirm_role, other, Role.CASHIER, "quan-tri")
    db.session.expire_all()
    held = {name: staff.roles for name in ("quan-tri", "quan-tri-hai") if (staff := find_staff(name))}
    assert held == {"quan-tri": {Role.ADMINISTRATOR, Role.CASHIER}, "quan-tri-hai": {Role.ADMINISTRATOR, Role.LEADER}}


def test_only_administrators_and_leaders_are_the_second_person(admin: Actor) -> None:
    assert {role for role, held in ROLES.items() if Permission.ROLES_CONFIRM in held} == {Role.ADMINISTRATOR, Role.LEADER}
    ask(admin)
    for role in set(Role) - {Role.ADMINISTRATOR, Role.LEADER}:
        with pytest.raises(Forbidden):
            act(roles.confirm_role, factories.make_staff(role))
    assert new().roles == frozenset()


def test_a_role_that_waits_makes_no_second_person_of_its_holder(admin: Actor) -> None:
    """Or one person would make the other one up."""
    ask(admin, Role.ADMINISTRATOR)
    made_up = actor_of(new())
    with transaction():
        roles.grant_roles(admin, "quan-tri", frozenset({Role.LEADER}))
    with pytest.raises(Forbidden):
        act(roles.confirm_role, made_up, username="quan-tri")


def test_what_was_refused_was_never_held_and_stays_in_the_history(admin: Actor, leader: Actor) -> None:
    ask(admin, Role.LEADER, Role.CASHIER)
    act(roles.refuse_role, leader)
    act(roles.confirm_role, leader, Role.CASHIER)
    assert new().roles == {Role.CASHIER} and new().roles_waiting == []
    with pytest.raises(Conflict, match="không còn chờ"):
        act(roles.confirm_role, leader)
    told = [(event.action, event.by, event.roles) for event in role_history(NEW)]
    assert told == [
        ("staff.role_confirm", leader.label, (Role.CASHIER,)), ("staff.role_refuse", leader.label, (Role.LEADER,)),
        ("staff.add", admin.label, (Role.CASHIER, Role.LEADER)),
    ]
    with transaction():
        roles.grant_roles(admin, NEW, frozenset({Role.LEADER}))
    assert [row.role for row in new().roles_waiting] == [Role.LEADER], "one may ask again"


def test_to_take_a_role_away_needs_one_person_and_acts_at_once(admin: Actor, leader: Actor) -> None:
    ask(admin, Role.LEADER, Role.CASHIER)
    act(roles.confirm_role, leader, Role.CASHIER)
    act(roles.remove_role, admin, Role.CASHIER)
    act(roles.remove_role, admin, Role.LEADER)  # what still waited is taken back
    assert new().roles == frozenset() and new().role_rows == []
    assert [(act, by) for act, by, _ in audited()][-2:] == [("staff.role_remove", admin.id)] * 2
    with pytest.raises(Conflict):
        act(roles.remove_role, admin, Role.CASHIER)
    with pytest.raises(Forbidden):
        act(roles.remove_role, leader, Role.CASHIER)
    with pytest.raises(Forbidden, match="của mình"):
        act(roles.remove_role, admin, Role.ADMINISTRATOR, "quan-tri")


def test_asking_for_what_is_there_for_nothing_or_for_nobody_is_refused(admin: Actor, leader: Actor) -> None:
    ask(admin)
    for username, wanted, refusal in (
        (NEW, frozenset({Role.LEADER}), Conflict), (NEW, frozenset(), Invalid), ("khong-co", frozenset({Role.LEADER}), NotFound),
    ):
        with pytest.raises(refusal), transaction():
            roles.grant_roles(admin, username, wanted)
    with pytest.raises(Forbidden), transaction():
        roles.grant_roles(leader, NEW, frozenset({Role.CASHIER}))
    with transaction():
        services.disable_staff(admin, NEW)
    assert list_waiting_roles() == []
    with pytest.raises(Conflict, match="đã khóa"):
        act(roles.confirm_role, leader)
    with pytest.raises(Conflict, match="đã khóa"), transaction():
        roles.grant_roles(admin, NEW, frozenset({Role.CASHIER}))


def test_a_command_on_the_machine_counts_at_once_and_is_audited_as_the_system(app: Flask, admin: Actor) -> None:
    run = app.test_cli_runner().invoke
    assert run(args=["staff", "add", NEW, "--name", "Phan Thị Thử", "--role", "cashier"]).exit_code == 0
    assert new().roles == {Role.CASHIER} and new().role_rows[0].granted_by_id is None
    with transaction():
        roles.grant_roles(admin, NEW, frozenset({Role.LEADER}))
    assert run(args=["staff", "grant", NEW, "--role", "leader", "--role", "specialist"]).exit_code == 0
    assert new().roles == {Role.CASHIER, Role.LEADER, Role.SPECIALIST}
    kinds = db.session.execute(select(AuditEntry.action, AuditEntry.actor_kind).where(AuditEntry.object_code == NEW)).all()
    assert ("staff.add", "system") in kinds and ("staff.role_grant", "system") in kinds
    assert role_history(NEW)[0].by == ""
    assert run(args=["staff", "grant", "khong-co", "--role", "leader"]).exit_code == 1


def test_a_helper_of_the_screen_waits_too_and_a_lead_in_waiting_is_left_to_administrators(admin: Actor, leader: Actor) -> None:
    particulars = helpers.Particulars(team="Tổ 5", phone="+84905001099", pledged_on=clock.today())
    with transaction():
        helper = helpers.add_helper(
            admin, username=NEW, full_name="Phan Thị Thử", role=Role.HELPER_LEAD, particulars=particulars
        )
    assert new().roles == frozenset() and [row.role for row in new().roles_waiting] == [Role.HELPER_LEAD]
    other = factories.make_staff(Role.HELPER_LEAD)
    for verb in (helpers.disable_helper, helpers.renew_helper):
        with pytest.raises(Forbidden), transaction():
            verb(other, helper)
    act(roles.confirm_role, leader, Role.HELPER_LEAD)
    assert new().roles == {Role.HELPER_LEAD}


def test_of_two_who_confirm_at_once_one_wins_and_the_other_is_told_who(app: Flask, admin: Actor, leader: Actor) -> None:
    ask(admin)
    others = [leader, factories.make_staff(Role.ADMINISTRATOR, username="quan-tri-hai", name="Lý Thị Hai Thử")]
    told: dict[int, AppError] = {}
    start = threading.Barrier(2)

    def run(actor: Actor) -> None:
        with app.app_context():
            start.wait(timeout=10)
            try:
                act(roles.confirm_role, actor)
            except AppError as refusal:
                told[actor.id or 0] = refusal

    db.session.rollback()
    threads = [threading.Thread(target=run, args=(actor,)) for actor in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert not any(thread.is_alive() for thread in threads)
    db.session.rollback()
    (loser,) = told.values()
    (winner,) = (actor for actor in others if actor.id not in told)
    assert isinstance(loser, Conflict) and loser.params == {"name": winner.label}
    assert new().roles == {Role.LEADER} and new().role_rows[0].confirmed_by_id == winner.id
    assert [act for act, _, _ in audited()] == ["staff.add", "staff.role_confirm"]


def test_a_row_that_says_nothing_of_a_second_person_does_not_count(admin: Actor) -> None:
    ask(admin)
    with transaction() as session:
        session.add(StaffRole(staff_id=new().id, role=Role.CASHIER))
    assert new().roles == frozenset()
    with transaction() as session:
        session.get_one(StaffRole, (new().id, Role.CASHIER)).confirmed_at = clock.now()
    assert new().roles == {Role.CASHIER}
