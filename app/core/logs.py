"""One door for logs. Event names, codes and durations only; digits that look like a person's are masked."""
from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog

_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+?84|0)[0-9]{8,10}|[0-9]{12}|[0-9]{9})(?![0-9])")


def mask(text: str) -> str:
    """Hide runs of digits that look like an ID number or a telephone number."""
    return _PERSONAL.sub("•••", text)


def _mask_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and key != "timestamp":
            event[key] = mask(value).replace("\n", " ").replace("\r", " ")
    return event


structlog.configure(
    processors=[
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _mask_event,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    cache_logger_on_first_use=True,
)
_log = structlog.get_logger()


_quiet: ContextVar[bool] = ContextVar("quiet_logs", default=False)


@contextmanager
def quiet() -> Iterator[None]:
    """Say nothing inside: thousands of made-up acts are no news."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def log_event(event: str, /, **facts: str | int | float | bool | None) -> None:
    """Write one line of JSON. Facts are codes, ids, states and durations; never what a person typed."""
    if not _quiet.get():
        _log.info(event, **facts)
