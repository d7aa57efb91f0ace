"""Checks a workflow's table of acts."""
from __future__ import annotations

from collections.abc import Iterable
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
