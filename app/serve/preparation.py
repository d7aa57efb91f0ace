"""Before the first request: schema, agencies, calendar, catalogue and, in demonstration, its data."""
from __future__ import annotations

import contextlib
import io
import logging

from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import select

from app.core.db import db
from app.core.settings import Settings
from app.serve import schema


def prepare(app: Flask, settings: Settings) -> None:
    """Bring an empty or older database to where the product may serve. Costs little when nothing is to be done."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    schema.upgrade(app)
    command(app, "ward", "load")
    command(app, "calendar", "load")
    command(app, "procedures", "load")
    if settings.demo and is_empty(app):
        command(app, "demo")


def is_empty(app: Flask) -> bool:
    """Whether no dossier was ever written."""
    dossier = db.metadata.tables["dossier"]
    with app.app_context():
        return db.session.execute(select(dossier.c.id).limit(1)).first() is None


def command(app: Flask, *arguments: str) -> None:
    """Run one of our own commands in this process. Raises ``RuntimeError`` with what it said when it fails."""
    group = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):
            status = group.main(args=list(arguments), prog_name="flask", standalone_mode=False)
    except SystemExit as stop:
        status = stop.code
    if status not in (None, 0):
        raise RuntimeError(f"flask {' '.join(arguments)} answered {status}: {said.getvalue()}")
