"""Pages on how people are told without a telephone, how much help they needed, what is odd, and who did what for them."""
from __future__ import annotations

from datetime import timedelta

from app.accounts.permissions import Role
from app.accounts.queries import get_ward, list_residential_groups
from app.assistance.models import Method, Mode, PatternKind
from app.assistance.services import fairness, helpers
from app.core import clock
from app.core.crypto import blind_index
from app.core.db import transaction
from app.dossiers.models import Dossier
from app.dossiers.models import State as At
from app.dossiers.queries.telling import list_to_tell
from app.dossiers.services.telling import note_told
from tests import factories
from tests.browser.states.registry import PageState as S
from tests.browser.states.world import LONG_NAME, Look, World, known, long_person

R = Role
CODES = ["K7M49QXT", "T3WH8RDA"]


def _lead(world: World, path: str) -> Look:
    def lead() -> factories.Actor:
        return factories.make_helper(R.HELPER_LEAD, username="giup-lead")
    return Look(f"/can-bo{path}", world.session("helper lead", "staff", lead)[1])


# Told by people

def _refused(world: World, way: str, **more: object) -> str:
    """Refused a while ago, so that it can no longer be undone."""
    def make() -> Dossier:
        with clock.moved_to(clock.now() - timedelta(minutes=20)):
            return factories.make_dossier(At.REFUSED, answers={"contact_way": way}, seed=len(way), **more)
    return world.dossier(f"refused {way} {sorted(more)}", make)


def _to_tell(world: World) -> Look:
    """One in each way, one of them with a long name and a long address, one that was told."""
    _refused(world, "visit", of=long_person())
    for way in ("group_head", "letter"):
        _refused(world, way)
    told = _refused(world, "visit")

    def note() -> bool:
        clerk = world.actor(R.RECEPTIONIST)
        line = next(one for one in list_to_tell(clerk) if one.dossier.public_code == told)
        with transaction():
            note_told(clerk, line.message.id, clock.now(), "Con dâu nghe giúp, hẹn chiều mai đưa bà lên phường.")
        return True
    world.once("told at home", note)
    return world.clerk("/bao-tan-noi")


# Numbers

def _counted(world: World, path: str = "", **more: str) -> Look:
    def count() -> int:
        group = list_residential_groups(get_ward().id)[0].id
        with clock.moved_to(clock.now() - timedelta(days=62)):
            for number in range(12):
                dossier = factories.make_dossier(At.SUBMITTED, seed=number)
                with transaction():
                    dossier.help_mode = (Mode.ALONE, Mode.BESIDE, Mode.HELPER, Mode.COUNTER)[number % 4]
                    dossier.residential_group_id = group if number < 7 else None
                    dossier.applicant_id_index = blind_index("id-number", f"counted {number % 6}")
        return group
    group = world.once("counted", count)
    return _lead(world, f"/so-lieu-giup{path % group if '%' in path else path}")


# Odd patterns

def _odd(world: World, path: str = "/nen-xem-lai") -> Look:
    def flag() -> bool:
        lead = factories.make_helper(R.HELPER_LEAD, username="giup-lead")
        own, other = (factories.helper_of(one).id for one in (lead, factories.make_helper(username="giup-odd", name=LONG_NAME)))
        with transaction():
            for number, kind in enumerate(PatternKind):
                fairness.flag(
                    kind, agency_id=get_ward().id, key=bytes([number] * 16), people=4 + number, codes=CODES * (number + 1),
                    helper_id=(own, other, None)[number % 3],
                )
        for again in (1, 2):
            with transaction():
                row = fairness.flag(
                    PatternKind.SAME_PAYER, agency_id=get_ward().id, key=bytes([99] * 16), people=4,
                    codes=[f"{CODES[0]}{again}"],
                )
                if row is not None and again == 1:
                    fairness.close(row.id, lead, "Con gái nộp hộ cả nhà, đã gọi hỏi bác.\nKhông phải trả thêm đồng nào.")
        return True
    world.once("odd patterns", flag)
    return _lead(world, path)


# Who did what for me

def _helped(world: World, name: str, *, live: bool) -> Look:
    code = world.dossier(f"helped {name}", lambda: factories.make_dossier(At.SUBMITTED, seed=41 + live))

    def give() -> bool:
        actor = factories.make_helper(username="giup-long", name=LONG_NAME)
        mandate = factories.make_mandate(actor, code, Method.DRAWN, name=LONG_NAME)
        with transaction():
            for act in ("answers.keep", "papers.add", "something.new"):
                factories.mandates.use_mandate(mandate, actor, act)
        return True

    def give_again() -> None:
        """A mandate of a day may have run out while others were looking."""
        with world.inside():
            if live and not factories.mandates.list_open_for(code):
                give()
    world.once(f"helped {name}", give)
    give_again()
    look = world.follow(code, "/ai-giup")
    if not live:
        def end() -> bool:
            with transaction():
                factories.mandates.end_for_dossier(known(code).public_code, factories.CITIZEN)
            return True
        world.once(f"helped {name} ended", end)
    return look


def _pledged(world: World) -> Look:
    with world.inside():
        actor = factories.make_helper(username="giup-pledged")

        def keep() -> bool:
            with transaction():
                helpers.keep_pledge(actor, factories.helper_of(actor), factories.photo("cam-ket.jpg"))
            return True
        world.once("pledged", keep)
    return world.clerk("/nguoi-giup/giup-pledged?xong=pledge", R.ADMINISTRATOR)


D, T, C = "dossiers_staff", "assistance_staff", "dossiers_citizen"
LEARNING_STATES = [
    S(f"{D}.telling", "empty", lambda w: w.clerk("/bao-tan-noi"), bare=True),
    S(f"{D}.telling", "some, long names", _to_tell),
    S(f"{D}.telling", "wrong time", lambda w: _to_tell(w).sends(told_at="hôm qua", note="Đã nhắn ông")),
    S(f"{D}.help_numbers", "empty", lambda w: _lead(w, "/so-lieu-giup"), bare=True),
    S(f"{D}.help_numbers", "some", _counted),
    S(f"{D}.help_numbers", "one group, few", lambda w: _counted(w, "?to=%s")),
    S(f"{T}.patterns", "empty", lambda w: _lead(w, "/nen-xem-lai"), bare=True),
    S(f"{T}.patterns", "all kinds, own work", _odd),
    S(f"{T}.patterns", "nothing written, wrong", lambda w: _odd(w).sends(word=" ")),
    S(f"{T}.helper", "pledge kept", _pledged),
    S(f"{T}.helper", "no pledge chosen, wrong", lambda w: _pledged(w).sends("/cam-ket")),
    S("assistance_helper.practise", "script", lambda w: Look("/giup-dan/bai-tap", _lead(w, "").token)),
    S(f"{C}.help_of", "nobody helped", lambda w: w.follow(w.at(At.SUBMITTED), "/ai-giup")),
    S(f"{C}.help_of", "live, long name", lambda w: _helped(w, "live", live=True)),
    S(f"{C}.help_of", "over", lambda w: _helped(w, "over", live=False)),
]
