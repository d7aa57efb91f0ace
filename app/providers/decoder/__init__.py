"""The limited child in which strangers' bytes are decoded (photos, PDF, QR codes).

    run(task: str, data: bytes, **args) -> Any

``task`` names a function by module path, ``"app.providers.scanner.zxing:decode"``. A fresh process without our
environment (no keys) imports that module, gives up memory, CPU, file writes and privileges of priority, and calls
``function(data, **args)``. ``args`` are JSON values; the answer may hold None, bool, int, float, str, bytes, lists
and dicts with text keys (tuples come back as lists).

What comes back otherwise:
- the function raised ``app.core.errors.Invalid(message, **params)``: the same ``Invalid`` is raised here;
- it used up its memory or time, crashed, or raised anything else: ``DecoderFailed`` with its ``kind``;
- no place became free in time: ``app.core.errors.Unavailable``.

Rules for a task's module: it runs only in the child and may import Pillow, pikepdf, zxing-cpp, typst at its top; of
our own code it imports ``app.core.errors`` and siblings alone (``app/__init__.py``, the roof, is never executed
there: no settings, no database). The web worker never imports it. A call costs about 0.1 s, so make it between
transactions, never inside one. The input also lies, read-only for the task, at ``INPUT_PATH`` in memory, for
libraries that want a path.
"""
from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import time
from enum import StrEnum
from pathlib import Path
from typing import Any

from app.core.errors import N_, Invalid, Unavailable
from app.core.logs import log_event
from app.providers.decoder import wire

INPUT_PATH = "/proc/self/fd/0"
MEMORY_BYTES = 1 << 30
CPU_SECONDS = 20
WALL_SECONDS = 40
ANSWER_BYTES = 64 << 20
PLACES = 2  # children at a time in one worker: more would only starve the pages of everyone else
WAIT_SECONDS = 20

_places = threading.BoundedSemaphore(PLACES)
# Nothing of ours, no keys. One thread for numpy: more would fight over the processors with the pages of others.
_CHILD_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
_CHILD = Path(__file__).with_name("child.py")
_APP = Path(__file__).parents[2]


class FailureKind(StrEnum):
    MEMORY = "memory"  # wanted more than MEMORY_BYTES
    TIME = "time"  # CPU or wall clock used up
    CRASH = "crash"  # the process died, or did not answer in our format
    ERROR = "error"  # the function raised something that is not Invalid


class DecoderFailed(Exception):
    """The child gave no answer; the caller says in words what that means for its kind of file."""

    def __init__(self, kind: FailureKind, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}" if detail else str(kind))
        self.kind = kind
        self.detail = detail


def run(
    task: str,
    data: bytes,
    /,
    *,
    memory_bytes: int = MEMORY_BYTES,
    cpu_seconds: int = CPU_SECONDS,
    wall_seconds: float = WALL_SECONDS,
    **args: Any,
) -> Any:
    """Call ``task`` on ``data`` in a limited child. Raises ``Invalid``, ``DecoderFailed``, ``Unavailable``."""
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise Unavailable(N_("Nhiều người đang gửi ảnh cùng lúc. Chờ một phút rồi gửi lại."))
    started = time.monotonic()
    try:
        answer, code, late = _ask(task, data, args, memory_bytes, cpu_seconds, wall_seconds)
    finally:
        _places.release()
    try:
        return _open(answer, code, late)
    except DecoderFailed as failure:
        log_event("decoder.failed", task=task, kind=str(failure.kind), error=failure.detail,
                  size=len(data), ms=int((time.monotonic() - started) * 1000))
        raise


def _ask(
    task: str, data: bytes, args: dict[str, Any], memory_bytes: int, cpu_seconds: int, wall_seconds: float
) -> tuple[bytes, int, bool]:
    """The child's raw answer, its exit code, and whether it had to be stopped."""
    late = threading.Event()
    # The input is a file in memory: nothing of it touches a disk, and the child may read it as a path.
    descriptor = os.memfd_create("decoder-input")
    with io.FileIO(descriptor, "r+") as source:
        _write_all(source, data)
        source.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), str(_APP), task, str(memory_bytes), str(cpu_seconds), wire.text(args)],
            stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd="/", env=_CHILD_ENVIRONMENT, close_fds=True,
        )

    def stop() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(wall_seconds, stop)
    timer.start()
    answer = b""
    try:
        with process.stdout as pipe:  # a child that talks too much is cut off, not listened to
            answer = pipe.read(ANSWER_BYTES + 1)
    finally:
        if len(answer) > ANSWER_BYTES:
            process.kill()
        code = process.wait()
        timer.cancel()
    return answer, code, late.is_set()


def _write_all(target: io.FileIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[target.write(view):]


def _open(answer: bytes, code: int, late: bool) -> Any:
    if len(answer) > ANSWER_BYTES:
        raise DecoderFailed(FailureKind.CRASH, "answer too long")
    if late or code == -signal.SIGXCPU:
        raise DecoderFailed(FailureKind.TIME)
    if code == -signal.SIGKILL:  # not by us: the kernel, when the whole machine ran short
        raise DecoderFailed(FailureKind.MEMORY)
    try:
        kind, value = wire.unpack(answer)
    except ValueError:
        raise DecoderFailed(FailureKind.CRASH, f"exit code {code}") from None
    if kind == "answer":
        return value
    if kind == "refusal":
        raise Invalid(str(value["message"]), **{str(name): item for name, item in value["params"].items()})
    if kind == "memory":
        raise DecoderFailed(FailureKind.MEMORY)
    raise DecoderFailed(FailureKind.ERROR, str(value)[:60])
