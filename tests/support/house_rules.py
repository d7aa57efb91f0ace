"""Checks a workflow's table, and that what was published stays as it was."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.core.workflow import Workflow


def workflow_faults(workflow: Workflow[Any, Any], states: Iterable[Any], held: frozenset[str]) -> list[str]:
    """Dead ends, states that nothing reaches, acts that no role may do. ``held`` are the permissions of all roles."""
    reached, frontier = {workflow.initial}, [workflow.initial]
    while frontier:
        state = frontier.pop()
        for action in workflow.actions_from(state):
            for target in workflow.table[action].targets(state) - reached:
                reached.add(target)
                frontier.append(target)
    faults = [f"{state} is never reached" for state in states if state not in reached]
    for state in states:
        ways = {t for action in workflow.actions_from(state) for t in workflow.table[action].targets(state)} - {state}
        if state not in workflow.final and not ways:
            faults.append(f"{state} has no way out")
    for action, row in workflow.table.items():
        if row.permission is not None and str(row.permission) not in held:
            faults.append(f"{action} asks for {row.permission}, which no role holds")
    return faults


def changed_since_published(folder: Path, record: Path) -> list[str]:
    """Published catalogue files that are gone or differ from their recorded sha256."""
    faults = []
    for name, digest in json.loads(record.read_text(encoding="utf-8")).items():
        path = folder / name
        if not path.is_file():
            faults.append(f"{name} is gone")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            faults.append(f"{name} was changed; a new version takes a new file")
    return faults


def unrecorded(folder: Path, record: Path) -> list[str]:
    """Version files (``<code>.v<n>.toml``) that the record does not know."""
    known = json.loads(record.read_text(encoding="utf-8"))
    return sorted(path.name for path in folder.glob("*.v*.toml") if path.name not in known)
