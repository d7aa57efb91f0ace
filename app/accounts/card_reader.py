"""From a photo of an ID card to its fields: the code is read in the limited decoder, the photo is forgotten."""
from __future__ import annotations

from dataclasses import dataclass, field

from app.accounts import id_card
from app.core.errors import N_, Invalid
from app.providers.scanner.local import LocalScanner

NOTHING_FOUND = N_("Chưa thấy mã vuông trong ảnh. Đặt thẻ chỗ sáng, chụp gần hơn, hoặc tự gõ cũng được.")
_SEXES = {"male": "Nam", "female": "Nữ", "": ""}


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card's square code says, as raw text for prefilling. A typing aid, never proof."""

    full_name: str
    id_number: str
    birth_date: str
    sex: str
    address: str
    warnings: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def as_prefill(self) -> dict[str, str]:
        """Keys of ``prefill = "card.<key>"`` in the catalogue."""
        return {
            "full_name": self.full_name, "id_number": self.id_number, "birth_date": self.birth_date, "sex": self.sex,
            "address": self.address,
        }


def find_card(photo: bytes) -> id_card.IdCard:
    """The first ID card found in ``photo``. Raises ``Invalid`` with the sentence for what is wrong."""
    texts = LocalScanner().read_codes(photo)
    refusal = Invalid(NOTHING_FOUND)
    for text in texts:
        try:
            return id_card.parse(text)
        except Invalid as error:
            refusal = error
    raise refusal


def read_card(photo: bytes) -> CardFacts:
    """The same as text for prefilling questions."""
    return facts_of(find_card(photo))


def facts_of(card: id_card.IdCard) -> CardFacts:
    """A card's fields as the catalogue's prefill keys name them."""
    born = card.born_on
    birth = "" if born is None else f"{born.day or 0:02d}{born.month or 0:02d}{born.year:04d}"
    return CardFacts(
        full_name=card.full_name, id_number=card.number, birth_date=birth, sex=_SEXES[card.sex], address=card.address,
        warnings=list(card.warnings),
    )
