"""scan messages: messages of scans that wait, certificates and designations; why a scan is not let count"""

import re
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_28_0100_scan_messages"
down_revision: str | None = "2026_11_28_0050_roster_reports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODES = {
    "kind": (
        *("scan_to_decide", "scan_accepted", "scan_refused", "certificate_issued", "certificate_revoked"),
        *("designated", "designation_ended"),
    ),
    "subject_kind": ("scan", "certificate", "designation"),
}
CHECKS = {
    "cause": "cause IN ('not_there', 'by_another', 'other_time', 'noted_otherwise', 'unverifiable', 'other')",
    "cause_of_a_refusal": "cause IS NULL OR NOT accepted",
}


def upgrade() -> None:
    for column, added in CODES.items():
        _allow(column, lambda known, added=added: [*known, *added])
    op.add_column("scan_decisions", sa.Column("cause", sa.String(32), nullable=True))
    for name, check in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_scan_decisions_{name}"), "scan_decisions", check)


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_scan_decisions_{name}"), "scan_decisions", type_="check")
    op.drop_column("scan_decisions", "cause")
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
