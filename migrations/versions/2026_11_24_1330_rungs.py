"""rungs: how many stand at each number of points, filled from the standings

The worker of the version before does not keep them: let it end before this one starts.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1330_rungs"
down_revision: str | None = "2026_11_22_spine"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FILL = """
INSERT INTO rungs (board, period, region_code, points, holders)
SELECT board, period, region_code, points, count(*) FROM standings GROUP BY board, period, region_code, points
"""


def upgrade() -> None:
    op.create_table(
        "rungs",
        sa.Column("board", sa.String(32), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("points", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holders", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("board IN ('organization', 'community', 'member')", name=op.f("ck_rungs_board")),
        sa.PrimaryKeyConstraint("board", "period", "region_code", "points", name=op.f("pk_rungs")),
    )
    op.execute("LOCK TABLE standings IN SHARE MODE")  # nothing is counted between filling and committing
    op.execute(FILL)


def downgrade() -> None:
    op.drop_table("rungs")
