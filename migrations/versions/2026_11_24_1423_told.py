"""told: messages of overdue demands and of whistles"""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_24_1423_told"
down_revision: str | None = "2026_11_24_1423_alarms"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ADDED = "'overdue', 'whistle_due', 'whistle_missed', 'whistle_sent_back'"
KINDS = (
    "kind IN ('filed_for_you', 'returned', 'rejected', 'rate', 'rated_for_you', 'closed', 'cancelled', 'reopened', "
    "'dispatched', 'moved', 'claimed', 'arrived', 'withdrawn', 'no_show', 'message', 'offered', 'whistled', "
    "'offer_expired', 'released', 'staffed', 'plan_changed', 'noted', 'marked_absent', 'duty_ended', 'confirmed', "
    "'rated', 'new', 'supplemented', 'needs_desk', 'declined', 'taken_back', 'withdrawn_late'{})"
)


def _kinds(more: str) -> None:
    name = op.f("ck_notifications_kind")
    op.drop_constraint(name, "notifications", type_="check")
    op.create_check_constraint(name, "notifications", KINDS.format(more))


def upgrade() -> None:
    _kinds(f", {ADDED}")


def downgrade() -> None:
    op.execute(f"DELETE FROM notifications WHERE kind IN ({ADDED})")  # noqa: S608
    _kinds("")
