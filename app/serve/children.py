"""A small family of processes: started by fork, replaced when one dies, stopped together.

The product is imported and warmed once, in the parent, and the children share its memory. The parent runs no threads
and keeps no connection; whatever does happens in a child.
"""
from __future__ import annotations

import ctypes
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

WATCHED = frozenset({signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
STOP = frozenset({signal.SIGTERM, signal.SIGINT})
QUICK_DEATH_S = 3.0
QUICK_DEATHS = 5
GRACE_S = 30.0
STOPPED = 130  # what shells call ended by Ctrl-C
_PR_SET_PDEATHSIG = 1


class Ending(Enum):
    """Why a family is no longer kept."""

    STOPPED = "stopped"
    RELOAD = "reload"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Child:
    """One process: its name and what it does; the number it returns is its exit status."""

    name: str
    run: Callable[[], int]


@dataclass(slots=True)
class _Running:
    child: Child
    started: float
    quick_deaths: int


def watch_signals() -> None:
    """Hold the signals of a parent back; ``Family.keep`` takes them one by one."""
    signal.signal(signal.SIGCHLD, lambda *_: None)  # blocked but not ignored
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)


def _become_child() -> None:
    os.setpgid(0, 0)  # the terminal's Ctrl-C reaches the parent alone, which then stops us in good order
    for number in WATCHED:
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)  # a killed parent leaves no orphans


def fork(child: Child) -> int:
    """Start ``child``; its process number. Never returns in the child."""
    gc.collect()
    gc.freeze()  # the collector would write into, and so copy, every shared page
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        _become_child()
        status = child.run()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except KeyboardInterrupt:
        status = STOPPED
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_to_end(child: Child) -> int:
    """Start ``child`` and wait for it; its exit status. A stop signal meanwhile ends it, and counts as ``STOPPED``."""
    pid = fork(child)
    while True:
        number = signal.sigwait(WATCHED)
        if number in STOP:
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
            return STOPPED
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)


class Family:
    """Children that are kept running. ``leftovers`` are of the image before a reload: ``start`` ends them."""

    def __init__(self, children: Iterable[Child], *, leftovers: Iterable[int] = (), say: Callable[[str], None]) -> None:
        self.children = list(children)
        self.leaving = set(leftovers)
        self.running: dict[int, _Running] = {}
        self.say = say

    def start(self) -> None:
        for child in self.children:
            self.running[fork(child)] = _Running(child, time.monotonic(), 0)
        for pid in self.leaving:
            _send(pid, signal.SIGTERM)

    def pids(self) -> list[int]:
        return [*self.running, *self.leaving]

    def keep(self) -> Ending:
        """Until a stop or reload signal, or until a child cannot be kept alive."""
        while self._replace_dead():
            number = signal.sigwait(WATCHED)
            if number in STOP:
                return Ending.STOPPED
            if number == signal.SIGHUP:
                return Ending.RELOAD
        return Ending.BROKEN

    def stop(self, grace_s: float = GRACE_S) -> None:
        """Ask every process to end, wait, and end by force what is left; a second stop signal forces at once."""
        for pid in self.pids():
            _send(pid, signal.SIGTERM)
        deadline = time.monotonic() + grace_s
        while self.pids():
            number = signal.sigtimedwait(WATCHED, max(0.0, deadline - time.monotonic()))
            self._reap()
            if number is None or number.si_signo in STOP:
                break
        for pid in self.pids():
            _send(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.running.clear()
        self.leaving.clear()

    def _reap(self) -> list[tuple[_Running, int]]:
        """Take the exit status of the dead; those that were meant to run."""
        dead = []
        for pid in self.pids():
            done, status = os.waitpid(pid, os.WNOHANG)
            if not done:
                continue
            self.leaving.discard(pid)
            if pid in self.running:
                dead.append((self.running.pop(pid), os.waitstatus_to_exitcode(status)))
        return dead

    def _replace_dead(self) -> bool:
        for was, status in self._reap():
            quick = was.quick_deaths + 1 if time.monotonic() - was.started < QUICK_DEATH_S else 0
            self.say(f"{was.child.name} ended (exit status {status}), starting it again")
            if quick >= QUICK_DEATHS:
                self.say(f"{was.child.name} ended {quick} times right after its start, giving up")
                return False
            self.running[fork(was.child)] = _Running(was.child, time.monotonic(), quick)
        return True


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
