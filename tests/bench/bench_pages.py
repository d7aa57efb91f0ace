"""Pages and the way to a dossier handed in (targets 1 to 5)."""
from __future__ import annotations

from collections.abc import Iterator, Mapping

from playwright.sync_api import Browser, sync_playwright

from tests.bench import paint, visitor
from tests.bench.client import Session
from tests.bench.figures import Figure, ratio, value
from tests.bench.registry import bench
from tests.bench.stage import Server, Stage
from tests.support import browsers


def _question(server: Server) -> tuple[str, dict[str, str]]:
    """A question of a fresh draft, and the headers of the visitor who may see it."""
    session = Session("127.0.0.1", server.port)
    path = visitor.open_question(session)
    session.close()
    return path, {"Cookie": "; ".join(f"{name}={value}" for name, value in session.cookies.items())}


@bench("Form page")
def form_page(stage: Stage) -> Iterator[Figure]:
    product, floor = stage.product(), stage.floor()
    path, headers = _question(product)
    eight = stage.compare(
        lambda: stage.hits(product, path, count=2000, **headers), lambda: stage.hits(floor, "/page", count=4000)
    )
    yield Figure(
        "question page, 8 connections", "per s", eight.product.per_second, eight.floor.per_second, ratio(at_least=0.55)
    )
    yield Figure("its CPU", "ms", eight.product.cpu_ms, eight.floor.cpu_ms)
    many = stage.compare(
        lambda: stage.hits(product, path, connections=32, count=2000, **headers),
        lambda: stage.hits(floor, "/page", connections=32, count=4000),
    )
    yield Figure("p99 at 32 connections", "ms", many.product.p99_ms, many.floor.p99_ms, ratio(at_most=2))


@bench("Handing in")
def handing_in(stage: Stage) -> Iterator[Figure]:
    product, floor = stage.product(), stage.floor()
    whole = stage.compare(
        lambda: stage.flow(product, "tests.bench.visitor:submission", label="submit", count=60),
        lambda: stage.flow(floor, "tests.bench.flows:floor_submission", label="submit", count=200),
    )
    drafts = stage.compare(
        lambda: stage.flow(product, "tests.bench.visitor:draft", label="answer", count=60),
        lambda: stage.flow(floor, "tests.bench.flows:floor_submission", label="submit", count=200),
    )
    final = whole.product.cpu_ms - drafts.product.cpu_ms
    yield Figure("check page, final post, confirmation: CPU", "ms", final, whole.floor.cpu_ms, ratio(at_most=2))
    yield Figure("all draft posts with their pages: CPU", "ms", drafts.product.cpu_ms, whole.floor.cpu_ms)
    spread = whole.product.p99_ms / whole.product.p50_ms
    yield Figure("final post, p99 / p50 at 8 connections", "x", spread, None, value(at_most=2.5))


def _views(
    browser: Browser, first: str, after: str, rounds: int, cookies: Mapping[str, str] | None = None
) -> tuple[paint.View, paint.View]:
    """Medians of cold first views and of the views after them."""
    pairs = [paint.first_and_next(browser, first, after, cookies) for _ in range(rounds)]
    return paint.median([pair[0] for pair in pairs]), paint.median([pair[1] for pair in pairs if pair[1]])


@bench("First views on slow 3G")
def first_views(stage: Stage) -> Iterator[Figure]:
    product, floor = stage.product(), stage.floor()
    with sync_playwright() as playwright:
        path = browsers.executable(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=[*browsers.FLAGS, "--no-sandbox"])
        plain = paint.median([paint.first_and_next(browser, f"{floor.url}/plain")[0] for _ in range(stage.rounds)])
        # Ruling 17: the read-aloud script may come after the first view; the icon is the browser's own wish. Both are counted.
        for name, address, after in (
            ("home", "/", "/p/2.000635"), ("procedure", "/p/2.000635", "/xem"), ("tracking", "/xem", "/"),
        ):
            seen, then = _views(browser, product.url + address, product.url + after, stage.rounds)
            yield Figure(f"{name}: first view", "KiB", seen.kib, plain.kib, value(at_most=12))
            yield Figure(f"{name}: requests, script and icon included", "", seen.requests, plain.requests, value(at_most=4))
            yield Figure(f"{name}: first paint", "s", seen.paint_s, plain.paint_s, ratio(at_most=1.15))
            yield Figure(f"{name}: usable", "s", seen.usable_s, plain.usable_s, value(at_most=0.9))
            yield Figure(f"{name}: layout shift", "", seen.shift, None, value(at_most=0))
            yield Figure(f"{name}: then {after}", "KiB", then.kib, None, value(at_most=6))
            yield Figure(f"{name}: then {after}: requests", "", then.requests, None, value(at_most=1))
        path, headers = _question(product)
        cookies = dict(pair.split("=", 1) for pair in headers["Cookie"].split("; "))
        question = product.url + path
        seen, then = _views(browser, question, question, stage.rounds, cookies)
        yield Figure("question: first view, with htmx", "KiB", seen.kib, None, value(at_most=22))
        yield Figure("question: requests, script and icon included", "", seen.requests, None, value(at_most=5))
        yield Figure("question: the page again", "KiB", then.kib, None, value(at_most=6))
        yield Figure("question: the page again: requests", "", then.requests, None, value(at_most=1))
        browser.close()
