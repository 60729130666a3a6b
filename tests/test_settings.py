"""Settings: where they come from, and which of them must never reach production."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import Settings, UnsafeSettings, app_role, database_url

SAFE: dict[str, Any] = {
    "env": "production",
    "data_dir": Path("/var/lib/yihu"),
    "secret_key": "vQ3rX8kLm2TzP9wYb6NdHs4FgJ7cUeRa",
    "wechat_app_id": "wx0123456789abcdef",
    "wechat_secret": "0123456789abcdef0123456789abcdef",
    "database_url": "postgresql://yihu_app:Rt5xQ8nW@db.internal/yihu",
    "owner_database_url": "postgresql://yihu:Zk2vB7mC@db.internal/yihu",
    "cors_origins": ["https://desk.example.cn"],
    "public_url": "https://yihu.example.cn",
}
SAME_ROLE = "postgresql://yihu_app:Rt5xQ8nW@db.internal:5432/yihu?ssl=require"


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting comes from the environment in which the tests run."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"YIHU_{name.upper()}", raising=False)


def test_safe_settings_start() -> None:
    Settings(**SAFE).refuse_unsafe()


def test_the_embedded_database_and_a_key_in_its_folder_are_safe() -> None:
    without: dict[str, Any] = {"database_url": None, "owner_database_url": None, "secret_key": None, "cors_origins": []}
    Settings(**SAFE | without).refuse_unsafe()


def test_a_database_on_this_machine_needs_no_password() -> None:
    local = {
        "database_url": "postgresql://yihu_app@/yihu?host=/var/run/postgresql",
        "owner_database_url": "postgresql://yihu@/yihu?host=/var/run/postgresql",
    }
    Settings(**SAFE | local).refuse_unsafe()


UNSAFE = [
    ("demo", True),
    ("wechat_app_id", None),
    ("wechat_app_id", "sandbox"),
    ("wechat_secret", None),
    ("wechat_secret", "not-one-of-theirs"),
    ("wechat_base_url", "http://api.weixin.qq.com"),
    ("public_url", None),
    ("public_url", "http://yihu.example.cn"),
    ("clock_file", Path("/var/lib/yihu/clock")),
    ("cors_origins", ["*"]),
    ("cors_origins", ["https://desk.example.cn", "http://desk.example.cn"]),
    ("cors_origins", ["null"]),
    ("secret_key", "Rt5xQ8nWZk2vB7mCRt5xQ8nWZk2vB7m"),
    ("secret_key", "abcabcabcabcabcabcabcabcabcabcabcabc"),
    ("secret_key", "change-me-vQ3rX8kLm2TzP9wYb6NdHs4F"),
    ("secret_key", "a secret for tests only, 0123456789"),
    ("owner_database_url", None),
    ("owner_database_url", SAFE["database_url"]),
    ("owner_database_url", SAME_ROLE),
    ("owner_database_url", "postgresql://yihu:yihu@db.internal/yihu"),
    ("database_url", "postgresql://yihu_app@db.internal/yihu"),
    ("database_url", "postgresql://yihu_app:postgres@db.internal/yihu"),
    ("database_url", "postgresql://yihu_app:yihu_app@db.internal/yihu"),
    ("fsync", False),
    ("data_dir", Path("/tmp/yihu")),
    ("data_dir", Path("/dev/shm")),
    ("log_level", "debug"),
    ("log_format", "console"),
]


@pytest.mark.parametrize(("name", "value"), UNSAFE)
def test_an_unsafe_setting_is_refused_by_its_name_and_without_its_value(name: str, value: Any) -> None:
    settings = Settings(**SAFE | {name: value})
    with pytest.raises(UnsafeSettings) as refused:
        settings.refuse_unsafe()
    assert [problem.split(":")[0] for problem in refused.value.problems] == [f"YIHU_{name.upper()}"]
    if "secret" in name or "database" in name:
        assert str(value) not in str(refused.value)


def test_at_least_fifteen_kinds_of_unsafe_settings_are_known() -> None:
    told = {problem for name, value in UNSAFE for problem in Settings(**SAFE | {name: value})._unsafe()}
    assert len(told) >= 15


def test_everything_that_is_unsafe_is_told_at_once() -> None:
    with pytest.raises(UnsafeSettings) as refused:
        Settings(**SAFE | {"demo": True, "fsync": False, "cors_origins": ["*"]}).refuse_unsafe()
    assert len(refused.value.problems) == 3


def test_in_development_nothing_is_refused() -> None:
    for name, value in UNSAFE:
        Settings(**SAFE | {"env": "development", name: value}).refuse_unsafe()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("env", "staging"),
        ("statement_timeout_ms", "0"),
        ("statement_timeout_ms", "3600000"),
        ("lock_timeout_ms", "0"),
        ("pool_timeout_ms", "0"),
        ("request_deadline_ms", "-1"),
        ("pool_size", "0"),
        ("pool_size", "65"),
        ("log_level", "trace"),
        ("cors_origins", "https://not-a-json-list.example"),
        ("fsync", "perhaps"),
    ],
)
def test_what_is_no_setting_at_all_is_refused_anywhere(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"YIHU_{name.upper()}", value)
    with pytest.raises(Exception, match=name):
        Settings()


def test_a_setting_nobody_knows_is_refused() -> None:
    with pytest.raises(ValidationError, match="databse_url"):
        Settings.model_validate({"databse_url": "postgresql://"})


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YIHU_POOL_SIZE", "3")
    monkeypatch.setenv("YIHU_CORS_ORIGINS", '["https://a.example", "https://b.example"]')
    monkeypatch.setenv("YIHU_DATA_DIR", "~/yihu")
    settings = Settings()
    assert settings.pool_size == 3
    assert settings.cors_origins == ["https://a.example", "https://b.example"]
    assert settings.data_dir == Path.home() / "yihu"


def test_what_is_set_to_nothing_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WECHAT_APP_ID", "SECRET_KEY", "DATABASE_URL", "CORS_ORIGINS", "CLOCK_FILE"):
        monkeypatch.setenv(f"YIHU_{name}", "")
    settings = Settings()
    assert settings.sandbox
    assert settings.embedded
    assert settings.secret_key is None
    assert settings.cors_origins == []


def test_no_secret_shows_where_settings_are_printed() -> None:
    shown = repr(Settings(**SAFE))
    for name in ("secret_key", "wechat_secret", "database_url", "owner_database_url"):
        assert SAFE[name] not in shown


def test_each_role_has_its_database() -> None:
    settings = Settings(**SAFE)
    assert database_url(settings, "app") == SAFE["database_url"]
    assert database_url(settings, "owner") == SAFE["owner_database_url"]
    assert database_url(Settings(**SAFE | {"owner_database_url": None}), "owner") == SAFE["database_url"]
    assert app_role(settings) == "yihu_app"
