"""preferences: when members can serve, what they like, and where they usually are"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1342_preferences"
down_revision: str | None = "2026_11_24_1340_sealed"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("hours", sa.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("days_off", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("wishes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("cell_lng", sa.LargeBinary(), nullable=True),
        sa.Column("cell_lat", sa.LargeBinary(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(cell_lng IS NULL) = (cell_lat IS NULL)", name=op.f("ck_preferences_cell_is_whole")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_preferences_member_id_members")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_preferences")),
    )


def downgrade() -> None:
    op.drop_table("preferences")
