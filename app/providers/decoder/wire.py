"""How the child and its parent talk: a JSON head and raw bytes after it. Never pickle: the child may be hostile."""
from __future__ import annotations

import json
from typing import Any

_MARK = "\x00bytes"  # no key of ours begins with NUL


def text(args: dict[str, Any]) -> str:
    """Arguments of a task, as one word of a command line."""
    return json.dumps(args)


def pack(kind: str, value: Any) -> bytes:
    """``kind`` and ``value`` as bytes. ``TypeError`` when a value is of no type that may cross."""
    blobs: list[bytes] = []

    def outward(item: Any) -> Any:
        if isinstance(item, bytes):
            blobs.append(item)
            return {_MARK: len(item)}
        if isinstance(item, dict):
            return {str(key): outward(part) for key, part in item.items()}
        if isinstance(item, (list, tuple)):
            return [outward(part) for part in item]
        return item

    head = json.dumps([kind, outward(value)]).encode()
    return b"".join([len(head).to_bytes(4), head, *blobs])


def unpack(data: bytes) -> tuple[str, Any]:
    """Inverse of ``pack``. ``ValueError`` for anything that ``pack`` did not make."""
    size = int.from_bytes(data[:4])
    if not size or 4 + size > len(data):
        raise ValueError("no answer")
    at = 4 + size

    def inward(item: Any) -> Any:
        nonlocal at
        if isinstance(item, list):
            return [inward(part) for part in item]
        if not isinstance(item, dict):
            return item
        if set(item) != {_MARK}:
            return {key: inward(part) for key, part in item.items()}
        length = item[_MARK]
        if not isinstance(length, int) or length < 0 or at + length > len(data):
            raise ValueError("bytes are missing")
        at += length
        return data[at - length : at]

    try:
        message = json.loads(data[4 : 4 + size])
    except RecursionError:
        raise ValueError("too deep") from None
    if not (isinstance(message, list) and len(message) == 2 and isinstance(message[0], str)):
        raise ValueError("not a message")
    return message[0], inward(message[1])
