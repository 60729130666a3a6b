"""The organizations of a district: its working committee, what stands below it, and the units beside."""

import re
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from app.demo.districts import District
from app.demo.units import UNITS
from app.organizations.creating import NewOrganization
from app.organizations.models import OrganizationKind as Kind

NUMERALS = "一二三四五六七八九"
BODY = re.compile(r"(居民委员会|居委会|民委员会)$")
"""What a statistical name adds to the community's own: 吉祥社区居民委员会, 河宕村民委员会."""
WITHOUT_ROSTER = frozenset({Kind.WORKING_COMMITTEE, Kind.ALLIANCE, Kind.GARRISON})
"""Who belongs to these belongs to something below them; a garrison tells no names."""


@dataclass(frozen=True, slots=True)
class Place:
    """A community or subdistrict by code and name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A district's organizations, parents first, and those of them with a liaison by the liaison's name."""

    organizations: list[NewOrganization]
    liaisons: dict[str, NewOrganization]

    @property
    def with_roster(self) -> list[NewOrganization]:
        """The organizations that members belong to."""
        return [one for one in self.organizations if one.kind not in WITHOUT_ROSTER]

    @property
    def paths(self) -> dict[uuid.UUID, str]:
        """What a file calls each organization: the names from the uppermost down."""
        found: dict[uuid.UUID, str] = {}
        for one in self.organizations:
            found[one.id] = f"{found[one.parent_id]}/{one.name}" if one.parent_id else one.name
        return found


def plan(district: District, seats: Sequence[Place], communities: Sequence[Place]) -> Tree:
    """Exactly as many organizations as the article counts; communities that come late may be left out."""
    root = NewOrganization(Kind.WORKING_COMMITTEE, district.working_committee, district.root_region)
    below = _working_committees(district, root, seats)
    units = [
        (unit, NewOrganization(unit.kind, unit.name, district.root_region, root.id)) for unit in UNITS[district.key]
    ]
    found = [root, *below.values(), *(made for _, made in units)]
    for place in communities[: district.organizations - len(found)]:
        above = below.get(place.code[:9], root)
        found.append(NewOrganization(Kind.COMMITTEE, committee_name(place.name), place.code, above.id))
    branches = _branches([made for _, made in units if made.kind not in WITHOUT_ROSTER])
    found += [next(branches) for _ in range(district.organizations - len(found))]
    return Tree(found, {unit.liaison: made for unit, made in units if unit.liaison})


def _working_committees(
    district: District, root: NewOrganization, seats: Sequence[Place]
) -> dict[str, NewOrganization]:
    if district.root_region != district.code:
        return {}
    return {
        seat.code: NewOrganization(Kind.WORKING_COMMITTEE, f"{seat.name}党工委", seat.code, root.id) for seat in seats
    }


def committee_name(community: str) -> str:
    """What the committee of a community or village is called: 吉祥社区党委, 河宕村党委."""
    return f"{BODY.sub('', community)}党委"


def _branches(units: Sequence[NewOrganization]) -> Iterator[NewOrganization]:
    """Branches below the units, one each before anybody gets a second."""
    given = {unit.id: 0 for unit in units}
    for unit in cycle(units):
        number = NUMERALS[given[unit.id]]
        given[unit.id] += 1
        yield NewOrganization(Kind.BRANCH, f"{unit.name}第{number}党支部", unit.region_code, unit.id)
