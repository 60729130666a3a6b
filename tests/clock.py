"""Moving the clock of every process that follows the settings' file."""

from datetime import timedelta

from app.settings import Settings


def move_clock(settings: Settings, by: timedelta) -> None:
    """It is later by so much than it is."""
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(by.total_seconds()))
