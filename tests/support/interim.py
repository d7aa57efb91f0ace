"""Only until app/__init__.py and the first migration exist: a bare application with the tables of all models."""
from __future__ import annotations

import importlib
import pkgutil
import sys
import types
from pathlib import Path

from flask import Flask
from sqlalchemy import Column, Table

try:
    import app as product
except ImportError:  # a room that the roof names is not there yet
    product = types.ModuleType("app")
    product.__path__ = [str(Path(__file__).resolve().parents[2] / "app")]
    sys.modules["app"] = product
from app.core.crypto import keyring
from app.core.db import BigId, db, engine_options
from app.core.settings import Settings


def create_app(settings: Settings) -> Flask:
    if hasattr(product, "create_app"):
        return product.create_app(settings)
    for module in pkgutil.walk_packages(product.__path__, "app."):
        if module.name not in sys.modules and ".models" in module.name or module.name.startswith("app.core."):
            importlib.import_module(module.name)
    bare = Flask("interim", root_path=".")
    bare.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings), TESTING=True
    )
    bare.extensions["settings"] = settings
    keyring.configure(settings.root_key)
    metadata = db.Model.metadata
    for table in list(metadata.tables.values()):
        for key in table.foreign_keys:
            target = key._get_colspec().partition(".")[0]
            if target not in metadata.tables:
                Table(target, metadata, Column("id", BigId, primary_key=True))
    db.init_app(bare)
    return bare


if __name__ == "__main__":
    bare = create_app(Settings.from_env())
    with bare.app_context():
        db.create_all()
