"""check-ins: places and their codes"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2030_codes"
down_revision: str | None = "2026_11_24_1825_appealed"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "places",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose IN ('enroll', 'attend', 'serve', 'file')", name=op.f("ck_places_purpose")),
        sa.CheckConstraint("version > 0", name=op.f("ck_places_version_positive")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_places_region_code_regions")),
        sa.ForeignKeyConstraint(["made_by"], ["accounts.id"], name=op.f("fk_places_made_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
    )
    op.create_index(op.f("ix_places_region_code_id"), "places", ["region_code", "id"])
    op.create_table(
        "place_codes",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_place_codes_revoked_by_somebody")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_place_codes_place_id_places")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_place_codes")),
        sa.UniqueConstraint("place_id", "version", name=op.f("uq_place_codes_place_id_version")),
    )


def downgrade() -> None:
    op.drop_table("place_codes")
    op.drop_table("places")
