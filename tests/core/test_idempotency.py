"""The key of a form: one effect, the same answer again, another content is refused, forgotten after a month."""
from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.core import clock, idempotency
from app.core.db import db, transaction
from app.core.errors import Conflict
from tests.core.running import at_once

KEY = "abcdefghijklmnopqrstuv"


@pytest.mark.usefixtures("database")
def test_an_answer_is_recalled_by_the_same_key_and_content_alone() -> None:
    one, other = idempotency.hash_request("scope", b"one"), idempotency.hash_request("scope", b"other")
    assert idempotency.recall(KEY, "scope", one) is None
    with transaction():
        assert idempotency.claim(KEY, "scope", one)
        idempotency.keep_answer(KEY, 303, "/xem")
    found = idempotency.recall(KEY, "scope", one)
    assert found is not None and (found.status, found.location) == (303, "/xem")
    for scope, content in (("scope", other), ("other", one)):
        with pytest.raises(Conflict):
            idempotency.recall(KEY, scope, content)


def test_of_many_at_once_one_keeps_the_key(app: Flask) -> None:
    def claim() -> str:
        with transaction():
            if idempotency.recall(KEY, "scope", "hash") is not None:
                return "replayed"
            if idempotency.claim(KEY, "scope", "hash"):
                return "acted"
            raise LookupError("a twin was first")

    found = at_once(app, [claim] * 8)
    assert found.count("acted") == 1
    assert all(one in ("acted", "replayed") or isinstance(one, LookupError) for one in found)


def test_a_page_gone_back_to_acts_again_and_of_many_at_once_one_does(app: Flask) -> None:
    def answer(content: str) -> str:
        with transaction():
            if idempotency.recall(KEY, "scope", content, repeatable=True) is not None:
                return "replayed"
            if idempotency.claim(KEY, "scope", content):
                return content
            raise LookupError("a twin was first")

    for content in ("one", "other", "one"):
        found = at_once(app, [lambda content=content: answer(content)] * 5)
        assert found.count(content) == 1, found
        assert all(one in (content, "replayed") or isinstance(one, LookupError) for one in found)
    with app.app_context(), pytest.raises(Conflict):
        idempotency.recall(KEY, "another scope", "one", repeatable=True)


def test_keys_are_long_and_do_not_repeat() -> None:
    keys = {idempotency.new_key() for _ in range(1000)}
    assert len(keys) == 1000 and min(map(len, keys)) >= 22


def test_content_and_scope_do_not_run_into_each_other() -> None:
    assert idempotency.hash_request("a", b"b") != idempotency.hash_request("ab", b"")


@pytest.mark.usefixtures("database")
def test_keys_are_kept_for_a_month_because_old_people_come_back_late() -> None:
    for days in (31, 29):
        with clock.moved_to(clock.now() - timedelta(days=days)), transaction():
            idempotency.claim(f"{KEY}{days}", "scope", "hash")
    with transaction():
        assert idempotency.sweep() == 1
    assert db.session.get(idempotency.IdempotencyKey, f"{KEY}29") is not None
