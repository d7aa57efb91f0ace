"""Mandates: four ways to give one, what each is good for, who may use it until when, who ends it (ruling 10)."""
from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from app.accounts.models import StaffRole
from app.accounts.permissions import Role
from app.assistance import queries
from app.assistance.models import ByKind, EventKind, Mandate, Method
from app.assistance.services import evidence, helpers, mandates, phone_codes
from app.assistance.services.proposals import MOST_OPEN, Person, Proposal, propose
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.codes import new_public_code
from app.core.db import db, transaction
from app.core.errors import AppError, Conflict, Forbidden, Invalid, NotFound, TooMany
from app.files import services as files
from app.files.models import StoredFile
from app.notifications.models import Message
from tests import factories

pytestmark = pytest.mark.usefixtures("database")
PHONE = "+84905000111"


def live(actor: Actor, code: str) -> Mandate | None:
    return queries.live_mandate(factories.helper_of(actor), code)


def drawn_for(actor: Actor) -> Proposal:
    return propose(factories.helper_of(actor), Person(name="Trần Thị Ví Dụ"), Method.DRAWN, dossier_code=new_public_code())


def given(actor: Actor, method: Method, **more: object) -> tuple[Mandate, str]:
    code = new_public_code()
    clerk = factories.make_staff(Role.RECEPTIONIST) if method is Method.SIGNED_PAPER else None
    return factories.make_mandate(actor, code, method, phone=PHONE, checked_by=clerk, **more), code  # type: ignore[arg-type]


@pytest.mark.parametrize("method", list(Method))
class TestEachWay:
    def test_lets_this_helper_act_on_this_dossier_alone(self, method: Method) -> None:
        helper, other = factories.make_helper(), factories.make_helper(username="other")
        mandate, code = given(helper, method)
        assert live(helper, code) == mandate
        assert live(other, code) is None, "a foreign mandate"
        assert live(helper, new_public_code()) is None, "another dossier"
        assert mandate.agency_id == helper.agency_id and mandate.code != code

    def test_runs_out_by_itself(self, method: Method) -> None:
        helper = factories.make_helper()
        mandate, code = given(helper, method)
        assert clock.local(mandate.expires_at).date() == clock.today() + timedelta(days=1)
        assert clock.local(mandate.expires_at).hour == 0
        with clock.moved_to(mandate.expires_at - timedelta(seconds=1)):
            assert live(helper, code) is not None
        with clock.moved_to(mandate.expires_at):
            assert live(helper, code) is None
            with transaction(), pytest.raises(NotFound):
                mandates.use_mandate(mandate, helper, "answers.keep")

    def test_keeps_its_evidence_encrypted_and_hashed(self, method: Method) -> None:
        mandate, code = given(factories.make_helper(), method)
        file = db.session.get_one(StoredFile, mandate.evidence_file_id)
        assert file.sha256 == mandate.evidence_sha256 and file.owner_ref == f"mandate/{mandate.code}"
        data = files.read(file)
        if method is Method.DRAWN:
            assert data.startswith(b"\x89PNG")
        elif method is Method.SIGNED_PAPER:
            assert file.mime == "image/jpeg"
        else:
            told = json.loads(data)
            assert told["person"] == "Trần Thị Ví Dụ" and told["dossier"] == code and told["sha256"] == mandate.text_sha256
            assert "Tôi nhờ Nguyễn Minh Thử làm giúp tôi" in told["text"]

    def test_ends_at_once_and_once(self, method: Method) -> None:
        helper = factories.make_helper()
        mandate, code = given(helper, method)
        for _ in range(2):
            with transaction():
                mandates.end_mandate(mandate, SYSTEM, by_kind=ByKind.PERSON, reason="by_phone")
        assert live(helper, code) is None and not queries.is_open(mandate)
        assert [event.kind for event in queries.list_events(mandate)].count("ended") == 1
        with transaction(), pytest.raises(NotFound):
            mandates.use_mandate(mandate, helper, "answers.keep")


