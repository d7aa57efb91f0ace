"""Anyone can use every page in every state: axe finds nothing, HTML is right, the keyboard is enough, words are plain."""
from __future__ import annotations

import json
import re

import lxml.html
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from flask import Flask
from justhtml import JustHTML
from playwright.sync_api import Page

from app.procedures.schema import load_words
from tests.browser.conftest import Eyes
from tests.browser.states import FOR_CITIZENS, FOR_STAFF, NO_PAGE, STATES, PageState

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FULL = {"runOnly": {"type": "tag", "values": TAGS},
        "rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]}}
TARGETS = {"runOnly": {"type": "rule", "values": ["target-size", "color-contrast-enhanced", "scrollable-region-focusable"]}}
NOT_INPUTS = {"hidden", "submit", "button", "image", "reset"}


def once_each(states: list[PageState]) -> list[PageState]:
    """The first state of each endpoint, and every one with an error: enough for what only colours change."""
    first = {state.endpoint: state for state in reversed(states)}
    return [state for state in states if first[state.endpoint] == state or "wrong" in state.name]


def by_id(states: list[PageState]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("state", states, ids=[state.id for state in states])


def axe(page: Page, options: dict[str, object]) -> list[str]:
    """What axe finds: rule, place, why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(f"axe.run({json.dumps({'resultTypes': ['violations'], **options})})")
    return [
        f"{rule['id']}: {node['target']} {node['html'][:160]} | {node['failureSummary'][:200]}"
        for rule in found["violations"] for node in rule["nodes"]
    ]


def dress(page: Page, *, theme: str = "", text: str = "") -> None:
    """The looks that a choice of the person gives to a page: the server writes them on ``<html>`` and nowhere else."""
    page.evaluate(
        """([theme, text]) => { const root = document.documentElement
          theme ? root.setAttribute('data-theme', theme) : root.removeAttribute('data-theme')
          text ? root.setAttribute('data-text', text) : root.removeAttribute('data-text') }""", [theme, text],
    )


def test_every_page_has_states(app: Flask) -> None:
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    shown = {state.endpoint for state in STATES if not state.endpoint.startswith("errors.")}
    assert answering - NO_PAGE - shown == set()
    assert shown - answering == set()
    assert NO_PAGE - answering == set() and NO_PAGE & shown == set()
    assert len({state.id for state in STATES}) == len(STATES)


def test_a_choice_of_looks_is_written_on_the_root_alone(phone_eyes: Eyes) -> None:
    """What ``dress`` does afterwards is what the server does by cookie."""
    page = phone_eyes.see(FOR_CITIZENS[0])
    plain = re.sub(r'value="[^"]*"', "", page.content())
    page.context.add_cookies([{"name": "view", "value": "xl.dark.vi", "url": page.url}])
    page.reload()
    assert page.evaluate("[document.documentElement.dataset.text, document.documentElement.dataset.theme]") == ["xl", "dark"]
    dress(page)
    dressed = re.sub(r'value="[^"]*"', "", page.content())
    assert re.sub(r' aria-current="true"', "", dressed) == re.sub(r' aria-current="true"', "", plain)
    phone_eyes.state = None


# axe

@by_id(FOR_CITIZENS)
def test_axe_finds_nothing_on_a_phone(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    dress(page, theme="light")
    assert axe(page, FULL) == []


@by_id(once_each(FOR_CITIZENS))
def test_axe_finds_nothing_in_other_looks(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    found = []
    for theme in ("dark", "contrast"):
        dress(page, theme=theme)
        found += [f"{theme}: {one}" for one in axe(page, COLOURS)]
    dress(page, text="xl")
    page.set_viewport_size({"width": 320, "height": 640})
    found += [f"A++: {one}" for one in axe(page, TARGETS)]
    page.set_viewport_size({"width": 360, "height": 640})
    assert found == []


@by_id(FOR_STAFF)
def test_axe_finds_nothing_at_a_desk(state: PageState, desk_eyes: Eyes) -> None:
    page = desk_eyes.see(state)
    dress(page, theme="light")
    assert axe(page, FULL) == []


# HTML

@by_id(STATES)
def test_html_is_right(state: PageState, wards: object, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    if state.look(phone_eyes.wards[state.bare][0]).form is None:
        source = page.context.request.get(page.url).text()
        parsed = JustHTML(source, collect_errors=True, sanitize=False)
        assert [str(error) for error in parsed.errors] == []
    else:
        source = page.content()
    document = lxml.html.document_fromstring(source)
    ids = document.xpath("//@id")
    assert sorted({one for one in ids if ids.count(one) > 1}) == [], "ids that stand twice"
    assert document.get("lang") == "vi"
    assert document.findtext(".//title")
    assert len(document.findall(".//h1")) == 1
    assert unlabelled(document) == []
    broken = [one for one in document.xpath("//*[@aria-describedby]") for name in one.get("aria-describedby").split()
              if name not in ids]
    assert [lxml.html.tostring(one)[:160] for one in broken] == []


def unlabelled(document: lxml.html.HtmlElement) -> list[str]:
    """Inputs without a label of their own (a placeholder is none)."""
    labels = set(document.xpath("//label/@for"))
    return [
        str(one.get("name")) for one in document.xpath("//input|//select|//textarea")
        if one.get("type") not in NOT_INPUTS and one.get("id") not in labels
        and not one.get("aria-label") and not one.get("aria-labelledby")
    ]


# Hard words

def hard_words() -> list[tuple[str, str]]:
    """Each word of the law that a citizen's page says otherwise, with what must stand on the page beside it."""
    return [
        (spelling, word.meaning) for word in load_words() for spelling in word.legal
        if spelling.casefold() != word.say.casefold()
    ]


@by_id(FOR_CITIZENS)
def test_hard_words_are_explained(state: PageState, phone_eyes: Eyes) -> None:
    page = phone_eyes.see(state)
    text = " ".join(page.evaluate("document.querySelector('main').textContent").split()).casefold()
    says = {word.say.casefold() for word in load_words()}
    plain = text
    for say in sorted(says, key=len, reverse=True):
        plain = plain.replace(say, " ")
    found = []
    for word, meaning in sorted(hard_words(), key=lambda pair: -len(pair[0])):
        plain, count = re.subn(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", " ", plain)
        if count and meaning.casefold() not in text:
            found.append(word)
    assert found == []
