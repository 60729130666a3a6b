"""messages of appeals, complaints and bindings, which belong to no demand"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1806_matters"
down_revision: str | None = "2026_11_24_1440_merged_messages"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = (
    "'filed_for_you', 'returned', 'rejected', 'rate', 'rated_for_you', 'closed', 'cancelled', 'reopened', 'dispatched', "
    "'moved', 'claimed', 'arrived', 'withdrawn', 'no_show', 'message', 'offered', 'whistled', 'offer_expired', "
    "'released', 'staffed', 'plan_changed', 'noted', 'marked_absent', 'duty_ended', 'confirmed', 'rated', 'new', "
    "'supplemented', 'needs_desk', 'declined', 'taken_back', 'withdrawn_late', "
    "'overdue', 'whistle_due', 'whistle_missed', 'whistle_sent_back', 'merged', 'unmerged', 'split', 'restored'"
)
ADDED = (
    "'hours_held', 'hours_settled', 'appeal_to_decide', 'appeal_climbed', 'appeal_upheld', 'appeal_refused', "
    "'decision_reversed', 'complaint_to_answer', 'complaint_climbed', 'complaint_answered', 'binding_to_decide', "
    "'binding_decided'"
)
OF_DEMANDS, OF_MATTERS = "'demand', 'claim'", "'appeal', 'complaint', 'binding'"


def upgrade() -> None:
    _allow(f"{BEFORE}, {ADDED}", f"{OF_DEMANDS}, {OF_MATTERS}")
    op.alter_column("notifications", "demand_id", existing_type=sa.Uuid(), nullable=True)
    whole = f"(subject_kind IN ({OF_DEMANDS})) = (demand_id IS NOT NULL)"
    op.create_check_constraint(op.f("ck_notifications_demand_or_matter"), "notifications", whole)
    unread = sa.text("read_at IS NULL AND demand_id IS NULL")
    op.create_index("ix_notifications_unread_matter", "notifications", ["subject_id"], postgresql_where=unread)


def downgrade() -> None:
    op.execute(f"DELETE FROM notifications WHERE demand_id IS NULL OR kind IN ({ADDED})")  # noqa: S608
    op.drop_index("ix_notifications_unread_matter", table_name="notifications")
    op.drop_constraint(op.f("ck_notifications_demand_or_matter"), "notifications", type_="check")
    op.alter_column("notifications", "demand_id", existing_type=sa.Uuid(), nullable=False)
    _allow(BEFORE, OF_DEMANDS)


def _allow(kinds: str, subject_kinds: str) -> None:
    for column, listed in (("kind", kinds), ("subject_kind", subject_kinds)):
        name = op.f(f"ck_notifications_{column}")
        op.drop_constraint(name, "notifications", type_="check")
        op.create_check_constraint(name, "notifications", f"{column} IN ({listed})")
