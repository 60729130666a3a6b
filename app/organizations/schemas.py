"""Request and response bodies of organizations."""

import uuid

from app.kit.pagination import PageRequest
from app.kit.schema import Output, RegionFilter, TextFilter
from app.organizations.models import OrganizationKind


class OrganizationsWanted(PageRequest):
    """Organizations in a region and all below it, whose name holds `q`."""

    region: RegionFilter = None
    q: TextFilter = None


class OrganizationOut(Output):
    """A body that can be whistled for or claim a demand."""

    id: uuid.UUID
    kind: OrganizationKind
    name: str
    region_code: str
    parent_id: uuid.UUID | None
