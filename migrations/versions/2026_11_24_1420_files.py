"""files: photos and voice notes, and how many somebody uploads a day"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1420_files"
down_revision: str | None = "2026_11_24_1412_oversight"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("media_type", sa.String(32), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.Column("content_mac", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("taken_at", sa.LargeBinary(), nullable=True),
        sa.Column("lng", sa.LargeBinary(), nullable=True),
        sa.Column("lat", sa.LargeBinary(), nullable=True),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('photo', 'voice')", name=op.f("ck_files_kind")),
        sa.CheckConstraint("media_type IN ('image/jpeg', 'audio/mpeg', 'audio/mp4')", name=op.f("ck_files_media_type")),
        sa.CheckConstraint("subject_kind IN ('demand', 'claim')", name=op.f("ck_files_subject_kind")),
        sa.CheckConstraint("(subject_id IS NULL) = (subject_kind IS NULL)", name=op.f("ck_files_subject_is_whole")),
        sa.CheckConstraint("(subject_id IS NULL) = (expires_at IS NOT NULL)", name=op.f("ck_files_unattached_expires")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["accounts.id"], name=op.f("fk_files_uploaded_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("blob", name=op.f("uq_files_blob")),
    )
    op.create_index(
        op.f("ix_files_subject_id_id"),
        "files",
        ["subject_id", "id"],
        unique=False,
        postgresql_where=sa.text("subject_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_files_expires_at"),
        "files",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("subject_id IS NULL"),
    )
    op.create_index(
        "uq_files_same_content",
        "files",
        ["uploaded_by", "content_mac"],
        unique=True,
        postgresql_where=sa.text("subject_id IS NULL"),
    )
    op.create_table(
        "upload_days",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_upload_days_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", "day", name=op.f("pk_upload_days")),
    )
    op.create_index(op.f("ix_upload_days_day"), "upload_days", ["day"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_upload_days_day"), table_name="upload_days")
    op.drop_table("upload_days")
    op.drop_index("uq_files_same_content", table_name="files", postgresql_where=sa.text("subject_id IS NULL"))
    op.drop_index(op.f("ix_files_expires_at"), table_name="files", postgresql_where=sa.text("subject_id IS NULL"))
    op.drop_index(
        op.f("ix_files_subject_id_id"), table_name="files", postgresql_where=sa.text("subject_id IS NOT NULL")
    )
    op.drop_table("files")
