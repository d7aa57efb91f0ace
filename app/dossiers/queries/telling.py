"""Who waits to be told by people, because there is no telephone (báo tận nơi), and who was told lately."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from app.accounts.models import ResidentialGroup, Staff
from app.core import clock
from app.core.actor import Actor
from app.core.db import db
from app.dossiers.models import Dossier
from app.notifications.models import Message
from app.notifications.services import BY_PEOPLE


@dataclass(frozen=True, slots=True)
class ToTell:
    """A message for somebody without a telephone, with the dossier that it is about."""

    message: Message
    dossier: Dossier
    group: ResidentialGroup | None
    teller: Staff | None

    @property
    def name(self) -> str:
        return self.message.recipient.split("\n")[0]

    @property
    def address(self) -> str:
        return " ".join(self.message.recipient.split("\n")[1:])


def list_to_tell(actor: Actor) -> list[ToTell]:
    """What the agency's people still have to bring, by residential group, oldest first; acts that may be undone wait."""
    return _list(actor, Message.state == "waiting", Message.send_at <= clock.now(), newest_first=False, limit=500)


def list_told(actor: Actor, limit: int = 30) -> list[ToTell]:
    """What was brought, latest first."""
    return _list(actor, Message.state == "sent", newest_first=True, limit=limit)


def find_to_tell(actor: Actor, message_id: int) -> ToTell | None:
    """One of them by number, when it is the agency's."""
    return next(iter(_list(actor, Message.id == message_id, newest_first=True, limit=1)), None)


def _list(actor: Actor, *conditions: ColumnElement[bool], newest_first: bool, limit: int) -> list[ToTell]:
    order = (
        (Message.sent_at.desc(), Message.id.desc()) if newest_first
        else (Message.residential_group_id.is_(None), Message.residential_group_id, Message.channel, Message.id)
    )
    query = (
        select(Message, Dossier, ResidentialGroup, Staff)
        .join(Dossier, Dossier.public_code == Message.about)
        .outerjoin(ResidentialGroup, ResidentialGroup.id == Message.residential_group_id)
        .outerjoin(Staff, Staff.id == Message.told_by_id)
        .where(Message.channel.in_(BY_PEOPLE), *conditions)
        .where(or_(Dossier.received_agency_id == actor.agency_id, Dossier.decided_agency_id == actor.agency_id))
    )
    return [ToTell(*row) for row in db.session.execute(query.order_by(*order).limit(limit))]
