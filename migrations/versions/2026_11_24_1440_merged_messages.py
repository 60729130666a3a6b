"""messages of merging, splitting and what is restored"""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_24_1440_merged_messages"
down_revision: str | None = "2026_11_24_1431_evidence"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = (
    "'filed_for_you', 'returned', 'rejected', 'rate', 'rated_for_you', 'closed', 'cancelled', 'reopened', 'dispatched', "
    "'moved', 'claimed', 'arrived', 'withdrawn', 'no_show', 'message', 'offered', 'whistled', 'offer_expired', "
    "'released', 'staffed', 'plan_changed', 'noted', 'marked_absent', 'duty_ended', 'confirmed', 'rated', 'new', "
    "'supplemented', 'needs_desk', 'declined', 'taken_back', 'withdrawn_late', "
    "'overdue', 'whistle_due', 'whistle_missed', 'whistle_sent_back'"
)


def upgrade() -> None:
    _kinds(f"{BEFORE}, 'merged', 'unmerged', 'split', 'restored'")


def downgrade() -> None:
    op.execute("DELETE FROM notifications WHERE kind IN ('merged', 'unmerged', 'split', 'restored')")
    _kinds(BEFORE)


def _kinds(listed: str) -> None:
    name = op.f("ck_notifications_kind")
    op.drop_constraint(name, "notifications", type_="check")
    op.create_check_constraint(name, "notifications", f"kind IN ({listed})")
