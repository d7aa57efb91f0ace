"""``python -m tests.bench [WORD ...] [--rounds N]``: run the benches and print one table.

Exit status 1 when a bench could not be measured; a missed target is printed and does not change it.
"""
from __future__ import annotations

import argparse
import os
import platform
import sys
import time

from tests.bench.figures import Figure, table
from tests.bench.registry import benches
from tests.bench.stage import ROUNDS, stage


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("words", nargs="*", help="only benches with one of these words in title or module")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    chosen = parser.parse_args()
    measured: list[tuple[str, list[Figure]]] = []
    failed: list[str] = []
    with stage(chosen.rounds) as it:
        for bench in benches(chosen.words):
            print(f"... {bench.title}", file=sys.stderr, flush=True)
            began = time.monotonic()
            try:
                figures = list(bench.run(it))
                measured.append((bench.title, figures))
                print(table([(bench.title, figures)]) + "\n", flush=True)  # a long run that is cut keeps what it saw
            except Exception as error:  # one that cannot be measured does not hide the others
                failed.append(f"{bench.title}: {error!r}")
            print(f"    {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{os.cpu_count()} cores, Python {platform.python_version()}, {it.rounds} rounds in turn, medians\n")
    print(table(measured))
    missed = [f"{title}: {f.name}" for title, figures in measured for f in figures if f.good is False]
    print(f"\nTargets missed: {len(missed)}" + "".join(f"\n  {line}" for line in missed))
    for line in failed:
        print(f"NOT MEASURED {line}")
    return int(bool(failed) or not measured)


if __name__ == "__main__":
    sys.exit(main())
