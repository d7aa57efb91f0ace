"""Several photos chosen at once go up one by one: what arrived is kept, what did not is named."""
from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, Route, expect

from tests.files import samples
from tests.support.browsers import Pages
from tests.support.servers import LiveServer
from tests.web import people
from tests.web.browsing import Outside

COPIES = "2.000815"  # chứng thực bản sao: a photo is required


@pytest.fixture
def paper_page(app: Flask, live_server: LiveServer, pages: Pages) -> Page:
    """A phone on the page of a required paper."""
    visitor = people.citizen(app, Outside(int(live_server.url.rpartition(":")[2])))
    visitor.form = people.declaration(app, COPIES)
    visitor.answers = people.answers_for(visitor.form, 1)
    visitor.begin(COPIES)
    while not (address := visitor.browser.open(visitor.at()).path).startswith(visitor.at("giay")):
        visitor.answer(address)
    page = pages.new()
    page.route("**/static/pieces.js*", lambda route: route.abort())  # what the page does where that script cannot be had
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in visitor.browser.cookies.items()]
    )
    page.goto(address)
    return page


def three(folder: Path, *contents: bytes) -> list[Path]:
    found = []
    for number, data in enumerate(contents, 1):
        path = folder / f"{number}.jpg"
        path.write_bytes(data)
        found.append(path)
    return found


def test_each_photo_travels_alone(paper_page: Page, tmp_path: Path) -> None:
    sent: list[Request] = []
    paper_page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    paper_page.set_input_files("#photo", three(tmp_path, *(samples.photo(width) for width in (640, 660, 680))))
    expect(paper_page.locator(".shots li")).to_have_count(3)
    assert len(sent) == 3
    expect(paper_page.locator(".errors")).to_have_count(0)


def test_a_bad_one_is_named_and_the_others_are_kept(paper_page: Page, tmp_path: Path) -> None:
    paper_page.set_input_files("#photo", three(tmp_path, samples.photo(640), b"", samples.photo(680)))
    expect(paper_page.locator(".errors h2")).to_have_text("Đã nhận 2 trong 3 ảnh")
    expect(paper_page.locator(".errors li")).to_have_text(["Ảnh 2: Ảnh này trống, mở không lên. Chụp lại giúp."])
    expect(paper_page.locator(".errors")).to_be_focused()
    expect(paper_page.locator(".shots li")).to_have_count(2)
    paper_page.set_input_files("#photo", three(tmp_path, samples.photo(700)))  # the page that came is alive
    expect(paper_page.locator(".shots li")).to_have_count(3)


def test_a_line_that_is_cut_takes_one_photo_only(paper_page: Page, tmp_path: Path) -> None:
    posts: list[str] = []

    def cut_the_second(route: Route) -> None:
        if route.request.method == "POST":
            posts.append(route.request.url)
        if len(posts) == 2 and route.request.method == "POST":
            route.abort()
        else:
            route.continue_()

    paper_page.route("**/giay/*", cut_the_second)
    paper_page.set_input_files("#photo", three(tmp_path, *(samples.photo(width) for width in (640, 660, 680))))
    expect(paper_page.locator(".errors li")).to_have_text(["Ảnh 2: Mạng đứt giữa chừng. Gửi lại ảnh này."])
    expect(paper_page.locator(".shots li")).to_have_count(2)
