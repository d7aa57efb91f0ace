"""The slip that a person keeps: as a picture in the phone it says as much as on paper, and opens the same."""
from __future__ import annotations

import io

import pytest
import zxingcpp
from flask import Flask
from PIL import Image

from tests.web import people
from tests.web.browsing import Inside


@pytest.mark.parametrize("sent", [False, True])
def test_the_saved_slip_is_the_whole_slip_and_its_code_opens_it_elsewhere(app: Flask, sent: bool) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    if sent:
        visitor.hand_in()
    else:
        assert visitor.browser.fill(visitor.at("de-do"), "/de-do").status == 303
    saved = visitor.browser.get(visitor.at("phieu.png?luu=1"))
    assert saved.status == 200 and saved.headers["Content-Type"] == "image/png"
    assert "attachment" in saved.headers["Content-Disposition"] and saved.headers["Cache-Control"] == "no-store"
    picture = Image.open(io.BytesIO(saved.body))
    assert picture.height > picture.width > 800  # the A5 slip, not the code alone
    (code,) = zxingcpp.read_barcodes(picture)
    other = Inside(app)
    assert other.open("/S/" + code.text.rpartition("/")[2]).status == 200
    assert visitor.code in other.open(visitor.at()).path


def test_nobody_else_saves_the_slip(app: Flask) -> None:
    visitor = people.citizen(app, Inside(app))
    visitor.begin()
    visitor.fill_in()
    visitor.hand_in()
    assert Inside(app).get(visitor.at("phieu.png")).status == 404
