"""Staff can use every page in every state: at a desk all day, and on a phone when it must be.

All that is asked of one state is asked in a row, so that each page is loaded once.
"""
from __future__ import annotations

import pytest

from tests.browser import checks
from tests.browser.conftest import Eyes
from tests.browser.states import FOR_STAFF, PageState, once_each

IN_OTHER_LOOKS = once_each(FOR_STAFF)


@pytest.fixture(scope="module", params=FOR_STAFF, ids=lambda state: state.id)
def state(request: pytest.FixtureRequest) -> PageState:
    return request.param


def test_axe_finds_nothing(state: PageState, desk_eyes: Eyes) -> None:
    page = desk_eyes.see(state)
    checks.fit(page, 1280)
    checks.dress(page, theme="light")
    found = checks.axe(page, checks.FULL)
    checks.fit(page, 360)
    found += [f"360 px: {one}" for one in checks.axe(page, checks.BUT_COLOURS)]
    if state in IN_OTHER_LOOKS:
        found += checks.axe_in_other_looks(page, 1280)
    assert found == []


def test_html_is_right(state: PageState, desk_eyes: Eyes) -> None:
    desk_eyes.see(state)
    assert checks.wrong_html(desk_eyes.source) == []


def test_nothing_runs_sideways(state: PageState, desk_eyes: Eyes) -> None:
    page = desk_eyes.see(state)
    found = checks.sideways(page, 320) + checks.sideways(page, 360)
    assert found + checks.sideways(page, 1280, root="200%") + checks.sideways(page, 1280) == []


def test_targets_are_large(state: PageState, desk_eyes: Eyes) -> None:
    page = desk_eyes.see(state)
    checks.fit(page, 1280)
    checks.dress(page)
    assert checks.small_targets(page, 40) == []
