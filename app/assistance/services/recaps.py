"""The short word to the person that a mandate was given or has ended (tin nhắn lại), and no more than that."""
from __future__ import annotations

from app.accounts.queries import get_agency
from app.assistance.models import Mandate, Method
from app.assistance.queries import is_helpers_phone
from app.notifications import services as notifications

# Whoever was at the machine did not see these happen; that it ended with the dossier, everybody expects.
TOLD_ENDS = frozenset({"by_phone", "at_counter", "by_lead", "by_helper", "paper_refused"})


def tell_given(mandate: Mandate) -> None:
    """Ruling 10: weak ways are always recapped. A code to the phone named helper and work already, so it is enough."""
    if mandate.method != Method.PHONE_CODE:
        _tell(mandate, "mandate_given")


def tell_ended(mandate: Mandate, reason: str) -> None:
    """Somebody ended it elsewhere than on the person's own screen."""
    if reason in TOLD_ENDS:
        _tell(mandate, "mandate_ended")


def _tell(mandate: Mandate, text: str) -> None:
    """To the telephone that the person named; quiet where there is none, or where it is a helper's."""
    if mandate.person_phone and not is_helpers_phone(mandate.phone_index):
        notifications.send_sms(
            template=f"assistance/{text}", phone=mandate.person_phone, about=mandate.dossier_code or mandate.code,
            params={"helper": mandate.helper.staff.full_name, "call": get_agency(mandate.agency_id).phone},
        )
