"""What help does to a dossier: how much there was, that its mandates end with it, the word to the person after it."""
from __future__ import annotations

from app.accounts.queries import get_ward
from app.assistance.models import ByKind, Helper, Mode
from app.assistance.queries import is_helpers_phone, list_open_for
from app.assistance.services.mandates import end_for_dossier, end_mandate
from app.core import audit
from app.core.actor import Actor
from app.core.db import db
from app.dossiers.models import Dossier
from app.dossiers.services.messages import tell

# From doing it alone to having it done: a dossier keeps the most help that it ever had.
_ORDER = (Mode.ALONE, Mode.BESIDE, Mode.HELPER, Mode.COUNTER)


def note_mode(dossier: Dossier, mode: Mode) -> None:
    """Somebody typed or stood beside (người giúp gõ, đứng cạnh). Call it whenever answers are kept; less never undoes more."""
    if _ORDER.index(mode) > _ORDER.index(Mode(dossier.help_mode)):
        dossier.help_mode = mode
        db.session.flush()


def end_help(dossier: Dossier, actor: Actor) -> None:
    """The dossier is over, so nobody acts on it any more. It writes in the journal, so it comes last in a transaction."""
    end_for_dossier(dossier.public_code, actor)


def end_by_person(dossier: Dossier, actor: Actor) -> int:
    """Whoever holds the slip wants no more help with this dossier; how many mandates ended. Last in a transaction."""
    audit.record(actor, "help.stop", "dossier", dossier.public_code)
    found = list_open_for(dossier.public_code)
    for mandate in found:
        end_mandate(mandate, actor, by_kind=ByKind.PERSON, reason="by_slip")
    return len(found)


def tell_submitted(dossier: Dossier, helper: Helper | None) -> None:
    """The person, or the relative whose number was given, hears that it was handed in, and by whose help.

    A number of a helper is nobody's of theirs: it hears nothing, and the paper slip has to do.
    """
    if helper is None:
        tell(dossier, "submitted")
    elif not is_helpers_phone(dossier.phone_index):
        tell(dossier, "submitted_helped", helper=helper.staff.full_name, call=get_ward().phone)
