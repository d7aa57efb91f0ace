"""A session of help from beginning to end, and what stays shut at each step."""
from __future__ import annotations

import pytest
from flask import Flask

from app.core.actor import Actor
from tests import factories
from tests.assistance.tablet import Tablet

NAME = "Trần Thị Ví Dụ"


@pytest.fixture
def helper(app: Flask) -> Actor:
    with app.app_context():
        return factories.make_helper()


@pytest.fixture
def tablet(app: Flask, helper: Actor) -> Tablet:
    return Tablet(app, helper)


def test_from_the_start_to_the_first_question(tablet: Tablet) -> None:
    page = tablet.start(NAME)
    assert page.heading == "Nhờ người xin đồng ý", page.text[-3000:]
    page = tablet.turn("consent")
    assert NAME in page.heading
    page = tablet.press(page, "Tôi đồng ý")
    assert page.heading == "Đưa máy lại cho người giúp"
    page = tablet.back()
    assert page.heading == "Chụp thẻ căn cước cho khỏi gõ"
    assert "Đang làm giúp" in page.text and NAME in page.text
    page = tablet.open("/giup-dan/dang-giup")
    assert page.heading == "Làm tiếp"
    page = tablet.end()
    assert page.status == 200, page.text
    assert tablet.open(f"/ho-so/{tablet.code}/the").status == 404
