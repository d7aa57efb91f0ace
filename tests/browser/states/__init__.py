"""Every page of the product in every state that a person may find it in, for the tests of looks and access."""
from __future__ import annotations

from tests.browser.states.of_assistance import ASSISTANCE_STATES
from tests.browser.states.of_board import BOARD_STATES
from tests.browser.states.of_citizen import CITIZEN_STATES
from tests.browser.states.of_helping import HELPING_STATES
from tests.browser.states.of_learning import LEARNING_STATES
from tests.browser.states.of_public import PUBLIC
from tests.browser.states.of_staff import STAFF_STATES
from tests.browser.states.registry import NO_PAGE, PageState
from tests.browser.states.world import Look, World

STATES: list[PageState] = [
    *PUBLIC, *CITIZEN_STATES, *STAFF_STATES, *ASSISTANCE_STATES, *BOARD_STATES, *LEARNING_STATES, *HELPING_STATES,
]
FOR_CITIZENS = [state for state in STATES if not state.is_staff]
FOR_STAFF = [state for state in STATES if state.is_staff]

__all__ = ["FOR_CITIZENS", "FOR_STAFF", "NO_PAGE", "STATES", "Look", "PageState", "World", "once_each"]


def once_each(states: list[PageState]) -> list[PageState]:
    """The first state of each endpoint, and every one with an error: enough for what only colours and language change."""
    first = {state.endpoint: state for state in reversed(states)}
    return [state for state in states if first[state.endpoint] == state or "wrong" in state.name]
