"""Request and response bodies of regions."""

from app.kit.pagination import PageRequest
from app.kit.schema import Output, RegionFilter, TextFilter
from app.regions.models import Level, Region


class RegionsWanted(PageRequest):
    """What lies right below `parent`, or with `q` anywhere below it; without either, the provinces."""

    parent: RegionFilter = None
    q: TextFilter = None


class RegionOut(Output):
    """A region; `full_name` begins at the district and leaves statistical fillers such as 市辖区 out."""

    code: str
    level: Level
    name: str
    parent_code: str | None
    full_name: str


def region_out(region: Region, full_name: str) -> RegionOut:
    """A region with the name that says where it is."""
    return RegionOut(
        code=region.code,
        level=region.level,
        name=region.name,
        parent_code=region.parent_code,
        full_name=full_name,
    )
