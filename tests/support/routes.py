"""``make routes``: add what is new to tests/routes.txt. Lines are never taken away: printed codes hang on walls."""
from __future__ import annotations

import tempfile
from pathlib import Path

from app import create_app
from tests.support import applications, house_web

HEAD = "# Every method and path that was ever served. `make routes` adds lines; none is ever removed.\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(applications.settings_for(f"sqlite:///{folder}/none.db", Path(folder)))
    before = house_web.recorded_routes() if house_web.ROUTES.exists() else set()
    lines = sorted(before | house_web.routes(app), key=lambda line: (line.partition(" ")[2], line))
    house_web.ROUTES.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines) - len(before)} added, {len(lines)} in all")


if __name__ == "__main__":
    main()