@pytest.mark.parametrize("method", [Method.DRAWN, Method.AGREED])
def test_weak_ways_are_for_one_dossier_today_and_always_called_back(method: Method) -> None:
    actor = factories.make_helper()
    helper = factories.helper_of(actor)
    with pytest.raises(Invalid):
        propose(helper, Person(name="Trần Thị Ví Dụ"), method, procedure_codes=[factories.EXTRACT])
    mandate, _ = given(actor, method, days=7)
    assert clock.local(mandate.expires_at).date() == clock.today() + timedelta(days=1) and mandate.to_call_back


class TestPhoneCode:
    def test_may_be_for_a_procedure_and_several_days(self) -> None:
        actor = factories.make_helper()
        mandate = factories.make_mandate(
            actor, None, Method.PHONE_CODE, phone=PHONE, procedure_codes=[factories.EXTRACT], days=7
        )
        assert clock.local(mandate.expires_at).date() == clock.today() + timedelta(days=7)
        assert live(actor, new_public_code()) is None, "not before a session of it began that dossier"

    def test_names_helper_and_work_and_goes_to_the_person(self) -> None:
        actor = factories.make_helper()
        factories.make_mandate(actor, None, Method.PHONE_CODE, phone=PHONE, procedure_codes=[factories.EXTRACT])
        message = db.session.scalars(select(Message)).one()
        assert message.recipient == PHONE and "Nguyễn Minh Thử" in message.text and "không đọc cho ai" in message.text

    @pytest.mark.parametrize("whose", ["own", "colleague"])
    def test_never_goes_to_a_helpers_phone(self, whose: str) -> None:
        actor = factories.make_helper(phone="+84905001001")
        factories.make_helper(username="other", phone="+84905001002")
        phone = "+84905001001" if whose == "own" else "+84905001002"
        with pytest.raises(Invalid) as caught:
            propose(factories.helper_of(actor), Person(name="Trần Thị Ví Dụ", phone=phone), Method.PHONE_CODE,
                    procedure_codes=[factories.EXTRACT])
        assert "phone" in caught.value.fields

    def test_a_wrong_used_old_or_foreign_code_gives_nothing(self) -> None:
        actor, other = factories.make_helper(), factories.make_helper(username="other")
        person, code = Person(name="Trần Thị Ví Dụ", phone=PHONE), new_public_code()
        proposal = propose(factories.helper_of(actor), person, Method.PHONE_CODE, dossier_code=code)
        code_id, typed = factories._phone_code(proposal)
        wrong = f"{(int(typed) + 1) % 1_000_000:06d}"
        theirs = propose(factories.helper_of(other), person, Method.PHONE_CODE, dossier_code=code)
        another = propose(proposal.helper, Person(name="Lê Thị Thử", phone="+84905000222"), Method.PHONE_CODE, dossier_code=code)

        def give(asked: object, who: Actor, sent: str) -> Mandate:
            with transaction():
                proof = evidence.phone_code(asked, code_id=code_id)  # type: ignore[arg-type]
                return mandates.give_mandate(who, asked, proof, code_id=code_id, typed_code=sent)  # type: ignore[arg-type]

        tries = ((proposal, actor, wrong), (theirs, other, typed), (another, actor, typed), (proposal, actor, ""))
        for asked, who, sent in tries:
            with pytest.raises(Invalid):
                give(asked, who, sent)
        with clock.moved_to(clock.now() + phone_codes.VALID + timedelta(seconds=1)), pytest.raises(AppError):
            give(proposal, actor, typed)
        give(proposal, actor, typed)
        with pytest.raises(Invalid):
            give(proposal, actor, typed)
        assert len(db.session.scalars(select(Mandate)).all()) == 1

    def test_five_guesses_and_few_messages(self) -> None:
        actor = factories.make_helper()
        helper = factories.helper_of(actor)
        proposal = propose(helper, Person(name="Trần Thị Ví Dụ", phone=PHONE), Method.PHONE_CODE, dossier_code=new_public_code())
        phone_codes.count_sending(proposal)
        with pytest.raises(TooMany):
            phone_codes.count_sending(proposal)
        with transaction():
            phone_codes.send_code(proposal)
        assert [phone_codes.count_guess(helper, PHONE) is not None for _ in range(6)] == [True] * 5 + [False]


