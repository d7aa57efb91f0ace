"""What the terminal shows, and who is let in during a demonstration."""
from __future__ import annotations

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from app.core.settings import Settings
from app.serve import banner

LAN = "192.168.7.20"
FULL, UPPER, LOWER = "█", "▀", "▄"


def demo(tmp_path: Path, **env: str) -> dict[str, str]:
    return {"DEMO": "1", "HOST": "0.0.0.0", "PORT": "8123", "DATA_DIR": str(tmp_path), **env}


def visited(env: dict[str, str], lan: str | None = LAN) -> Settings:
    return banner.for_visitors(Settings.from_env(env), env, lan)


def test_phones_of_the_same_network_are_let_in(tmp_path: Path) -> None:
    settings = visited(demo(tmp_path))
    assert set(settings.trusted_hosts) == {"127.0.0.1", "localhost", LAN}
    assert settings.public_url == f"http://{LAN}:8123"


def test_what_was_set_stays(tmp_path: Path) -> None:
    settings = visited(demo(tmp_path, TRUSTED_HOSTS="ward.test", PUBLIC_URL="http://ward.test:8123"))
    assert (settings.trusted_hosts, settings.public_url) == (("ward.test",), "http://ward.test:8123")


def test_on_this_machine_alone_its_usual_name_is_known(tmp_path: Path) -> None:
    settings = visited(demo(tmp_path, HOST="127.0.0.1"))
    assert set(settings.trusted_hosts) == {"127.0.0.1", "localhost"}
    assert settings.public_url == "http://127.0.0.1:8123"


@pytest.mark.parametrize("changed", [{"HOST": "192.0.2.7"}, {"DEMO": "0"}])
def test_nobody_else_is_let_in_otherwise(tmp_path: Path, changed: dict[str, str]) -> None:
    env = demo(tmp_path, **changed)
    assert visited(env) == Settings.from_env(env)


def test_without_a_network_this_machine_is_enough(tmp_path: Path) -> None:
    settings = visited(demo(tmp_path), lan=None)
    assert settings.public_url == "http://127.0.0.1:8123"
    assert "127.0.0.1:8123" in banner.banner(settings, None, [])


def test_the_banner_names_addresses_and_a_link_per_role(tmp_path: Path) -> None:
    text = banner.banner(visited(demo(tmp_path)), LAN, [("Tiếp nhận", "/vao/a"), ("Lãnh đạo", "/vao/b")])
    assert f"http://{LAN}:8123" in text
    assert "http://127.0.0.1:8123/vao/a" in text and "http://127.0.0.1:8123/vao/b" in text


def test_production_shows_no_code_and_no_links(tmp_path: Path) -> None:
    settings = visited(demo(tmp_path))
    object.__setattr__(settings, "app_env", "production")
    text = banner.banner(settings, LAN, [("Tiếp nhận", "/vao/a")])
    assert "/vao/a" not in text and UPPER not in text


def test_the_code_in_the_terminal_is_read_by_another_decoder() -> None:
    rows: list[list[int]] = []
    for line in banner.terminal_qr(f"http://{LAN}:8123").rstrip("\n").splitlines():
        rows.append([255 if sign in (FULL, UPPER) else 0 for sign in line])
        rows.append([255 if sign in (FULL, LOWER) else 0 for sign in line])
    picture = Image.new("L", (len(rows[0]), len(rows)))
    picture.putdata([value for row in rows for value in row])
    picture = picture.resize((picture.width * 8, picture.height * 8), Image.Resampling.NEAREST)
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [f"HTTP://{LAN}:8123"]


def test_the_address_on_the_network_is_none_or_another_than_loopback() -> None:
    found = banner.lan_address()
    assert found is None or (found.count(".") == 3 and not found.startswith("127."))
