"""Each state is what it says, whichever others were shown before it and however long ago."""
from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import lxml.html
import pytest
from flask import Flask

from app.core import clock
from tests.browser.states import NO_PAGE, STATES, Look, PageState, World
from tests.support import applications, databases
from tests.web.browsing import Form, Inside, Reply

# Longer than a proof of the phone, an unused slip or an idle session of staff lives.
A_WHILE = timedelta(minutes=50)


@pytest.fixture(scope="module")
def both(databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, World]]:
    """The full ward and the bare one."""
    full, bare = databases_of_run.fresh(), databases_of_run.fresh()
    with (
        applications.made(applications.settings_for(full, tmp_path_factory.mktemp("ward"), DEMO="1")) as app,
        applications.made(applications.settings_for(bare, tmp_path_factory.mktemp("ward"))) as empty,
    ):
        yield {False: World(app), True: World(empty)}
    for url in (full, bare):
        databases_of_run.drop(url)


def test_every_page_has_states(app: Flask) -> None:
    answering = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    shown = {state.endpoint for state in STATES if not state.endpoint.startswith("errors.")}
    assert answering - NO_PAGE - shown == set()
    assert shown - answering == set()
    assert NO_PAGE - answering == set() and NO_PAGE & shown == set()
    assert len({state.id for state in STATES}) == len(STATES)


def test_every_state_stands_alone(both: dict[bool, World]) -> None:
    """Twice in two orders, the second time a while later: the same answer under the same heading."""
    first = tour(both, seed=1)
    with clock.moved_to(clock.now() + A_WHILE):
        second = tour(both, seed=2)
    promised = {state.id: state.look(both[state.bare]).status for state in STATES}
    assert {name: status for name, (status, _) in first.items()} == promised
    assert {name: seen for name, seen in second.items() if seen != first[name]} == {}


def tour(worlds: dict[bool, World], *, seed: int) -> dict[str, tuple[object, str]]:
    """Status and heading of every state, in an order of this seed; what could not be shown tells why."""
    found: dict[str, tuple[object, str]] = {}
    for state in random.Random(seed).sample(STATES, len(STATES)):
        try:
            reply = show(state, worlds[state.bare])
            found[state.id] = (reply.status, reply.heading)
        except Exception as error:  # told with all the others
            found[state.id] = (repr(error), "")
    return found


def show(state: PageState, world: World) -> Reply:
    """What a browser without scripts would get."""
    look, browser = state.look(world), Inside(world.app)
    if look.token:
        browser.set_cookie("session", look.token)
    reply = browser.open(look.path)
    if look.form is None:
        return reply
    assert reply.status == 200, (reply.status, reply.heading)
    form = wanted_form(reply, look)
    return browser.follow(browser.send(form, **typed(form, look)))


def wanted_form(reply: Reply, look: Look) -> Form:
    """The form that the look names, as ``Eyes`` finds it."""
    inner = set(lxml.html.fromstring(reply.text).xpath("//main//form/@action"))
    own = urlsplit(reply.path).path
    found = []
    for form in reply.forms():
        path, wanted = urlsplit(form.address).path, look.form or ""
        fits = wanted[:-1] in path if wanted.endswith("*") else path.endswith(wanted) if wanted else path == own
        if fits and (form.address in inner or path == own):
            found.append(form)
    return found[-1]


def typed(form: Form, look: Look) -> dict[str, object]:
    """``*`` stands for every field that can be seen."""
    everywhere = {name: look.typed["*"] for name in form.fields if not name.startswith("_")} if "*" in look.typed else {}
    return {**everywhere, **{name: value for name, value in look.typed.items() if name != "*"}}
