"""金牛山街道 of 浉河区: six communities and the 城管中队, a panel of cadres, secretaries and the unit's head."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Role
from app.members.models import Member
from app.organizations.models import Organization, OrganizationKind
from app.regions.models import Level, Region
from tests.client import Client
from tests.demands.world import account_of, grant_of, identity_of, ok, signed_in
from tests.factories import an_organization, on_roster

Body = dict[str, Any]
DISTRICT, STREET = "411502", "411502008"
COMMUNITIES = {
    "周家山": "411502008001",
    "华森": "411502008002",
    "飨堂": "411502008003",
    "金牛": "411502008004",
    "赵家": "411502008005",
    "航空": "411502008006",
}
BUILDINGS = {f"{number}号楼": f"411502008001-01-0{number}" for number in (1, 2, 3)}
NINE = (
    *("epidemic_control", "branch_standards", "grid_management", "flags_and_stars", "star_buildings"),
    *("party_projects", "three_meetings", "theme_day", "double_enrollment"),
)
CADRES = ("书记", "主任", "组织委员")
LATER = "2199-03-31T18:00:00+08:00"


@dataclass
class Street:
    """Everybody of the round, by the names that tests use."""

    desk: Client
    observer: Client
    resident: Client
    cadres: dict[str, Client]
    secretaries: dict[str, Client]
    """Of each community: a member of its branch, who dispatches for it too."""
    captain: Client
    """Of the unit: on its roster, and its liaison."""
    unit: Organization
    members: dict[str, Member] = field(default_factory=dict)

    @property
    def panel(self) -> list[Client]:
        """Everybody who may be asked to score."""
        return [*self.cadres.values(), *self.secretaries.values(), self.captain]


async def a_street(session: AsyncSession, client: Client) -> Street:
    """The subdistrict, committed, with everybody signed in."""
    places = [
        ("41", Level.PROVINCE, "河南省", None),
        (DISTRICT, Level.DISTRICT, "浉河区", "41"),
        (STREET, Level.SUBDISTRICT, "金牛山街道", DISTRICT),
        ("411502006", Level.SUBDISTRICT, "湖东街道", DISTRICT),
        *((code, Level.COMMUNITY, f"{name}社区", STREET) for name, code in COMMUNITIES.items()),
        ("411502008001-01", Level.GRID, "第一网格", COMMUNITIES["周家山"]),
        *((code, Level.BUILDING, name, "411502008001-01") for name, code in BUILDINGS.items()),
    ]
    session.add_all(Region(code=code, level=level, name=name, parent_code=up) for code, level, name, up in places)
    await session.flush()  # everybody belongs somewhere
    top = await an_organization(
        session, name="金牛山街道党工委", region_code=STREET, kind=OrganizationKind.WORKING_COMMITTEE
    )
    unit = await an_organization(
        session, name="城管中队", region_code=STREET, kind=OrganizationKind.DEPARTMENT, parent=top
    )
    branches = {
        name: await an_organization(session, name=f"{name}社区党支部", region_code=code, parent=top)
        for name, code in COMMUNITIES.items()
    }
    members = {name: on_roster(top, name=f"{name}甲") for name in CADRES}
    members |= {name: on_roster(branch, name=f"{name}乙") for name, branch in branches.items()}
    members["captain"] = on_roster(unit, name="队长丙")
    session.add_all(members.values())
    await session.flush()  # accounts refer to them
    accounts = {name: account_of(name, member=member) for name, member in members.items()}
    accounts |= {name: account_of(name) for name in ("desk", "observer", "resident")}
    session.add_all(accounts.values())
    await session.flush()  # everything else refers to them
    session.add_all(identity_of(account, name) for name, account in accounts.items())
    session.add(grant_of(accounts["desk"], Role.DISPATCHER, STREET, None))
    session.add(grant_of(accounts["observer"], Role.OBSERVER, DISTRICT, None))
    session.add(grant_of(accounts["captain"], Role.LIAISON, None, unit))
    session.add_all(grant_of(accounts[name], Role.DISPATCHER, code, None) for name, code in COMMUNITIES.items())
    clients = {name: await signed_in(session, client, account) for name, account in accounts.items()}
    await session.commit()
    return Street(
        desk=clients["desk"],
        observer=clients["observer"],
        resident=clients["resident"],
        cadres={name: clients[name] for name in CADRES},
        secretaries={name: clients[name] for name in COMMUNITIES},
        captain=clients["captain"],
        unit=unit,
        members=members,
    )


async def a_rubric(street: Street, **more: Any) -> Body:
    """The rubric of the nine checked items, each called as the dictionary calls it."""
    criteria = [{"code": code, "most": 20 if code == "epidemic_control" else 10} for code in NINE]
    body = {"region_code": STREET, "name": "观摩考评细则", "criteria": criteria}
    return await ok(street.desk.post("/rubrics", body | more), 201)


def laid_out(street: Street, rubric: Body, **more: Any) -> Body:
    """The second quarter's round over six communities and one unit, in the order of the route."""
    objects: list[Body] = [{"region_code": code} for code in COMMUNITIES.values()]
    weights = dict.fromkeys(CADRES, 2)
    panel = [
        {"member_id": str(member.id), "role": "机关" if name in weights else "社区", "weight": weights.get(name, 1)}
        for name, member in street.members.items()
    ]
    usual = {
        "region_code": STREET,
        "rubric_id": rubric["id"],
        "year": 2026,
        "quarter": 2,
        "ends_at": LATER,
        "objects": [*objects, {"organization_id": str(street.unit.id)}],
        "panel": panel,
    }
    return usual | more


