"""Citizens can use every page in every state: by eye, by keyboard, by ear, on the narrowest phone, in plain words.

All that is asked of one state is asked in a row, so that each page is loaded once.
"""
from __future__ import annotations

import re

import pytest

from tests.browser import checks
from tests.browser.conftest import Eyes
from tests.browser.states import FOR_CITIZENS, PageState, once_each

IN_OTHER_LOOKS = once_each(FOR_CITIZENS)


@pytest.fixture(scope="module", params=FOR_CITIZENS, ids=lambda state: state.id)
def state(request: pytest.FixtureRequest) -> PageState:
    return request.param


def test_axe_finds_nothing(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    checks.fit(page, 360)
    checks.dress(page, theme="light")
    found = checks.axe(page, checks.FULL)
    if state in IN_OTHER_LOOKS:
        found += checks.axe_in_other_looks(page, 320)
        checks.dress(page)
        checks.fit(page, 1280)
        found += [f"1280 px: {one}" for one in checks.axe(page, checks.BUT_COLOURS)]
    assert found == []


def test_html_is_right(state: PageState, phone_eyes: Eyes) -> None:
    phone_eyes.see(state)
    assert checks.wrong_html(phone_eyes.source) == []


def test_hard_words_are_explained(state: PageState, phone_eyes: Eyes) -> None:
    assert checks.hard_words(phone_eyes.see(state)) == []


def test_nothing_runs_sideways(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    found = checks.sideways(page, 1280) + checks.sideways(page, 360, root="200%") + checks.sideways(page, 360)
    found += checks.sideways(page, 320) + checks.sideways(page, 320, text="xl")
    if state in IN_OTHER_LOOKS:
        page.emulate_media(forced_colors="active")
        found += [f"forced colours: {one}" for one in checks.sideways(page, 320, text="xl")]
        page.emulate_media(forced_colors="none")
    assert found == []


def test_targets_are_large(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    checks.fit(page, 360)
    checks.dress(page)
    assert checks.small_targets(page, 48) == []


def test_what_looks_like_a_box_keeps_its_border(state: PageState, phone_eyes: Eyes) -> None:
    assert checks.without_border(phone_eyes.see(state)) == []


@pytest.mark.parametrize("shown", IN_OTHER_LOOKS, ids=lambda state: state.id)
def test_english_is_as_easy(shown: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(shown, view="m.light.en")
    checks.fit(page, 360)
    assert checks.axe(page, checks.BUT_COLOURS) + checks.sideways(page, 320) == []


def test_a_choice_of_looks_is_written_on_the_root_alone(phone_eyes: Eyes) -> None:
    """What ``dress`` does afterwards is what the server does by cookie."""
    page = phone_eyes.see(FOR_CITIZENS[0])
    checks.dress(page)
    plain = re.sub(r'value="[^"]*"', "", page.content())
    page = phone_eyes.see(FOR_CITIZENS[0], view="xl.dark.vi")
    assert page.evaluate("[document.documentElement.dataset.text, document.documentElement.dataset.theme]") == ["xl", "dark"]
    checks.dress(page)
    dressed = re.sub(r'value="[^"]*"', "", page.content())
    assert re.sub(r' aria-current="true"', "", dressed) == re.sub(r' aria-current="true"', "", plain)
