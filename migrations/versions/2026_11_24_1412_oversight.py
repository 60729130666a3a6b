"""oversight: appeals, complaints and suggestions; an evaluation can be struck"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1412_oversight"
down_revision: str | None = "2026_11_24_1406_privacy"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("evaluations", sa.Column("struck_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "uq_evaluations_round",
        "evaluations",
        ["demand_id", "round"],
        unique=True,
        postgresql_where=sa.text("struck_at IS NULL"),
    )
    op.drop_constraint(op.f("uq_evaluations_demand_id_round"), "evaluations", type_="unique")
    op.create_table(
        "appeals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "subject_kind IN ('rejection', 'merge', 'cancellation', 'no_show', 'evaluation', 'hours', 'points')",
            name=op.f("ck_appeals_subject_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'upheld', 'refused', 'withdrawn')",
            name=op.f("ck_appeals_state"),
        ),
        sa.CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name=op.f("ck_appeals_pending_has_no_end")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_appeals_amount_not_negative")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_appeals_demand_id_demands")),
        sa.ForeignKeyConstraint(["filed_by"], ["accounts.id"], name=op.f("fk_appeals_filed_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeals")),
    )
    op.create_index(
        "uq_appeals_pending",
        "appeals",
        ["subject_kind", "subject_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(
        op.f("ix_appeals_region_code_id"),
        "appeals",
        ["region_code", "id"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index(op.f("ix_appeals_demand_id"), "appeals", ["demand_id"])
    op.create_index(op.f("ix_appeals_filed_by_id"), "appeals", ["filed_by", "id"])
    op.create_index(op.f("ix_appeals_source_id"), "appeals", ["source_id"])
    op.create_index(op.f("ix_appeals_subject_id"), "appeals", ["subject_id"])
    op.create_index(
        op.f("ix_appeals_timer_at"), "appeals", ["timer_at"], postgresql_where=sa.text("timer_at IS NOT NULL")
    )
    op.create_table(
        "complaints",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raised_again", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('complaint', 'suggestion')", name=op.f("ck_complaints_kind")),
        sa.CheckConstraint("state IN ('waiting', 'answered')", name=op.f("ck_complaints_state")),
        sa.CheckConstraint(
            "(state = 'answered') = (answered_at IS NOT NULL)", name=op.f("ck_complaints_answered_has_time")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_complaints_demand_id_demands")),
        sa.ForeignKeyConstraint(["filed_by"], ["accounts.id"], name=op.f("fk_complaints_filed_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
    )
    op.create_index(op.f("ix_complaints_demand_id"), "complaints", ["demand_id"])
    op.create_index(op.f("ix_complaints_filed_by_id"), "complaints", ["filed_by", "id"])
    op.create_index(op.f("ix_complaints_region_code_id"), "complaints", ["region_code", "id"])
    op.create_index(
        op.f("ix_complaints_timer_at"), "complaints", ["timer_at"], postgresql_where=sa.text("timer_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_table("complaints")
    op.drop_table("appeals")
    op.execute("DELETE FROM evaluations WHERE struck_at IS NOT NULL")
    op.create_unique_constraint(op.f("uq_evaluations_demand_id_round"), "evaluations", ["demand_id", "round"])
    op.drop_index("uq_evaluations_round", table_name="evaluations")
    op.drop_column("evaluations", "struck_at")
