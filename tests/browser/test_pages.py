"""The browser that tests use: a phone, this machine only, and nothing that goes wrong in a page is overlooked."""
from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Error, Page

from tests.support.browsers import Pages
from tests.support.servers import LiveServer


def test_the_start_page_opens_on_a_phone(phone_page: Page) -> None:
    phone_page.goto("/")
    assert phone_page.locator("h1").count() == 1
    assert phone_page.evaluate("document.documentElement.scrollWidth") <= 360


def test_other_machines_are_out_of_reach(phone_page: Page) -> None:
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        phone_page.goto("http://another-machine.example/")


def test_scripts_can_be_off(pages: Pages) -> None:
    page = pages.new(scripts=False)
    page.set_content("<p>before</p><script>document.body.textContent = 'after'</script>")
    assert page.locator("body").inner_text() == "before"


def test_a_script_that_fails_fails_the_test(browser: Browser, live_server: LiveServer) -> None:
    pages = Pages(browser, live_server.url)
    page = pages.new()
    page.goto("/")
    page.evaluate("setTimeout(function () { throw new Error('on purpose') }, 0)")
    page.wait_for_timeout(100)
    with pytest.raises(AssertionError, match="on purpose"):
        pages.close()


def test_what_the_security_policy_refuses_fails_the_test(browser: Browser, live_server: LiveServer) -> None:
    pages = Pages(browser, live_server.url)
    page = pages.new()
    page.goto("/")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"http://127.0.0.1:1/x.png\">')")
    page.wait_for_timeout(200)
    with pytest.raises(AssertionError, match="Content Security Policy"):
        pages.close()
