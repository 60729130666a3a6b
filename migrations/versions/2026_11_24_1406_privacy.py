"""privacy: consents, as what somebody saw a demand, and accounts that leave"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1406_privacy"
down_revision: str | None = "2026_11_24_1356_answers"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEEN_AS = """
UPDATE reveals SET seen_as = CASE WHEN EXISTS (
    SELECT FROM claims JOIN accounts ON accounts.id = reveals.account_id
    WHERE claims.demand_id = reveals.demand_id AND claims.claimant_id IN (accounts.id, accounts.member_id)
) THEN 'claimant' ELSE 'handler' END
"""


def upgrade() -> None:
    op.add_column("accounts", sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("accounts", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_accounts_leaving_at"),
        "accounts",
        ["leaving_at"],
        unique=False,
        postgresql_where=sa.text("leaving_at IS NOT NULL"),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('self', 'erasure')", name=op.f("ck_consents_channel")),
        sa.CheckConstraint("purpose IN ('privacy_policy', 'show_identity')", name=op.f("ck_consents_purpose")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_consents_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index(
        op.f("ix_consents_account_id_purpose_id"), "consents", ["account_id", "purpose", "id"], unique=False
    )
    op.execute(
        "CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consents "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )
    op.add_column("reveals", sa.Column("seen_as", sa.String(32), nullable=True))
    op.execute(SEEN_AS)
    op.alter_column("reveals", "seen_as", nullable=False)
    op.create_check_constraint(op.f("ck_reveals_seen_as"), "reveals", "seen_as IN ('handler', 'claimant')")


def downgrade() -> None:
    op.drop_constraint(op.f("ck_reveals_seen_as"), "reveals", type_="check")
    op.drop_column("reveals", "seen_as")
    op.drop_table("consents")
    op.drop_index(op.f("ix_accounts_leaving_at"), table_name="accounts")
    op.drop_column("accounts", "erased_at")
    op.drop_column("accounts", "leaving_at")
