"""What every command of ours holds to: plain output, exit code 0 or 1, a refusal in one sentence and never a traceback."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import AppError, Invalid
from app.web.i18n import words


class Command(click.Command):
    """A command that stands alone."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _one_on_fault():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _one_on_fault():
            return super().invoke(ctx)


class Group(AppGroup):
    """Commands of one kind; what is said here holds for each of them."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with _one_on_fault():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with _one_on_fault():
            return super().invoke(ctx)


@contextmanager
def _one_on_fault() -> Iterator[None]:
    """Click leaves with 2 when it cannot read the command line; ours leave with 0 or 1."""
    try:
        yield
    except click.UsageError as error:
        error.exit_code = 1
        raise
    except AppError as error:
        raise click.ClickException(say(error)) from None
    except SQLAlchemyError as error:
        raise click.ClickException(f"database: {why_not(error)}") from None


def say(error: AppError) -> str:
    """A refusal in words: those of the faulty fields where it names some."""
    if isinstance(error, Invalid) and error.fields:
        return " ".join(words(message, params) for message, params in error.fields.values())
    return words(error.message, error.params)


def why_not(error: SQLAlchemyError) -> str:
    """What a database said, in one line without the statement and its values."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return said[0] if said else type(error).__name__
