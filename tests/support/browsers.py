"""Chromium on phone-sized and desk-sized pages; only this machine is reached."""
from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, sync_playwright

from tests.support.servers import LiveServer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
COMMON: dict[str, Any] = {"locale": "vi-VN", "timezone_id": "Asia/Ho_Chi_Minh", "reduced_motion": "reduce"}


def executable(playwright: Playwright) -> str | None:
    """The machine's Chromium or Chrome, else what Playwright downloaded earlier."""
    own = Path(playwright.chromium.executable_path)
    found = [path for name in NAMES if (path := shutil.which(name))]
    return found[0] if found else str(own) if own.is_file() else None


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless browser, or the test is skipped with the reason that ends up in the list of what did not run."""
    with sync_playwright() as playwright:
        path = executable(playwright)
        if path is None:
            pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
        as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *as_root])
        yield browser
        browser.close()


class Pages:
    """Makes pages and remembers what went wrong in them."""

    def __init__(self, browser: Browser, base_url: str) -> None:
        self.browser, self.base_url = browser, base_url
        self.faults: list[str] = []

    def new(self, *, desk: bool = False, scripts: bool = True, **options: Any) -> Page:
        """A page in a context (cookies) of its own; options are Playwright's."""
        shape = {**(DESK if desk else PHONE), **COMMON, **options}
        context = self.browser.new_context(base_url=self.base_url, java_script_enabled=scripts, **shape)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("console", lambda message: self._console(page, message))
        return page

    def _console(self, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            self.faults.append(f"{page.url}: {message.text}")

    def close(self) -> None:
        """Raises ``AssertionError`` when a script failed or the security policy was broken on any page."""
        for context in list(self.browser.contexts):
            context.close()
        assert not self.faults, self.faults


@pytest.fixture
def pages(browser: Browser, live_server: LiveServer) -> Iterator[Pages]:
    pages = Pages(browser, live_server.url)
    yield pages
    pages.close()


@pytest.fixture
def phone_page(pages: Pages) -> Page:
    """A phone's page with scripts, on the live server."""
    return pages.new()
