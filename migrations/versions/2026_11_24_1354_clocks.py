"""clocks: the working-day calendar; due times that can stand still or be set by hand"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1354_clocks"
down_revision: str | None = "2026_11_24_1345_notifications"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CATEGORIES = (
    "repair environment relief health safety emergency governance guidance companion policy training renovation "
    "mediation epidemic grid culture other"
)
# a setting used to hold for every category, and tables are merged now: say for each what held for it
SPELL_OUT = f"""
UPDATE policies SET value = value || (
    SELECT jsonb_object_agg(category, coalesce(value -> category, value -> 'default'))
    FROM unnest(string_to_array('{CATEGORIES}', ' ')) AS category
) WHERE key IN ('due_windows', 'points_per_service')
"""  # noqa: S608 - nothing of it comes from outside
BY_HAND = """
UPDATE demands SET due_by_hand = due_at
WHERE EXISTS (SELECT FROM dispatches WHERE dispatches.demand_id = demands.id AND dispatches.due_at = demands.due_at)
"""
STAND_STILL = """
UPDATE demands SET
    paused_at = moved_at, paused_until = moved_at + interval '10 days', due_at = due_at + interval '10 days'
WHERE state = 'returned'
"""


def upgrade() -> None:
    op.create_table(
        "calendar_days",
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('holiday', 'workday')", name=op.f("ck_calendar_days_kind")),
        sa.PrimaryKeyConstraint("region_code", "day", name=op.f("pk_calendar_days")),
    )
    op.add_column("demands", sa.Column("due_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("demands", sa.Column("due_by_hand", sa.DateTime(timezone=True), nullable=True))
    op.add_column("demands", sa.Column("paused", sa.Interval(), server_default=sa.text("'0'"), nullable=False))
    op.add_column("demands", sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("demands", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE demands SET due_from = filed_at")
    op.execute(BY_HAND)
    op.execute(STAND_STILL)
    op.alter_column("demands", "due_from", nullable=False)
    op.create_check_constraint(
        op.f("ck_demands_pause_is_whole"), "demands", "(paused_at IS NULL) = (paused_until IS NULL)"
    )
    op.execute(SPELL_OUT)


def downgrade() -> None:
    op.drop_constraint(op.f("ck_demands_pause_is_whole"), "demands")
    for column in ("paused_until", "paused_at", "paused", "due_by_hand", "due_from"):
        op.drop_column("demands", column)
    op.drop_table("calendar_days")
