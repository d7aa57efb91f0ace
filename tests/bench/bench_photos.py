"""How many photos of ID cards are read (issue 7): a hundred at each of three levels of damage, made on the spot."""
from __future__ import annotations

import statistics
from collections.abc import Iterator

from tests.bench import qr_photos
from tests.bench.figures import Figure, value
from tests.bench.registry import bench
from tests.bench.stage import Stage

COUNT = 100
AT_LEAST = {1: 100, 2: 100, 3: 69}


@bench("Photos of ID cards")
def read(stage: Stage) -> Iterator[Figure]:
    """The floor is one call of the same decoder; photos differ from seed to seed, so rounds would only repeat."""
    for level in qr_photos.LEVELS:
        result = qr_photos.measure(level, COUNT)
        share = 100 / result.photos
        yield Figure(
            f"level {level}, beside the bare decoder", "% read", result.ours * share, result.bare * share,
            value(at_least=AT_LEAST[level]),
        )  # fmt: skip
        yield Figure(f"level {level}, a photo, two at a time", "s", statistics.median(result.seconds))