async def drafted(street: Street, rubric: Body, **more: Any) -> Body:
    """A round that nobody sees yet but its desk."""
    return await ok(street.desk.post("/observations", laid_out(street, rubric, **more)), 201)


async def opened(street: Street, rubric: Body | None = None, **more: Any) -> Body:
    """A round that is being scored."""
    made = await drafted(street, rubric or await a_rubric(street), **more)
    return await ok(street.desk.post(f"/observations/{made['id']}/open"))


def objects(found: Body) -> dict[str, str]:
    """The ids of a round's objects by their names."""
    return {one["name"].removesuffix("社区"): one["id"] for one in found["objects"]}


def whole(found: Body, share: float) -> Body:
    """A sheet that gives so much of the points of every criterion."""
    return {"points": {one["code"]: round(one["most"] * share) for one in found["version"]["criteria"]}}


async def scored(who: Client, found: Body, name: str, share: float) -> Body:
    """A whole sheet of one of the panel."""
    return await ok(who.put(f"/observed/{objects(found)[name]}/scores", whole(found, share)))


async def scored_by_cadres(street: Street, found: Body, shares: dict[str, float]) -> None:
    """Whole sheets of the three cadres for each object."""
    for name, share in shares.items():
        for who in street.cadres.values():
            await scored(who, found, name, share)


SHARES = {"周家山": 0.9, "华森": 0.8, "飨堂": 0.8, "金牛": 0.7, "赵家": 0.6, "航空": 0.5, "城管中队": 1.0}


async def closed(street: Street, found: Body, **more: Any) -> Body:
    """A round whose objects are ranked."""
    return await ok(street.desk.post(f"/observations/{found['id']}/close", more))


async def ranked(street: Street, shares: dict[str, float] | None = None, **more: Any) -> Body:
    """A whole round that the cadres have scored."""
    found = await opened(street, **more)
    await scored_by_cadres(street, found, SHARES if shares is None else shares)
    return await closed(street, found)


async def ranks(who: Client, found: Body) -> dict[str, Body]:
    """How the objects of a round stand, by name."""
    told = await ok(who.get(f"/observations/{found['id']}/ranks"))
    return {one["name"].removesuffix("社区"): one for one in told["items"]}
