"""Whatever is sent, nothing breaks: two thousand malformed requests at every form, and rubbish at the port (F34)."""
from __future__ import annotations

import random
import socket
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from tests.browser.states import STATES, World
from tests.faults import rubbish
from tests.faults.conftest import Served
from tests.support import applications, databases
from tests.web.browsing import Form, Inside, Outside

REQUESTS = 2000


@pytest.fixture(scope="module")
def world(databases_of_run: databases.Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    url = databases_of_run.fresh()
    with applications.made(applications.settings_for(url, tmp_path_factory.mktemp("ward"), DEMO="1")) as app:
        yield World(app)
    databases_of_run.drop(url)


def targets(world: World) -> list[tuple[Inside, Form]]:
    """Every form of every page, with the browser that may send it; and every page itself."""
    found: dict[str, tuple[Inside, Form]] = {}
    for state in STATES:
        if state.bare:
            continue
        try:
            look = state.look(world)
        except (AssertionError, LookupError):
            continue  # fails where it is drawn
        browser = Inside(world.app)
        if look.token:
            browser.set_cookie("session", look.token)
        page = browser.get(look.path)
        found[f"GET {look.path}"] = (browser, Form(look.path, {}))
        for form in page.forms() if b"<form" in page.body else ():
            found[f"{state.endpoint} {form.address} {sorted(form.fields)}"] = (browser, form)
    assert len(found) > 150
    return list(found.values())


def spoil(rng: random.Random, form: Form) -> dict[str, Any]:
    """Fields changed, left out, doubled, added; the form's token is mostly right, so that the view itself is reached."""
    fields: dict[str, Any] = {}
    for name, value in form.fields.items():
        chance = rng.random()
        if name in ("_token", "_key"):
            fields[name] = rng.choice(rubbish.TEXTS) if chance < 0.04 else value
        elif chance < 0.6:
            fields[name] = rng.choice(rubbish.TEXTS)
        elif chance < 0.7:
            fields[name] = [rng.choice(rubbish.TEXTS) for _ in range(rng.randint(2, 5))]
        elif chance < 0.9:
            fields[name] = value
    if "_key" in fields and rng.random() < 0.9:
        fields["_key"] = f"{rng.getrandbits(120):030x}"
    for _ in range(rng.randint(0, 3)):
        fields[rng.choice([*rubbish.TEXTS, *rubbish.NAMES])[:200]] = rng.choice(rubbish.TEXTS)
    if rng.random() < 0.15:
        name = rng.choice([*rubbish.FILES, *form.fields])
        called = rng.choice([*rubbish.TEXTS, "a.jpg", "a.pdf", "a/../b.png"])[:200]
        fields[name] = (BytesIO(rng.randbytes(rng.choice([0, 1, 700]))), called)
    return fields


def address(rng: random.Random, path: str) -> str:
    """Now and then with something after it, or something else in the place of one part."""
    chance = rng.random()
    if chance < 0.1:
        return path + ("&" if "?" in path else "?") + rng.choice(rubbish.QUERIES) + "%00%FF%27"
    if chance < 0.2:
        parts = path.split("/")
        parts[rng.randrange(1, len(parts))] = rng.choice(rubbish.PARTS)
        return "/".join(parts)
    return path


def request(rng: random.Random, form: Form) -> dict[str, Any]:
    """One request, as the test client takes it."""
    methods = ["POST", "GET", "PUT", "HEAD", "OPTIONS", "PATCH"]
    method = rng.choices(methods, [80, 8, 3, 3, 3, 3])[0] if form.fields else "GET"
    chosen = rng.sample(sorted(rubbish.HEADERS), rng.choice([0, 0, 1, 2]))
    sent: dict[str, Any] = {"method": method, "headers": {name: rng.choice(rubbish.HEADERS[name]) for name in chosen}}
    if method != "GET" and rng.random() < 0.03:
        return sent | {"data": rng.randbytes(40), "content_type": rng.choice(rubbish.TYPES)}
    return sent | ({"data": spoil(rng, form)} if method in ("POST", "PUT", "PATCH") else {})


def test_nothing_that_is_sent_breaks_a_page(world: World) -> None:
    rng = random.Random(20261123)
    known, statuses, broken = targets(world), Counter[int](), []
    for number in range(REQUESTS):
        browser, form = known[rng.randrange(len(known))]
        sent, path = request(rng, form), address(rng, form.address)
        try:
            answer = browser.client.open(path, **sent)
        except Exception as error:  # the application of tests lets faults through
            if not _is_clients(error):
                broken.append(f"{number} {sent['method']} {path}: {type(error).__name__} {str(error)[:200]}")
            continue
        statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            broken.append(f"{number} {sent['method']} {path}: {answer.status_code}")
    assert broken == [], "\n".join(broken)
    assert sum(statuses.values()) > 0.9 * REQUESTS and len(statuses) >= 8, statuses


def _is_clients(error: Exception) -> bool:
    """What the test client itself cannot send."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame is not None and frame.tb_frame.f_code.co_filename.endswith("werkzeug/test.py")


def test_rubbish_at_the_port_kills_no_worker(served: Served) -> None:
    rng, before = random.Random(1), set(served.workers.pids())
    answers = Counter[bytes]()
    for number in range(150):
        sent = bytearray(rubbish.LINES[number % len(rubbish.LINES)])
        for _ in range(4 if number >= 90 else 0):
            sent[rng.randrange(len(sent))] = rng.randrange(256)
        with socket.create_connection(("127.0.0.1", served.workers.port), timeout=5) as connection:
            connection.sendall(bytes(sent))
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(5)
            try:
                answers[connection.recv(12)[9:12]] += 1
            except OSError:
                answers[b"none"] += 1
    assert [status for status in answers if status.startswith(b"5")] == [], answers
    assert set(served.workers.pids()) == before, served.workers.said[-2000:]
    assert Outside(served.workers.port).get("/").status == 200
