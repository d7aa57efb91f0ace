"""``flask procedures``: load the catalogue, search it, check its files. Plain output, exit code 0 or 1."""
from __future__ import annotations

from pathlib import Path

import click

from app.core.db import transaction
from app.procedures import schema, services
from app.procedures.posters_cli import poster
from app.procedures.search import search
from app.web.commands import Group

procedures = Group("procedures", help="Danh mục thủ tục: nạp, tìm, kiểm tra, in tờ dán.")
procedures.add_command(poster)
GROUPS = (procedures,)

_DIRECTORY = click.option(
    "--directory", type=click.Path(exists=True, file_okay=False, path_type=Path), default=schema.DIRECTORY,
    show_default=False, help="Thư mục các tệp danh mục.",
)


@procedures.command("load")
@_DIRECTORY
def load(directory: Path) -> None:
    """Nạp các tệp danh mục vào cơ sở dữ liệu; nạp lại thì không đổi gì."""
    try:
        with transaction():
            done = services.load_catalogue(directory)
    except schema.CatalogueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Thêm {len(done.added)}, thay {len(done.replaced)}, giữ nguyên {done.kept}.")


@procedures.command("search")
@click.argument("text", metavar="CHỮ")
@click.option("--limit", type=click.IntRange(1, 50), default=10, metavar="N", help="Nhiều nhất bao nhiêu dòng.")
def find(text: str, limit: int) -> None:
    """Tìm việc theo chữ người dân gõ: mã, dấu tab, tên; đúng nhất đứng trước."""
    hits = search(text, limit)
    for hit in hits:
        click.echo(f"{hit.code}\t{hit.name}")
    if not hits:
        raise click.ClickException("Không thấy việc nào.")


@procedures.command("check")
@_DIRECTORY
@click.option("--publish", is_flag=True, help="Ghi các bản mới vào published.json; từ đó không đổi được nữa.")
def check(directory: Path, publish: bool) -> None:
    """Kiểm tra các tệp danh mục: mỗi chỗ sai một dòng, thoát 1 khi có."""
    faults = schema.faults(directory)
    for fault in faults:
        click.echo(fault)
    if faults:
        raise SystemExit(1)
    if publish:
        new = schema.publish(directory)
        click.echo("Công bố: " + ", ".join(new) if new else "Không có bản mới.")
    click.echo("Danh mục không thấy chỗ sai.")
