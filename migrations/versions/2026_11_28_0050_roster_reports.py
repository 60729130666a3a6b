"""roster reports: reports that a file brings, also where whoever runs the program imports it"""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_28_0050_roster_reports"
down_revision: str | None = "2026_11_28_0040_summed_up"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KIND = "ck_roster_imports_kind"
BEFORE = "kind IN ('members', 'organizations', 'staff')"
AFTER = "kind IN ('members', 'organizations', 'staff', 'enrollments')"


def upgrade() -> None:
    op.drop_constraint(op.f(KIND), "roster_imports", type_="check")
    op.create_check_constraint(op.f(KIND), "roster_imports", AFTER)
    op.alter_column("enrollments", "requested_by", nullable=True)


def downgrade() -> None:
    op.alter_column("enrollments", "requested_by", nullable=False)
    op.drop_constraint(op.f(KIND), "roster_imports", type_="check")
    op.create_check_constraint(op.f(KIND), "roster_imports", BEFORE)
