"""Pages that people open first carry their style in themselves: nothing is asked for before they show, nothing is missing."""
from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest
from flask import Flask

from app.web.static_files import FOLDER, first_style_source
from tests.web.browsing import Inside

FIRST = ("/", "/xem", "/p/2.000635", "/p/1.001193", "/viec", "/tim?q=giay+khai+sinh", "/tim?q=zzzz", "/rieng-tu")
LATER = re.compile(r"/\* later: \*/(.*?)/\* :later \*/", re.DOTALL)
CLASS = re.compile(r"\.(-?[a-zA-Z_][\w-]*)")


def classes(css: str) -> set[str]:
    return set(CLASS.findall(re.sub(r"\{[^{}]*\}", "{}", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))))


def later_alone() -> set[str]:
    """Classes whose rules are not in the pages that people open first."""
    whole = (FOLDER / "app.css").read_text(encoding="utf-8")
    return classes(" ".join(LATER.findall(whole))) - classes(LATER.sub("", whole))


@pytest.mark.parametrize("path", FIRST)
def test_a_first_page_asks_for_no_style_sheet_and_lacks_no_rule(app: Flask, path: str) -> None:
    html = Inside(app).get(path).text
    assert "stylesheet" not in html and html.count("<style>") == 1
    used = {name for value in re.findall(r'class="([^"]*)"', html) for name in value.split()}
    assert used and not used & later_alone()


def test_the_content_policy_knows_the_style_by_its_hash(app: Flask) -> None:
    answer = Inside(app).get("/")
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style and "/*" not in style[1] and ".tile{" in style[1]
    digest = base64.b64encode(sha256(style[1].encode()).digest()).decode()
    assert first_style_source() == f"'sha256-{digest}'"
    assert first_style_source() in answer.headers["Content-Security-Policy"]


def test_other_pages_take_the_whole_sheet_which_the_browser_keeps(app: Flask) -> None:
    html = Inside(app).get("/giup").text
    assert "<style>" not in html and re.search(r'<link rel="stylesheet" href="/static/app\.css\?v=[0-9a-f]{10}">', html)
