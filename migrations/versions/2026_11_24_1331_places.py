"""Places are kept in WGS-84 with a coarse cell; titles are cut into the tokens that find similar demands."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.kit import geo
from app.kit.geo import CoordType, Point

revision: str = "2026_11_24_1331_places"
down_revision: str | None = "2026_11_24_1330_rungs"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# a house's number is one token: it tells houses apart, and half of a community is not alike by its "号楼"; a loop,
# since the same as one query takes fifty times as long, and it is run for every demand that is filed
TOKENS = r"""
CREATE FUNCTION demand_tokens(region_code text, title text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    community text := left(region_code, 12);
    rest text := regexp_replace(
        lower(normalize(title, NFKC) COLLATE "C"),
        '[\u0001-\u002f\u003a-\u0060\u007b-\u00bf\u2000-\u206f\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030-\u303f]+',
        '', 'g'
    );
    part text;
    token text;
    tokens text[] := '{}';
BEGIN
    WHILE rest <> '' LOOP
        part := substring(rest from '^(?:[0-9]+(?:号楼|号院|单元|[号栋幢层室楼门])?|[^0-9]+)');
        FOR at IN 1 .. CASE WHEN part ~ '^[0-9]' THEN 1 ELSE greatest(length(part) - 1, 1) END LOOP
            token := community || CASE WHEN part ~ '^[0-9]' THEN part ELSE substr(part, at, 2) END;
            IF token <> ALL (tokens) THEN
                tokens := tokens || token;
            END IF;
        END LOOP;
        rest := substr(rest, length(part) + 1);
    END LOOP;
    RETURN tokens;
END $$
"""
Conversion = Callable[[Point, CoordType], Point]
AT_ONCE = 1_000


def upgrade() -> None:
    op.add_column("demands", sa.Column("cell_lng", sa.Float(), nullable=True))
    op.add_column("demands", sa.Column("cell_lat", sa.Float(), nullable=True))
    op.create_check_constraint(op.f("ck_demands_cell_is_whole"), "demands", "(cell_lng IS NULL) = (cell_lat IS NULL)")
    _rewrite(geo.to_wgs84)
    op.get_bind().exec_driver_sql(TOKENS)  # its colons are no parameters
    tokens = sa.Computed("demand_tokens(region_code, title)", persisted=True)
    op.add_column("demands", sa.Column("tokens", postgresql.ARRAY(sa.Text()), tokens, nullable=False))
    op.create_index(
        op.f("ix_demands_tokens"),
        "demands",
        ["tokens"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},  # a longer one is read through by every search
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_demands_tokens"), table_name="demands", postgresql_using="gin")
    op.drop_column("demands", "tokens")
    op.execute("DROP FUNCTION demand_tokens")
    _rewrite(geo.from_wgs84)
    op.drop_constraint(op.f("ck_demands_cell_is_whole"), "demands", type_="check")
    op.drop_column("demands", "cell_lat")
    op.drop_column("demands", "cell_lng")


def _rewrite(convert: Conversion) -> None:
    """Convert every place that is kept, and note its cell."""
    connection = op.get_bind()
    read = sa.text("SELECT id, lng, lat, coord_type FROM demands WHERE lng IS NOT NULL")
    write = sa.text(
        "UPDATE demands SET lng = :lng, lat = :lat, cell_lng = :cell_lng, cell_lat = :cell_lat WHERE id = :id"
    )
    for rows in connection.execute(read).partitions(AT_ONCE):
        connection.execute(write, [_row(row, convert) for row in rows])


def _row(row: sa.Row[tuple[object, float, float, str]], convert: Conversion) -> dict[str, object]:
    given_in = CoordType(row.coord_type)
    kept = convert(Point(row.lng, row.lat), given_in)
    cell = geo.cell(kept)
    return {"id": row.id, "lng": kept.lng, "lat": kept.lat, "cell_lng": cell.lng, "cell_lat": cell.lat}
