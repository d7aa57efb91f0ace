"""Messages for development, tests and demonstration: printed to the terminal, kept in a list, sent nowhere."""
from __future__ import annotations

import sys


class MemorySms:
    """Keeps what it was given."""

    def __init__(self, *, echo: bool = False) -> None:
        self.echo = echo
        self.sent: list[tuple[str, str]] = []
        self._keys: set[str] = set()

    def send(self, phone: str, text: str, *, key: str) -> str:
        if key not in self._keys:
            self._keys.add(key)
            self.sent.append((phone, text))
            if self.echo:  # demonstration only: every name and number in it is made up
                sys.stderr.write(f"[SMS] {phone}: {text}\n")
        return key
