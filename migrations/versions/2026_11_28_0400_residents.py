"""certificates: also of residents, with who says what they are called"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_0400_residents"
down_revision: str | None = "2026_11_28_0100_scan_messages"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "certificates"
CHECKS = {
    "named_by": "named_by IN ('roster', 'desk', 'holder')",
    "of_one_person": "(member_id IS NULL) <> (account_id IS NULL)",
    "roster_is_members": (
        "(named_by = 'roster') = (member_id IS NOT NULL) AND (named_by = 'roster') = (organization_name IS NOT NULL)"
    ),
}


def upgrade() -> None:
    op.add_column(
        TABLE, sa.Column("named_by", sa.String(length=32), server_default=sa.text("'roster'"), nullable=False)
    )
    op.add_column(TABLE, sa.Column("account_id", sa.Uuid(), nullable=True))
    for column in ("member_id", "organization_name"):
        op.alter_column(TABLE, column, nullable=True)
    op.create_foreign_key(op.f("fk_certificates_account_id_accounts"), TABLE, "accounts", ["account_id"], ["id"])
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_certificates_{name}"), TABLE, condition)
    where = sa.text("account_id IS NOT NULL")
    op.create_index(op.f("ix_certificates_account_id_id"), TABLE, ["account_id", "id"], postgresql_where=where)


def downgrade() -> None:
    op.execute("DELETE FROM certificates WHERE account_id IS NOT NULL")
    op.drop_index(op.f("ix_certificates_account_id_id"), TABLE)
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_certificates_{name}"), TABLE, type_="check")
    op.drop_constraint(op.f("fk_certificates_account_id_accounts"), TABLE, type_="foreignkey")
    for column in ("member_id", "organization_name"):
        op.alter_column(TABLE, column, nullable=False)
    op.drop_column(TABLE, "account_id")
    op.drop_column(TABLE, "named_by")
