"""The catalogue as it is shipped, for the tests of its data and its forms."""
from __future__ import annotations

from datetime import date

from app.procedures.schema import Catalogue, Procedure, load_directory
from tests.procedures.building import TODAY

ONLINE = {
    "1.001193", "1.000656", "1.000894", "1.004873", "2.000635", "2.000815", "1.014027", "1.001612",
}
CATALOGUE: Catalogue = load_directory()
ALL = [procedure for procedure, _data in CATALOGUE.procedures]
LAST_CHANGE = date(2026, 11, 24)  # the forms that ask in six ways how to be told


def in_force(day: date) -> list[Procedure]:
    """Of each procedure the highest version that is valid on a day, as the product chooses it."""
    valid = sorted((one for one in ALL if one.is_valid_on(day)), key=lambda one: one.version)
    return list({one.code: one for one in valid}.values())


CURRENT = in_force(max(TODAY, LAST_CHANGE))


def current(code: str) -> Procedure:
    """The version in force today."""
    return next(one for one in CURRENT if one.code == code)
