"""observations: rubrics, rounds with objects, panel and scores, what was found and promised, and what is copied"""

import re
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_28_0410_observations"
down_revision: str | None = "2026_11_28_0050_roster_reports"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

CODES: dict[tuple[str, str], tuple[str, ...]] = {
    ("notifications", "kind"): (
        *("observation_opened", "observation_changed", "observation_due", "observation_closed"),
        *("undertaking_raised", "undertaking_due", "undertaking_shown", "undertaking_looked_at"),
    ),
    ("notifications", "subject_kind"): ("observation", "undertaking"),
    ("files", "subject_kind"): ("observed", "undertaking"),
}
KEPT = ("rubric_versions", "remarks", "looks")
"""Written once: the function that says so is the first migration's."""
XOR = "(region_code IS NULL) <> (organization_id IS NULL)"
LEVELS = "'province', 'city', 'district', 'subdistrict', 'town', 'community', 'village', 'grid', 'building'"


def upgrade() -> None:
    _rubrics()
    _rounds()
    _panels()
    _follow_ups()
    for (table, column), added in CODES.items():
        _allow(table, column, lambda known, added=added: [*known, *added])
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
        )


def _rubrics() -> None:
    op.create_table(
        "rubrics",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("scheme", sa.String(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *_made("rubrics"),
        sa.CheckConstraint("scheme IN ('observation', 'stars', 'flags')", name=op.f("ck_rubrics_scheme")),
        _refers("rubrics", "region_code", "regions", "code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubrics")),
    )
    op.create_index("uq_rubrics_name", "rubrics", ["region_code", "name"], unique=True)
    op.create_table(
        "rubric_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), nullable=False),
        sa.Column("awards", postgresql.JSONB(), nullable=False),
        sa.Column("drop_highest", sa.Integer(), nullable=False),
        sa.Column("drop_lowest", sa.Integer(), nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "drop_highest >= 0 AND drop_lowest >= 0", name=op.f("ck_rubric_versions_drops_not_negative")
        ),
        _refers("rubric_versions", "rubric_id", "rubrics"),
        _refers("rubric_versions", "published_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_versions")),
        info={"append_only": True},
    )
    op.create_index("uq_rubric_versions_number", "rubric_versions", ["rubric_id", "number"], unique=True)


