"""A database that is held, workers that are killed: nothing acknowledged is lost, people are told what to do (m3, m6)."""
from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException

from sqlalchemy import create_engine, text

from app.core.db import BUSY_TIMEOUT_MS
from tests.faults.conftest import Served
from tests.faults.workers import together
from tests.web import people
from tests.web.browsing import Form, Outside, Reply

START = f"/lam/{people.EXTRACT}"
LONGER = BUSY_TIMEOUT_MS / 1000 + 2


@contextmanager
def held(served: Served) -> Iterator[None]:
    """Somebody else keeps the database for themselves (a backup gone wrong, a forgotten shell)."""
    settings = served.app.extensions["settings"]
    engine = create_engine(settings.database_url)
    with engine.connect().execution_options(write=True) as connection:
        tables = ("idempotency_key", "limit_count", "dossier")
        hold = "SELECT 1" if settings.is_sqlite else f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE"
        connection.execute(text(hold))
        yield
        connection.rollback()
    engine.dispose()


def test_a_short_wait_is_only_a_wait(served: Served) -> None:
    visitor = served.visitor()
    form = visitor.open(START).form()
    replies: list[Reply] = []
    with held(served):
        press = threading.Thread(target=lambda: replies.append(visitor.send(form)))
        press.start()
        time.sleep(1.5)
        assert replies == [], "it waits"
    press.join(timeout=20)
    assert replies[0].status == 303


def test_a_long_wait_ends_in_words_keeps_what_was_typed_and_one_press_sends_it(served: Served) -> None:
    visitor = people.citizen(served.app, served.visitor())
    visitor.begin()
    visitor.fill_in()
    page_id = visitor.form.page_of("applicant_name")
    address, typed = visitor.at("cau", page_id), {**visitor.typed(page_id), "applicant_name": "Hoàng Thị Thử"}
    form = visitor.browser.open(address).form()
    with held(served):
        began = time.monotonic()
        reply = visitor.browser.send(form, **typed)
        waited = time.monotonic() - began
        assert visitor.browser.open(address).status == 200, "reading goes on"
        clerk = Outside(served.workers.port).open("/can-bo/vao")
        refused = Outside(served.workers.port, visitor.browser.cookies).send(clerk.form(), username="x")
    assert reply.status == 503, served.workers.said[-4000:]
    assert reply.headers["Retry-After"] == "60"
    assert "đang bận" in reply.text and "còn nguyên" in reply.text and "Gọi giúp" in reply.text
    assert waited < LONGER + 6
    assert refused.status in (400, 503)
    again = reply.form()
    assert again.key == form.key, "the same key: if it was kept after all, it is kept once"
    assert {name: again.fields[name] for name in typed} == typed
    sent = visitor.browser.send(again)
    assert sent.status in (200, 303)
    assert "Hoàng Thị Thử" in visitor.browser.open(address).text
    assert "Traceback" not in served.workers.said


def test_what_was_acknowledged_is_there_once_whoever_is_killed(served: Served) -> None:
    """``kill -9`` of a worker again and again under load; people whose request died press the same button again."""
    acknowledged: list[str] = []
    stop = threading.Event()

    def killer() -> None:
        while not stop.wait(0.4):
            served.workers.kill_one()

    def persistent(number: int) -> None:
        visitor = Outside(served.workers.port)
        form: Form | None = None
        for _try in range(80):
            try:
                form = form or visitor.open(START).form()
                reply = visitor.again().send(form)
            except (OSError, HTTPException, ValueError):
                time.sleep(0.05)
                continue
            if reply.status == 303:
                acknowledged.append(reply.location)
                return
            time.sleep(0.05)

    before = served.read("SELECT count(*) FROM dossier")[0][0]
    murder = threading.Thread(target=killer)
    murder.start()
    began = time.monotonic()
    try:
        done = 0
        while time.monotonic() - began < 6:
            together([lambda number=number: persistent(number) for number in range(8)], at_once=8)
            done += 8
    finally:
        stop.set()
        murder.join(timeout=10)
    codes = [location.split("/")[2] for location in acknowledged]
    assert len(codes) == done and len(set(codes)) == done, "everyone got through, each with a draft of their own"
    known = {row[0] for row in served.read("SELECT public_code FROM dossier")}
    assert set(codes) <= known, "0 lost"
    assert served.read("SELECT count(*) FROM dossier")[0][0] - before == done, "0 double"
    if served.app.extensions["settings"].is_sqlite:
        assert served.read("PRAGMA integrity_check") == [("ok",)]


def test_a_master_that_dies_takes_no_answer_with_it(served: Served) -> None:
    """The last one: the whole product is killed after an answer, and the answer is in the database."""
    visitor = served.visitor()
    location = visitor.send(visitor.open(START).form()).location
    workers = served.workers.pids()
    os.kill(served.workers.process.pid, signal.SIGKILL)
    for pid in workers:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    served.workers.process.wait(timeout=10)
    code = location.split("/")[2]
    assert served.read("SELECT count(*) FROM dossier WHERE public_code = :code", code=code) == [(1,)]
