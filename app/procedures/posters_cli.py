"""``flask procedures poster``: a sheet as a PDF file; the same sheet again for the same place."""
from __future__ import annotations

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app.accounts.queries import get_ward
from app.core.actor import SYSTEM
from app.core.db import transaction
from app.core.errors import AppError, Invalid, NotFound
from app.procedures import poster_register as register
from app.procedures.poster_register import Scope
from app.procedures.queries import fields_of_work, find_procedure

WHOLE_WARD = "all"


@click.command("poster")
@click.argument("code", metavar="MÃ")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, metavar="TỆP",
              help="Tệp PDF sẽ ghi.")
@click.option("--place", default="", metavar="CHỮ", help="Nơi dán, ví dụ: nhà sinh hoạt Tổ dân phố 5.")
@with_appcontext
def poster(code: str, output: Path, place: str) -> None:
    """Tờ dán có mã QR: MÃ là mã thủ tục (một việc), mã lĩnh vực (một tờ nhiều việc), hoặc all (cả phường)."""
    try:
        with transaction():
            paper, number = _sheet(code, place)
    except AppError as error:
        fields = error.fields.values() if isinstance(error, Invalid) else ()
        reasons = " ".join(message % dict(params) for message, params in fields)
        raise click.ClickException(reasons or error.message % error.params) from None
    try:
        output.write_bytes(paper)
    except OSError as error:
        raise click.ClickException(f"Không ghi được {output}: {error.strerror}") from None
    click.echo(f"Tờ số {number}: {output}")


def _sheet(code: str, place: str) -> tuple[bytes, int]:
    scope = Scope.WARD if code == WHOLE_WARD else Scope.FIELD if code in fields_of_work() else Scope.PROCEDURE
    subject = "" if scope == Scope.WARD else code
    if scope == Scope.PROCEDURE and find_procedure(code) is None:
        raise NotFound("Không có việc hay lĩnh vực nào mang mã này. Tìm mã bằng lệnh procedures search.")
    try:
        ward = get_ward()
    except NotFound:
        raise NotFound("Chưa có dữ liệu của phường. Chạy lệnh nạp dữ liệu đầu tiên trước.") from None
    sheet = register.find_poster(ward.id, scope, subject, place) or register.make_poster(
        SYSTEM, ward, scope=scope, subject=subject, place=place
    )
    return register.draw(sheet, ward, current_app.extensions["settings"].public_url), sheet.number
