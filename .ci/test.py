"""Runs all checks and tests, then says what failed, what did not run, and how often the story was played.

    python .ci/test.py            everything
    python .ci/test.py --quick    only what reads the code

Exit status 1 when anything failed; under CI=true also when anything did not run.
"""
from __future__ import annotations

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
PYTHON = sys.executable
BIN = Path(sys.executable).parent
WORKERS = "2"
ENGINES = ("sqlite", "postgresql")
STORY = "tests.browser.test_story"
STORIES_NEEDED = 4  # {SQLite, PostgreSQL} x {scripts on, off}
HOUSE = ["tests/test_house.py", "tests/test_house_checks.py"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One test of one engine, as the runner's report tells it."""

    engine: str
    test: str
    module: str
    state: str  # passed | failed | skipped
    reason: str


def step(title: str, command: list[str]) -> bool:
    """Run one step in the open; whether it went well."""
    print(f"\n=== {title}", flush=True)
    began = time.monotonic()
    good = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode == 0
    print(f"=== {title}: {'ok' if good else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return good


def pytest(engine: str, *more: str) -> list[str]:
    report = RESULTS / f"{engine}.xml"
    report.unlink(missing_ok=True)
    return [
        PYTHON, "-m", "pytest", "-q", "-n", WORKERS, "--dist", "loadfile", "--database", engine,
        f"--junitxml={report}", "-o", "junit_family=xunit1", *more,
    ]


def outcomes(engine: str) -> list[Outcome]:
    """What the report of one engine holds; empty when there is none."""
    report = RESULTS / f"{engine}.xml"
    if not report.exists():
        return []
    return [_outcome(engine, case) for case in ElementTree.parse(report).iter("testcase")]  # noqa: S314 (our own file)


def _outcome(engine: str, case: ElementTree.Element) -> Outcome:
    module = case.get("classname", "")
    state, reason = "passed", ""
    for child in case:
        if child.tag in ("failure", "error"):
            state = "failed"
        elif child.tag == "skipped" and state == "passed":
            state, reason = "skipped", child.get("message", "")
    return Outcome(engine, f"{module}::{case.get('name')}", module, state, reason)


def stories(results: list[Outcome]) -> list[str]:
    """The runs of the whole story that passed."""
    return [f"{o.engine} {o.test.partition('::')[2]}" for o in results if o.module == STORY and o.state == "passed"]


def not_run(results: list[Outcome]) -> list[str]:
    """What was skipped, by reason."""
    reasons: dict[tuple[str, str], int] = {}
    for outcome in results:
        if outcome.state == "skipped":
            key = (outcome.engine, outcome.reason)
            reasons[key] = reasons.get(key, 0) + 1
    return [f"{count} test(s) on {engine}: {reason}" for (engine, reason), count in reasons.items()]


def close(failed: list[str], results: list[Outcome], in_ci: bool) -> int:
    """Print the end of the run; its exit status."""
    missing, played = not_run(results), stories(results)
    print(f"\nThe whole story was played {len(played)} of {STORIES_NEEDED} times.")
    for line in played:
        print(f"  {line}")
    if len(played) < STORIES_NEEDED and (in_ci or not missing):
        failed = [*failed, f"the story must be played {STORIES_NEEDED} times"]
    print("Did not run:" if missing else "Did not run: nothing.")
    for line in missing:
        print(f"  {line}")
    if missing and in_ci:
        failed = [*failed, "under CI=true everything must run"]
    print(f"FAILED: {'; '.join(failed)}" if failed else "All passed.")
    return int(bool(failed))


def main(arguments: list[str]) -> int:
    RESULTS.mkdir(exist_ok=True)
    quick = "--quick" in arguments
    steps = [
        ("style (ruff)", [PYTHON, "-m", "ruff", "check", "."]),
        ("import contracts (import-linter)", [str(BIN / "lint-imports")]),
    ]
    if quick:
        steps.append(("house", [PYTHON, "-m", "pytest", "-q", *HOUSE]))
    else:
        steps += [(f"tests on {engine}", pytest(engine)) for engine in ENGINES]
    failed = [title for title, command in steps if not step(title, command)]
    if quick:
        print(f"\nFAILED: {'; '.join(failed)}" if failed else "\nAll passed.")
        return int(bool(failed))
    results = [outcome for engine in ENGINES for outcome in outcomes(engine)]
    return close(failed, results, os.environ.get("CI") == "true")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
