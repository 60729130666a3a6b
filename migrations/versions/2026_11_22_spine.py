"""spine: regions, organizations, members, access, policies, demands, ledger, events"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kit.events import Xid8

revision: str = "2026_11_22_spine"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# gist knows how ranges overlap but, without an extension, not how ids are equal: a range of one id does both
UUID_RANGE = "CREATE TYPE uuidrange AS RANGE (subtype = uuid)"
APPEND_ONLY = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""
APPEND_ONLY_TABLES = ("events", "ledger_entries")


def upgrade() -> None:
    op.execute(UUID_RANGE)
    op.execute("CREATE SEQUENCE demand_numbers")
    op.create_table(
        "engagements",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("uuidrange(person_id, person_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            where=sa.text("live"),
            using="gist",
            name="ex_engagements_person_id_during",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
    )
    op.create_index(
        op.f("ix_engagements_source_kind_source_id"),
        "engagements",
        ["source_kind", "source_id"],
        unique=False,
    )
    op.create_table(
        "event_cursors",
        sa.Column("follower", sa.Text(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("seen_n", sa.BigInteger(), nullable=False),
        sa.Column("seen_xid", Xid8(), nullable=False),
        sa.PrimaryKeyConstraint("follower", name=op.f("pk_event_cursors")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("actor", sa.Uuid(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_n"), "events", ["n"], unique=True)
    op.create_index(op.f("ix_events_subject_n"), "events", ["subject", "n"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("principal", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "policies",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "region_code", "valid_from", name=op.f("pk_policies")),
    )
    op.create_table(
        "regions",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(collation="C"), nullable=True),
        sa.CheckConstraint(
            "level IN ('province', 'city', 'district', 'subdistrict', 'town', 'community', 'village', 'grid', 'building')",
            name=op.f("ck_regions_level"),
        ),
        sa.CheckConstraint(
            "parent_code IS NULL OR starts_with(code, parent_code)",
            name=op.f("ck_regions_code_begins_with_parent"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_regions")),
    )
    op.create_index(op.f("ix_regions_parent_code_code"), "regions", ["parent_code", "code"], unique=False)
    op.create_table(
        "sign_in_failures",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_failures")),
    )
    op.create_index(op.f("ix_sign_in_failures_last_at"), "sign_in_failures", ["last_at"], unique=False)
    op.create_table(
        "standings",
        sa.Column("board", sa.String(32), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("board IN ('organization', 'community', 'member')", name=op.f("ck_standings_board")),
        sa.PrimaryKeyConstraint("board", "period", "region_code", "key", name=op.f("pk_standings")),
    )
    op.create_index(
        op.f("ix_standings_board_period_region_code_points_minutes_key"),
        "standings",
        ["board", "period", "region_code", "points", "minutes", "key"],
        unique=False,
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('working_committee', 'committee', 'general_branch', 'branch', 'functional_branch', 'party_group', 'alliance', 'department', 'local_unit', 'enterprise', 'social_organization')",
            name=op.f("ck_organizations_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["organizations.id"], name=op.f("fk_organizations_parent_id_organizations")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_organizations_region_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
    )
    op.create_index(op.f("ix_organizations_parent_id"), "organizations", ["parent_id"], unique=False)
    op.create_index(op.f("ix_organizations_path"), "organizations", ["path"], unique=False)
    op.create_index(op.f("ix_organizations_region_code_id"), "organizations", ["region_code", "id"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("provenance", sa.String(32), nullable=True),
        sa.Column("holder_kind", sa.String(32), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(provenance IS NOT NULL) = (unit = 'minutes')",
            name=op.f("ck_ledger_entries_minutes_have_provenance"),
        ),
        sa.CheckConstraint("holder_kind IN ('member', 'account')", name=op.f("ck_ledger_entries_holder_kind")),
        sa.CheckConstraint(
            "provenance IN ('measured', 'confirmed', 'entered')", name=op.f("ck_ledger_entries_provenance")
        ),
        sa.CheckConstraint("unit IN ('minutes', 'points')", name=op.f("ck_ledger_entries_unit")),
        sa.CheckConstraint(
            "(amount >= 0) = (reverses_id IS NULL) OR amount = 0",
            name=op.f("ck_ledger_entries_only_reversals_are_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_ledger_entries_organization_id_organizations"),
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_entries.id"], name=op.f("fk_ledger_entries_reverses_id_ledger_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entries_reverses_id")),
        info={"append_only": True},
    )
    op.create_index(
        op.f("ix_ledger_entries_holder_id_unit_served_at"),
        "ledger_entries",
        ["holder_id", "unit", "served_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_entries_organization_id_served_at"),
        "ledger_entries",
        ["organization_id", "served_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_entries_region_code_served_at"),
        "ledger_entries",
        ["region_code", "served_at"],
        unique=False,
    )
    op.create_index(
        "uq_ledger_entries_source",
        "ledger_entries",
        ["source_kind", "source_id", "unit", "holder_id", "revision"],
        unique=True,
        postgresql_where=sa.text("reverses_id IS NULL"),
    )
    op.create_table(
        "members",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("home_region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_region_code"], ["regions.code"], name=op.f("fk_members_home_region_code_regions")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_members_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_home_region_code_id"), "members", ["home_region_code", "id"], unique=False)
    op.create_index(op.f("ix_members_organization_id"), "members", ["organization_id"], unique=False)
    op.create_index(op.f("ix_members_phone"), "members", ["phone"], unique=False)
    op.create_index(op.f("ix_members_skills"), "members", ["skills"], unique=False, postgresql_using="gin")
    op.create_table(
        "accounts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nickname", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("home_region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_region_code"], ["regions.code"], name=op.f("fk_accounts_home_region_code_regions")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_accounts_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("member_id", name=op.f("uq_accounts_member_id")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )
    op.create_index(op.f("ix_accounts_phone"), "accounts", ["phone"], unique=False)
    op.create_table(
        "binding_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("member_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_binding_requests_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_binding_requests")),
    )
    op.create_index(op.f("ix_binding_requests_account_id"), "binding_requests", ["account_id"], unique=False)
    op.create_index(op.f("ix_binding_requests_region_code"), "binding_requests", ["region_code"], unique=False)
    op.create_table(
        "demands",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("origin_region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("handler_region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("coord_type", sa.String(32), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("wanted_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("filed_by", sa.Uuid(), nullable=False),
        sa.Column("staff_filed", sa.Boolean(), nullable=False),
        sa.Column("on_behalf_name", sa.Text(), nullable=True),
        sa.Column("on_behalf_phone", sa.Text(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(32), nullable=True),
        sa.Column("audience", sa.String(32), nullable=True),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Integer(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_desk", sa.String(32), nullable=True),
        sa.Column("result", sa.String(32), nullable=True),
        sa.Column("dissatisfied", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (result IS NOT NULL)", name=op.f("ck_demands_closed_has_result")),
        sa.CheckConstraint("audience IN ('members', 'residents', 'all')", name=op.f("ck_demands_audience")),
        sa.CheckConstraint("coord_type IN ('gcj02', 'wgs84')", name=op.f("ck_demands_coord_type")),
        sa.CheckConstraint("kind IN ('request', 'wish', 'project', 'post', 'call')", name=op.f("ck_demands_kind")),
        sa.CheckConstraint("mode IN ('open', 'assigned', 'whistle')", name=op.f("ck_demands_mode")),
        sa.CheckConstraint(
            "needs_desk IN ('new', 'nobody_claimed', 'offers_ended', 'window_passed', 'partial', 'dissatisfied', 'to_close')",
            name=op.f("ck_demands_needs_desk"),
        ),
        sa.CheckConstraint(
            "result IN ('resolved', 'handled', 'unresolved', 'referred', 'no_answer', 'unrated')",
            name=op.f("ck_demands_result"),
        ),
        sa.CheckConstraint(
            "state IN ('cancelled', 'closed', 'merged', 'rejected') OR timer_at IS NOT NULL OR needs_desk IS NOT NULL",
            name=op.f("ck_demands_nothing_falls_asleep"),
        ),
        sa.CheckConstraint(
            "state IN ('filed', 'dispatched', 'returned', 'claimed', 'serving', 'completed', 'closed', 'rejected', 'merged', 'cancelled')",
            name=op.f("ck_demands_state"),
        ),
        sa.CheckConstraint(
            "(lng IS NULL) = (lat IS NULL) AND (lng IS NULL) = (coord_type IS NULL)",
            name=op.f("ck_demands_location_is_whole"),
        ),
        sa.CheckConstraint("claimed BETWEEN 0 AND slots", name=op.f("ck_demands_claimed_within_slots")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_demands_ends_after_start")),
        sa.ForeignKeyConstraint(["filed_by"], ["accounts.id"], name=op.f("fk_demands_filed_by_accounts")),
        sa.ForeignKeyConstraint(
            ["handler_region_code"], ["regions.code"], name=op.f("fk_demands_handler_region_code_regions")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_demands_region_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demands")),
        sa.UniqueConstraint("number", name=op.f("uq_demands_number")),
    )
    op.create_index(op.f("ix_demands_filed_by_id"), "demands", ["filed_by", "id"], unique=False)
    op.create_index(
        op.f("ix_demands_handler_region_code_id"),
        "demands",
        ["handler_region_code", "id"],
        unique=False,
        postgresql_where=sa.text("needs_desk IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_demands_on_behalf_phone_id"),
        "demands",
        ["on_behalf_phone", "id"],
        unique=False,
        postgresql_where=sa.text("on_behalf_phone IS NOT NULL"),
    )
    op.create_index(
        "ix_demands_open",
        "demands",
        ["region_code", "id"],
        unique=False,
        postgresql_where=sa.text("mode = 'open' AND state IN ('claimed', 'dispatched', 'serving') AND claimed < slots"),
    )
    op.create_index(op.f("ix_demands_region_code_id"), "demands", ["region_code", "id"], unique=False)
    op.create_index(
        "ix_demands_timer_at",
        "demands",
        ["timer_at"],
        unique=False,
        postgresql_where=sa.text("timer_at IS NOT NULL"),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(role = 'liaison') = (organization_id IS NOT NULL) AND (role = 'liaison') = (region_code IS NULL)",
            name=op.f("ck_grants_liaison_has_organization"),
        ),
        sa.CheckConstraint("role IN ('admin', 'dispatcher', 'observer', 'liaison')", name=op.f("ck_grants_role")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id_accounts")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_grants_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(
        "uq_grants_live",
        "grants",
        ["account_id", "role", "region_code", "organization_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("app_id", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("union_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_identities_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("provider", "app_id", "subject", name=op.f("uq_identities_provider_app_id_subject")),
    )
    op.create_index(op.f("ix_identities_account_id"), "identities", ["account_id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("generation", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_sign_ins_account_id_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
    )
    op.create_index(op.f("ix_sign_ins_account_id"), "sign_ins", ["account_id"], unique=False)
    op.create_index(op.f("ix_sign_ins_expires_at"), "sign_ins", ["expires_at"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("claimant_kind", sa.String(32), nullable=False),
        sa.Column("claimant_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=True),
        sa.Column("departmental", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledge_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrive_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("provenance", sa.String(32), nullable=True),
        sa.CheckConstraint("(state = 'offered') <= (expires_at IS NOT NULL)", name=op.f("ck_claims_offers_expire")),
        sa.CheckConstraint(
            "claimant_kind IN ('member', 'resident', 'organization')", name=op.f("ck_claims_claimant_kind")
        ),
        sa.CheckConstraint("outcome IN ('done', 'partial')", name=op.f("ck_claims_outcome")),
        sa.CheckConstraint("provenance IN ('measured', 'confirmed', 'entered')", name=op.f("ck_claims_provenance")),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'arrived', 'completed', 'confirmed', 'declined', 'expired', 'withdrawn', 'released', 'no_show')",
            name=op.f("ck_claims_state"),
        ),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_claims_minutes_not_negative")),
        sa.CheckConstraint("places > 0", name=op.f("ck_claims_places_positive")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_claims_demand_id_demands")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_claims_organization_id_organizations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_claimant_id_id"), "claims", ["claimant_id", "id"], unique=False)
    op.create_index(op.f("ix_claims_demand_id"), "claims", ["demand_id"], unique=False)
    op.create_index(op.f("ix_claims_organization_id"), "claims", ["organization_id"], unique=False)
    op.create_index(
        "uq_claims_live_or_done",
        "claims",
        ["demand_id", "round", "claimant_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('offered', 'accepted', 'arrived', 'completed', 'confirmed')"),
    )
    op.create_table(
        "dispatches",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("audience", sa.String(32), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("dispatched_by", sa.Uuid(), nullable=False),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("audience IN ('members', 'residents', 'all')", name=op.f("ck_dispatches_audience")),
        sa.CheckConstraint("mode IN ('open', 'assigned', 'whistle')", name=op.f("ck_dispatches_mode")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_dispatches_demand_id_demands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
    )
    op.create_index(op.f("ix_dispatches_demand_id"), "dispatches", ["demand_id"], unique=False)
    op.create_table(
        "evaluations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("evaluated_by", sa.Uuid(), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("channel IN ('filer', 'callback')", name=op.f("ck_evaluations_channel")),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_evaluations_stars_1_to_5")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_evaluations_demand_id_demands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint("demand_id", "round", name=op.f("uq_evaluations_demand_id_round")),
    )
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('message', 'supplement', 'dispatch', 'return', 'reject', 'transfer', 'escalate', 'close', 'reopen', 'cancel', 'decline', 'withdraw', 'no_show', 'complete')",
            name=op.f("ck_notes_kind"),
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_notes_demand_id_demands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_demand_id_id"), "notes", ["demand_id", "id"], unique=False)
    op.create_table(
        "reveals",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_reveals_account_id_accounts")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_reveals_demand_id_demands")),
        sa.PrimaryKeyConstraint("account_id", "demand_id", "day", name=op.f("pk_reveals")),
    )
    op.create_index(op.f("ix_reveals_demand_id"), "reveals", ["demand_id"], unique=False)
    op.create_table(
        "claim_members",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_members_claim_id_claims")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_claim_members_member_id_members")),
        sa.PrimaryKeyConstraint("claim_id", "member_id", name=op.f("pk_claim_members")),
    )
    op.create_index(op.f("ix_claim_members_member_id"), "claim_members", ["member_id"], unique=False)
    op.create_table(
        "services",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("provenance", sa.String(32), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("served_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("provenance IN ('measured', 'confirmed', 'entered')", name=op.f("ck_services_provenance")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_services_minutes_not_negative")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_services_claim_id_claims")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("claim_id", "sequence", name=op.f("uq_services_claim_id_sequence")),
    )
    op.execute(APPEND_ONLY)
    for table in APPEND_ONLY_TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def downgrade() -> None:
    op.drop_table("services")
    op.drop_index(op.f("ix_claim_members_member_id"), table_name="claim_members")
    op.drop_table("claim_members")
    op.drop_index(op.f("ix_reveals_demand_id"), table_name="reveals")
    op.drop_table("reveals")
    op.drop_index(op.f("ix_notes_demand_id_id"), table_name="notes")
    op.drop_table("notes")
    op.drop_table("evaluations")
    op.drop_index(op.f("ix_dispatches_demand_id"), table_name="dispatches")
    op.drop_table("dispatches")
    op.drop_index(
        "uq_claims_live_or_done",
        table_name="claims",
        postgresql_where=sa.text("state IN ('offered', 'accepted', 'arrived', 'completed', 'confirmed')"),
    )
    op.drop_index(op.f("ix_claims_organization_id"), table_name="claims")
    op.drop_index(op.f("ix_claims_demand_id"), table_name="claims")
    op.drop_index(op.f("ix_claims_claimant_id_id"), table_name="claims")
    op.drop_table("claims")
    op.drop_index(op.f("ix_sign_ins_expires_at"), table_name="sign_ins")
    op.drop_index(op.f("ix_sign_ins_account_id"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index(op.f("ix_identities_account_id"), table_name="identities")
    op.drop_table("identities")
    op.drop_index(
        "uq_grants_live",
        table_name="grants",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.drop_table("grants")
    op.drop_index("ix_demands_timer_at", table_name="demands", postgresql_where=sa.text("timer_at IS NOT NULL"))
    op.drop_index(op.f("ix_demands_region_code_id"), table_name="demands")
    op.drop_index(
        "ix_demands_open",
        table_name="demands",
        postgresql_where=sa.text("mode = 'open' AND state IN ('claimed', 'dispatched', 'serving') AND claimed < slots"),
    )
    op.drop_index(
        op.f("ix_demands_on_behalf_phone_id"),
        table_name="demands",
        postgresql_where=sa.text("on_behalf_phone IS NOT NULL"),
    )
    op.drop_index(
        op.f("ix_demands_handler_region_code_id"),
        table_name="demands",
        postgresql_where=sa.text("needs_desk IS NOT NULL"),
    )
    op.drop_index(op.f("ix_demands_filed_by_id"), table_name="demands")
    op.drop_table("demands")
    op.drop_index(op.f("ix_binding_requests_region_code"), table_name="binding_requests")
    op.drop_index(op.f("ix_binding_requests_account_id"), table_name="binding_requests")
    op.drop_table("binding_requests")
    op.drop_index(op.f("ix_accounts_phone"), table_name="accounts")
    op.drop_table("accounts")
    op.drop_index(op.f("ix_members_skills"), table_name="members", postgresql_using="gin")
    op.drop_index(op.f("ix_members_phone"), table_name="members")
    op.drop_index(op.f("ix_members_organization_id"), table_name="members")
    op.drop_index(op.f("ix_members_home_region_code_id"), table_name="members")
    op.drop_table("members")
    op.drop_index(
        "uq_ledger_entries_source",
        table_name="ledger_entries",
        postgresql_where=sa.text("reverses_id IS NULL"),
    )
    op.drop_index(op.f("ix_ledger_entries_region_code_served_at"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_organization_id_served_at"), table_name="ledger_entries")
    op.drop_index(op.f("ix_ledger_entries_holder_id_unit_served_at"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index(op.f("ix_organizations_region_code_id"), table_name="organizations")
    op.drop_index(op.f("ix_organizations_path"), table_name="organizations")
    op.drop_index(op.f("ix_organizations_parent_id"), table_name="organizations")
    op.drop_table("organizations")
    op.drop_index(op.f("ix_standings_board_period_region_code_points_minutes_key"), table_name="standings")
    op.drop_table("standings")
    op.drop_index(op.f("ix_sign_in_failures_last_at"), table_name="sign_in_failures")
    op.drop_table("sign_in_failures")
    op.drop_index(op.f("ix_regions_parent_code_code"), table_name="regions")
    op.drop_table("regions")
    op.drop_table("policies")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("ix_events_subject_n"), table_name="events")
    op.drop_index(op.f("ix_events_n"), table_name="events")
    op.drop_table("events")
    op.drop_table("event_cursors")
    op.drop_index(op.f("ix_engagements_source_kind_source_id"), table_name="engagements")
    op.drop_table("engagements")
    op.execute("DROP FUNCTION refuse_rewriting")
    op.execute("DROP SEQUENCE demand_numbers")
    op.execute("DROP TYPE uuidrange")
