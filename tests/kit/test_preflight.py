"""Servers that are not fit."""

from pathlib import Path

from app.kit import preflight
from tests.kit.conftest import Start


async def test_a_server_is_measured_before_it_is_used(data_dir: Path, start: Start) -> None:
    address = start(data_dir).url("app")
    assert await preflight.problems(address, connections=24, durable=False) == []
    (too_many,) = await preflight.problems(address, connections=92, durable=False)
    assert "92 connections" in too_many
    assert "97 (max_connections 100, 3 reserved)" in too_many
    forgetful = await preflight.problems(address, connections=24, durable=True)
    assert [line.split()[0] for line in forgetful] == ["fsync", "full_page_writes", "synchronous_commit"]
