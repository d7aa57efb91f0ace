"""One machine or one telephone for many people is told to the helpers' leader: mostly a house, a shop, sometimes a broker."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select

from app.accounts.models import WebSession
from app.assistance.models import PatternKind
from app.assistance.queries import is_helpers_phone
from app.assistance.services import fairness
from app.core import clock
from app.core.crypto import blind_index
from app.core.db import db
from app.core.text import fold
from app.dossiers.models import Channel, Dossier

LOOK_BACK = timedelta(days=30)
MANY_PEOPLE = 5  # a large house files for five


def look_at_devices() -> int:
    """Note each browser and each telephone that stands for more than five people in thirty days; how many there are.

    Machines that the ward shares out, and the counter, are for many people by their nature.
    """
    query = (
        select(Dossier, WebSession)
        .outerjoin(WebSession, WebSession.id == Dossier.session_id)
        .where(Dossier.submitted_at > clock.now() - LOOK_BACK, Dossier.channel == Channel.ONLINE)
        .order_by(Dossier.id)
    )
    machines: dict[tuple[int, bytes], list[Dossier]] = defaultdict(list)
    phones: dict[tuple[int, bytes], list[Dossier]] = defaultdict(list)
    for dossier, session in db.session.execute(query):
        if session is not None and session.kind == "citizen" and not session.shared_device:
            key = blind_index("pattern", f"device/{session.id}")
            machines[dossier.received_agency_id, key].append(dossier)
        if dossier.phone_index is not None:
            phones[dossier.received_agency_id, bytes(dossier.phone_index)].append(dossier)
    return _note(PatternKind.SAME_DEVICE, machines.items()) + _note(
        PatternKind.SAME_PHONE, ((key, found) for key, found in phones.items() if not is_helpers_phone(key[1]))
    )


def _note(kind: PatternKind, groups: Iterable[tuple[tuple[int, bytes], list[Dossier]]]) -> int:
    noted = 0
    for (agency_id, key), dossiers in groups:
        people = {one.applicant_id_index or fold(one.applicant_name) for one in dossiers}
        if len(people) > MANY_PEOPLE:
            codes = [one.public_code for one in dossiers]
            fairness.flag(kind, agency_id=agency_id, key=key, people=len(people), codes=codes)
            noted += 1
    return noted
