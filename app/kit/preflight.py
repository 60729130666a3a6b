"""Whether a PostgreSQL server is fit for us: its version, its connections, and what it promises to keep."""

import asyncpg

OLDEST = 15
SPARE = 6
"""Connections beside our pools: commands, backups, somebody looking."""
DURABLE = ("fsync", "full_page_writes", "synchronous_commit", "data_checksums")
NAMES = (
    "server_version_num",
    "max_connections",
    "superuser_reserved_connections",
    "reserved_connections",
    *DURABLE,
)


async def problems(url: str, *, connections: int, durable: bool) -> list[str]:
    """What is wrong with the server for `connections` pooled ones; `durable` asks that nothing be lost."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        rows = await connection.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", NAMES)
    finally:
        await connection.close()
    found = {row["name"]: row["setting"] for row in rows}
    return [*_too_old(found), *_too_few(found, connections), *(_forgetful(found) if durable else [])]


def _too_old(found: dict[str, str]) -> list[str]:
    version = int(found["server_version_num"]) // 10_000
    return [f"PostgreSQL {version} is older than {OLDEST}"] if version < OLDEST else []


def _too_few(found: dict[str, str], connections: int) -> list[str]:
    reserved = int(found["superuser_reserved_connections"]) + int(found.get("reserved_connections", "0"))
    usable = int(found["max_connections"]) - reserved
    if connections + SPARE <= usable:
        return []
    return [
        f"our processes may hold {connections} connections and need {SPARE} to spare, but the server gives "
        f"{usable} (max_connections {found['max_connections']}, {reserved} reserved); "
        "lower --workers or YIHU_POOL_SIZE, or raise max_connections"
    ]


def _forgetful(found: dict[str, str]) -> list[str]:
    return [
        f"{name} is off: a crash could lose or garble acknowledged work" for name in DURABLE if found[name] == "off"
    ]
