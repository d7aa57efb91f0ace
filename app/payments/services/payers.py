"""One account that pays for many people is told to the helpers' leader (một tài khoản nộp cho nhiều người)."""
from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import select

from app.assistance.models import PatternKind
from app.assistance.services import fairness
from app.core import clock
from app.core.db import db
from app.core.text import fold
from app.dossiers.models import Dossier
from app.payments.models import BankEvent, NoticeState, PaymentOrder

LOOK_BACK = timedelta(days=30)
MANY_PEOPLE = 3  # a child pays for both parents and for itself


def look_at_payers() -> int:
    """Note each account that paid for more than three people in thirty days; how many there are.

    Only a keyed hash of the account is known here, and only where a provider tells the account at all.
    """
    query = (
        select(BankEvent.payer_index, Dossier)
        .join(PaymentOrder, PaymentOrder.id == BankEvent.order_id)
        .join(Dossier, Dossier.id == PaymentOrder.dossier_id)
        .where(BankEvent.payer_index.is_not(None), BankEvent.state == NoticeState.BOOKED)
        .where(BankEvent.received_at > clock.now() - LOOK_BACK)
        .order_by(BankEvent.id)
    )
    paid: dict[tuple[int, bytes], list[Dossier]] = defaultdict(list)
    for payer, dossier in db.session.execute(query):
        paid[dossier.received_agency_id, bytes(payer)].append(dossier)
    found = 0
    for (agency_id, payer), dossiers in paid.items():
        people = {one.applicant_id_index or fold(one.applicant_name) for one in dossiers}
        if len(people) > MANY_PEOPLE:
            codes = list(dict.fromkeys(one.public_code for one in dossiers))
            fairness.flag(PatternKind.SAME_PAYER, agency_id=agency_id, key=payer, people=len(people), codes=codes)
            found += 1
    return found
