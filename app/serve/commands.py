"""Commands of the whole house: ``jobs run``, ``doctor``. Plain output, exit code 0 or 1."""
from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from app.core import jobs as core_jobs
from app.core import worker
from app.core.logs import quiet
from app.serve.demo.making import has_dossiers, make
from app.serve.doctor import faults
from app.web.commands import Command, Group

jobs = Group("jobs", help="The queue of work: run it.")


@jobs.command("run")
@click.option("--once", is_flag=True, help="Run what is due now, then end.")
def run(once: bool) -> None:
    """Run due jobs until told to stop (SIGTERM, Ctrl-C); one that fails is tried again, at last parked."""
    if once:
        click.echo(f"{core_jobs.run_due()} jobs")
        return
    worker.work(current_app.app_context)


@click.command("demo", cls=Command)
@with_appcontext
def demo() -> None:
    """Make demonstration data: staff of every role, two months of dossiers over every state.

    Refused in production, and where there are dossiers already.
    """
    settings = current_app.extensions["settings"]
    if settings.production:
        click.echo("demonstration data are refused when APP_ENV=production", err=True)
        sys.exit(1)
    if has_dossiers():
        click.echo("there are dossiers already; demonstration data are made only in an empty installation", err=True)
        sys.exit(1)
    shown = [0]

    def tick(done: int, total: int) -> None:
        percent = min(99, done * 100 // max(total, 1))
        if percent >= shown[0] + 10:
            shown[0] = percent - percent % 10
            click.echo(f"  {shown[0]} %", err=True)

    click.echo("Making demonstration data ...", err=True)
    with quiet():
        count = make(tick)
    click.echo(f"{count} dossiers")


@click.command("doctor", cls=Command)
@with_appcontext
def doctor() -> None:
    """Look at settings, database, keys, storage, fonts, calendar, history, numbers, money; say what is wrong."""
    found = list(faults(current_app.extensions["settings"]))
    for sentence in found:
        click.echo(sentence)
    if found:
        sys.exit(1)
    click.echo("all is well")
