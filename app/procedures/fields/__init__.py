"""Field types (kiểu câu hỏi): the registry, and the names that other rooms use."""
from __future__ import annotations

from app.procedures.fields.addresses import Address
from app.procedures.fields.base import Answers, FieldType, Message, Parsed, Sent, Source, Translate, Typed, plain
from app.procedures.fields.choices import ManyOf, OneOf, YesNo
from app.procedures.fields.dates import Date
from app.procedures.fields.groups import Group
from app.procedures.fields.identity import IdNumber
from app.procedures.fields.numbers import Money, Number
from app.procedures.fields.papers import PAPERS
from app.procedures.fields.phones import Phone
from app.procedures.fields.texts import FullName, Text

__all__ = [
    "PAPERS", "REGISTRY", "Answers", "FieldType", "Message", "Parsed", "Sent", "Source", "Translate", "Typed", "plain",
]

_SIMPLE = (FullName, IdNumber, Date, Phone, Address, OneOf, ManyOf, YesNo, Number, Money, Text)
REGISTRY: dict[str, FieldType] = {field.code: field() for field in _SIMPLE}
REGISTRY[Group.code] = Group(REGISTRY)
