"""Commands on accounts (``flask --app wsgi staff …``). Plain output, exit code 0 or 1."""
from __future__ import annotations

import json
from pathlib import Path

import click
from flask import current_app

from app.accounts import roles as staff_roles
from app.accounts import services
from app.accounts.addresses import address_today
from app.accounts.card_reader import find_card
from app.accounts.permissions import Role
from app.accounts.queries import get_ward
from app.core.actor import SYSTEM
from app.core.db import transaction
from app.web.commands import Group
from app.web.i18n import words

staff = Group("staff", help="Staff accounts: add, disable, reset.")
idcard = Group("idcard", help="What an ID card's square code says.")
GROUPS = (staff, idcard)


def _echo_link(token: str) -> None:
    click.echo(f"{current_app.extensions['settings'].public_url}/can-bo/tai-khoan/{token}")


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name, as printed on papers.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([str(role) for role in Role]))
@click.option("--title", default="", help="Position, as printed on papers.")
@click.option("--desk", default="", help="Counter, e.g. 'Quầy 3'.")
def add(username: str, name: str, roles: tuple[str, ...], title: str, desk: str) -> None:
    """Make an account; prints the set-up link for its owner (good for two days, once)."""
    with transaction():
        services.add_staff(
            SYSTEM, username=username, full_name=name, roles=frozenset(Role(role) for role in roles), agency=get_ward(),
            title=title, desk=desk,
        )
        token = services.reset_staff(SYSTEM, username)
    _echo_link(token)


@staff.command("grant")
@click.argument("username")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([str(role) for role in Role]))
def grant(username: str, roles: tuple[str, ...]) -> None:
    """Give more roles to an account, or confirm those that wait; they count at once."""
    with transaction():
        staff_roles.grant_roles(SYSTEM, username, frozenset(Role(role) for role in roles))
    click.echo(f"{username}: {', '.join(roles)}")


@staff.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """End an account and all its sessions at once."""
    with transaction():
        services.disable_staff(SYSTEM, username)
    click.echo(f"{username}: disabled")


@staff.command("reset")
@click.argument("username")
def reset(username: str) -> None:
    """Forget password and code generator; prints a new set-up link."""
    with transaction():
        token = services.reset_staff(SYSTEM, username)
    _echo_link(token)


@idcard.command("decode")
@click.argument("picture", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def decode(picture: Path) -> None:
    """Read the square code on a photo of an ID card; prints its fields as JSON. The photo is not kept."""
    card = find_card(picture.read_bytes())
    born = card.born_on
    parts = [] if born is None else [f"{born.year:04d}", *(f"{part:02d}" for part in (born.month, born.day) if part)]
    fields = {
        "number": card.number, "old_number": card.old_number, "full_name": card.full_name, "birth_date": "-".join(parts),
        "sex": card.sex, "address": card.address, "address_today": address_today(card.address).today,
        "issued_on": card.issued_on.isoformat() if card.issued_on else "",
        "warnings": [words(*warning) for warning in card.warnings],
    }
    click.echo(json.dumps(fields, ensure_ascii=False, indent=2))
