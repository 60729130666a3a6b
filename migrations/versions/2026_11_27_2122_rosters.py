"""rosters: files that were sent to be taken over, and organizations by the codes of others' systems"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2122_rosters"
down_revision: str | None = "2026_11_27_2121_shift_messages"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("organizations", sa.Column("external_code", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_organizations_external_code"), "organizations", ["external_code"])
    op.create_index(op.f("ix_organizations_name"), "organizations", ["name"])
    op.create_table(
        "roster_imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("all_or_none", sa.Boolean(), nullable=False),
        *(
            sa.Column(f"{name}_count", sa.Integer(), nullable=False)
            for name in ("row", "done", "new", "changed", "unchanged", "refused")
        ),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('members', 'organizations', 'staff')", name=op.f("ck_roster_imports_kind")),
        sa.CheckConstraint(
            "state IN ('checking', 'checked', 'writing', 'done', 'failed')", name=op.f("ck_roster_imports_state")
        ),
        sa.ForeignKeyConstraint(["sent_by"], ["accounts.id"], name=op.f("fk_roster_imports_sent_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_imports")),
    )
    op.create_index(op.f("ix_roster_imports_sent_by"), "roster_imports", ["sent_by"])
    op.create_index(op.f("ix_roster_imports_expires_at"), "roster_imports", ["expires_at"])
    op.create_index(
        "ix_roster_imports_state",
        "roster_imports",
        ["state"],
        postgresql_where=sa.text("state IN ('checking', 'writing')"),
    )
    op.create_table(
        "roster_pages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("rows", sa.LargeBinary(), nullable=False),
        sa.Column("outcomes", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["roster_imports.id"],
            name=op.f("fk_roster_pages_import_id_roster_imports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_pages")),
    )
    op.create_index(op.f("ix_roster_pages_import_id"), "roster_pages", ["import_id"])


def downgrade() -> None:
    op.drop_table("roster_pages")
    op.drop_table("roster_imports")
    op.drop_index(op.f("ix_organizations_name"), "organizations")
    op.drop_constraint(op.f("uq_organizations_external_code"), "organizations", type_="unique")
    op.drop_column("organizations", "external_code")
