"""Settings: every fault is named at once, production refuses what only a demonstration may have."""
from __future__ import annotations

import base64
from pathlib import Path

import pytest

from app.core.errors import SettingsError
from app.core.settings import Settings

KEY = base64.b64encode(bytes(range(32))).decode()


def production(tmp_path: Path, **changed: str) -> dict[str, str]:
    """Settings that production accepts, with changes; an empty value takes one away."""
    env = {
        "APP_ENV": "production",
        "APP_ROOT_KEY": KEY,
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://ward@db/ward",
        "PUBLIC_URL": "https://phuong.example.vn",
        "SMS_PROVIDER": "http",
        "SMS_HTTP_URL": "https://sms.example.vn/send",
        "SMS_HTTP_TOKEN": "t" * 32,
        "PAYOS_CHECKSUM_KEY": "p" * 32,
        "SEPAY_API_KEY": "s" * 32,
        "CLAMD_SOCKET": "/run/clamd.sock",
    }
    return {name: value for name, value in {**env, **changed}.items() if value}


def faults(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(env)
    return caught.value.faults


def test_complete_production_settings_are_taken(tmp_path: Path) -> None:
    settings = Settings.from_env(production(tmp_path))
    assert settings.production and settings.secure_cookies and not settings.is_sqlite
    assert settings.root_key == bytes(range(32))
    assert settings.database_url == "postgresql+psycopg://ward@db/ward"
    assert settings.trusted_hosts == ("phuong.example.vn",)


@pytest.mark.parametrize(
    "name",
    [
        "APP_ROOT_KEY", "PUBLIC_URL", "SMS_HTTP_URL", "SMS_HTTP_TOKEN", "PAYOS_CHECKSUM_KEY", "SEPAY_API_KEY",
        "CLAMD_SOCKET",
    ],
)
def test_production_refuses_each_missing_key_by_name(tmp_path: Path, name: str) -> None:
    (fault,) = faults(production(tmp_path, **{name: ""}))
    assert name in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEMO", "1"), ("SMS_PROVIDER", "memory"), ("SMS_PROVIDER", ""), ("PUBLIC_URL", "http://phuong.example.vn")],
)
def test_production_refuses_what_is_for_demonstration(tmp_path: Path, name: str, value: str) -> None:
    (fault,) = faults(production(tmp_path, **{name: value}))
    assert name in fault


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    found = faults({"APP_ENV": "production", "DEMO": "1", "PORT": "zero", "DATA_DIR": str(tmp_path)})
    named = ("DEMO", "PORT", "APP_ROOT_KEY", "SMS_PROVIDER", "PUBLIC_URL", "PAYOS_CHECKSUM_KEY", "SEPAY_API_KEY")
    assert [name for name in named if not any(name in fault for fault in found)] == []
    assert not list(tmp_path.iterdir()), "nothing is made for settings that are refused"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80 80", "٨٠", "http"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    (fault,) = faults({"PORT": port, "DATA_DIR": str(tmp_path)})
    assert "PORT" in fault


@pytest.mark.parametrize("url", ["mysql://x/y", "phuxuan.db", "sqlite://"])
def test_a_database_of_another_kind_is_refused(tmp_path: Path, url: str) -> None:
    (fault,) = faults({"DATABASE_URL": url, "DATA_DIR": str(tmp_path)})
    assert "DATABASE_URL" in fault


@pytest.mark.parametrize("key", ["short", "*" * 44, base64.b64encode(bytes(31)).decode()])
def test_a_root_key_of_another_length_is_refused(tmp_path: Path, key: str) -> None:
    (fault,) = faults({"APP_ROOT_KEY": key, "DATA_DIR": str(tmp_path)})
    assert "APP_ROOT_KEY" in fault and key not in fault


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    assert any("APP_ENV" in fault for fault in faults({"APP_ENV": "prod", "DATA_DIR": str(tmp_path)}))


def test_secrets_may_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY + "\n", encoding="ascii")
    settings = Settings.from_env({"APP_ROOT_KEY_FILE": str(tmp_path / "key"), "DATA_DIR": str(tmp_path)})
    assert settings.root_key == bytes(range(32))


def test_a_secret_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    found = faults(production(tmp_path, SEPAY_API_KEY="", SEPAY_API_KEY_FILE=str(tmp_path / "none")))
    assert any("SEPAY_API_KEY_FILE" in fault for fault in found)


def test_a_bare_machine_gets_sqlite_and_a_kept_key(tmp_path: Path) -> None:
    first = Settings.from_env({"DATA_DIR": str(tmp_path)})
    again = Settings.from_env({"DATA_DIR": str(tmp_path)})
    assert first.database_url == f"sqlite:///{tmp_path.resolve() / 'phuxuan.db'}"
    assert (first.host, first.port, first.app_env, first.demo) == ("127.0.0.1", 8000, "development", False)
    assert len(first.root_key) == 32 and first.root_key == again.root_key
    assert (tmp_path / "root.key").stat().st_mode & 0o777 == 0o600


def test_what_is_set_is_respected(tmp_path: Path) -> None:
    env = {"HOST": "0.0.0.0", "PORT": "8123", "DATA_DIR": str(tmp_path), "DATABASE_URL": "sqlite:////x/y.db",
           "HELPER_MOST_OPEN": "3"}
    settings = Settings.from_env(env)
    assert settings.helper_most_open == 3
    assert (settings.host, settings.port, settings.database_url) == ("0.0.0.0", 8123, "sqlite:////x/y.db")
    assert settings.public_url == "http://127.0.0.1:8123" and not settings.secure_cookies
