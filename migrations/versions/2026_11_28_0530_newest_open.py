"""the newest open demands of a district are found without sorting them all"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_0530_newest_open"
down_revision: str | None = "2026_11_28_0400_residents"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OPEN = "mode = 'open' AND state IN ('claimed', 'dispatched', 'serving') AND claimed < slots"


def upgrade() -> None:
    op.create_index("ix_demands_open_newest", "demands", ["id", "region_code"], postgresql_where=sa.text(OPEN))


def downgrade() -> None:
    op.drop_index("ix_demands_open_newest", table_name="demands")
