"""From a photo of an ID card to its fields: the code is read in the limited decoder, the photo is forgotten."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card's square code says, as raw text for prefilling. A typing aid, never proof."""

    full_name: str
    id_number: str
    birth_date: str
    sex: str
    address: str
    warnings: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def as_prefill(self) -> dict[str, Any]:
        """Keys of ``prefill = "card.<key>"`` in the catalogue."""
        return {
            "full_name": self.full_name, "id_number": self.id_number, "birth_date": self.birth_date, "sex": self.sex,
            "address": self.address,
        }


def read_card(photo: bytes) -> CardFacts:
    """The fields of the first ID card found in ``photo``. Raises ``Invalid`` with the sentence for what is wrong."""
    from app.accounts import id_card, scanner_reading  # noqa
    raise NotImplementedError
