"""Pages for anyone: home, search, procedures, ways in, help, errors, a family member's payment."""
from __future__ import annotations

from datetime import timedelta

from app.core import clock
from app.core.db import transaction
from app.core.limits import spend
from app.dossiers.models import State as At
from app.dossiers.services.slips import PER_CODE
from tests import factories
from tests.browser.states.registry import PageState as S
from tests.browser.states.world import Look, World, known

UNKNOWN_CODE = "K7M49QXT"


def _draft_gate(world: World) -> Look:
    return Look(f"/lam/{factories.EXTRACT}", world.draft("", with_papers=False).token)


def _family(world: World, path: str = "") -> Look:
    return Look(f"/t/{world.order(world.of_long_name()).link_token}{path}", "")


def _family_ended(world: World) -> Look:
    code = world.at(At.SUBMITTED, days_ago=2)
    order = world.order(code)

    def end() -> bool:
        with transaction():
            found = known(code)
            found.state, found.changed_at = At.REFUSED, clock.now() - timedelta(minutes=5)
        return True
    world.once("family ended", end)
    return Look(f"/t/{order.link_token}")


def _wrong_pair(world: World) -> Look:
    return Look("/xem", world.stranger()).sends(code=world.at(At.SUBMITTED), secret="ABC234")


def _worn_out_tries(world: World) -> Look:
    """More tries than are allowed: the page that says when to come back."""
    code = world.at(At.SUBMITTED, days_ago=3)
    with world.inside():
        for _ in range(PER_CODE.times):
            spend((PER_CODE, code))
    return Look("/xem", world.stranger()).sends(code=code, secret="ABC234", status=429)


PUBLIC = [
    S("procedures_citizen.home", "first visit", lambda w: Look("/")),
    S("procedures_citizen.home", "with a draft", lambda w: Look("/", w.draft("").token)),
    S("procedures_citizen.find", "found", lambda w: Look("/tim?q=khai+sinh+cho+con")),
    S("procedures_citizen.find", "nothing found", lambda w: Look("/tim?q=zzqxw")),
    S("procedures_citizen.find", "long words", lambda w: Look("/tim?q=" + "nguyễnvănmẫu" * 12)),
    S("procedures_citizen.all_procedures", "all", lambda w: Look("/viec")),
    S("procedures_citizen.procedure", "online with fee", lambda w: Look("/p/2.000635")),
    S("procedures_citizen.procedure", "birth", lambda w: Look("/p/1.001193")),
    S("procedures_citizen.procedure", "nothing to pay", lambda w: Look("/p/1.014027")),
    S("procedures_citizen.procedure", "fee not known", lambda w: Look("/p/1.001612")),
    S("procedures_citizen.procedure", "at the counter", lambda w: Look("/p/1.004859")),
    S("procedures_citizen.procedure", "police portal", lambda w: Look("/p/1.004222")),
    S("procedures_citizen.procedure", "unknown", lambda w: Look("/p/9.999999", status=404)),
    S("procedures_posters.scan", "unknown sheet", lambda w: Look("/Q/ZZZZZZ", status=404)),
    S("procedures_posters.scan_lower", "unknown sheet", lambda w: Look("/q/zzzzzz", status=404)),
    S("web.display", "choices", lambda w: Look("/hien-thi")),
    S("dossiers_public.start", "first time", lambda w: Look("/lam/1.001193?moi=1")),
    S("dossiers_public.start", "a draft is there", _draft_gate),
    S("dossiers_public.track", "empty", lambda w: Look("/xem")),
    S("dossiers_public.track", "code known", lambda w: Look(f"/xem?ma={UNKNOWN_CODE}")),
    S("dossiers_public.track", "wrong sign", lambda w: Look("/xem").sends(code="AAAAAAAB", secret="ABC234")),
    S("dossiers_public.track", "wrong pair", _wrong_pair),
    S("dossiers_public.track", "too many tries", _worn_out_tries),
    S("dossiers_public.resting", "rested", lambda w: Look(f"/nghi/{UNKNOWN_CODE}")),
    S("dossiers_public.privacy", "notice", lambda w: Look("/rieng-tu")),
    S("dossiers_public.help", "form", lambda w: Look("/giup?tu=/p/1.001193")),
    S("dossiers_public.help", "errors", lambda w: Look("/giup", w.stranger()).sends("/giup", name="", phone="12")),
    S("dossiers_public.help", "a visit, no place", lambda w: Look("/giup", w.stranger()).sends(
        "/giup", name="Nguyễn Văn Mẫu", how="visit", landmark=""
    )),
    S("payments_public.family", "long name", _family),
    S("payments_public.family", "stopped looking", lambda w: _family(w, "?lan=60")),
    S("payments_public.family", "ended", _family_ended),
    S("payments_public.family", "unknown", lambda w: Look("/t/" + "A" * 26, status=404)),
    S("errors.citizen", "no such page", lambda w: Look("/khong-co", status=404)),
    S("errors.citizen", "not yours", lambda w: Look(f"/ho-so/{w.at(At.SUBMITTED)}", w.stranger(), status=404)),
    S("errors.resend", "stale form", lambda w: Look("/giup", w.stranger()).sends(
        "/giup", status=400, _token="stale", name="Nguyễn Văn Mẫu", phone="0905000123"
    )),
]
