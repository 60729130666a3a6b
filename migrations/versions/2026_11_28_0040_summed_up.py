"""a day of enrollments that has been summed up is not rewritten"""

from collections.abc import Sequence

from alembic import op

revision: str = "2026_11_28_0040_summed_up"
down_revision: str | None = "2026_11_28_0030_scans"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KEYS = "unit_kind", "kind", "head_count", "region_code"
NEW, OLD = (", ".join(f"{row}.{key}" for key in KEYS) for row in ("NEW", "OLD"))
CHANGED = (
    ("NEW.confirmed_on", "OLD.confirmed_on", "confirmed_on"),
    ("NEW.ended_on", "OLD.ended_on", "ended_on"),
    (f"({NEW})", f"({OLD})", "confirmed_on"),
)
SINCE = ", ".join(
    f"CASE WHEN {new} IS DISTINCT FROM {old} THEN least(NEW.{day}, OLD.{day}) END" for new, old, day in CHANGED
)
"""The first day of which a row's change would tell otherwise."""
# the lock is that of who sums up (statistics_queries.LOCK): what they do not see waits for them, or they for it
KEEP = f"""
CREATE FUNCTION keep_days_summed_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    since date := least({SINCE});
BEGIN
    IF since < (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM pg_advisory_xact_lock_shared(7105190019);
        IF EXISTS (SELECT FROM enrollment_balances WHERE day >= since) THEN
            RAISE EXCEPTION 'the days since % are in enrollment_balances already', since
            USING ERRCODE = 'check_violation', HINT = 'Delete them there first; they are summed up again.';
        END IF;
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER enrollments_keep_days AFTER INSERT OR UPDATE OR DELETE ON enrollments "
        "FOR EACH ROW EXECUTE FUNCTION keep_days_summed_up()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER enrollments_keep_days ON enrollments")
    op.execute("DROP FUNCTION keep_days_summed_up()")
