"""People without a telephone who were told, how much help dossiers had, what is odd: for the pages that count and list."""
from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from app.accounts.permissions import Role
from app.accounts.queries import find_staff
from app.accounts.sessions import actor_of
from app.assistance.models import Mode
from app.assistance.services import fairness
from app.core import clock
from app.core.db import db, transaction
from app.dossiers.models import Channel, Dossier
from app.dossiers.queries.telling import list_to_tell
from app.dossiers.services.helped import note_mode
from app.dossiers.services.telling import note_told

TOLD_AFTER = timedelta(days=1)
_SAID = ("Bà nghe, hẹn chiều lên phường.", "Con dâu nghe giúp.", "Đã gửi thư.", "")


def make_learning(rng: random.Random, now: datetime, staff: Mapping[Role, Sequence[str]]) -> None:
    """Whoever waited for a day was told; every month a few more people did without a helper."""
    clerk = find_staff(staff[Role.RECEPTIONIST][0])
    assert clerk is not None
    actor = actor_of(clerk)
    waiting = [line for line in list_to_tell(actor) if line.message.created_at < now - TOLD_AFTER]
    with transaction():
        for line in waiting:
            with clock.moved_to(line.message.send_at + TOLD_AFTER):
                note_told(actor, line.message.id, clock.now() - timedelta(hours=2), rng.choice(_SAID))
    online = select(Dossier).where(Dossier.channel == Channel.ONLINE, Dossier.submitted_at.is_not(None)).order_by(Dossier.id)
    with transaction():
        for dossier in db.session.scalars(online):
            assert dossier.submitted_at is not None
            share = 0.25 + 0.3 * min((now - dossier.submitted_at) / timedelta(days=60), 1)
            if rng.random() < share:
                note_mode(dossier, rng.choice((Mode.HELPER, Mode.HELPER, Mode.BESIDE)))
    with transaction():
        fairness.look_over()
