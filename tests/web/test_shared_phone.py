"""A phone that others use too: what stands on it goes when the session does."""
from __future__ import annotations

from flask import Flask

from tests.support.browsers import Pages
from tests.support.servers import LiveServer
from tests.web import people
from tests.web.browsing import Inside, Outside


def test_only_a_shared_phone_is_told_to_leave_the_page(app: Flask) -> None:
    for typed, leaves in (({"shared": "1"}, True), ({}, False)):
        visitor = people.citizen(app, Inside(app))
        visitor.begin(**typed)
        shown = visitor.browser.open(visitor.at())
        assert ('data-rest="185"' in shown.text) == leaves
        assert (f'content="185; url=/nghi/{visitor.code}"' in shown.text) == leaves
        assert "data-rest" not in visitor.browser.open("/").text


def test_the_page_goes_by_itself(app: Flask, live_server: LiveServer, pages: Pages) -> None:
    visitor = people.citizen(app, Outside(int(live_server.url.rpartition(":")[2])))
    visitor.begin(shared="1")
    page = pages.new()
    page.context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in visitor.browser.cookies.items()]
    )
    page.clock.install()
    page.goto(visitor.at("cau", "filing_for"))
    page.clock.fast_forward(100_000)
    assert page.url.endswith("/filing_for")
    page.clock.fast_forward(90_000)
    page.wait_for_url("**/nghi/**")
    assert page.locator("h1").inner_text() == "Máy đã tạm nghỉ"
