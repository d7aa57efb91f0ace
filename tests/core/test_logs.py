"""Logs hold codes, states and durations; digits that look like a person's are masked, lines stay lines."""
from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.core.logs import mask
from tests.support.databases import ROOT


@pytest.mark.parametrize(
    "number", ["0905000123", "+84905000123", "84905000123", "046045000001", "191234567", "02343000000"]
)
def test_numbers_of_people_are_masked_wherever_they_stand(number: str) -> None:
    for sentence in (number, f"gọi {number} nhé", f"'{number}'", f"phone={number};", f"({number})"):
        assert number not in mask(sentence) and "•••" in mask(sentence)


@pytest.mark.parametrize("harmless", ["2026-11-23T17:00:00", "H57.1-20261123-0000012", "8000", "503-1A2B", "K7M49QXT"])
def test_dates_numbers_of_dossiers_and_codes_stay(harmless: str) -> None:
    assert mask(harmless) == harmless


def test_a_line_of_log_is_one_line_of_json() -> None:
    forged = 'one\r\ntwo\n{"event": "forged"}'
    facts = f"what={forged!r}, phone='0905000123', count=3, none=None"
    done = subprocess.run(
        [sys.executable, "-c", f"from app.core.logs import log_event; log_event('test.event', {facts})"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )
    (line,) = done.stderr.splitlines()
    told = json.loads(line)
    assert (told["event"], told["count"], told["phone"]) == ("test.event", 3, "•••")
    assert told["what"].startswith("one") and "\n" not in told["what"]
