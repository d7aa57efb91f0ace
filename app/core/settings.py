"""Settings from the environment; every fault is named in one error, secrets may come from files."""
from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from app.core.errors import SettingsError

ENVIRONMENTS = ("development", "test", "production")
MEMORY = "memory"
ROOT_KEY_FILE = "root.key"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the product is told from outside. Names are those of the environment, in lower case."""

    app_env: str
    demo: bool
    data_dir: Path
    database_url: str
    root_key: bytes
    host: str
    port: int
    public_url: str
    trusted_hosts: tuple[str, ...]
    behind_proxy: bool
    sms_provider: str
    sms_http_url: str
    sms_http_token: str
    clamd_socket: str
    payos_checksum_key: str
    sepay_api_key: str
    version: str
    helper_most_open: int

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def secure_cookies(self) -> bool:
        """Chromium drops ``Secure`` and ``__Host-`` cookies on plain http, so flags follow the scheme."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read ``env`` (default: the process environment). Raises ``SettingsError`` with all faults."""
        return _Reader(os.environ if env is None else env).settings()


class _Reader:
    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.faults: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """A setting, or the content of the file that ``<name>_FILE`` points to."""
        path = self.env.get(f"{name}_FILE")
        if path:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                self.faults.append(f"{name}_FILE cannot be read: {error.strerror}")
                return default
        return self.env.get(name, default).strip()

    def flag(self, name: str) -> bool:
        return self.text(name).lower() in {"1", "true", "yes", "on"}

    def settings(self) -> Settings:
        app_env = self.text("APP_ENV", "development")
        if app_env not in ENVIRONMENTS:
            self.faults.append(f"APP_ENV must be one of {', '.join(ENVIRONMENTS)}, not {app_env!r}")
        production = app_env == "production"
        data_dir = self._data_dir()
        port = self._number("PORT", 8000, most=65535)
        host = self.text("HOST", "127.0.0.1")
        public_url = self.text("PUBLIC_URL") or f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - compared, not bound
        hosts = tuple(h.strip() for h in self.text("TRUSTED_HOSTS").split(",") if h.strip())
        settings = Settings(
            app_env=app_env,
            demo=self.flag("DEMO"),
            data_dir=data_dir,
            database_url=self._database_url(data_dir),
            root_key=self._root_key(data_dir, production),
            host=host,
            port=port,
            public_url=public_url.rstrip("/"),
            trusted_hosts=hosts or tuple(filter(None, [urlsplit(public_url).hostname])),
            behind_proxy=self.flag("BEHIND_PROXY"),
            sms_provider=self.text("SMS_PROVIDER", MEMORY),
            sms_http_url=self.text("SMS_HTTP_URL"),
            sms_http_token=self.text("SMS_HTTP_TOKEN"),
            clamd_socket=self.text("CLAMD_SOCKET"),
            payos_checksum_key=self.text("PAYOS_CHECKSUM_KEY"),
            sepay_api_key=self.text("SEPAY_API_KEY"),
            version=self.text("APP_VERSION", "0.1.0"),
            helper_most_open=self._number("HELPER_MOST_OPEN", 10, most=50),
        )
        self._check_providers(settings)
        if production:
            self._check_production(settings)
        if self.faults:
            raise SettingsError(self.faults)
        return settings

    def _number(self, name: str, default: int, *, most: int) -> int:
        text = self.text(name) or str(default)
        if text.isascii() and text.isdigit() and 0 < int(text) <= most:
            return int(text)
        self.faults.append(f"{name} must be a number from 1 to {most}, not {text!r}")
        return default

    def _data_dir(self) -> Path:
        path = Path(self.text("DATA_DIR", "var")).resolve()
        nearest = next(one for one in (path, *path.parents) if one.exists())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            self.faults.append(f"DATA_DIR {path} cannot be used: {nearest} is no directory that we may write to")
        return path

    def _database_url(self, data_dir: Path) -> str:
        url = self.text("DATABASE_URL") or f"sqlite:///{data_dir / 'phuxuan.db'}"
        if url.startswith("postgres://"):
            url = "postgresql://" + url.removeprefix("postgres://")
        if url.startswith("postgresql://"):
            url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
        if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.faults.append("DATABASE_URL must begin with sqlite:/// or postgresql://")
        return url

    def _root_key(self, data_dir: Path, production: bool) -> bytes:
        """32 bytes in base64. Outside production one is made once and kept beside the data."""
        text = self.text("APP_ROOT_KEY")
        if not text and production:
            self.faults.append("APP_ROOT_KEY is missing (32 random bytes in base64, or APP_ROOT_KEY_FILE)")
            return b""
        if not text:
            try:
                text = _kept_key(data_dir / ROOT_KEY_FILE)
            except UnicodeDecodeError:
                text = "?"
            except OSError as error:
                if data_dir.is_dir():  # otherwise it was told of already
                    self.faults.append(f"{data_dir / ROOT_KEY_FILE} cannot be read: {error.strerror}")
                return b""
            source = f"{data_dir / ROOT_KEY_FILE} is damaged, it"
        else:
            source = "APP_ROOT_KEY"
        try:
            key = base64.b64decode(text, validate=True)
        except ValueError:
            key = b""
        if len(key) != 32:
            self.faults.append(f"{source} must be 32 bytes in base64")
        return key

    def _check_providers(self, settings: Settings) -> None:
        if settings.sms_provider not in (MEMORY, "http"):
            self.faults.append(f"SMS_PROVIDER must be memory or http, not {settings.sms_provider!r}")
        if settings.sms_provider == "http":
            for name, value in (("SMS_HTTP_URL", settings.sms_http_url), ("SMS_HTTP_TOKEN", settings.sms_http_token)):
                if not value:
                    self.faults.append(f"{name} is missing, SMS_PROVIDER=http needs it")

    def _check_production(self, settings: Settings) -> None:
        if settings.demo:
            self.faults.append("DEMO is refused when APP_ENV=production")
        if settings.sms_provider == MEMORY:
            self.faults.append("SMS_PROVIDER=memory is refused when APP_ENV=production")
        if not self.text("PUBLIC_URL").startswith("https://"):
            self.faults.append("PUBLIC_URL must be set and begin with https:// when APP_ENV=production")
        for name, value in (
            ("PAYOS_CHECKSUM_KEY", settings.payos_checksum_key),
            ("SEPAY_API_KEY", settings.sepay_api_key),
            ("CLAMD_SOCKET", settings.clamd_socket),
        ):
            if not value:
                self.faults.append(f"{name} is missing")


def _kept_key(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(key)
        return key