class TestSignedPaper:
    def test_counts_only_after_a_clerk_saw_it(self) -> None:
        actor, clerk = factories.make_helper(), factories.make_staff(Role.RECEPTIONIST)
        code = new_public_code()
        mandate = factories.make_mandate(actor, code, Method.SIGNED_PAPER)
        assert live(actor, code) is None and queries.list_papers_to_check(clerk) == [mandate]
        with transaction(), pytest.raises(NotFound):
            mandates.use_mandate(mandate, actor, "answers.keep")
        with transaction():
            mandates.check_paper(mandate, clerk, accepted=True)
        assert live(actor, code) == mandate and queries.list_papers_to_check(clerk) == []
        with transaction(), pytest.raises(Conflict):
            mandates.check_paper(mandate, clerk, accepted=True)

    def test_refused_it_ends_and_nobody_checks_their_own(self) -> None:
        actor, clerk = factories.make_helper(), factories.make_staff(Role.RECEPTIONIST)
        mandate = factories.make_mandate(actor, new_public_code(), Method.SIGNED_PAPER)
        with transaction(), pytest.raises(Forbidden):
            mandates.check_paper(mandate, actor, accepted=True)
        with transaction():
            mandates.check_paper(mandate, clerk, accepted=False)
        assert not queries.is_open(mandate)


class TestWhoMayHelp:
    def test_ten_open_mandates_are_enough(self) -> None:
        actor = factories.make_helper()
        made = [given(actor, Method.AGREED)[0] for _ in range(MOST_OPEN)]
        with pytest.raises(Conflict):
            given(actor, Method.AGREED)
        with transaction():
            mandates.end_mandate(made[0], actor, by_kind=ByKind.HELPER, reason="by_helper")
        given(actor, Method.AGREED)

    def test_a_new_one_for_the_same_dossier_takes_the_place_of_the_old(self) -> None:
        actor = factories.make_helper()
        first, code = given(actor, Method.AGREED)
        second = factories.make_mandate(actor, code, Method.DRAWN)
        assert live(actor, code) == second and not queries.is_open(first)

    CHANGES: dict[str, Callable[[Actor], None]] = {
        "disabled": lambda actor: helpers.disable_helper(SYSTEM, factories.helper_of(actor)),
        "expired": lambda actor: setattr(factories.helper_of(actor), "expires_on", clock.today() - timedelta(days=1)),
        "idle": lambda actor: setattr(factories.helper_of(actor), "last_active_at", clock.now() - timedelta(days=61)),
        "untrained": lambda actor: setattr(factories.helper_of(actor), "trained_at", None),
        "unconfirmed": lambda actor: db.session.execute(delete(StaffRole).where(StaffRole.staff_id == actor.id)),
    }

    @pytest.mark.parametrize("change", CHANGES)
    def test_nobody_whose_badge_says_no(self, change: str) -> None:
        actor = factories.make_helper()
        mandate, code = given(actor, Method.AGREED)
        with transaction():
            self.CHANGES[change](actor)
        assert queries.standing(factories.helper_of(actor)) == change and live(actor, code) is None
        with transaction(), pytest.raises(NotFound):
            mandates.use_mandate(mandate, actor, "answers.keep")
        with pytest.raises(Forbidden):
            given(actor, Method.AGREED)

    def test_nobody_gives_themselves_another_helpers_mandate(self) -> None:
        actor, other = factories.make_helper(), factories.make_helper(username="other")
        proposal = drawn_for(other)
        with transaction(), pytest.raises(Forbidden):
            mandates.give_mandate(actor, proposal, evidence.drawn(factories.SIGNATURE))

    def test_a_weak_proof_does_not_pass_for_a_strong_one(self) -> None:
        actor = factories.make_helper()
        person = Person(name="Trần Thị Ví Dụ", phone=PHONE)
        proposal = propose(factories.helper_of(actor), person, Method.PHONE_CODE, dossier_code=new_public_code())
        with transaction(), pytest.raises(Forbidden):
            mandates.give_mandate(actor, proposal, evidence.drawn(factories.SIGNATURE))

    def test_words_shown_yesterday_are_not_agreed_to_today(self) -> None:
        actor = factories.make_helper()
        proposal = drawn_for(actor)
        with clock.moved_to(proposal.expires_at), transaction(), pytest.raises(AppError):
            mandates.give_mandate(actor, proposal, evidence.drawn(factories.SIGNATURE))