def _rounds() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rubric_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previous_id", sa.Uuid(), nullable=True),
        *_made("observations"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed', 'cancelled')", name=op.f("ck_observations_state")),
        sa.CheckConstraint(f"level IN ({LEVELS})", name=op.f("ck_observations_level")),
        sa.CheckConstraint("quarter BETWEEN 1 AND 4", name=op.f("ck_observations_quarter")),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR version_id IS NOT NULL",
            name=op.f("ck_observations_scored_by_a_version"),
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_observations_closed_has_time")
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (reason IS NOT NULL)", name=op.f("ck_observations_cancelled_has_reason")
        ),
        _refers("observations", "region_code", "regions", "code"),
        _refers("observations", "rubric_id", "rubrics"),
        _refers("observations", "version_id", "rubric_versions"),
        _refers("observations", "previous_id", "observations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
    )
    op.create_index(
        "uq_observations_quarter",
        "observations",
        ["rubric_id", "region_code", "level", "year", "quarter"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(op.f("ix_observations_region_code_id"), "observations", ["region_code", "id"])
    op.create_index(
        op.f("ix_observations_timer_at"),
        "observations",
        ["timer_at"],
        postgresql_where=sa.text("timer_at IS NOT NULL"),
    )
    _objects()


def _objects() -> None:
    op.create_table(
        "observed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("observation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("visits_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("excused", sa.Text(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("parts", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("previous_rank", sa.Integer(), nullable=True),
        sa.Column("awards", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint(XOR, name=op.f("ck_observed_region_or_organization")),
        sa.CheckConstraint("(total IS NULL) = (rank IS NULL)", name=op.f("ck_observed_ranked_by_total")),
        sa.CheckConstraint("total BETWEEN 0 AND 10000", name=op.f("ck_observed_total_is_a_share")),
        _refers("observed", "observation_id", "observations"),
        _refers("observed", "region_code", "regions", "code"),
        _refers("observed", "organization_id", "organizations"),
        _refers("observed", "reported_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observed")),
    )
    for name, column in (("position", "position"), ("region", "region_code"), ("organization", "organization_id")):
        op.create_index(f"uq_observed_{name}", "observed", ["observation_id", column], unique=True)
    op.create_index(op.f("ix_observed_region_code"), "observed", ["region_code"])
    op.create_index(op.f("ix_observed_organization_id"), "observed", ["organization_id"])


def _panels() -> None:
    op.create_table(
        "panelists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("observation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight > 0", name=op.f("ck_panelists_weight_positive")),
        _refers("panelists", "observation_id", "observations"),
        _refers("panelists", "member_id", "members"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panelists")),
    )
    op.create_index("uq_panelists_member", "panelists", ["observation_id", "member_id"], unique=True)
    op.create_index(op.f("ix_panelists_member_id"), "panelists", ["member_id"])
    op.create_table(
        "recusals",
        sa.Column("panelist_id", sa.Uuid(), nullable=False),
        sa.Column("observed_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _refers("recusals", "panelist_id", "panelists"),
        _refers("recusals", "observed_id", "observed"),
        sa.PrimaryKeyConstraint("panelist_id", "observed_id", name=op.f("pk_recusals")),
    )
    op.create_index(op.f("ix_recusals_observed_id"), "recusals", ["observed_id"])
    op.create_table(
        "scores",
        sa.Column("panelist_id", sa.Uuid(), nullable=False),
        sa.Column("observed_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND most", name=op.f("ck_scores_points_within")),
        _refers("scores", "panelist_id", "panelists"),
        _refers("scores", "observed_id", "observed"),
        sa.PrimaryKeyConstraint("panelist_id", "observed_id", "criterion", name=op.f("pk_scores")),
    )
    op.create_index(op.f("ix_scores_observed_id"), "scores", ["observed_id"])


def _follow_ups() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("observed_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_made("remarks"),
        _refers("remarks", "observed_id", "observed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_remarks_observed_id_id"), "remarks", ["observed_id", "id"])
    _undertakings()
    op.create_table(
        "highlights",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("observed_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_made("highlights"),
        _refers("highlights", "observed_id", "observed"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_highlights")),
    )
    op.create_index(op.f("ix_highlights_observed_id_id"), "highlights", ["observed_id", "id"])
    op.create_table(
        "copied",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("highlight_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        *_made("copied"),
        sa.CheckConstraint(XOR, name=op.f("ck_copied_region_or_organization")),
        _refers("copied", "highlight_id", "highlights"),
        _refers("copied", "region_code", "regions", "code"),
        _refers("copied", "organization_id", "organizations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copied")),
    )
    for name, column in (("region", "region_code"), ("organization", "organization_id")):
        op.create_index(f"uq_copied_{name}", "copied", ["highlight_id", column], unique=True)


def _undertakings() -> None:
    op.create_table(
        "undertakings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("observed_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("timer_at", sa.DateTime(timezone=True), nullable=True),
        *_made("undertakings"),
        sa.Column("shown", sa.Text(), nullable=True),
        sa.Column("shown_by", sa.Uuid(), nullable=True),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('finding', 'step', 'commitment')", name=op.f("ck_undertakings_kind")),
        sa.CheckConstraint("state IN ('open', 'shown', 'settled')", name=op.f("ck_undertakings_state")),
        sa.CheckConstraint("state <> 'shown' OR shown IS NOT NULL", name=op.f("ck_undertakings_shown_has_words")),
        _refers("undertakings", "observed_id", "observed"),
        _refers("undertakings", "shown_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undertakings")),
    )
    op.create_index(op.f("ix_undertakings_observed_id_id"), "undertakings", ["observed_id", "id"])
    op.create_index(
        op.f("ix_undertakings_timer_at"),
        "undertakings",
        ["timer_at"],
        postgresql_where=sa.text("timer_at IS NOT NULL"),
    )
    op.create_table(
        "looks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("undertaking_id", sa.Uuid(), nullable=False),
        sa.Column("observation_id", sa.Uuid(), nullable=True),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *_made("looks"),
        _refers("looks", "undertaking_id", "undertakings"),
        _refers("looks", "observation_id", "observations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks")),
        info={"append_only": True},
    )
    op.create_index(op.f("ix_looks_undertaking_id_id"), "looks", ["undertaking_id", "id"])


def _made(table: str) -> tuple[sa.Column[object] | sa.ForeignKeyConstraint, ...]:
    """By whom and when."""
    return (
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        _refers(table, "made_by", "accounts"),
    )


def _refers(table: str, column: str, to: str, key: str = "id") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=op.f(f"fk_{table}_{column}_{to}"))


def downgrade() -> None:
    for table, column in (("notifications", "kind"), ("files", "subject_kind")):
        listed = ", ".join(f"'{code}'" for code in CODES[table, column])
        op.execute(f"DELETE FROM {table} WHERE {column} IN ({listed})")  # noqa: S608
    for (table, column), added in CODES.items():
        _allow(table, column, lambda known, added=added: [code for code in known if code not in added])
    for table in (
        *("copied", "highlights", "looks", "undertakings", "remarks", "scores", "recusals", "panelists"),
        *("observed", "observations", "rubric_versions", "rubrics"),
    ):
        op.drop_table(table)


def _allow(table: str, column: str, change: Callable[[list[str]], list[str]]) -> None:
    """Change the codes of a column from what they are, so that migrations of the same day come in any order."""
    name = op.f(f"ck_{table}_{column}")
    wanted = sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    written = op.get_bind().execute(wanted, {"name": name}).scalar_one()
    listed = ", ".join(f"'{code}'" for code in change(re.findall(r"'(\w+)'", written)))
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(name, table, f"{column} IN ({listed})")
