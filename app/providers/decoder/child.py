"""The child's side: run as a program by ``app.providers.decoder``, never imported.

Order matters: our own module is imported first, then every limit is set, and only then the stranger's bytes are read.
"""
from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import sys
import types
from collections.abc import Callable
from typing import Any


def _house(path: str) -> None:
    """Make ``app.*`` importable without executing the roof (Flask, the database, the settings) or the parent's side."""
    for name in ("app", "app.providers", "app.providers.decoder"):
        package = types.ModuleType(name)
        package.__path__ = [os.path.join(path, *name.split(".")[1:])]
        sys.modules[name] = package


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    # If memory runs short on the whole machine, the kernel takes this process, not the pages of others.
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("1000")
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # The soft limit sends SIGXCPU, by which the parent knows; the hard one would be a bare SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # no file is written: no plain text on a disk
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _find(task: str) -> Callable[..., Any]:
    module, _, name = task.partition(":")
    return getattr(importlib.import_module(module), name)


def main() -> None:
    _, path, task, memory_bytes, cpu_seconds, args = sys.argv
    _house(path)
    from app.core.errors import Invalid
    from app.providers.decoder import wire

    function = _find(task)
    _limit(int(memory_bytes), int(cpu_seconds))
    try:
        with open(0, "rb", closefd=False) as source:
            data = source.read()
        answer = wire.pack("answer", function(data, **json.loads(args)))
    except Invalid as refusal:
        answer = wire.pack("refusal", {"message": refusal.message, "params": refusal.params})
    except MemoryError:
        answer = wire.pack("memory", None)
    except Exception as error:  # whatever a decoder throws, the parent hears one word about it
        answer = wire.pack("error", type(error).__name__)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)  # no tidying up: destructors of a library that met bad bytes may hang


main()
