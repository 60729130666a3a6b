"""After a change of the secret key: everything personal is sealed anew under the newest one, while serving."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import LargeBinary, MetaData, Table, func, or_, select, type_coerce, update

from app.kit.crypto import KEY_ID, Keyring
from app.kit.db import Sessions, transaction
from app.kit.sealing import Prefixes, Sealed

Report = Callable[[str, int], None]
"""Called with a table's name and how many of its rows were sealed anew so far."""
BATCH = 500


async def reseal(make: Sessions, metadata: MetaData, keyring: Keyring, report: Report) -> int:
    """Seal every row anew that an earlier key sealed; how many that were.

    Each batch is a transaction of its own, and rows that are done are not looked at again: it may be stopped and
    started at any time. Raises `Undecipherable` for a key that is not in the keyring.
    """
    total = 0
    for table in metadata.sorted_tables:
        if any(isinstance(column.type, Sealed) for column in table.columns):
            total += await _table(make, table, keyring, report)
    return total


async def _table(make: Sessions, table: Table, keyring: Keyring, report: Report) -> int:
    (key,) = table.primary_key
    sealed = [column for column in table.columns if isinstance(column.type, Sealed)]
    old = or_(*(func.substring(type_coerce(one, LargeBinary), 1, KEY_ID) != keyring.key_id for one in sealed))
    statement = select(key, *sealed).where(old).order_by(key).limit(BATCH).with_for_update()
    done, last = 0, None
    while True:
        async with transaction(make) as session:
            after = statement if last is None else statement.where(key > last)
            rows = (await session.execute(after)).mappings().all()
            for row in rows:
                await session.execute(update(table).where(key == row[key.name]).values(_anew(table, dict(row))))
        if not rows:
            return done
        done, last = done + len(rows), rows[-1][key.name]
        report(table.name, done)


def _anew(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """The personal values of a row, which binding seals, and the beginnings that follow from them."""
    values = {}
    for column in table.columns:
        if isinstance(column.type, Sealed):
            values[column.name] = row[column.name]
        elif isinstance(column.type, Prefixes):
            values[column.name] = row[column.type.name.partition(".")[2]]
    return values
