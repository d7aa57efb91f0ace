"""The small family of processes: replaced when they die, ended together, never orphaned."""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.databases import ROOT

HEAD = """
import importlib.util, os, signal, sys, time
from pathlib import Path

# the module alone: what is tried here is no matter of the product
spec = importlib.util.spec_from_file_location("children", "app/serve/children.py")
children = sys.modules["children"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(children)
folder = Path(sys.argv[1])

def note(name):
    with (folder / name).open("a") as file:
        file.write(f"{os.getpid()}\\n")

def sleeper():
    def end(number, frame):
        note("ended-" + signal.Signals(number).name)
        sys.exit(0)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    note("started")
    time.sleep(60)
    return 0

def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note("started")
    time.sleep(60)
    return 0

def broken():
    note("started")
    raise ValueError("on purpose")

def family(*functions, **more):
    children.watch_signals()
    return children.Family([children.Child(f.__name__, f) for f in functions], say=print, **more)

def live(kept, grace=10.0):
    kept.start()
    note("parent")
    ending = kept.keep()
    kept.stop(grace)
    print("ending", ending.value, flush=True)
"""


class Parent:
    """A parent process in a session of its own, with what its children wrote down."""

    def __init__(self, folder: Path, code: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-c", HEAD + code, str(folder)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )

    def pids(self, name: str = "started") -> list[int]:
        path = self.folder / name
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def wait_for(self, name: str, count: int) -> list[int]:
        until(lambda: len(self.pids(name)) >= count)
        return self.pids(name)

    def end(self, timeout: float = 20) -> str:
        out, err = self.process.communicate(timeout=timeout)
        return out + err


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Parent]]:
    parents: list[Parent] = []

    def begin(code: str) -> Parent:
        parents.append(Parent(tmp_path, code))
        return parents[-1]

    yield begin
    for parent in parents:
        for pid in (parent.process.pid, *parent.pids()):
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        parent.process.communicate()


def test_a_child_that_dies_is_replaced(start: Callable[[str], Parent]) -> None:
    parent = start("live(family(sleeper))")
    (first,) = parent.wait_for("started", 1)
    os.kill(first, signal.SIGKILL)
    assert len(set(parent.wait_for("started", 2))) == 2
    parent.process.send_signal(signal.SIGTERM)
    said = parent.end()
    assert "sleeper ended (exit status -9), starting it again" in said and "ending stopped" in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_signal_ends_every_child_in_good_order(start: Callable[[str], Parent], number: signal.Signals) -> None:
    parent = start("live(family(sleeper, sleeper))")
    pids = parent.wait_for("started", 2)
    parent.wait_for("parent", 1)
    parent.process.send_signal(number)
    assert "ending stopped" in parent.end()
    assert sorted(parent.pids("ended-SIGTERM")) == sorted(pids)


def test_ctrl_c_in_the_terminal_reaches_the_parent_alone(start: Callable[[str], Parent]) -> None:
    parent = start("live(family(sleeper))")
    (pid,) = parent.wait_for("started", 1)
    parent.wait_for("parent", 1)
    os.killpg(parent.process.pid, signal.SIGINT)
    assert "ending stopped" in parent.end()
    assert (parent.pids("ended-SIGTERM"), parent.pids("ended-SIGINT")) == ([pid], [])


def test_a_child_that_always_dies_at_once_is_given_up(start: Callable[[str], Parent]) -> None:
    parent = start("live(family(sleeper, broken))")
    said = parent.end()
    assert "ending broken" in said and "giving up" in said and "on purpose" in said
    assert len(parent.pids("ended-SIGTERM")) == 1, "the others are ended with it"


def test_a_child_that_will_not_end_is_ended_by_force(start: Callable[[str], Parent]) -> None:
    parent = start("live(family(stubborn), grace=0.5)")
    (pid,) = parent.wait_for("started", 1)
    parent.wait_for("parent", 1)
    parent.process.send_signal(signal.SIGTERM)
    assert "ending stopped" in parent.end()
    assert not is_alive(pid)


def test_a_second_stop_signal_does_not_wait(start: Callable[[str], Parent]) -> None:
    parent = start("live(family(stubborn), grace=60.0)")
    parent.wait_for("started", 1)
    parent.wait_for("parent", 1)
    parent.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    parent.process.send_signal(signal.SIGINT)
    assert "ending stopped" in parent.end(timeout=15)


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_a_killed_parent_leaves_no_orphans(start: Callable[[str], Parent]) -> None:
    parent = start("live(family(sleeper, sleeper))")
    pids = parent.wait_for("started", 2)
    parent.process.kill()
    until(lambda: not any(is_alive(pid) for pid in pids))
    assert sorted(parent.wait_for("ended-SIGTERM", 2)) == sorted(pids)


def test_leftovers_of_the_image_before_are_ended_once_the_new_ones_run(start: Callable[[str], Parent]) -> None:
    parent = start(
        "children.watch_signals()\n"
        "old = children.fork(children.Child('old', sleeper))\n"
        "while not (folder / 'started').exists(): time.sleep(0.02)\n"
        "live(family(sleeper, leftovers=[old]))"
    )
    old, new = parent.wait_for("started", 2)
    until(lambda: parent.pids("ended-SIGTERM") == [old])
    assert is_alive(new)
    parent.process.send_signal(signal.SIGTERM)
    said = parent.end()
    assert "starting it again" not in said and "ending stopped" in said


def test_preparation_gives_its_exit_status(start: Callable[[str], Parent]) -> None:
    parent = start(
        "children.watch_signals()\n"
        "for result in (0, 7): print('status', children.run_to_end(children.Child('x', lambda: result)))\n"
        "print('status', children.run_to_end(children.Child('x', broken)))"
    )
    assert [line for line in parent.end().splitlines() if line.startswith("status")] == [
        "status 0", "status 7", "status 1",
    ]


def test_preparation_can_be_stopped(start: Callable[[str], Parent]) -> None:
    parent = start("children.watch_signals()\nprint('status', children.run_to_end(children.Child('x', sleeper)))")
    parent.wait_for("started", 1)
    parent.process.send_signal(signal.SIGINT)
    assert f"status {130}" in parent.end()
    assert len(parent.pids("ended-SIGTERM")) == 1
