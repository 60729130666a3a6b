"""Typed settings, read once from the environment (`YIHU_…`); production refuses unsafe ones by name."""

import os
import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url

from app.kit import postgres
from app.kit.crypto import SHORTEST_SECRET, Keyring, secret_in


def default_data_dir() -> Path:
    """The folder that holds the embedded database and the secret key when none is named."""
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root, and no other user can enter root's home
        return Path("/var/lib/yihu")
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "yihu"


Check = tuple[bool, str]
"""Whether something is unsafe, and what to say then."""


class UnsafeSettings(Exception):
    """Production was asked for with settings that are unsafe there; `problems` names each one."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("unsafe for YIHU_ENV=production:\n" + "\n".join(f"  - {line}" for line in problems))


LONGEST_MS = 60_000
"""What a request may wait for at most, whatever is set."""
APP_ID, APP_SECRET = re.compile(r"wx[0-9a-f]{16}"), re.compile(r"[0-9a-f]{32}")
PLACEHOLDER = re.compile(r"change.?me|secret|password|example", re.IGNORECASE)
TEMPORARY = (Path("/tmp"), Path("/var/tmp"), Path("/dev/shm"), Path("/run"))  # noqa: S108 - named to be refused


class Settings(BaseSettings):
    """Every setting of the service; `YIHU_DATABASE_URL` sets `database_url`, and so on."""

    model_config = SettingsConfigDict(env_prefix="YIHU_", env_ignore_empty=True, extra="forbid", frozen=True)

    env: Literal["development", "production"] = "development"
    data_dir: Path = Field(default_factory=default_data_dir)
    """Holds the embedded database, the secret key, uploaded files and the run-time files."""
    database_url: str | None = Field(default=None, repr=False)
    """PostgreSQL 15+ as the app role, `postgresql://user:password@host/name`; unset starts the embedded one."""
    owner_database_url: str | None = Field(default=None, repr=False)
    """The same database as the role that owns the tables and migrates; unset means `database_url`."""
    postgres_user: str | None = None
    """Who the embedded PostgreSQL runs as when started by root; unset takes yihu, postgres or nobody."""
    fsync: bool = True
    """Whether the embedded PostgreSQL waits for the disk; off only for tests."""
    secret_key: str | None = Field(default=None, repr=False)
    """Signs tokens and encrypts personal data, at least 32 characters; unset makes one in the data folder."""
    retired_secret_keys: list[str] = Field(default=[], repr=False)
    """Earlier secret keys, which still open what was made with them, until it is made anew."""
    background: bool = True
    """Whether `serve` runs the background worker too; off where `yihu worker` has a container of its own."""
    demo: bool = False
    """Seed generated people and open sandbox sign-ins for them."""
    public_url: str | None = None
    """Where phones reach this service, `https://yihu.example.cn`: printed codes lead there; unset means as asked."""
    wechat_app_id: str | None = None
    """The mini-program's app id; unset means the sandbox, where `sandbox:NAME` signs anybody in."""
    wechat_secret: str | None = Field(default=None, repr=False)
    wechat_base_url: str = "https://api.weixin.qq.com"
    clock_file: Path | None = None
    """A file holding seconds by which every process's clock is moved; for tests."""
    cors_origins: list[str] = []
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    pool_size: int = Field(default=8, ge=1, le=64)
    """Database connections a process may hold; all processes together must fit the server's limit."""
    hot_pool_size: int = Field(default=4, ge=1, le=64)
    """Connections that an HTTP process holds beside those, for the commands that run most often."""
    statement_timeout_ms: int = Field(default=5_000, ge=100, le=LONGEST_MS)
    lock_timeout_ms: int = Field(default=2_000, ge=100, le=LONGEST_MS)
    pool_timeout_ms: int = Field(default=2_000, ge=100, le=LONGEST_MS)
    requests_per_minute: int = Field(default=1_200, ge=0, le=1_000_000)
    """What one caller may ask of an HTTP process a minute, and an address without a token five times; 0: anything."""
    requests_at_once: int = Field(default=64, ge=1, le=10_000)
    """How many requests an HTTP process works on or lets wait for a connection; one too many is refused at once."""
    trusted_proxies: str = "127.0.0.1"
    """The addresses, separated by commas, whose X-Forwarded-For says who really asks."""
    outage_patience_ms: int = Field(default=4_000, ge=0, le=LONGEST_MS)
    """How long requests wait for a database that went away; after that they are refused at once until it is back."""
    request_deadline_ms: int = Field(default=10_000, ge=500, le=LONGEST_MS)
    """How long one request may keep being retried after serialization failures and deadlocks."""

    @field_validator("data_dir", "clock_file")
    @classmethod
    def absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path else None

    @property
    def embedded(self) -> bool:
        """Whether we run our own PostgreSQL in the data folder."""
        return self.database_url is None

    @property
    def sandbox(self) -> bool:
        """Whether WeChat sign-ins are pretended."""
        return self.wechat_app_id is None

    def refuse_unsafe(self) -> None:
        """Raise `UnsafeSettings` naming every setting that must not reach production."""
        if self.env == "production" and (problems := self._unsafe()):
            raise UnsafeSettings(problems)

    def _unsafe(self) -> list[str]:
        checks = [*self._open_doors(), *self._weak_secrets(), *self._lost_work()]
        return [problem for unsafe, problem in checks if unsafe]

    def _open_doors(self) -> list[Check]:
        app_id, secret, origins = self.wechat_app_id or "", self.wechat_secret or "", self.cors_origins
        return [
            (self.demo, "YIHU_DEMO: demo people may sign in with known codes"),
            (self.sandbox, "YIHU_WECHAT_APP_ID: unset, so the sandbox signs anybody in"),
            (not self.sandbox and not APP_ID.fullmatch(app_id), "YIHU_WECHAT_APP_ID: not an app id of WeChat"),
            (
                not self.sandbox and not APP_SECRET.fullmatch(secret),
                "YIHU_WECHAT_SECRET: unset or not a secret of WeChat, so nobody could sign in",
            ),
            (
                not self.wechat_base_url.startswith("https://"),
                "YIHU_WECHAT_BASE_URL: not https, so sign-in codes travel in the open",
            ),
            (
                not (self.public_url or "").startswith("https://"),
                "YIHU_PUBLIC_URL: unset or not https, so printed codes would lead wherever somebody pretends to be",
            ),
            (
                self.requests_per_minute == 0,
                "YIHU_REQUESTS_PER_MINUTE: 0, so one caller can keep everybody else waiting",
            ),
            ("*" in self.trusted_proxies, "YIHU_TRUSTED_PROXIES: * believes any address that a caller makes up"),
            (self.clock_file is not None, "YIHU_CLOCK_FILE: set, so the clock can be moved"),
            ("*" in origins, "YIHU_CORS_ORIGINS: * lets any site call with a stolen token"),
            (
                any(origin != "*" and not origin.startswith("https://") for origin in origins),
                "YIHU_CORS_ORIGINS: an origin without https",
            ),
        ]

    def _weak_secrets(self) -> list[Check]:
        key = self.secret_key
        return [
            (
                any(len(retired) < SHORTEST_SECRET for retired in self.retired_secret_keys),
                "YIHU_RETIRED_SECRET_KEYS: one is shorter than 32 characters",
            ),
            (key is not None and len(key) < SHORTEST_SECRET, "YIHU_SECRET_KEY: shorter than 32 characters"),
            (
                key is not None and len(set(key)) < 10,
                "YIHU_SECRET_KEY: too few different characters to be random",
            ),
            (
                key is not None and PLACEHOLDER.search(key) is not None,
                "YIHU_SECRET_KEY: a word of an example, not random",
            ),
            (
                not self.embedded and _user(self.owner_database_url) in (None, _user(self.database_url)),
                "YIHU_OWNER_DATABASE_URL: one database role owns and uses the tables, "
                "so the app could rewrite the ledger",
            ),
            (
                _guessable(self.database_url),
                "YIHU_DATABASE_URL: without a password, or with one that is easy to guess",
            ),
            (
                _guessable(self.owner_database_url),
                "YIHU_OWNER_DATABASE_URL: without a password, or with one that is easy to guess",
            ),
        ]

    def _lost_work(self) -> list[Check]:
        return [
            (not self.fsync, "YIHU_FSYNC: off, so a power cut loses acknowledged work"),
            (
                any(self.data_dir.is_relative_to(folder) for folder in TEMPORARY),
                "YIHU_DATA_DIR: a temporary folder, which the system may empty",
            ),
            (self.log_level == "debug", "YIHU_LOG_LEVEL: debug lets libraries print what people wrote"),
            (self.log_format != "json", "YIHU_LOG_FORMAT: not json, so nothing can collect the logs"),
        ]


def _user(url: str | None) -> str | None:
    return make_url(url).username if url else None


def _guessable(url: str | None) -> bool:
    """Whether a database that is reached over the network has a password that anybody would try."""
    if url is None:
        return False
    parts = make_url(url)
    local = not parts.host and str(parts.query.get("host", "/")).startswith("/")
    password = str(parts.password or "")
    return not local and (len(password) < 8 or password in (parts.username, "postgres", "password"))


def keyring(settings: Settings) -> Keyring:
    """The keys of this installation: from the settings, or from the file in the data folder."""
    secret = settings.secret_key or secret_in(settings.data_dir / "secret.key")
    return Keyring(secret, tuple(settings.retired_secret_keys))


def database_url(settings: Settings, role: Literal["owner", "app"]) -> str:
    """Where the database is for a role, whether ours or one that was named."""
    if settings.database_url is None:
        return postgres.url(settings.data_dir, role)
    return (settings.owner_database_url if role == "owner" else None) or settings.database_url


def app_role(settings: Settings) -> str:
    """The name of the role that the app uses."""
    return make_url(database_url(settings, "app")).username or ""
