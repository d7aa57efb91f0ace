"""The house stays in order: what a machine can check of the architecture is checked here."""
from __future__ import annotations

import importlib
import json
import pkgutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from jinja2 import Environment

import app as product
from app.accounts.permissions import ROLES, Permission, Role, permissions_of
from app.core.db import db
from app.core.public_urls import PATHS
from app.core.workflow import Workflow
from app.procedures.schema import load_directory, load_published
from app.serve import schema
from app.web.guarding import guard_of
from requirements import assets
from tests.support import css_check, house_code, house_rules, house_web, scripts
from tests.support.house_code import ROOT

STATIC = ROOT / "app" / "static"
TEMPLATES = ROOT / "templates"
CATALOGUE = ROOT / "app" / "procedures" / "catalogue"
ENDS_TRANSACTIONS = {"app/core/db.py", "app/core/jobs.py", "app/web/transactions.py"}
TOP_LEVEL = {
    "app", "templates", "translations", "migrations", "tests", "wsgi.py", "pyproject.toml", "README.md",
    # what the tools need
    "Makefile", ".ci", "requirements", "docs", "package.json", "package-lock.json", ".npmrc", ".gitignore",
}
# file -> why it is better whole
LONG_FILES: dict[str, str] = {
    "tests/dossiers/test_views_staff_dossier.py": "one page of a clerk with all its acts, walked by three people",
}


@pytest.fixture
def templates(app: Flask) -> Environment:
    return app.jinja_env


def template_names() -> list[str]:
    return sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


def workflows() -> dict[str, Workflow]:
    """Every workflow of the product, by module and name."""
    found = {}
    for module in pkgutil.iter_modules(product.__path__, "app."):
        if (Path(str(product.__path__[0])) / module.name.removeprefix("app.") / "workflow.py").exists():
            table = importlib.import_module(f"{module.name}.workflow")
            found |= {f"{module.name}.{name}": it for name, it in vars(table).items() if isinstance(it, Workflow)}
    return found


def test_every_endpoint_is_guarded_or_declared_public(app: Flask) -> None:
    assert house_web.unguarded(app, guard_of) == []


def test_every_guard_asks_for_a_permission_that_some_role_holds(app: Flask) -> None:
    held = permissions_of(frozenset(Role))
    asked = {guard_of(app, endpoint).permission for endpoint in app.view_functions} - {None}
    assert asked and {str(permission) for permission in asked} <= held


def test_every_permission_is_held_by_some_role() -> None:
    assert {permission for permission in Permission if not any(permission in held for held in ROLES.values())} == set()


def test_no_route_is_lost(app: Flask) -> None:
    assert house_web.recorded_routes() - house_web.routes(app) == set()


def test_every_route_is_recorded(app: Flask) -> None:
    assert house_web.routes(app) - house_web.recorded_routes() == set(), "run: make routes"


def test_printed_paths_are_routes(app: Flask) -> None:
    assert house_web.missing_paths(app, PATHS) == []


def test_transactions_end_in_three_files_only() -> None:
    ends = frozenset({"commit", "rollback"})
    files = house_code.python_files("app")
    ending = {house_code.shown(p) for p in files if house_code.calls(p.read_text(encoding="utf-8"), ends)}
    assert ending <= ENDS_TRANSACTIONS


def test_secrets_are_compared_in_constant_time() -> None:
    found = {
        house_code.shown(path): lines
        for path in house_code.python_files("app")
        if (lines := house_code.secret_comparisons(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_every_module_says_what_it_is_for() -> None:
    files = house_code.python_files("app")
    assert [house_code.shown(p) for p in files if list(house_code.undocumented(p.read_text(encoding="utf-8")))] == []


def test_no_file_is_too_long() -> None:
    suffixes = (".py", ".html", ".js")
    files = [path for path in house_code.tracked_files() if path.suffix in suffixes and "migrations" not in path.parts]
    assert len(files) > 50
    assert house_code.too_long(files, LONG_FILES) == []
    assert house_code.stale_reasons(files, LONG_FILES) == []


def test_top_level_holds_only_what_is_named() -> None:
    assert house_code.top_level(house_code.tracked_files()) - TOP_LEVEL == set()


def test_every_template_parses(templates: Environment) -> None:
    names = template_names()
    assert names and house_web.unparsed(templates, names) == []


def test_templates_have_nothing_inline() -> None:
    found = {name: house_web.inline((TEMPLATES / name).read_text(encoding="utf-8")) for name in template_names()}
    assert {name: what for name, what in found.items() if what} == {}


def test_every_fragment_is_part_of_its_page(templates: Environment) -> None:
    names = template_names()
    layouts = [house_web.blocks(templates, name) for name in names if name.startswith("layouts/")]
    everywhere = frozenset().union(*layouts)
    found = {
        name: house_web.lost_fragments(templates, name, everywhere if name.startswith("ui/") else frozenset())
        for name in names
    }
    assert {name: targets for name, targets in found.items() if targets} == {}


def test_workflows_have_no_dead_ends() -> None:
    tables, held = workflows(), permissions_of(frozenset(Role))
    assert len(tables) >= 2
    faults = {
        name: house_rules.workflow_faults(table, type(table.initial), held) for name, table in tables.items()
    }
    assert {name: what for name, what in faults.items() if what} == {}


def test_published_catalogue_is_unchanged() -> None:
    """Loading refuses a published version that is gone or changed; here, none may be left out of the record."""
    loaded = {procedure.key for procedure, _data in load_directory(CATALOGUE).procedures}
    assert loaded == set(load_published(CATALOGUE))


def test_migrations_have_one_head() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.needed_revision()]


def test_models_equal_migrations(database: None) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_our_scripts_are_es5(path: Path) -> None:
    assert scripts.es5_fault(path.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_style_sheets_use_what_old_phones_know(path: Path) -> None:
    assert css_check.faults(path.read_text(encoding="utf-8")) == []


def test_htmx_is_the_pinned_file() -> None:
    for name, digest in assets.ASSETS.values():
        assert assets.sha256(STATIC / "vendor" / name) == digest
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked["node_modules/htmx.org"]["version"] == "4.0.1"


def test_locks_are_pinned_by_hash_and_name_no_address() -> None:
    locks = [*sorted((ROOT / "requirements").glob("*.lock")), ROOT / "package-lock.json"]
    assert len(locks) == 4
    assert {path.name: found for path in locks if (found := house_code.addresses(path.read_text()))} == {}
    assert [house_code.unhashed(path.read_text()) for path in locks if path.suffix == ".lock"] == [[], [], []]


def test_no_lock_of_another_tool_is_kept() -> None:
    assert [path.name for path in house_code.tracked_files() if path.name in ("uv.lock", "yarn.lock")] == []
