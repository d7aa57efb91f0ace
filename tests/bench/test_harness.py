"""The harness of the benches measures what it says, and says so when a request failed."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bench import figures, load, registry
from tests.bench.client import Answer, Session
from tests.bench.figures import Figure, ratio, value
from tests.bench.stage import Sample, Server, Stage, median, stage


@pytest.fixture(scope="module")
def bench_stage() -> Iterator[Stage]:
    with stage() as it:
        yield it


@pytest.fixture(scope="module")
def floor(bench_stage: Stage) -> Server:
    return bench_stage.floor()


def test_the_page_floor_is_a_page_of_twelve_kilobytes(floor: Server) -> None:
    session = Session("127.0.0.1", floor.port)
    page = session.get("/page")
    session.close()
    assert 11_000 < len(page.body) < 12_500 and page.text.count("<input") == 27


def test_hits_are_counted_and_timed(bench_stage: Stage, floor: Server) -> None:
    sample = bench_stage.hits(floor, "/text", connections=4, count=200)
    assert sample.per_second > 50
    assert 0 < sample.p50_ms <= sample.p99_ms
    assert 0 <= sample.cpu_ms < 50


def test_a_failed_hit_is_no_measurement(bench_stage: Stage, floor: Server) -> None:
    with pytest.raises(RuntimeError, match="404"):
        bench_stage.hits(floor, "/nowhere", connections=2, count=4)


def test_a_flow_is_played_by_visitors_of_their_own(bench_stage: Stage, floor: Server) -> None:
    sample = bench_stage.flow(floor, "tests.bench.flows:floor_submission", label="submit", connections=4, count=12)
    assert sample.per_second > 1 and sample.p50_ms > 0


def test_a_failed_flow_is_no_measurement(bench_stage: Stage, floor: Server) -> None:
    with pytest.raises(RuntimeError, match="400"):
        bench_stage.flow(floor, "tests.bench.flows:floor_refusal", label="submit", connections=1, count=1)


def test_the_generator_is_bounded(monkeypatch: pytest.MonkeyPatch, floor: Server) -> None:
    monkeypatch.setattr(load, "LONGEST_S", 0.2)
    result = load.repeat(floor.port, "/text", 1, 100_000, {})
    assert result.seconds < 10 and 0 < result.count < 100_000


def test_product_and_floor_take_turns(bench_stage: Stage) -> None:
    order: list[str] = []

    def one(name: str, speed: float) -> Sample:
        order.append(name)
        return Sample(speed + len(order), 1, 1, 1)

    pair = bench_stage.compare(lambda: one("product", 100), lambda: one("floor", 200))
    assert order == ["product", "floor"] * 4, "one round to warm up and three that count"
    assert (pair.product.per_second, pair.floor.per_second) == (105, 206)


def test_medians_are_taken_of_each_measure() -> None:
    samples = [Sample(1, 9, 5, 5), Sample(2, 8, 5, 7), Sample(9, 1, 5, 6)]
    assert median(samples) == Sample(2, 8, 5, 6)


@pytest.mark.parametrize(
    ("figure", "good"),
    [
        (Figure("a", "s", 6, 10, ratio(at_least=0.55)), True),
        (Figure("a", "s", 5, 10, ratio(at_least=0.55)), False),
        (Figure("a", "s", 2, None, ratio(at_most=2)), False),
        (Figure("a", "s", 2, 0, ratio(at_most=2)), False),
        (Figure("a", "s", 3, 100, value(at_most=3)), True),
        (Figure("a", "s", 3.1, 100, value(at_most=3)), False),
        (Figure("a", "s", 3.1), None),
    ],
)
def test_a_target_holds_or_not(figure: Figure, good: bool | None) -> None:
    assert figure.good is good


def test_the_table_shows_product_floor_ratio_and_target() -> None:
    lines = figures.table([("Form page", [
        Figure("per second", "/s", 1300, 2600, ratio(at_least=0.55)),
        Figure("size", "KiB", 11.5, None, value(at_most=12)),
    ])]).splitlines()
    assert lines[0].split() == ["unit", "product", "floor", "ratio", "target"]
    assert lines[2].split() == ["per", "second", "/s", "1,300", "2,600", "0.5", ">=", "0.55", "x", "MISSED"]
    assert lines[3].split() == ["size", "KiB", "11.5", "<=", "12", "ok"]


def test_hidden_fields_are_read_whatever_their_order() -> None:
    html = """<input value="a&amp;b" name=csrf type=hidden><input type="text" name="x" value="1">
    <input type='hidden' name='key' value=''>"""
    assert Answer(200, {}, html.encode()).hidden() == {"csrf": "a&b", "key": ""}


def test_benches_are_found_by_word() -> None:
    titles = [bench.title for bench in registry.benches()]
    assert len(titles) == len(set(titles)) >= 2
    assert [bench.title for bench in registry.benches(["MEMORY"])] == ["Memory at rest"]
    assert registry.benches(["no such bench"]) == []
