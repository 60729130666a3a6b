"""demands: when their filer last appealed how they ended"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1825_appealed"
down_revision: str | None = "2026_11_24_1806_matters"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEALED = """
UPDATE demands SET appealed_at = latest.filed_at
FROM (
    SELECT subject_id, max(filed_at) AS filed_at FROM appeals
    WHERE subject_kind IN ('rejection', 'merge', 'cancellation') GROUP BY subject_id
) latest
WHERE demands.id = latest.subject_id
"""


def upgrade() -> None:
    op.add_column("demands", sa.Column("appealed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(APPEALED)


def downgrade() -> None:
    op.drop_column("demands", "appealed_at")
