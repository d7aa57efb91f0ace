"""What a cold phone sees: requests, bytes, first paint, on a slow network and a slow processor."""
from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from tests.support import browsers

KBIT = 400
LATENCY_MS = 400
CPU_SLOWER = 4
_WATCH = """
window.__shift = 0;
new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) window.__shift += e.value; }))
  .observe({type: 'layout-shift', buffered: true});
"""
_READ = """() => {
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  const page = performance.getEntriesByType('navigation')[0];
  return {paint: paint ? paint.startTime : -1, usable: page.domContentLoadedEventEnd, shift: window.__shift || 0};
}"""


@dataclass(frozen=True, slots=True)
class View:
    """One view. Times in seconds, KiB as sent over the wire; usable: scripts ran, the form answers."""

    requests: float
    kib: float
    paint_s: float
    usable_s: float
    shift: float


def _throttled(page: Page) -> tuple[CDPSession, list[float]]:
    session, sizes = page.context.new_cdp_session(page), []
    session.send("Network.enable")
    speed = KBIT * 1000 / 8
    session.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": speed, "uploadThroughput": speed},
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    def came(event: dict[str, Any]) -> None:
        if event["encodedDataLength"]:  # what the browser had kept came over no wire
            sizes.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", came)
    return session, sizes


def first_and_next(
    browser: Browser, url: str, next_url: str | None = None, cookies: Mapping[str, str] | None = None
) -> tuple[View, View | None]:
    """A cold first view of ``url`` and, with what is cached by then, a view of ``next_url``."""
    context = browser.new_context(**browsers.PHONE, **browsers.COMMON)
    try:
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in (cookies or {}).items()])
        page = context.new_page()
        page.add_init_script(_WATCH)
        _, sizes = _throttled(page)
        views = []
        for address in filter(None, (url, next_url)):
            sizes.clear()
            page.goto(address, wait_until="networkidle")
            seen = page.evaluate(_READ)
            paint, usable = seen["paint"] / 1000, seen["usable"] / 1000
            views.append(View(len(sizes), sum(sizes) / 1024, paint, usable, round(seen["shift"], 4)))
        return views[0], views[1] if next_url else None
    finally:
        context.close()


def median(views: list[View]) -> View:
    return View(**{name: statistics.median(getattr(view, name) for view in views) for name in View.__slots__})
