"""check-ins: scans, what was decided of them, where they were made; the spot of a place; accounts by their codes"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_28_0030_scans"
down_revision: str | None = "2026_11_28_0010_certificates"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

REASONS = (
    *("out_of_time", "out_of_range", "suspicious_place", "heard_late", "not_begun", "not_ours", "forged", "expired"),
    *("not_yet", "replaced", "revoked", "used", "own_code", "unknown_person", "other_purpose", "nothing_here"),
    *("choose", "not_yours", "not_invited", "overlaps", "not_allowed", "nonce_taken"),
)
HOLDING = ", ".join(f"'{one}'" for one in REASONS[:5])
CODES = {
    "purpose": ("P", "S", "M", "R", "C"),
    "action": ("enroll", "attend", "leave", "arrive", "finish"),
    "outcome": ("accepted", "already", "pending", "refused"),
    "reason": REASONS,
    "person_kind": ("member", "account"),
}
CHECKS = {
    **{name: f"{name} IN ({', '.join(repr(one) for one in values)})" for name, values in CODES.items()},
    "why_it_does_not_count": "(outcome IN ('pending', 'refused')) = (reason IS NOT NULL)",
    "held_for_a_reason": f"outcome <> 'pending' OR reason IN ({HOLDING})",
    "says_a_verb": "outcome = 'refused' OR (action IS NOT NULL AND person_id IS NOT NULL)",
}
INDEXES: dict[str, tuple[list[str], str | None]] = {
    "ix_scans_number": (["number"], "number IS NOT NULL"),
    "ix_scans_device_received_at": (["device", "received_at"], None),
    "ix_scans_scanned_by_received_at": (["scanned_by", "received_at"], None),
    "ix_scans_person_id": (["person_id"], None),
    "ix_scans_subject_id_id": (["subject_id", "id"], "subject_id IS NOT NULL"),
    "ix_scans_pending": (["region_code", "id"], "outcome = 'pending'"),
    "ix_scans_flagged": (["region_code", "id"], "flags <> '{}'"),
}


def upgrade() -> None:
    op.create_index("ix_accounts_ending", "accounts", [sa.text('"right"((id)::text, 16)')])
    for name in ("lng", "lat"):
        op.add_column("places", sa.Column(name, sa.Float(), nullable=True))
    op.add_column("places", sa.Column("coord_type", sa.String(32), nullable=True))
    op.create_check_constraint(op.f("ck_places_coord_type"), "places", "coord_type IN ('gcj02', 'wgs84')")
    op.create_check_constraint(
        op.f("ck_places_location_is_whole"),
        "places",
        "(lng IS NULL) = (lat IS NULL) AND (lng IS NULL) = (coord_type IS NULL)",
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("scanned_by", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=True),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("used_code", sa.Text(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("action", sa.String(32), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("person_kind", sa.String(32), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=True),
        sa.Column("counts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flags", postgresql.ARRAY(sa.Text()), nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f"ck_scans_{name}")) for name, check in CHECKS.items()),
        sa.ForeignKeyConstraint(["scanned_by"], ["accounts.id"], name=op.f("fk_scans_scanned_by_accounts")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_scans_place_id_places")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("device", "nonce", name=op.f("uq_scans_device_nonce")),
    )
    used = sa.text("used_code IS NOT NULL")
    op.create_index("uq_scans_used_code", "scans", ["used_code"], unique=True, postgresql_where=used)
    for name, (indexed, where) in INDEXES.items():
        op.create_index(name, "scans", indexed, postgresql_where=sa.text(where) if where else None)
    op.create_table(
        "scan_decisions",
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_scan_decisions_scan_id_scans")),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_scan_decisions")),
    )
    op.create_table(
        "scan_locations",
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("lng", sa.LargeBinary(), nullable=False),
        sa.Column("lat", sa.LargeBinary(), nullable=False),
        sa.Column("accuracy", sa.Float(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name=op.f("fk_scan_locations_scan_id_scans")),
        sa.PrimaryKeyConstraint("scan_id", name=op.f("pk_scan_locations")),
    )
    op.create_index(op.f("ix_scan_locations_at"), "scan_locations", ["at"])
    for table in ("scans", "scan_decisions"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    for table in ("scan_locations", "scan_decisions", "scans"):
        op.drop_table(table)
    for name in ("location_is_whole", "coord_type"):
        op.drop_constraint(op.f(f"ck_places_{name}"), "places", type_="check")
    for name in ("coord_type", "lat", "lng"):
        op.drop_column("places", name)
    op.drop_index("ix_accounts_ending", "accounts")
