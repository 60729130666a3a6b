"""messages of suggestions, takings and bookings"""

import re
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_0512_list_messages"
down_revision: str | None = "2026_11_28_0511_sharing"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODES = {
    "kind": (
        *("suggestion_to_answer", "suggestion_answered", "suggestion_accepted", "suggestion_refused"),
        *("project_offered", "project_taken", "project_declined", "project_withdrawn", "project_done"),
        *("project_given_up", "booked", "booking_cancelled", "loan_overdue"),
    ),
    "subject_kind": ("suggestion", "taking", "booking"),
}


def upgrade() -> None:
    for column, added in CODES.items():
        _allow(column, lambda known, added=added: [*known, *added])


def downgrade() -> None:
    listed = ", ".join(f"'{code}'" for code in CODES["kind"])
    op.execute(f"DELETE FROM notifications WHERE kind IN ({listed})")  # noqa: S608
    for column, added in CODES.items():
        _allow(column, lambda known, added=added: [code for code in known if code not in added])


def _allow(column: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change the codes of a column from what they are, so that migrations of the same day come in any order."""
    name = op.f(f"ck_notifications_{column}")
    wanted = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    written = op.get_bind().execute(wanted, {"name": name}).scalar_one()
    listed = ", ".join(f"'{code}'" for code in change(re.findall(r"'(\w+)'", written)))
    op.drop_constraint(name, "notifications", type_="check")
    op.create_check_constraint(name, "notifications", f"{column} IN ({listed})")
