"""A workflow as a table: action -> (sources, target, permission). Buttons and checks read the same rows."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.actor import Actor
from app.core.errors import N_, Conflict, Forbidden

State = TypeVar("State")
Action = TypeVar("Action")


@dataclass(frozen=True, slots=True)
class Transition(Generic[State]):
    """One row. ``target`` None keeps the state (an act that is recorded but moves nothing).

    ``permission`` None means: not a staff act; only a citizen's session or the system may do it.
    ``back`` True leads to the state that was left (one of ``returns_to``), which the object remembers.
    """

    sources: frozenset[State]
    target: State | None
    permission: str | None = None
    back: bool = False
    returns_to: frozenset[State] = frozenset()

    def targets(self, source: State) -> frozenset[State]:
        """Every state that this row may lead to from ``source``."""
        if self.back:
            return self.returns_to
        return frozenset({source if self.target is None else self.target})


class Workflow(Generic[State, Action]):
    """The table of one kind of thing."""

    def __init__(self, initial: State, final: Iterable[State], table: Mapping[Action, Transition[State]]) -> None:
        self.initial, self.final, self.table = initial, frozenset(final), dict(table)

    def actions_from(self, state: State) -> list[Action]:
        return [action for action, row in self.table.items() if state in row.sources]

    def available(self, state: State, actor: Actor) -> list[Action]:
        """What ``actor`` may do next, by state and permission alone; objects add their own conditions."""
        return [
            action
            for action in self.actions_from(state)
            if self.table[action].permission is not None and actor.may(self.table[action].permission or "")
        ]

    def target(self, action: Action, state: State, *, left: State | None = None) -> State:
        """Where ``action`` leads from ``state``. Raises ``Conflict`` when it starts elsewhere.

        ``left`` is the state that the object remembers, for rows that lead back.
        """
        row = self.table[action]
        if state not in row.sources or (row.back and left not in row.returns_to):
            raise Conflict(N_("Hồ sơ đã sang bước khác, việc này không còn làm được. Mở lại hồ sơ để xem."))
        if row.back:
            assert left is not None
            return left
        return state if row.target is None else row.target

    def check_permission(self, action: Action, actor: Actor) -> None:
        """Raises ``Forbidden`` when a staff act is tried by someone without the permission."""
        permission = self.table[action].permission
        if permission is not None and not actor.may(permission):
            raise Forbidden(N_("Vai trò của tài khoản này không làm được việc này."))
