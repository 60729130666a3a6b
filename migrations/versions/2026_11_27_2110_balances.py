"""what stood at the end of each day, by district"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2110_balances"
down_revision: str | None = "2026_11_27_2055_enroll_messages"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "enrollment_balances",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("district_code", sa.Text(collation="C"), nullable=False),
        sa.Column("unit_kind", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "district_code", "unit_kind", "kind", name=op.f("pk_enrollment_balances")),
    )
    op.create_index(op.f("ix_enrollments_confirmed_on"), "enrollments", ["confirmed_on"])
    op.create_index(op.f("ix_enrollments_ended_on"), "enrollments", ["ended_on"])


def downgrade() -> None:
    op.drop_index(op.f("ix_enrollments_ended_on"), table_name="enrollments")
    op.drop_index(op.f("ix_enrollments_confirmed_on"), table_name="enrollments")
    op.drop_table("enrollment_balances")
