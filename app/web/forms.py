"""Base of the forms that are code (staff). Forms of citizens are data, see ``app.procedures``.

The token and the key of a form are checked in one place for every form of the house (``web.csrf``,
``web.transactions``), so WTForms' own token stays off.
"""
from __future__ import annotations

from collections.abc import Mapping

from flask_wtf import FlaskForm
from wtforms import StringField

from app.core.text import normalise


class Form(FlaskForm):
    """Reads and cleans what was typed; rules of the ward stand in services."""

    class Meta:
        csrf = False

    def typed(self) -> Mapping[str, str]:
        """Each field as it was typed, for showing the page again."""
        return {name: field.raw_data[0] if getattr(field, "raw_data", None) else "" for name, field in self._fields.items()}


def line(longest: int) -> StringField:
    """One line of text in NFC without invisible signs, cut at ``longest`` signs."""
    return StringField(filters=[lambda text: normalise(text or "")[:longest]])
