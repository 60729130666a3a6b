"""who builds a project and by when; pairings, bookings and contributions; suggestions"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_28_0511_sharing"
down_revision: str | None = "2026_11_28_0510_lists"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

AT = sa.DateTime(timezone=True)


def _table(name: str, *columns: sa.schema.SchemaItem, checks: dict[str, str], **more: object) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        *columns,
        *(sa.CheckConstraint(said, name=op.f(f"ck_{name}_{called}")) for called, said in checks.items()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        **more,
    )


def _refers(table: str, **columns: str) -> None:
    for column, other in columns.items():
        key = "code" if other == "regions" else "id"
        op.create_foreign_key(op.f(f"fk_{table}_{column}_{other}"), table, other, [column], [key])


def upgrade() -> None:
    _takings()
    _milestones()
    _pairings()
    _bookings()
    _contributions()
    _suggestions()


def _takings() -> None:
    _table(
        "item_takings",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("begun_at", AT, nullable=False),
        sa.Column("taken_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        checks={
            "state": "state IN ('offered', 'taken', 'done', 'declined', 'withdrawn', 'given_up')",
            "not_done_has_reason": "(state IN ('declined', 'withdrawn', 'given_up')) = (reason IS NOT NULL)",
            "live_has_no_end": "(state IN ('offered', 'taken')) = (ended_at IS NULL)",
        },
    )
    _refers("item_takings", item_id="list_items", organization_id="organizations")
    op.create_index(
        "uq_item_takings_live",
        "item_takings",
        ["item_id", "organization_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('offered', 'taken')"),
    )
    op.create_index(op.f("ix_item_takings_organization_id_id"), "item_takings", ["organization_id", "id"])
    op.create_index(op.f("ix_item_takings_item_id_id"), "item_takings", ["item_id", "id"])


def _milestones() -> None:
    _table(
        "item_milestones",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reached_at", AT, nullable=True),
        sa.Column("reached_by", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        checks={"reached_by_somebody": "(reached_at IS NULL) = (reached_by IS NULL)"},
    )
    _refers("item_milestones", item_id="list_items")
    op.create_index(op.f("ix_item_milestones_item_id_due_on_id"), "item_milestones", ["item_id", "due_on", "id"])


def _pairings() -> None:
    _table(
        "item_pairings",
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("resource_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("paired_by", sa.Uuid(), nullable=False),
        sa.Column("paired_at", AT, nullable=False),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        checks={"ended_for_a_reason": "(ended_at IS NULL) = (reason IS NULL)"},
    )
    _refers("item_pairings", need_id="list_items", resource_id="list_items")
    op.create_index(
        "uq_item_pairings_live",
        "item_pairings",
        ["need_id", "resource_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_item_pairings_resource_id"), "item_pairings", ["resource_id"])


def _bookings() -> None:
    _table(
        "item_bookings",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("is_venue", sa.Boolean(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("booked_by", sa.Uuid(), nullable=False),
        sa.Column("booked_at", AT, nullable=False),
        sa.Column("handed_over_at", AT, nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("timer_at", AT, nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("uuidrange(item_id, item_id, '[]')"), "&&"),
            (sa.column("during"), "&&"),
            name="ex_item_bookings_item_id_during",
            where=sa.text("is_venue AND state = 'booked'"),
            using="gist",
        ),
        checks={
            "state": "state IN ('booked', 'handed_over', 'returned', 'cancelled')",
            "quantity_positive": "quantity > 0",
            "venues_stay": "NOT is_venue OR quantity = 1 AND state IN ('booked', 'cancelled')",
            "cancelled_for_a_reason": "(state = 'cancelled') = (reason IS NOT NULL)",
            "only_loans_are_due": "(state = 'handed_over') >= (timer_at IS NOT NULL)",
            "has_a_time": "NOT isempty(during) AND NOT lower_inf(during) AND NOT upper_inf(during)",
        },
    )
    _refers("item_bookings", item_id="list_items", organization_id="organizations", booked_by="accounts")
    op.create_index(op.f("ix_item_bookings_item_id_id"), "item_bookings", ["item_id", "id"])
    for column, rest in (("organization_id", ["id"]), ("timer_at", [])):
        name = op.f("_".join(("ix_item_bookings", column, *rest)))
        some = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "item_bookings", [column, *rest], postgresql_where=some)


def _contributions() -> None:
    _table(
        "item_contributions",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("giver", sa.LargeBinary(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("noted_at", AT, nullable=False),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        checks={
            "kind": "kind IN ('money', 'goods', 'people')",
            "goods_are_named": "(kind = 'goods') = (what IS NOT NULL) AND (what IS NULL) = (unit IS NULL)",
            "one_giver": "organization_id IS NULL OR giver IS NULL",
            "reversals_are_negative": "(reverses_id IS NULL) = (amount > 0) AND amount <> 0",
            "reversed_for_a_reason": "(reverses_id IS NULL) = (reason IS NULL)",
        },
        info={"append_only": True},
    )
    _refers(
        "item_contributions",
        item_id="list_items",
        organization_id="organizations",
        reverses_id="item_contributions",
    )
    op.create_unique_constraint(op.f("uq_item_contributions_reverses_id"), "item_contributions", ["reverses_id"])
    op.create_index(op.f("ix_item_contributions_item_id_id"), "item_contributions", ["item_id", "id"])
    op.create_index(
        op.f("ix_item_contributions_organization_id_id"),
        "item_contributions",
        ["organization_id", "id"],
        postgresql_where=sa.text("organization_id IS NOT NULL"),
    )
    op.execute(
        "CREATE TRIGGER item_contributions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON item_contributions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )


def _suggestions() -> None:
    _table(
        "suggestions",
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("author_name", sa.LargeBinary(), nullable=True),
        sa.Column("activity_id", sa.Uuid(), nullable=True),
        sa.Column("noted_by", sa.Uuid(), nullable=False),
        sa.Column("raised_at", AT, nullable=False),
        sa.Column("due_at", AT, nullable=False),
        sa.Column("timer_at", AT, nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("item_id", sa.Uuid(), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", AT, nullable=True),
        checks={
            "state": "state IN ('raised', 'answered', 'accepted', 'refused')",
            "raised_has_no_end": "(state = 'raised') = (ended_at IS NULL)",
            "accepted_has_item": "(state = 'accepted') = (item_id IS NOT NULL)",
            "only_raised_is_due": "(state = 'raised') >= (timer_at IS NOT NULL)",
        },
    )
    _refers(
        "suggestions",
        region_code="regions",
        author_id="accounts",
        activity_id="activities",
        noted_by="accounts",
        item_id="list_items",
    )
    op.create_index(op.f("ix_suggestions_region_code_id"), "suggestions", ["region_code", "id"])
    op.create_index(op.f("ix_suggestions_activity_id"), "suggestions", ["activity_id"])
    op.create_index(op.f("ix_suggestions_item_id"), "suggestions", ["item_id"])
    for column, rest in (("author_id", ["id"]), ("timer_at", [])):
        some = sa.text(f"{column} IS NOT NULL")
        name = op.f("_".join(("ix_suggestions", column, *rest)))
        op.create_index(name, "suggestions", [column, *rest], postgresql_where=some)


def downgrade() -> None:
    for table in (
        *("suggestions", "item_contributions", "item_bookings", "item_pairings", "item_milestones", "item_takings"),
    ):
        op.drop_table(table)
