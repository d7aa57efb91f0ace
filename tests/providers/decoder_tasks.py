"""Tasks for the tests of the decoder: what a decoder may do when it meets bad bytes."""
from __future__ import annotations

import os
import sys
import time
from typing import Any

from app.core.errors import Invalid


def echo(data: bytes, **args: Any) -> dict[str, Any]:
    return {"data": data, "args": args, "list": [1, 2.5, None, True, b"\x00\xff"], "text": "Huế"}


def refuse(data: bytes) -> None:
    raise Invalid("Ảnh này có %(n)s trang.", n=len(data))


def explode(data: bytes) -> None:
    raise RuntimeError(data.decode())


def eat_memory(data: bytes) -> int:
    return len(bytearray(3 << 30))


def eat_time(data: bytes) -> None:
    while True:
        pass


def sleep(data: bytes) -> None:
    time.sleep(60)


def die(data: bytes) -> None:
    os.kill(os.getpid(), 11)


def flood(data: bytes) -> bytes:
    return bytes(65 << 20)


def write_file(data: bytes, path: str) -> str:
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        return type(error).__name__
    return "written"


def surroundings(data: bytes) -> dict[str, Any]:
    return {"environment": sorted(os.environ), "modules": sorted(sys.modules), "descriptors": len(os.listdir("/proc/self/fd"))}


def read_as_path(data: bytes) -> bytes:
    with open("/proc/self/fd/0", "rb") as source:
        return source.read()
