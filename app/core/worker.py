"""The job worker (``jobs run``): takes what is due, one after the other, until it is told to stop."""
from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

from app.core import jobs
from app.core.logs import log_event

IDLE_S = 1.0  # a code by SMS is awaited by a person with the page open
TROUBLE_S = 5.0


def work(context: Callable[[], AbstractContextManager[object]], *, stop: threading.Event | None = None) -> None:
    """Run due jobs until SIGTERM, SIGINT or ``stop``. A job under way is finished first.

    ``context`` gives a fresh application context. A database that does not answer is waited for.
    """
    stop = stop or stop_on_signals()
    while not stop.is_set():
        try:
            with context():
                ran = jobs.run_one()
        except Exception as error:  # the database is away or restarted: the worker outlives it
            log_event("worker.trouble", error=type(error).__name__)
            stop.wait(TROUBLE_S)
            continue
        if not ran:
            stop.wait(IDLE_S)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