class TestWhoCannotWriteOrSee:
    def asked(self, **more: object) -> dict[str, object]:
        helper = factories.helper_of(factories.make_helper())
        with pytest.raises(Invalid) as caught:
            propose(helper, Person(name="Trần Thị Ví Dụ"), Method.AGREED, dossier_code=new_public_code(), **more)  # type: ignore[arg-type]
        return dict(caught.value.fields)

    def test_has_a_second_person_named(self) -> None:
        assert "witness_name" in self.asked(with_witness=True)
        actor = factories.make_helper()
        mandate = factories.make_mandate(
            actor, new_public_code(), Method.AGREED, with_witness=True, witness_name="Lê Thị Thử"
        )
        assert mandate.witness_name == "Lê Thị Thử"

    @pytest.mark.parametrize("name", ["trần thị ví dụ", "Nguyễn Minh Thử"])
    def test_who_is_neither_of_the_two(self, name: str) -> None:
        assert "witness_name" in self.asked(with_witness=True, witness_name=name)


def test_each_use_is_a_line_that_the_person_sees() -> None:
    actor = factories.make_helper()
    mandate, code = given(actor, Method.AGREED)
    with transaction():
        mandates.use_mandate(mandate, actor, "answers.keep")
    with transaction():
        mandates.use_mandate(mandate, actor, "papers.add")
    seen = queries.list_help(code)
    assert [(line.kind, line.act) for line in seen] == [("given", "agreed"), ("used", "answers.keep"), ("used", "papers.add")]
    assert {line.helper_name for line in seen} == {"Nguyễn Minh Thử"}


def test_it_ends_with_the_dossier() -> None:
    helper, other = factories.make_helper(), factories.make_helper(username="other")
    mandate, code = given(helper, Method.AGREED)
    factories.make_mandate(other, code, Method.DRAWN)
    kept, _ = given(helper, Method.AGREED)
    with transaction():
        assert mandates.end_for_dossier(code, SYSTEM) == 2
        assert mandates.end_for_dossier(code, SYSTEM) == 0
    assert live(helper, code) is None and live(other, code) is None and queries.is_open(kept)
    assert queries.list_events(mandate)[-1].reason == "dossier_ended"


def test_disabling_a_helper_ends_what_is_open() -> None:
    actor = factories.make_helper()
    mandate, _ = given(actor, Method.AGREED)
    with transaction():
        helpers.disable_helper(SYSTEM, factories.helper_of(actor))
    assert [event.kind for event in queries.list_events(mandate)] == [EventKind.GIVEN, EventKind.ENDED]


@pytest.mark.parametrize("statement", [
    lambda: update(Mandate).values(to_call_back=False), lambda: delete(Mandate),
], ids=["update", "delete"])
def test_the_database_itself_refuses_to_change_a_mandate(statement: Callable[[], object]) -> None:
    given(factories.make_helper(), Method.AGREED)
    with pytest.raises(Exception, match="append only"), transaction() as session:
        session.execute(statement())
