"""service, needs, resource and project lists: their items, published versions, and the demands items became"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "2026_11_28_0510_lists"
down_revision: str | None = "2026_11_28_0410_observations"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = "kind IN ('service', 'needs', 'resource', 'project')"
AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "lists",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published_at", AT, nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_lists_kind")),
        sa.CheckConstraint("(version = 0) = (published_at IS NULL)", name=op.f("ck_lists_published_has_time")),
        sa.ForeignKeyConstraint(["region_code"], ["regions.code"], name=op.f("fk_lists_region_code_regions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        sa.UniqueConstraint("region_code", "kind", "year", name=op.f("uq_lists_region_code_kind_year")),
    )
    _items()
    op.create_table(
        "list_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("published_at", AT, nullable=False),
        sa.Column("published_by", sa.Uuid(), nullable=False),
        sa.Column("items", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_versions_list_id_lists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_versions")),
        sa.UniqueConstraint("list_id", "number", name=op.f("uq_list_versions_list_id_number")),
        info={"append_only": True},
    )
    op.execute(
        "CREATE TRIGGER list_versions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON list_versions "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()"
    )
    op.create_table(
        "item_demands",
        sa.Column("demand_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_item_demands_demand_id_demands")),
        sa.ForeignKeyConstraint(["item_id"], ["list_items.id"], name=op.f("fk_item_demands_item_id_list_items")),
        sa.PrimaryKeyConstraint("demand_id", name=op.f("pk_item_demands")),
    )
    op.create_index(op.f("ix_item_demands_item_id"), "item_demands", ["item_id"])


def _items() -> None:
    op.create_table(
        "list_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("region_code", sa.Text(collation="C"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("mode", sa.String(32), nullable=False),
        sa.Column("form", sa.String(32), nullable=True),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("skills", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", AT, nullable=False),
        sa.Column("published_at", AT, nullable=True),
        sa.Column("withdrawn_at", AT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_list_items_kind")),
        sa.CheckConstraint("mode IN ('open', 'assigned')", name=op.f("ck_list_items_mode")),
        sa.CheckConstraint("form IN ('venue', 'goods', 'people', 'money')", name=op.f("ck_list_items_form")),
        sa.CheckConstraint(
            "(kind = 'resource') = (form IS NOT NULL)", name=op.f("ck_list_items_resources_have_a_form")
        ),
        sa.CheckConstraint("mode = 'open' OR owner_id IS NOT NULL", name=op.f("ck_list_items_assigned_has_owner")),
        sa.CheckConstraint("slots > 0 AND quantity > 0", name=op.f("ck_list_items_counts_positive")),
        sa.CheckConstraint("form <> 'goods' OR quantity IS NOT NULL", name=op.f("ck_list_items_goods_are_counted")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (reason IS NULL)", name=op.f("ck_list_items_withdrawn_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_items_list_id_lists")),
        sa.ForeignKeyConstraint(["owner_id"], ["organizations.id"], name=op.f("fk_list_items_owner_id_organizations")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_items")),
    )
    op.create_index(op.f("ix_list_items_list_id_id"), "list_items", ["list_id", "id"])
    op.create_index(op.f("ix_list_items_region_code_id"), "list_items", ["region_code", "id"])
    op.create_index(op.f("ix_list_items_owner_id"), "list_items", ["owner_id"])


def downgrade() -> None:
    for table in ("item_demands", "list_versions", "list_items", "lists"):
        op.drop_table(table)
