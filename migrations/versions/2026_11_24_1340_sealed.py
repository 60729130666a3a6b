"""sealed: personal columns are encrypted, and found again by blind indexes

Rows that are there are sealed with the installation's keys. Code older than this cannot read the result, so nothing
may be serving meanwhile: `yihu serve` migrates before it serves. Write-ahead logs and backups from before still hold
what was readable then.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.kit.crypto import Keyring
from app.kit.sealing import Prefixes, Sealed, entrust
from app.settings import Settings, keyring

revision: str = "2026_11_24_1340_sealed"
down_revision: str | None = "2026_11_24_1335_endings"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FINDABLE = {"accounts": "phone", "identities": "subject", "members": "phone", "demands": "on_behalf_phone"}
"""The column of each table that has a blind index."""
NUMBERS = ("lng", "lat")
COLUMNS = {
    "accounts": ("nickname", "phone"),
    "identities": ("subject", "union_id"),
    "members": ("name", "phone"),
    "demands": (
        "description",
        "address",
        "lng",
        "lat",
        "contact_name",
        "contact_phone",
        "on_behalf_name",
        "on_behalf_phone",
    ),
    "claims": ("note",),
    "evaluations": ("comment",),
    "notes": ("text",),
    "feedback": ("comment",),
    "response_ratings": ("comment",),
}
BATCH = 2_000


def upgrade() -> None:
    op.drop_index("ix_accounts_phone", table_name="accounts")
    op.drop_index("ix_members_phone", table_name="members")
    op.drop_index("ix_demands_on_behalf_phone_id", table_name="demands")
    op.drop_constraint("uq_identities_provider_app_id_subject", "identities")
    op.add_column("members", sa.Column("name_prefixes", sa.ARRAY(sa.BigInteger()), nullable=True))
    for table, columns in COLUMNS.items():
        _alter(table, {column: f"convert_to({column}::text, 'UTF8')" for column in columns}, "bytea")
        _rewrite(table, columns, _sealed)
        _alter(
            table, {column: f"{column} || ''::bytea" for column in columns}, "bytea"
        )  # leaves no readable row behind
    op.alter_column("members", "name_prefixes", nullable=False)
    for table, column in FINDABLE.items():
        index = sa.Computed(f"substring({column} from 5 for 16)", persisted=True)
        op.add_column(table, sa.Column(f"{column}_index", sa.LargeBinary(), index, nullable=column != "subject"))
    op.create_index("ix_accounts_phone_index", "accounts", ["phone_index"])
    op.create_index("ix_members_phone_index", "members", ["phone_index"])
    op.create_index("ix_members_name_prefixes", "members", ["name_prefixes"], postgresql_using="gin")
    op.create_index(
        "ix_demands_on_behalf_phone_index_id",
        "demands",
        ["on_behalf_phone_index", "id"],
        postgresql_where=sa.text("on_behalf_phone_index IS NOT NULL"),
    )
    op.create_unique_constraint(
        "uq_identities_provider_app_id_subject_index", "identities", ["provider", "app_id", "subject_index"]
    )


def downgrade() -> None:
    op.drop_constraint("uq_identities_provider_app_id_subject_index", "identities")
    op.drop_index("ix_demands_on_behalf_phone_index_id", table_name="demands")
    op.drop_index("ix_members_name_prefixes", table_name="members")
    op.drop_index("ix_members_phone_index", table_name="members")
    op.drop_index("ix_accounts_phone_index", table_name="accounts")
    for table, column in FINDABLE.items():
        op.drop_column(table, f"{column}_index")
    for table, columns in COLUMNS.items():
        _rewrite(table, columns, _opened)
        for column in columns:
            readable = f"convert_from({column}, 'UTF8')"
            kind = "double precision" if column in NUMBERS else "text"
            _alter(table, {column: f"{readable}::{kind}"}, kind)
    op.drop_column("members", "name_prefixes")
    op.create_unique_constraint(
        "uq_identities_provider_app_id_subject", "identities", ["provider", "app_id", "subject"]
    )
    op.create_index(
        "ix_demands_on_behalf_phone_id",
        "demands",
        ["on_behalf_phone", "id"],
        postgresql_where=sa.text("on_behalf_phone IS NOT NULL"),
    )
    op.create_index("ix_members_phone", "members", ["phone"])
    op.create_index("ix_accounts_phone", "accounts", ["phone"])


def _alter(table: str, columns: dict[str, str], kind: str) -> None:
    parts = (f"ALTER COLUMN {column} TYPE {kind} USING {expression}" for column, expression in columns.items())
    op.execute(f"ALTER TABLE {table} {', '.join(parts)}")


def _type(table: str, column: str) -> Sealed:
    kind = float if column in NUMBERS else str
    return Sealed(f"{table}.{column}", kind, findable=FINDABLE.get(table) == column)


def _sealed(keys: Keyring, table: str, row: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for column in COLUMNS[table]:
        if row[column] is not None:
            kind = _type(table, column)
            values[column] = kind.seal(keys, kind.kind(row[column].decode()))
    if table == "members":
        values["name_prefixes"] = row["name"].decode()
    return values


def _opened(keys: Keyring, table: str, row: dict[str, Any]) -> dict[str, Any]:
    present = [column for column in COLUMNS[table] if row[column] is not None]
    return {column: str(_type(table, column).unseal(keys, row[column])).encode() for column in present}


def _rewrite(table: str, columns: Sequence[str], change: Any) -> None:
    """Give every row what `change` makes of it, in batches in the order of the ids."""
    connection = op.get_bind()
    names = [sa.column("id", sa.Uuid()), *(sa.column(column, sa.LargeBinary()) for column in columns)]
    prefixes = sa.column("name_prefixes", Prefixes("members.name"))
    rows = sa.table(table, *names, *([prefixes] if table == "members" else []))
    last = sa.select(*names).select_from(rows).order_by(rows.c.id).limit(BATCH)
    found = connection.execute(last).mappings().all()
    if not found:
        return  # and nobody is asked for keys
    keys = context.config.attributes.get("keyring") or keyring(Settings())
    entrust(connection.dialect, keys)
    while found:
        for row in found:
            if values := change(keys, table, dict(row)):
                connection.execute(sa.update(rows).where(rows.c.id == row["id"]).values(**values))
        found = connection.execute(last.where(rows.c.id > found[-1]["id"])).mappings().all()
