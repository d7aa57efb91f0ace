"""Commands of this room: ``vietqr`` reads and writes codes, ``payments`` plays the bank."""
from __future__ import annotations

import json

import click
from flask import current_app

from app.payments import simulation, vietqr
from app.payments.doors import PROVIDERS, get_door
from app.providers.payment.sending import post
from app.web.commands import Group

vietqr_cli = Group("vietqr", help="Write and read VietQR payloads.")
payments_cli = Group("payments", help="Play the bank for demonstrations and tests.")


@vietqr_cli.command("encode", with_appcontext=False)
@click.option("--bin", "bank_bin", required=True, help="Bank identification number, 6 digits.")
@click.option("--account", required=True, help="Account number; with --card a card number.")
@click.option("--amount", type=int, help="Whole đồng. Without it the code is static.")
@click.option("--text", default="", help="Transfer text, at most 25 ASCII signs.")
@click.option("--card", is_flag=True, help="The account is a card number.")
def encode_command(bank_bin: str, account: str, amount: int | None, text: str, card: bool) -> None:
    """Print the payload of a transfer."""
    click.echo(vietqr.encode(bank_bin, account, amount_vnd=amount, purpose=text, card=card))


@vietqr_cli.command("decode", with_appcontext=False)
@click.argument("payload")
def decode_command(payload: str) -> None:
    """Print what PAYLOAD says as JSON, or why it is refused (exit code 1)."""
    decoded = vietqr.decode(payload.strip("\r\n"))
    click.echo(json.dumps(decoded.as_dict(), ensure_ascii=False, indent=2))


@payments_cli.command("simulate")
@click.argument("provider", type=click.Choice(PROVIDERS))
@click.option("--order", "code", required=True, help="Payment code (PX...) or public code of the dossier.")
@click.option("--amount", type=click.IntRange(min=1), help="Whole đồng, to play a wrong amount. Default: what is due.")
@click.option("--text", help="Transfer text, to play what people type. Default: the payment code among a bank's words.")
@click.option("--account", help="Account that received the money. Default: the order's.")
@click.option("--event-id", default="", help="The provider's id; give the same twice to play a replay.")
@click.option("--minutes-ago", type=int, default=0, help="When the bank booked the money.")
@click.option("--url", help="Base address of the running server. Default: PUBLIC_URL.")
def simulate_command(
    provider: str, code: str, amount: int | None, text: str | None, account: str | None, event_id: str,
    minutes_ago: int, url: str | None,
) -> None:
    """Send the signed notice that PROVIDER would send for a transfer (exit code 1 unless it is answered with 200)."""
    settings = current_app.extensions["settings"]
    door = get_door(settings, provider)
    credit = simulation.make_credit(
        simulation.find_order(code), amount_vnd=amount, text=text, account=account, event_id=event_id,
        minutes_ago=minutes_ago,
    )
    target = f"{(url or settings.public_url).rstrip('/')}/webhook/{provider}"
    try:
        status, answer = post(target, *door.sign(credit))
    except (OSError, ValueError) as error:
        click.echo(f"{target}: {error}", err=True)
        raise SystemExit(1) from error
    click.echo(f"{provider} -> {target}: {credit.amount_vnd} VND, event {credit.event_id}, text {credit.content!r}")
    click.echo(f"{status} {answer}")
    raise SystemExit(0 if status == 200 else 1)
