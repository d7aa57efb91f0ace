"""Codes and papers drawn inside a request (target 11): CPU time of this process, other words on every one, warm."""
from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import segno

from app.core import qr
from app.dossiers import papers
from app.procedures import posters
from tests.bench.figures import Figure, value
from tests.bench.registry import bench
from tests.bench.stage import Stage
from tests.dossiers.papers import MADE_AT, RECEPTION, slip
from tests.procedures.test_posters import data as poster_data

CPU_SECONDS = 0.5  # for each thing and round
URL = "HTTPS://PHUXUAN.EXAMPLE/S/ABCDEFGHIJKLMNOPQRST{:06d}"
# The plainest page that is a paper at all: one face, one size, a reused compiler of the same engine.
_PLAIN = '#set page(paper: "a4")\n#set text(lang: "vi", font: ("Liberation Serif", "Libertinus Serif"))\n' + 30 * (
    "Ông Nguyễn Văn Mẫu, sinh năm 1945, xin bản sao giấy khai sinh tại phường Phú Xuân.\n\n"
)


def _a_second(rounds: int, things: dict[str, Callable[[int], object]]) -> dict[str, float]:
    """How many of each a core makes in a second: medians of interleaved rounds."""
    rates: dict[str, list[float]] = {name: [] for name in things}
    number = 0
    for _ in range(rounds):
        for name, make in things.items():
            make(number)  # the engine forgets what it has not used for a while
            count, began = 0, time.process_time()
            while (spent := time.process_time() - began) < CPU_SECONDS:
                number += 1
                count += 1
                make(number)
            rates[name].append(count / spent)
    return {name: statistics.median(found) for name, found in rates.items()}


def _segno(number: int) -> None:
    segno.make(URL.format(number), error="q", boost_error=False, mask=2).save(io.BytesIO(), kind="svg")


@bench("QR")
def codes(stage: Stage) -> Iterator[Figure]:
    rates = _a_second(stage.rounds, {
        "floor": _segno, "product": lambda number: qr.svg(URL.format(number), level="Q"),
    })
    made, floor = rates["product"], rates["floor"]
    yield Figure("SVG, beside segno with a fixed mask", "/s core", made, floor, value(at_least=800))
    size = len(qr.svg(URL.format(1), level="Q").encode()) / 1000
    yield Figure("size of the slip's SVG", "KB", size, None, value(at_most=1.9))


@bench("Papers")
def drawn(stage: Stage) -> Iterator[Figure]:
    import typst

    compiler = typst.Compiler()
    rates = _a_second(stage.rounds, {
        "plain": lambda number: compiler.compile(input=f"{_PLAIN}{number}".encode(), format="pdf"),
        "slip": lambda number: slip(applicant=f"Ông Nguyễn Văn Mẫu {number}", url=URL.format(number)),
        "large slip": lambda number: slip(applicant=f"Ông Nguyễn Văn Mẫu {number}", text_size="xl"),
        "form 01": lambda number: papers.reception_slip(replace(RECEPTION, number=f"{number}/TNHS"), made_at=MADE_AT),
        "poster": lambda number: posters.poster(poster_data(sheet_number=str(number)), made_at=MADE_AT),
    })
    plain = rates["plain"]
    yield Figure("slip A5, beside a plain A4 page of one face", "/s core", rates["slip"], plain, value(at_least=300))
    yield Figure("slip A5 in the largest text, measured to fit", "/s core", rates["large slip"], plain)
    yield Figure("reception slip A4", "/s core", rates["form 01"], plain)
    yield Figure("poster A4", "/s core", rates["poster"], plain)
