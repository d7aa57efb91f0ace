"""Starting: from an empty folder, from one that is ready; memory at rest (targets 6 and 7)."""
from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import stage as stages
from tests.bench.figures import Figure, value
from tests.bench.registry import bench
from tests.bench.stage import Server, Stage


def _first_page(server: Server) -> None:
    stages.wait(server, "/")


def _seconds_to_first_page(stage: Stage, folder: Path) -> float:
    began = time.perf_counter()
    server = stage.new_product(folder=folder)
    try:
        _first_page(server)
        return time.perf_counter() - began
    finally:
        server.stop()


def _floor_seconds(stage: Stage) -> float:
    folder = stage.new_folder()
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.floor", "{port}", str(folder / "floor.db")]
    server = stages.start(command, folder, "/page", {})
    seconds = time.perf_counter() - began
    server.stop()
    return seconds


@bench("Start")
def start(stage: Stage) -> Iterator[Figure]:
    empty, cold, floor = [], [], []
    for _ in range(stage.rounds):
        folder = stage.new_folder()
        empty.append(_seconds_to_first_page(stage, folder))
        cold.append(_seconds_to_first_page(stage, folder))
        floor.append(_floor_seconds(stage))
    bare = statistics.median(floor)
    yield Figure("cold start to first page", "s", statistics.median(cold), bare, value(at_most=1.2))
    yield Figure("empty folder to schema, catalogue, first page", "s", statistics.median(empty), bare, value(at_most=3))


@bench("Memory at rest")
def memory(stage: Stage) -> Iterator[Figure]:
    product, floor = stage.new_product(), stage.new_floor()  # no other bench has made them busy
    try:
        stages.wait(product, "/")
        yield Figure("all processes, shared pages once", "MB", product.memory_mb(), floor.memory_mb(), value(at_most=150))
    finally:
        product.stop()
        floor.stop()
