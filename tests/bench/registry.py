"""Which benches there are."""
from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import tests.bench
from tests.bench.figures import Figure
from tests.bench.stage import Stage

Run = Callable[[Stage], Iterable[Figure]]


@dataclass(frozen=True, slots=True)
class Bench:
    title: str
    run: Run


_benches: list[Bench] = []


def bench(title: str) -> Callable[[Run], Run]:
    """Mark a function as a bench; the table shows benches in the order of their modules and of their lines."""

    def mark(run: Run) -> Run:
        _benches.append(Bench(title, run))
        return run

    return mark


def benches(words: Iterable[str] = ()) -> list[Bench]:
    """All benches of ``bench_*.py``, or those whose title or module holds one of the words."""
    for module in sorted(info.name for info in pkgutil.iter_modules(tests.bench.__path__)):
        if module.startswith("bench_"):
            importlib.import_module(f"tests.bench.{module}")
    wanted = [word.casefold() for word in words]
    return [b for b in _benches if not wanted or any(w in f"{b.title} {b.run.__module__}".casefold() for w in wanted)]
