"""endings: causes, reopens, joins, merges, children, feedback and the rating of responses"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_24_1335_endings"
down_revision: str | None = "2026_11_24_1331_places"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


NEEDS_DESK = (
    "needs_desk IN ('new', 'nobody_claimed', 'offers_ended', 'window_passed', 'partial', 'dissatisfied', 'to_close'{})"
)
NOTE_KINDS = (
    "kind IN ('message', 'supplement', 'dispatch', 'return', 'reject', 'transfer', 'escalate', 'close', 'reopen', "
    "'cancel', 'decline', 'withdraw', 'no_show', 'complete'{})"
)
NOT_DONE = "(state = 'rejected' OR coalesce(result, '') IN ('unresolved', 'referred'))"
GIVEN_UP = "(state IN ('declined', 'withdrawn', 'no_show'))"


def upgrade() -> None:
    _demands()
    _claims()
    _listed("demands", "needs_desk", NEEDS_DESK.format(", 'children_ended'"))
    _listed("notes", "kind", NOTE_KINDS.format(", 'left', 'merge', 'unmerge', 'split'"))
    _following()
    _feedback()


def _listed(table: str, column: str, condition: str) -> None:
    """Let a column hold other codes."""
    name = op.f(f"ck_{table}_{column}")
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, condition)


def _demands() -> None:
    op.add_column("demands", sa.Column("cause", sa.String(32), nullable=True))
    op.add_column("demands", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("demands", sa.Column("parent_id", sa.Uuid(), nullable=True))
    op.add_column("demands", sa.Column("parent_round", sa.Integer(), nullable=True))
    op.add_column("demands", sa.Column("closes", sa.String(32), nullable=True))
    for count in ("reopens", "joins"):
        op.add_column("demands", sa.Column(count, sa.Integer(), nullable=False, server_default=sa.text("0")))
        op.alter_column("demands", count, server_default=None)
    op.execute("UPDATE demands SET cause = 'other' WHERE state = 'rejected' OR result IN ('unresolved', 'referred')")
    op.execute("UPDATE demands SET reopens = round - 1 WHERE round > 1")
    op.create_check_constraint(
        op.f("ck_demands_cause"),
        "demands",
        "cause IN ('not_our_duty', 'no_rule', 'no_means', 'third_party', 'private_dispute', 'planned', 'conditions', "
        "'unfounded', 'unreachable', 'not_needed', 'other')",
    )
    op.create_check_constraint(op.f("ck_demands_closes"), "demands", "closes IN ('all', 'any', 'by_hand')")
    op.create_check_constraint(op.f("ck_demands_not_done_has_cause"), "demands", f"{NOT_DONE} = (cause IS NOT NULL)")
    op.create_check_constraint(
        op.f("ck_demands_merged_has_target"), "demands", "(state = 'merged') = (merged_into_id IS NOT NULL)"
    )
    op.create_check_constraint(op.f("ck_demands_is_not_its_own"), "demands", "merged_into_id <> id AND parent_id <> id")
    op.create_check_constraint(
        op.f("ck_demands_child_has_round"), "demands", "(parent_id IS NULL) = (parent_round IS NULL)"
    )
    op.create_check_constraint(op.f("ck_demands_child_is_not_split"), "demands", "parent_id IS NULL OR closes IS NULL")
    op.create_check_constraint(op.f("ck_demands_joins_not_negative"), "demands", "joins >= 0")
    for column in ("merged_into_id", "parent_id"):
        op.create_foreign_key(op.f(f"fk_demands_{column}_demands"), "demands", "demands", [column], ["id"])
    op.create_index(
        op.f("ix_demands_merged_into_id"),
        "demands",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_demands_parent_id_id"),
        "demands",
        ["parent_id", "id"],
        unique=False,
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )


def _claims() -> None:
    op.add_column("claims", sa.Column("cause", sa.String(32), nullable=True))
    op.execute("UPDATE claims SET cause = 'other' WHERE state IN ('declined', 'withdrawn', 'no_show')")
    op.create_check_constraint(
        op.f("ck_claims_cause"),
        "claims",
        "cause IN ('busy', 'personal', 'too_far', 'lacks_skill', 'not_our_duty', 'filer_unreachable', 'conditions', "
        "'no_word', 'other')",
    )
    op.create_check_constraint(op.f("ck_claims_given_up_has_cause"), "claims", f"{GIVEN_UP} = (cause IS NOT NULL)")


def _following() -> None:
    op.create_table(
        "joins",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_joins_account_id_accounts")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_joins_demand_id_demands")),
        sa.PrimaryKeyConstraint("demand_id", "account_id", name=op.f("pk_joins")),
    )
    op.create_index(op.f("ix_joins_account_id"), "joins", ["account_id"], unique=False)
    op.create_table(
        "merges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("demand_id <> into_id", name=op.f("ck_merges_into_another")),
        sa.CheckConstraint(
            "state NOT IN ('cancelled', 'closed', 'merged', 'rejected')", name=op.f("ck_merges_was_under_way")
        ),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_merges_demand_id_demands")),
        sa.ForeignKeyConstraint(["into_id"], ["demands.id"], name=op.f("fk_merges_into_id_demands")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_demand_id"), "merges", ["demand_id"], unique=False)
    op.create_index(op.f("ix_merges_into_id"), "merges", ["into_id"], unique=False)
    op.create_index(
        "uq_merges_standing",
        "merges",
        ["demand_id"],
        unique=True,
        postgresql_where=sa.text("undone_at IS NULL"),
    )


def _feedback() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("demand_stars", sa.Integer(), nullable=False),
        sa.Column("community_stars", sa.Integer(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("community_stars BETWEEN 1 AND 5", name=op.f("ck_feedback_community_stars_1_to_5")),
        sa.CheckConstraint("demand_stars BETWEEN 1 AND 5", name=op.f("ck_feedback_demand_stars_1_to_5")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_feedback_claim_id_claims")),
        sa.ForeignKeyConstraint(["given_by"], ["accounts.id"], name=op.f("fk_feedback_given_by_accounts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("claim_id", "given_by", name=op.f("uq_feedback_claim_id_given_by")),
    )
    op.create_table(
        "response_ratings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("rated_by", sa.Uuid(), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_response_ratings_stars_1_to_5")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_response_ratings_claim_id_claims")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_ratings")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_response_ratings_claim_id")),
    )


def downgrade() -> None:
    for table in ("response_ratings", "feedback", "merges", "joins"):
        op.drop_table(table)
    op.execute("DELETE FROM notes WHERE kind IN ('left', 'merge', 'unmerge', 'split')")
    op.execute("UPDATE demands SET needs_desk = 'to_close' WHERE needs_desk = 'children_ended'")
    _listed("notes", "kind", NOTE_KINDS.format(""))
    _listed("demands", "needs_desk", NEEDS_DESK.format(""))
    op.drop_column("claims", "cause")  # its constraints go with it, as do those of the columns below
    for column in ("closes", "parent_round", "parent_id", "merged_into_id", "joins", "reopens", "cause"):
        op.drop_column("demands", column)
