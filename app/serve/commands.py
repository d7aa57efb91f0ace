"""Commands of the whole house: ``jobs run``, ``doctor``. Plain output, exit code 0 or 1."""
from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from app.core import jobs as core_jobs
from app.core import worker
from app.serve.doctor import faults

jobs = AppGroup("jobs", help="The queue of work: run it.")


@jobs.command("run")
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
def run(once: bool) -> None:
    """Run due jobs until told to stop (SIGTERM, Ctrl-C); one that fails is tried again, at last parked."""
    if once:
        click.echo(f"{core_jobs.run_due()} jobs")
        return
    worker.work(current_app.app_context)


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at settings, database, keys, storage, fonts, calendar, history, numbers, money; say what is wrong."""
    found = list(faults(current_app.extensions["settings"]))
    for sentence in found:
        click.echo(sentence)
    if found:
        sys.exit(1)
    click.echo("all is well")
