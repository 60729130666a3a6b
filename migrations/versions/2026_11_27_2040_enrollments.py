"""enrollments: who reports in where, where organizations are designated to; more kinds of organizations"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2040_enrollments"
down_revision: str | None = "2026_11_27_2030_codes"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

LIVE = "state IN ('confirmed', 'leaving', 'requested')"
PARTY_LINE = (
    "'working_committee', 'committee', 'general_branch', 'branch', 'functional_branch', 'party_group', 'alliance', "
    "'department', 'local_unit', 'enterprise', 'social_organization'"
)
KINDS = (
    f"{PARTY_LINE}, 'institution', 'state_enterprise', 'university', 'garrison', 'residents_committee', "
    "'village_committee'"
)


def upgrade() -> None:
    _kinds(KINDS)
    op.create_table(
        "designations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("designated_by", sa.Uuid(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("until > since", name=op.f("ck_designations_ends_after_it_begins")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_designations_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_designations_region_code_regions")),
        sa.ForeignKeyConstraint(
            ["designated_by"], ["accounts.id"], name=op.f("fk_designations_designated_by_accounts")
        ),
        sa.ForeignKeyConstraint(["ended_by"], ["accounts.id"], name=op.f("fk_designations_ended_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designations")),
    )
    op.create_index(op.f("ix_designations_organization_id"), "designations", ["organization_id"])
    op.create_index(op.f("ix_designations_region_code_id"), "designations", ["region_code", "id"])
    op.create_index(
        "uq_designations_live",
        "designations",
        ["organization_id", "region_code"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_index(
        "uq_designations_primary",
        "designations",
        ["organization_id"],
        unique=True,
        postgresql_where=sa.text("is_primary AND until IS NULL"),
    )
    _enrollments()
    _musters()


def _musters() -> None:
    op.create_table(
        "musters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("all_below", sa.Boolean(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_musters_ends_after_it_begins")),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_musters_closed_by_somebody")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_musters_region_code_regions")),
        sa.ForeignKeyConstraint(["opened_by"], ["accounts.id"], name=op.f("fk_musters_opened_by_accounts")),
        sa.ForeignKeyConstraint(["closed_by"], ["accounts.id"], name=op.f("fk_musters_closed_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_musters")),
    )
    op.create_index(op.f("ix_musters_region_code_id"), "musters", ["region_code", "id"])
    op.create_table(
        "muster_targets",
        sa.Column("muster_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["muster_id"], ["musters.id"], name=op.f("fk_muster_targets_muster_id_musters")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_muster_targets_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("muster_id", "organization_id", name=op.f("pk_muster_targets")),
    )
    op.create_index(op.f("ix_muster_targets_organization_id"), "muster_targets", ["organization_id"])


def _kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_organizations_kind"), "organizations", type_="check")
    op.create_check_constraint(op.f("ck_organizations_kind"), "organizations", f"kind IN ({kinds})")


def _enrollments() -> None:
    op.create_table(
        "enrollments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("unit_kind", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column(
            "subject_id", sa.Uuid(), sa.Computed("coalesce(member_id, organization_id)", persisted=True), nullable=False
        ),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("head_count", sa.Integer(), nullable=True),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("designated", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("succeeds_id", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        _day("confirmed"),
        _day("ended"),
        sa.CheckConstraint(
            "state IN ('requested', 'confirmed', 'leaving', 'refused', 'withdrawn', 'ended')",
            name=op.f("ck_enrollments_state"),
        ),
        sa.CheckConstraint(
            "kind IN ('in_service', 'retired', 'mobile', 'applicant')", name=op.f("ck_enrollments_kind")
        ),
        sa.CheckConstraint(f"unit_kind IN ({KINDS})", name=op.f("ck_enrollments_unit_kind")),
        sa.CheckConstraint("(member_id IS NULL) = (kind IS NULL)", name=op.f("ck_enrollments_members_have_a_kind")),
        sa.CheckConstraint(
            "head_count IS NULL OR (member_id IS NULL AND head_count > 0)",
            name=op.f("ck_enrollments_heads_are_an_organizations"),
        ),
        sa.CheckConstraint(
            "(state IN ('confirmed', 'leaving', 'ended')) = (confirmed_at IS NOT NULL)",
            name=op.f("ck_enrollments_confirmed_has_time"),
        ),
        sa.CheckConstraint(f"({LIVE}) = (ended_at IS NULL)", name=op.f("ck_enrollments_live_has_no_end")),
        sa.CheckConstraint(
            "(state = 'leaving') <= (leaving_at IS NOT NULL)", name=op.f("ck_enrollments_leaving_has_time")
        ),
        *_foreign_keys(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
        sa.UniqueConstraint("number", name=op.f("uq_enrollments_number")),
    )
    _indexes()


def _day(name: str) -> sa.Column[object]:
    day = f"(({name}_at AT TIME ZONE 'Asia/Shanghai')::date)"
    return sa.Column(f"{name}_on", sa.Date(), sa.Computed(day, persisted=True), nullable=True)


def _foreign_keys() -> list[sa.ForeignKeyConstraint]:
    accounts = ("requested_by", "confirmed_by", "ended_by")
    keys = {
        "organization_id": "organizations.id",
        "member_id": "members.id",
        "region_code": "regions.code",
        "succeeds_id": "enrollments.id",
        **dict.fromkeys(accounts, "accounts.id"),
    }
    return [
        sa.ForeignKeyConstraint(
            [column], [target], name=op.f(f"fk_enrollments_{column}_{target.split('.', maxsplit=1)[0]}")
        )
        for column, target in keys.items()
    ]


def _indexes() -> None:
    live = sa.text(LIVE)
    op.create_index(
        "uq_enrollments_live", "enrollments", ["subject_id", "region_code"], unique=True, postgresql_where=live
    )
    op.create_index(
        "uq_enrollments_primary",
        "enrollments",
        ["subject_id"],
        unique=True,
        postgresql_where=sa.text(f"is_primary AND {LIVE}"),
    )
    op.create_index("uq_enrollments_succeeds_id", "enrollments", ["succeeds_id"], unique=True, postgresql_where=live)
    op.create_index(op.f("ix_enrollments_region_code_id"), "enrollments", ["region_code", "id"])
    op.create_index(
        "ix_enrollments_waiting",
        "enrollments",
        ["region_code", "id"],
        postgresql_where=sa.text("state IN ('requested', 'leaving')"),
    )
    op.create_index(
        "ix_enrollments_statistics",
        "enrollments",
        ["region_code", "unit_kind", "kind", "confirmed_on", "ended_on", "head_count"],
        postgresql_where=sa.text("confirmed_on IS NOT NULL"),
    )
    op.create_index(op.f("ix_enrollments_subject_id_id"), "enrollments", ["subject_id", "id"])
    op.create_index(
        op.f("ix_enrollments_organization_id_confirmed_at"), "enrollments", ["organization_id", "confirmed_at"]
    )


def downgrade() -> None:
    op.drop_table("muster_targets")
    op.drop_table("musters")
    op.drop_table("enrollments")
    op.drop_table("designations")
    _kinds(PARTY_LINE)
