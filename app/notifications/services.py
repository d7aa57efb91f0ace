"""Verbs on the outbox: write a message from its text, take waiting ones back, send what is due."""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import func, select, update

from app.core import audit, clock, jobs
from app.core.actor import Actor
from app.core.db import db
from app.core.errors import N_, Conflict, Invalid, NotFound, Unavailable
from app.core.text import normalise_lines
from app.notifications.models import Message
from app.providers import sms

_TEXTS = Path(__file__).resolve().parents[2] / "templates"
JOB = "notifications.deliver"
# How somebody without a telephone is told: by the group's head, at home, by letter.
BY_PEOPLE = ("group_head", "visit", "letter")
CLOCK_DRIFT = timedelta(minutes=5)


@cache
def find_text(template: str) -> tuple[str, str]:
    """(name with version, text) of the newest version of ``room/name``. Raises ``LookupError`` when there is none."""
    room, _, name = template.partition("/")
    versions = {
        int(match[1]): path
        for path in (_TEXTS / room / "messages").glob(f"{name}.v*.txt")
        if (match := re.fullmatch(re.escape(name) + r"\.v([0-9]+)\.txt", path.name))
    }
    if not versions:
        raise LookupError(f"no message text {template!r}")
    newest = max(versions)
    return f"{template}.v{newest}", versions[newest].read_text(encoding="utf-8").strip()


def send_sms(
    *, template: str, phone: str, about: str, params: Mapping[str, str], delay: timedelta = timedelta(0)
) -> Message:
    """Put a text message into the outbox, in the transaction of what it tells; ``phone`` in E.164."""
    name, text = find_text(template)
    clean = {key: " ".join(value.split()) for key, value in params.items()}  # a parameter never adds a line
    message = Message(
        channel="sms", recipient=phone, about=about, template=name, text=text % clean, send_at=clock.now() + delay,
    )
    db.session.add(message)
    db.session.flush()
    jobs.enqueue(JOB, delay=delay, message=message.id)
    return message


def ask_people(
    *, template: str, channel: str, recipient: str, about: str, params: Mapping[str, str],
    residential_group_id: int | None = None, delay: timedelta = timedelta(0),
) -> Message:
    """Put a message for somebody without a telephone (báo tin tận nơi) where people find it who will bring it.

    ``channel`` is one of ``BY_PEOPLE``, ``recipient`` says whom and where. It waits until ``note_told``.
    """
    if channel not in BY_PEOPLE:
        raise ValueError(f"nobody brings a message by {channel!r}")
    name, text = find_text(template)
    clean = {key: " ".join(value.split()) for key, value in params.items()}
    message = Message(
        channel=channel, recipient=recipient, about=about, template=name, text=text % clean,
        residential_group_id=residential_group_id, send_at=clock.now() + delay,
    )
    db.session.add(message)
    db.session.flush()
    return message


def note_told(message_id: int, actor: Actor, told_at: datetime, note: str = "") -> Message:
    """Somebody brought the message (đã báo) at ``told_at``, which may be typed hours later. Raises ``Invalid``."""
    message = db.session.scalar(
        select(Message).where(Message.id == message_id, Message.channel.in_(BY_PEOPLE)).with_for_update()
    )
    if message is None or message.send_at > clock.now():
        raise NotFound
    if message.state != "waiting":
        raise Conflict(N_("Tin này đã báo rồi, hoặc đã thôi báo."))
    if told_at > clock.now() + CLOCK_DRIFT:
        raise Invalid(fields={"told_at": (N_("Giờ này chưa tới. Ghi giờ đã báo."), {})})
    if told_at < message.created_at.replace(second=0, microsecond=0):
        raise Invalid(fields={"told_at": (N_("Giờ này trước khi có tin. Ghi giờ đã báo."), {})})
    message.state, message.sent_at, message.noted_at = "sent", told_at, clock.now()
    message.told_by_id, message.note = actor.id, normalise_lines(note)[:300]
    db.session.flush()
    audit.record(actor, "message.told", "dossier", message.about, channel=message.channel)
    return message


def cancel_waiting(about: str, since: datetime) -> bool:
    """Take back the messages about a dossier written since then; False when one has gone out already."""
    of_act = (Message.about == about, Message.created_at >= since)
    gone = db.session.scalar(select(func.count()).select_from(Message).where(*of_act, Message.state == "sent"))
    if gone:
        return False
    db.session.execute(update(Message).where(*of_act, Message.state == "waiting").values(state="cancelled"))
    return True


def deliver(message_id: int) -> None:
    """Hand a waiting message to the provider. Safe to run twice; raises ``Unavailable`` so that the job comes again."""
    message = db.session.scalar(select(Message).where(Message.id == message_id).with_for_update())
    if message is None or message.state != "waiting" or message.channel != "sms":
        return
    try:
        # The row's id is the provider's idempotency key: a second try never sends twice.
        message.provider_ref = sms.door().send(message.recipient, message.text, key=f"message-{message.id}")[:80]
    except OSError as error:
        raise Unavailable("Nhà mạng chưa nhận tin nhắn, sẽ gửi lại.") from error
    message.state, message.sent_at = "sent", clock.now()
