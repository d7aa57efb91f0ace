"""From a photo of an ID card to its fields: the code is read in the limited decoder, the photo is forgotten."""
from __future__ import annotations

from dataclasses import dataclass, field

from app.accounts import id_card, id_number
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

    @property
    def warned(self) -> str:
        """Which warnings there are, by their places in ``id_card.WARNINGS``: "2-6", empty for none."""
        return "-".join(str(id_card.WARNINGS.index(sentence)) for sentence, _params in self.warnings)

    def as_prefill(self) -> dict[str, str]:
        """Keys of ``prefill = "card.<key>"`` in the catalogue."""
        return {
            "full_name": self.full_name, "id_number": self.id_number, "birth_date": self.birth_date, "sex": self.sex,
            "address": self.address,
        }


def warnings_again(places: str, number: str) -> list[tuple[str, dict[str, object]]]:
    """The warnings that ``CardFacts.warned`` stands for, for the page after: nothing of the card is in an address.

    ``number``: the ID number as it stands in the answers; what a warning tells of it is worked out again.
    """
    told: dict[str, object] = {}
    if len(number) == 12 and number.isascii() and number.isdigit():
        told = {"code": number[:3], "year": str(id_number.birth_year(number))}
    chosen = [id_card.WARNINGS[int(place)] for place in places.split("-")
              if place.isascii() and place.isdigit() and int(place) < len(id_card.WARNINGS)]
    return [(sentence, told) for sentence in chosen if told or "%(" not in sentence]


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
