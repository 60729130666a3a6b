"""evidence: whether a completion showed less of the work than its category asks for"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1431_evidence"
down_revision: str | None = "2026_11_24_1423_told"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("claims", sa.Column("evidence_missing", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("claims", "evidence_missing", server_default=None)


def downgrade() -> None:
    op.drop_column("claims", "evidence_missing")
