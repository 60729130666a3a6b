"""activities: activities with shifts, spots and slots, sign-ups, entries after the fact, calendar links"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2026_11_27_2120_activities"
down_revision: str | None = "2026_11_27_2110_balances"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "activities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state = 'cancelled' OR (state = 'draft') = (published_at IS NULL)",
            name=op.f("ck_activities_published_has_time"),
        ),
        sa.CheckConstraint("audience IN ('members', 'residents', 'all')", name=op.f("ck_activities_audience")),
        sa.CheckConstraint(
            "kind IN ('volunteering', 'theme_day', 'party_lecture', 'council', 'joint_meeting', 'clean_up', 'duty', 'visit', 'clinic', 'training', 'culture', 'other')",
            name=op.f("ck_activities_kind"),
        ),
        sa.CheckConstraint("state IN ('draft', 'published', 'ended', 'cancelled')", name=op.f("ck_activities_state")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_activities_demand_id_demands")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_activities_organization_id_organizations")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_activities_region_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activities")),
    )
    op.create_index(
        op.f("ix_activities_demand_id"),
        "activities",
        ["demand_id"],
        unique=False,
        postgresql_where=sa.text("demand_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_activities_organization_id_id"),
        "activities",
        ["organization_id", "id"],
        unique=False,
        postgresql_where=sa.text("organization_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_activities_region_code_id"), "activities", ["region_code", "id"], unique=False)
    op.create_table(
        "activity_items",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_activity_items_people_positive")),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_activity_items_activity_id_activities")
        ),
        sa.PrimaryKeyConstraint("activity_id", "position", name=op.f("pk_activity_items")),
    )
    op.create_table(
        "activity_leaders",
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_activity_leaders_activity_id_activities")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_activity_leaders_member_id_members")),
        sa.PrimaryKeyConstraint("activity_id", "member_id", name=op.f("pk_activity_leaders")),
    )
    op.create_index(op.f("ix_activity_leaders_member_id"), "activity_leaders", ["member_id"], unique=False)
    op.create_table(
        "activity_spots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name=op.f("fk_activity_spots_activity_id_activities")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_spots")),
    )
    op.create_index(op.f("ix_activity_spots_activity_id"), "activity_spots", ["activity_id"], unique=False)
    op.create_table(
        "shifts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("activity_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reminded", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state IN ('planned', 'begun')) = (timer_at IS NOT NULL)", name=op.f("ck_shifts_open_has_timer")
        ),
        sa.CheckConstraint("state IN ('planned', 'begun', 'closed', 'cancelled')", name=op.f("ck_shifts_state")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shifts_ends_after_start")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name=op.f("fk_shifts_activity_id_activities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index(op.f("ix_shifts_activity_id_starts_at"), "shifts", ["activity_id", "starts_at"], unique=False)
    op.create_index(
        op.f("ix_shifts_timer_at"),
        "shifts",
        ["timer_at"],
        unique=False,
        postgresql_where=sa.text("timer_at IS NOT NULL"),
    )
    op.create_table(
        "activity_slots",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("spot_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("taken BETWEEN 0 AND capacity", name=op.f("ck_activity_slots_taken_within_capacity")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_activity_slots_shift_id_shifts")),
        sa.ForeignKeyConstraint(
            ["spot_id"], ["activity_spots.id"], name=op.f("fk_activity_slots_spot_id_activity_spots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_slots")),
    )
    op.create_index(
        op.f("ix_activity_slots_timer_at"),
        "activity_slots",
        ["timer_at"],
        unique=False,
        postgresql_where=sa.text("timer_at IS NOT NULL"),
    )
    op.create_index(
        "uq_activity_slots_role",
        "activity_slots",
        ["shift_id", "spot_id", "role"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "late_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("person_kind", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (accepted IS NULL)", name=op.f("ck_late_entries_decision_has_author")
        ),
        sa.CheckConstraint("arrived_at < left_at", name=op.f("ck_late_entries_left_after_arrival")),
        sa.CheckConstraint("decided_by <> entered_by", name=op.f("ck_late_entries_second_person")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_late_entries_shift_id_shifts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_entries")),
    )
    op.create_index(op.f("ix_late_entries_person_id"), "late_entries", ["person_id"], unique=False)
    op.create_index(
        op.f("ix_late_entries_region_code_entered_at"), "late_entries", ["region_code", "entered_at"], unique=False
    )
    op.create_index(
        "uq_late_entries_waiting",
        "late_entries",
        ["shift_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("decided_by IS NULL"),
    )
    op.create_table(
        "sign_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("person_kind", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("walk_in", sa.Boolean(), nullable=False),
        sa.Column("leave_freely", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrival", sa.String(length=32), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("departure", sa.String(length=32), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("auto_left", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (minutes IS NOT NULL)", name=op.f("ck_sign_ups_done_has_minutes")),
        sa.CheckConstraint(
            "(state = 'promoted') = (due_at IS NOT NULL)", name=op.f("ck_sign_ups_promoted_has_due_time")
        ),
        sa.CheckConstraint("arrival IN ('measured', 'confirmed', 'entered')", name=op.f("ck_sign_ups_arrival")),
        sa.CheckConstraint("departure IN ('measured', 'confirmed', 'entered')", name=op.f("ck_sign_ups_departure")),
        sa.CheckConstraint("person_kind IN ('member', 'account')", name=op.f("ck_sign_ups_person_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'promoted', 'booked', 'present', 'done', 'cancelled', 'lapsed', 'released', 'unmarked', 'no_show')",
            name=op.f("ck_sign_ups_state"),
        ),
        sa.CheckConstraint("(arrived_at IS NULL) = (arrival IS NULL)", name=op.f("ck_sign_ups_arrival_has_time")),
        sa.CheckConstraint("(left_at IS NULL) = (departure IS NULL)", name=op.f("ck_sign_ups_departure_has_time")),
        sa.CheckConstraint("walk_in OR slot_id IS NOT NULL", name=op.f("ck_sign_ups_place_is_of_a_slot")),
        sa.ForeignKeyConstraint(["shift_id"], ["shifts.id"], name=op.f("fk_sign_ups_shift_id_shifts")),
        sa.ForeignKeyConstraint(["slot_id"], ["activity_slots.id"], name=op.f("fk_sign_ups_slot_id_activity_slots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
    )
    op.create_index(
        "ix_sign_ups_line",
        "sign_ups",
        ["slot_id", "n"],
        unique=False,
        postgresql_where=sa.text("state IN ('promoted', 'waiting')"),
    )
    op.create_index(op.f("ix_sign_ups_person_id_id"), "sign_ups", ["person_id", "id"], unique=False)
    op.create_index(op.f("ix_sign_ups_shift_id_n"), "sign_ups", ["shift_id", "n"], unique=False)
    op.create_index(op.f("ix_sign_ups_slot_id"), "sign_ups", ["slot_id"], unique=False)
    op.create_index(
        "uq_sign_ups_standing",
        "sign_ups",
        ["shift_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("state NOT IN ('cancelled', 'lapsed', 'released')"),
    )
    op.create_table(
        "calendar_links",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_calendar_links_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_calendar_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_links_token_hash")),
    )


def downgrade() -> None:
    for table in ("sign_ups", "late_entries", "activity_slots", "shifts", "activity_spots", "activity_leaders"):
        op.drop_table(table)
    for table in ("activity_items", "activities", "calendar_links"):
        op.drop_table(table)
