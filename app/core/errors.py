"""The refusals a service may raise.

A service never builds a sentence: it names a message (its Vietnamese source text, see ``N_``) with
parameters, and ``app.web.errors`` turns it into words in the reader's language.
"""
from __future__ import annotations

from collections.abc import Mapping


def N_(message: str) -> str:
    """Mark a message for translation without translating it now."""
    return message


class AppError(Exception):
    """Base of all refusals; ``status`` is what HTTP would call it."""

    status = 400

    def __init__(self, message: str, /, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.params = params


class NotFound(AppError):
    """Not there, or not yours: both look alike on purpose."""

    status = 404

    def __init__(self, message: str = N_("Không thấy nội dung này."), /, **params: object) -> None:
        super().__init__(message, **params)


class Forbidden(AppError):
    """The actor may not do this act."""

    status = 403


class Conflict(AppError):
    """Someone else was first, or the state has moved on; the message says who or what."""

    status = 409


class TooMany(AppError):
    """A limit counted in the database is used up; ``retry_after`` is in seconds."""

    status = 429

    def __init__(self, message: str, /, *, retry_after: int = 3600, **params: object) -> None:
        super().__init__(message, **params)
        self.retry_after = retry_after


class Unavailable(AppError):
    """Something we lean on does not answer; nothing was changed."""

    status = 503


class Invalid(AppError):
    """What was typed cannot be taken as it is.

    ``fields`` maps a field name to a (message, params) pair; the page shows each beside its field.
    """

    status = 422

    def __init__(
        self,
        message: str = N_("Có chỗ cần sửa."),
        /,
        *,
        fields: Mapping[str, tuple[str, Mapping[str, object]]] | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, **params)
        self.fields = dict(fields or {})


class SettingsError(Exception):
    """The settings do not let the product start; ``faults`` names every one of them."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults
