"""merged members: one person's two entries on rosters, made one by a pointer that can be taken back"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2125_merged_members"
down_revision: str | None = "2026_11_27_2122_rosters"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("members", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_members_merged_into_id_members"), "members", "members", ["merged_into_id"], ["id"])
    op.create_index(op.f("ix_members_merged_into_id"), "members", ["merged_into_id"])
    op.create_table(
        "member_merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("account_followed", sa.Boolean(), nullable=False),
        sa.Column("phone_followed", sa.Boolean(), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_member_merges_{column}_{table}"))
            for column, table in (
                ("member_id", "members"),
                ("into_id", "members"),
                ("account_id", "accounts"),
                ("merged_by", "accounts"),
                ("undone_by", "accounts"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_merges")),
    )
    op.create_index(op.f("ix_member_merges_into_id"), "member_merges", ["into_id"])
    op.create_index(
        "uq_member_merges_live",
        "member_merges",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("member_merges")
    op.drop_index(op.f("ix_members_merged_into_id"), "members")
    op.drop_constraint(op.f("fk_members_merged_into_id_members"), "members", type_="foreignkey")
    op.drop_column("members", "merged_into_id")
