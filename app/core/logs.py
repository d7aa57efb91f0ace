"""One door for logs. Event names, codes and durations only; digits that look like a person's are masked."""
from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:(?:\+?84|0)[0-9]{8,10}|[0-9]{12}|[0-9]{9})(?![0-9])")


def mask(text: str) -> str:
    """Hide runs of digits that look like an ID number or a telephone number."""
    return _PERSONAL.sub("•••", text)


def _line(value: Any) -> Any:
    return mask(value).replace("\n", " ").replace("\r", " ") if isinstance(value, str) else value


_log = logging.getLogger("ward")
_log.setLevel(logging.INFO)
_log.propagate = False
_log.addHandler(logging.StreamHandler(sys.stderr))

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
        said = {name: _line(value) for name, value in facts.items()}
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        _log.info(json.dumps(said | {"event": _line(event), "timestamp": at}, ensure_ascii=False))
