"""Who acts. Services always receive one and never look for it themselves."""
from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ActorKind(StrEnum):
    CITIZEN = "citizen"  # người dân: a slip or draft session, never an account
    STAFF = "staff"  # cán bộ
    SYSTEM = "system"  # the job worker, a timer, a bank's webhook


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts, with the permissions they hold at this moment."""

    kind: ActorKind
    id: int | None = None
    label: str = ""
    agency_id: int | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: str) -> bool:
        return permission in self.permissions


SYSTEM = Actor(ActorKind.SYSTEM, label="Máy của phường")
CITIZEN = Actor(ActorKind.CITIZEN, label="Người dân")
