"""alarms: the overdue ladder, a whistle's alarms, whistles that pass the subdistrict, and who is next in line"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_24_1423_alarms"
down_revision: str | None = "2026_11_24_1420_files"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NOT_OVERDUE = "'cancelled', 'closed', 'completed', 'merged', 'rejected'"
NEEDS_DESK = (
    "needs_desk IN ('new', 'nobody_claimed', 'offers_ended', 'window_passed', 'partial', 'dissatisfied', 'to_close', "
    "'children_ended'{})"
)
NOTE_KINDS = (
    "kind IN ('message', 'supplement', 'dispatch', 'return', 'reject', 'transfer', 'escalate', 'close', 'reopen', "
    "'cancel', 'decline', 'withdraw', 'no_show', 'complete', 'left', 'merge', 'unmerge', 'split'{})"
)
IDS = ("member_ids", "organization_ids", "fallback_member_ids", "fallback_organization_ids")


def upgrade() -> None:
    _kept()
    _demands()
    _dispatches()
    _listed("demands", "needs_desk", NEEDS_DESK.format(", 'whistle_to_approve'"))
    _listed("notes", "kind", NOTE_KINDS.format(", 'send_back'"))


def _listed(table: str, column: str, condition: str) -> None:
    """Let a column hold other codes."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, condition)


def _kept() -> None:
    op.create_table(
        "overdue_steps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint(
            "step IN ('member', 'branch', 'community', 'subdistrict', 'district')", name=op.f("ck_overdue_steps_step")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_overdue_steps_demand_id_demands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overdue_steps")),
        sa.UniqueConstraint("demand_id", "due_at", "step", name=op.f("uq_overdue_steps_demand_id_due_at_step")),
    )
    op.create_table(
        "whistle_alarms",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.String(32), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.CheckConstraint("clock IN ('acknowledge', 'contact', 'arrive')", name=op.f("ck_whistle_alarms_clock")),
        sa.CheckConstraint("level IN ('warning', 'missed')", name=op.f("ck_whistle_alarms_level")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_whistle_alarms_claim_id_claims")),
        sa.PrimaryKeyConstraint("claim_id", "clock", "level", name=op.f("pk_whistle_alarms")),
    )
    op.create_table(
        "due_recounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_recounts")),
    )
    op.create_index(op.f("ix_due_recounts_run_at"), "due_recounts", ["run_at"], unique=False)


def _demands() -> None:
    op.add_column("demands", sa.Column("alarm_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("demands", sa.Column("climbed", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column(
        "demands", sa.Column("awaits_approval", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute(f"UPDATE demands SET alarm_at = due_at WHERE state NOT IN ({NOT_OVERDUE})")  # noqa: S608
    op.create_check_constraint(
        op.f("ck_demands_overdue_climbs"),
        "demands",
        f"state IN ({NOT_OVERDUE}) OR alarm_at IS NOT NULL OR climbed = 5",
    )
    op.create_index("ix_demands_alarm_at", "demands", ["alarm_at"], postgresql_where=sa.text("alarm_at IS NOT NULL"))


def _dispatches() -> None:
    op.add_column("dispatches", sa.Column("category", sa.Text(), nullable=True))
    for name in IDS:
        op.add_column(
            "dispatches",
            sa.Column(name, postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        )
        op.alter_column("dispatches", name, server_default=None)
    op.add_column("dispatches", sa.Column("approval", sa.String(32), nullable=True))
    op.add_column("dispatches", sa.Column("decided_by", sa.Uuid(), nullable=True))
    op.add_column("dispatches", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_dispatches_approval"), "dispatches", "approval IN ('proposed', 'approved', 'sent_back')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM notes WHERE kind = 'send_back'")
    op.execute("UPDATE demands SET needs_desk = 'new' WHERE needs_desk = 'whistle_to_approve'")
    _listed("notes", "kind", NOTE_KINDS.format(""))
    _listed("demands", "needs_desk", NEEDS_DESK.format(""))
    op.drop_constraint(op.f("ck_dispatches_approval"), "dispatches")
    for column in ("decided_at", "decided_by", "approval", *reversed(IDS), "category"):
        op.drop_column("dispatches", column)
    op.drop_index("ix_demands_alarm_at", table_name="demands")
    op.drop_constraint(op.f("ck_demands_overdue_climbs"), "demands")
    for column in ("awaits_approval", "climbed", "alarm_at"):
        op.drop_column("demands", column)
    op.drop_index(op.f("ix_due_recounts_run_at"), table_name="due_recounts")
    for table in ("due_recounts", "whistle_alarms", "overdue_steps"):
        op.drop_table(table)
