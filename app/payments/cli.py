"""Commands of this room: ``vietqr`` (read and write codes) and ``payments`` (see ``app.payments.simulator``)."""
from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from app.core.errors import AppError
from app.payments import vietqr

vietqr_cli = AppGroup("vietqr", help="Write and read VietQR payloads.")


def _refuse(error: AppError) -> None:
    """Say why in one sentence and end with exit code 1."""
    click.echo(error.message % error.params if error.params else error.message, err=True)
    raise SystemExit(1)


@vietqr_cli.command("encode", with_appcontext=False)
@click.option("--bin", "bank_bin", required=True, help="Bank identification number, 6 digits.")
@click.option("--account", required=True, help="Account number; with --card a card number.")
@click.option("--amount", type=int, help="Whole đồng. Without it the code is static.")
@click.option("--text", default="", help="Transfer text, at most 25 ASCII signs.")
@click.option("--card", is_flag=True, help="The account is a card number.")
def encode_command(bank_bin: str, account: str, amount: int | None, text: str, card: bool) -> None:
    """Print the payload of a transfer."""
    try:
        click.echo(vietqr.encode(bank_bin, account, amount_vnd=amount, purpose=text, card=card))
    except AppError as error:
        _refuse(error)


@vietqr_cli.command("decode", with_appcontext=False)
@click.argument("payload")
def decode_command(payload: str) -> None:
    """Print what PAYLOAD says as JSON, or why it is refused (exit code 1)."""
    try:
        decoded = vietqr.decode(payload.strip("\r\n"))
    except AppError as error:
        _refuse(error)
    else:
        click.echo(json.dumps(decoded.as_dict(), ensure_ascii=False, indent=2))
