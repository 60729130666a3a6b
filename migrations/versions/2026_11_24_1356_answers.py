"""answers: what was said to a category's questions when a demand was filed"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1356_answers"
down_revision: str | None = "2026_11_24_1354_clocks"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("demands", sa.Column("answers", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("demands", "answers")
