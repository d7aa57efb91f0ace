"""Commands on helpers and mandates (``flask --app wsgi assistance …``, ``helpers …``)."""
from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask import current_app

from app.accounts import services as accounts
from app.accounts.models import FIELD_ROLES, Role
from app.accounts.queries import list_residential_groups
from app.assistance import badges, integrity
from app.assistance.forms import read_phone
from app.assistance.queries import get_helper
from app.assistance.services import helpers as services
from app.core import clock
from app.core.actor import SYSTEM
from app.core.db import transaction
from app.web.commands import Group

assistance = Group("assistance", help="Mandates: do they hold?")
helpers = Group("helpers", help="Helpers: add, disable, print a badge.")
GROUPS = (assistance, helpers)


@assistance.command("verify")
def verify() -> None:
    """Look at every mandate: evidence, words, seal, journal. Exit code 1 when one does not hold."""
    verdict = integrity.verify()
    for sentence in verdict.faults:
        click.echo(sentence)
    found = f"{len(verdict.faults)} faults" if verdict.faults else "all hold"
    click.echo(f"{verdict.mandates} mandates, {verdict.events} lines of the journal: {found}")
    raise SystemExit(1 if verdict.faults else 0)


@helpers.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name, as on the ID card.")
@click.option("--team", required=True, help="e.g. 'Tổ công nghệ số cộng đồng, Tổ dân phố 5'.")
@click.option("--phone", required=True, help="The helper's own telephone.")
@click.option("--pledged-on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the signed pledge. Default: today.")
@click.option("--role", default=str(Role.HELPER), type=click.Choice(sorted(map(str, FIELD_ROLES))))
@click.option("--group", "groups", multiple=True, help="Code of a residential group; may be given several times.")
def add(username: str, name: str, team: str, phone: str, pledged_on: datetime | None, role: str, groups: tuple[str, ...]) -> None:
    """Make a helper; prints the set-up link for the account's owner (good for two days, once)."""
    with transaction():
        ward = services.get_ward()
        known = {group.code: group.id for group in list_residential_groups(ward.id)}
        if unknown := [code for code in groups if code not in known]:
            raise click.UsageError(f"no residential group {', '.join(unknown)}; there are {', '.join(known)}")
        services.add_helper(
            SYSTEM, username=username, full_name=name, role=Role(role), particulars=services.Particulars(
                team=team, phone=read_phone(phone), pledged_on=pledged_on.date() if pledged_on else clock.today(),
                groups=[known[code] for code in groups],
            ),
        )
        token = accounts.reset_staff(SYSTEM, username)
    click.echo(f"{current_app.extensions['settings'].public_url}/can-bo/tai-khoan/{token}")


@helpers.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """End a helper's account, sessions and open mandates at once."""
    with transaction():
        services.disable_helper(SYSTEM, get_helper(SYSTEM, username))
    click.echo(f"{username}: disabled")


@helpers.command("badge")
@click.argument("username")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--new", is_flag=True, help="With a new code: the old badge says no from now on.")
def badge(username: str, file: Path, new: bool) -> None:
    """Write the badge of a helper as PDF to FILE."""
    with transaction():
        helper = get_helper(SYSTEM, username)
        if new:
            services.renew_badge(SYSTEM, helper)
        paper = badges.print_badge(helper, current_app.extensions["settings"].public_url, made_at=clock.now())
    try:
        file.write_bytes(paper)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    click.echo(f"{file}: {len(paper)} bytes")
