"""notifications: an inbox for everybody, filled from now on; who speaks for or dispatches what, found by it"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_24_1345_notifications"
down_revision: str | None = "2026_11_24_1342_preferences"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = [
    "filed_for_you",
    "returned",
    "rejected",
    "rate",
    "rated_for_you",
    "closed",
    "cancelled",
    "reopened",
    "dispatched",
    "moved",
    "claimed",
    "arrived",
    "withdrawn",
    "no_show",
    "message",
    "offered",
    "whistled",
    "offer_expired",
    "released",
    "staffed",
    "plan_changed",
    "noted",
    "marked_absent",
    "duty_ended",
    "confirmed",
    "rated",
    "new",
    "supplemented",
    "needs_desk",
    "declined",
    "taken_back",
    "withdrawn_late",
]
# the follower would begin at the start of the log, and tell everybody of everything that ever happened
FROM_NOW_ON = """
INSERT INTO event_cursors (follower, n, seen_n, seen_xid)
SELECT 'notifications', coalesce(max(n), 0), 0, '0' FROM events
"""
UNREAD, LIVE = sa.text("read_at IS NULL"), "revoked_at IS NULL AND {} IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject_kind", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name=op.f("ck_notifications_kind")),
        sa.CheckConstraint("subject_kind IN ('demand', 'claim')", name=op.f("ck_notifications_subject_kind")),
        sa.CheckConstraint("times > 0", name=op.f("ck_notifications_times_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_notifications_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications")),
    )
    op.create_index("uq_notifications_account_id_n", "notifications", ["account_id", "n"], unique=True)
    alike = ["account_id", "kind", "subject_id"]
    op.create_index("uq_notifications_unread", "notifications", alike, unique=True, postgresql_where=UNREAD)
    op.create_index("ix_notifications_unread_demand", "notifications", ["demand_id"], postgresql_where=UNREAD)
    op.create_index(op.f("ix_notifications_at"), "notifications", ["at"])
    op.create_table(
        "notification_mutes",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("muted", sa.String(32), nullable=False),
        sa.CheckConstraint(
            "muted IN ('progress', 'talk', 'offer', 'desk')", name=op.f("ck_notification_mutes_can_be_muted")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_notification_mutes_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", "muted", name=op.f("pk_notification_mutes")),
    )
    for column in ("organization_id", "region_code"):
        which = sa.text(LIVE.format(column))
        op.create_index(op.f(f"ix_grants_{column}"), "grants", [column], postgresql_where=which)
    op.execute(FROM_NOW_ON)


def downgrade() -> None:
    op.execute("DELETE FROM event_cursors WHERE follower = 'notifications'")
    for column in ("region_code", "organization_id"):
        op.drop_index(op.f(f"ix_grants_{column}"), table_name="grants")
    op.drop_table("notification_mutes")
    op.drop_table("notifications")
