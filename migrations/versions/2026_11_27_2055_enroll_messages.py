"""messages of enrollments and musters"""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_27_2055_enroll_messages"
down_revision: str | None = "2026_11_27_2040_enrollments"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = (
    "'filed_for_you', 'returned', 'rejected', 'rate', 'rated_for_you', 'closed', 'cancelled', 'reopened', "
    "'merged', 'unmerged', 'split', 'dispatched', 'moved', 'claimed', 'arrived', 'withdrawn', 'no_show', "
    "'message', 'offered', 'whistled', 'offer_expired', 'released', 'restored', 'staffed', 'plan_changed', "
    "'noted', 'marked_absent', 'duty_ended', 'confirmed', 'rated', 'new', 'supplemented', 'needs_desk', "
    "'declined', 'taken_back', 'withdrawn_late', 'overdue', 'whistle_due', 'whistle_missed', 'whistle_sent_back', "
    "'hours_held', 'hours_settled', 'appeal_to_decide', 'appeal_climbed', 'appeal_upheld', 'appeal_refused', "
    "'decision_reversed', 'complaint_to_answer', 'complaint_climbed', 'complaint_answered', 'binding_to_decide', "
    "'binding_decided'"
)
ADDED = (
    "'enrollment_to_confirm', 'exit_to_decide', 'enrollment_confirmed', 'enrollment_refused', 'enrollment_kept', "
    "'enrollment_ended', 'mustered'"
)
SUBJECTS = "'demand', 'claim', 'appeal', 'complaint', 'binding'"


def upgrade() -> None:
    _allow(f"{BEFORE}, {ADDED}", f"{SUBJECTS}, 'enrollment', 'muster'")


def downgrade() -> None:
    op.execute(f"DELETE FROM notifications WHERE kind IN ({ADDED})")  # noqa: S608
    _allow(BEFORE, SUBJECTS)


def _allow(kinds: str, subject_kinds: str) -> None:
    for column, listed in (("kind", kinds), ("subject_kind", subject_kinds)):
        name = op.f(f"ck_notifications_{column}")
        op.drop_constraint(name, "notifications", type_="check")
        op.create_check_constraint(name, "notifications", f"{column} IN ({listed})")
