"""Every page in every state: looking changes nothing, a stale form comes back whole, a forged one does nothing.

Which states a page has stands in ``tests/browser/states``; an endpoint without one fails there.
"""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.web.guarding import guard_of
from tests.browser.states import NO_PAGE, STATES, PageState, World
from tests.support import applications, databases
from tests.web.browsing import Form, Inside, Reply
from tests.web.ledger import Ledger, ledger

# Ruling 4 names the looks that leave a trace, and the only tables that they may touch.
AUDIT = {"audit_entry", "audit_head"}
TRACES = {
    "dossiers_staff.queue": AUDIT,
    "procedures_posters.scan": {"poster_scan"},
    "procedures_posters.scan_lower": {"poster_scan"},
    "dossiers_public.scan": {"web_session", "slip_access"},
}
LOOKS = [state for state in STATES if not state.bare]


@pytest.fixture(scope="module")
def world(databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One ward for all pages: what a page needs is made when it is first opened."""
    folder: Path = tmp_path_factory.mktemp("ward")
    url = databases_of_run.fresh()
    with applications.made(applications.settings_for(url, folder, DEMO="1")) as app:
        yield World(app)
    databases_of_run.drop(url)


@pytest.fixture(scope="module")
def book(world: World) -> Iterator[Ledger]:
    with ledger(world.app) as book:
        yield book


def visits(world: World) -> Iterator[tuple[PageState, Inside, str]]:
    """Each state with the browser that sees it. One that cannot be made fails where it is drawn."""
    made = 0
    for state in LOOKS:
        try:
            look = state.look(world)
        except (AssertionError, LookupError):
            continue
        browser, made = Inside(world.app), made + 1
        if look.token:
            browser.set_cookie("session", look.token)
        yield state, browser, look.path
    assert made > 0.9 * len(LOOKS)


@pytest.fixture(scope="module")
def forms(world: World) -> list[tuple[PageState, Inside, Form]]:
    """Each form that stands on a page, once for each address and set of fields, with the browser that sees it."""
    found: list[tuple[PageState, Inside, Form]] = []
    seen: set[str] = set()
    for state, browser, path in visits(world):
        page = browser.get(path)
        for form in page.forms() if page.status == 200 and b"<form" in page.body else ():
            kind = f"{state.endpoint} {form.address} {sorted(form.fields)}"
            if kind not in seen:
                seen.add(kind)
                found.append((state, browser, form))
    return found


def test_looking_leaves_no_trace_but_those_that_are_named(world: World, book: Ledger) -> None:
    wrong = []
    for state, browser, path in visits(world):
        book.touched()
        reply = browser.get(path)
        view = world.app.view_functions.get(state.endpoint)
        allowed = TRACES.get(state.endpoint, AUDIT if getattr(view, "_writes", False) else set())
        touched = book.touched()
        if not touched <= allowed:
            wrong.append(f"GET {path} ({state.id}) touched {sorted(touched - allowed)}")
        if reply.status >= 500:
            wrong.append(f"GET {path} ({state.id}) answered {reply.status}")
    assert wrong == []


def test_every_look_that_may_write_is_known(app: Flask) -> None:
    """Whoever adds a GET that writes comes past here."""
    writing = {name for name, view in app.view_functions.items() if getattr(view, "_writes", False)}
    audited = {name for name in writing if (guard := guard_of(app, name)) is not None and guard.permission}
    assert writing - audited == set(TRACES) - {"dossiers_staff.queue"}, "a list is noted once a minute, beside the look"
    of_dossiers = {name for name in audited if name.startswith("dossiers_staff.")}
    papers = {"assistance_staff.evidence", "assistance_staff.pledge"}
    lists = {"assistance_staff.visit_list", "assistance_staff.own_visit_list"}
    assert audited - of_dossiers == papers | lists, "a look at a dossier, a consent, a pledge, a printed list is audited"
    assert TRACES.keys() | audited <= {state.endpoint for state in STATES} | NO_PAGE


def wrong_token(form: Form) -> dict[str, object]:
    return {**form.fields, "_token": "A" * len(str(form.fields["_token"]))}


def test_a_stale_form_comes_back_with_all_that_was_typed_and_one_press_sends_it(
    forms: list[tuple[PageState, Inside, Form]], book: Ledger
) -> None:
    wrong, sent = [], set()
    for state, browser, form in forms:
        typed = {name: value or f"Nguyễn «{name}» & <b>" for name, value in wrong_token(form).items()}
        book.touched()
        back = browser.ask("POST", form.address, typed)
        again = back.form() if back.status == 400 and b"<form" in back.body else None
        if again is None:
            wrong.append(f"{form.address} ({state.id}) answered {back.status}")
            continue
        ours = {"_token", "_key"}
        lost = {name for name in typed if name not in ours and again.fields.get(name) != _as_sent(typed[name])}
        if lost or again.key != form.key:
            wrong.append(f"{form.address} ({state.id}) lost {lost}")
        if book.touched():
            wrong.append(f"{form.address} ({state.id}) touched the database")
        if again.address != form.address:
            wrong.append(f"{form.address} ({state.id}) leads to {again.address}")
        sent.add(state.endpoint)
    assert wrong == []
    assert len(sent) > 30, "there are forms on many pages"


def _as_sent(value: object) -> object:
    return [str(one) for one in value] if isinstance(value, list) else str(value)


FORGED = {
    "no token": ({"_token": None}, {}),
    "an empty token": ({"_token": ""}, {}),
    "a foreign origin": ({}, {"Origin": "https://evil.vn"}),
    "an origin that hides itself": ({}, {"Origin": "null"}),
    "a referrer from elsewhere": ({}, {"Referer": "https://evil.vn/form"}),
    "an origin that is no address": ({}, {"Origin": "http://["}),
    "a foreign site by its own word": ({}, {"Sec-Fetch-Site": "cross-site"}),
}


def test_a_forged_form_does_nothing(
    world: World, forms: list[tuple[PageState, Inside, Form]], book: Ledger
) -> None:
    """Each address that takes a form, with everything right but for one thing."""
    foreign = {"_token": Inside(world.app).open("/giup").form("/giup").fields["_token"]}
    ways = {**FORGED, "a token of another browser": (foreign, {})}
    wrong, asked = [], set()
    for state, browser, form in forms:
        address = form.address.split("?")[0]
        if address in asked:
            continue
        asked.add(address)
        for way, (changed, headers) in ways.items():
            fields = {name: value for name, value in {**form.fields, **changed}.items() if value is not None}
            book.touched()
            reply = browser.ask("POST", form.address, fields, headers)
            if reply.status not in (400, 403):
                wrong.append(f"{address} ({state.id}) with {way} answered {reply.status}")
            if touched := book.touched():
                wrong.append(f"{address} ({state.id}) with {way} touched {touched}")
    assert wrong == [] and len(asked) > 40


def test_every_address_that_takes_a_form_refuses_one_without_a_token(world: World, book: Ledger) -> None:
    """Also those whose form no state shows: nobody signed in, everything made up."""
    adapter, wrong = world.app.url_map.bind("localhost"), []
    made_up = {"code": "K7M49QXT", "year": 2026, "number": 1, "day": "2026-09-02"}
    for rule in world.app.url_map.iter_rules():
        view = world.app.view_functions[rule.endpoint]
        if "POST" not in (rule.methods or ()) or getattr(view, "_webhook", False):
            continue
        address = adapter.build(rule.endpoint, {name: made_up.get(name, "x") for name in rule.arguments}, method="POST")
        browser = Inside(world.app)
        for kind in ("application/x-www-form-urlencoded", "text/plain", "application/json", "multipart/form-data; boundary=x"):
            answer = browser.client.post(address, data=b"a=b", content_type=kind)
            if answer.status_code not in (400, 403):
                wrong.append(f"{address} took {kind}: {answer.status_code}")
        for method in ("PUT", "PATCH", "DELETE"):
            if browser.ask(method, address, {"a": "b"}).status != 405:
                wrong.append(f"{method} {address}")
    assert wrong == [] and book.touched() == set()


def test_a_person_who_was_away_for_hours_sends_the_form_they_left(world: World, book: Ledger) -> None:
    """No token runs out by itself: what an old person took three hours to write is taken (T10)."""
    browser = Inside(world.app)
    form = browser.open("/giup").form("/giup")
    kept: Reply = browser.send(form, name="Nguyễn Văn Mẫu", phone="0905000111")
    assert kept.status == 303
    assert "help_call" in book.touched()
