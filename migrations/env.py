"""Runs the migrations on the engine of the application (``flask --app wsgi db upgrade``)."""
from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

database = current_app.extensions["migrate"].db


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Columns are written as what they are on disk: a migration never imports the product's code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        autogen_context.imports.add("import sqlalchemy as sa")
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    with database.engine.connect() as connection:
        # SQLite checks foreign keys while tables are rebuilt otherwise; and a migration is one writing transaction.
        connection = connection.execution_options(write=True)
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
