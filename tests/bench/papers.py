"""How many papers a core draws in a second, made inside a request (target 11 of performance.md: slip >= 300).

    python -m tests.bench.papers [--seconds 2]

CPU seconds of this process are counted, so other work on the machine changes little. "floor" is an empty A5 page
with one line by the same engine: what no slip can beat.
"""
from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from app.core import qr
from app.dossiers import papers
from tests.dossiers.papers import RECEPTION, SLIP, slip

MADE_AT = datetime(2026, 11, 23, 2, 12, tzinfo=UTC)
ROUNDS = 5
_FLOOR = '#set document(title: "x")\n#set page(width: 148mm, height: 210mm)\n#set text(lang: "vi")\nNguyễn Văn Mẫu '


def measure(seconds: float = 2.0) -> Iterator[tuple[str, float]]:
    """(name, papers a second of one core): medians of interleaved rounds, warm, other words on every paper."""
    import typst

    floor = typst.Compiler()

    def empty(number: int) -> bytes:
        page = floor.compile(input=f"{_FLOOR}{number}".encode(), format="pdf", pdf_standards=["a-2a", "ua-1"])
        assert isinstance(page, bytes)
        return page

    things: dict[str, Callable[[int], object]] = {
        "floor: one line": empty,
        "QR as SVG": lambda number: qr.svg(f"HTTPS://PHUXUAN.EXAMPLE/S/{number:0>26}", level="Q"),
        "slip A5": lambda number: slip(applicant=f"Ông Nguyễn Văn Mẫu {number}", url=f"{SLIP.url[:-6]}{number:0>6}"),
        "slip A5, A++": lambda number: slip(applicant=f"Ông Nguyễn Văn Mẫu {number}", text_size="xl"),
        "reception slip A4": lambda number: papers.reception_slip(
            replace(RECEPTION, number=f"{number:04d}/TNHS"), made_at=MADE_AT
        ),
    }
    rates: dict[str, list[float]] = {name: [] for name in things}
    number = 0
    for _ in range(ROUNDS):
        for name, draw in things.items():
            draw(number)  # warm: the engine forgets what it worked out a while ago
            count, began = 0, time.process_time()
            while (spent := time.process_time() - began) < seconds / ROUNDS:
                number += 1
                count += 1
                draw(number)
            rates[name].append(count / spent)
    for name, found in rates.items():
        yield name, statistics.median(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="CPU time for each kind")
    for name, rate in measure(parser.parse_args().seconds):
        print(f"{name:24} {rate:7.0f} a second and core")


if __name__ == "__main__":
    main()
