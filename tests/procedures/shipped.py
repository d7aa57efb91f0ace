"""The catalogue as it is shipped, for the tests of its data and its forms."""
from __future__ import annotations

from app.procedures.schema import Catalogue, Procedure, load_directory
from tests.procedures.building import TODAY

ONLINE = {
    "1.001193", "1.000656", "1.000894", "1.004873", "2.000635", "2.000815", "1.014027", "1.001612",
}
CATALOGUE: Catalogue = load_directory()
ALL = [procedure for procedure, _data in CATALOGUE.procedures]
CURRENT = [procedure for procedure in ALL if procedure.is_valid_on(TODAY)]


def current(code: str) -> Procedure:
    """The version in force today."""
    return next(one for one in CURRENT if one.code == code)
