"""Brings a database to the newest migration; of two at once, the second waits and finds nothing to do."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

import migrations
from app.kit.crypto import Keyring


def config(owner_url: str, app_role: str, keyring: Keyring | None = None) -> Config:
    """Alembic's configuration for a database, its tables owned by one role and used by `app_role`.

    `keyring` is what migrations seal personal data with, where there is some.
    """
    settings = Config()
    settings.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    url = make_url(owner_url).set(drivername="postgresql+asyncpg")
    settings.attributes.update(url=url, app_role=app_role, keyring=keyring)
    return settings


def upgrade(owner_url: str, app_role: str, keyring: Keyring | None = None) -> None:
    """Run every migration that is missing, then grant `app_role` what the app may do."""
    command.upgrade(config(owner_url, app_role, keyring), "head")


def newest() -> str:
    """The revision that this code needs."""
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    return script.get_current_head() or ""
