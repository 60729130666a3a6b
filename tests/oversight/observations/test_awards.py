"""Star-rated building groups and contests for flags, on the same engine."""

from tests.client import refusal
from tests.demands.world import ok
from tests.oversight.observations.rounds import (
    BUILDINGS,
    CADRES,
    COMMUNITIES,
    LATER,
    SHARES,
    STREET,
    Street,
    a_rubric,
    closed,
    objects,
    opened,
    ranked,
    ranks,
    scored,
    scored_by_cadres,
)

STARS = [{"name": f"{name}星", "least": least} for name, least in (("三", 6_000), ("四", 7_500), ("五", 9_000))]
FLAGS = [
    {"name": "支部过硬星", "least": 8_000, "criterion": "branch_standards"},
    {"name": "平安法治星", "least": 8_000, "criterion": "grid_management"},
]


async def test_buildings_win_stars_from_their_communities_panel(street: Street) -> None:
    home = COMMUNITIES["周家山"]
    desk = street.secretaries["周家山"]
    criteria = [{"code": "cleanliness", "title": "楼道整洁", "most": 5}, {"code": "neighbours", "title": "邻里和睦"}]
    rubric = {"region_code": home, "name": "星级楼组评定", "scheme": "stars", "criteria": criteria, "awards": STARS}
    body = {
        "region_code": home,
        "rubric_id": (await ok(desk.post("/rubrics", rubric), 201))["id"],
        "level": "building",
        "year": 2026,
        "quarter": 2,
        "ends_at": LATER,
        "objects": [{"region_code": code} for code in BUILDINGS.values()],
        "panel": [{"member_id": str(street.members[name].id), "role": "评议员"} for name in (*CADRES, "周家山")],
    }
    found = await ok(desk.post(f"/observations/{(await ok(desk.post('/observations', body), 201))['id']}/open"))
    assert found["scheme"] == "stars"
    for name, share in {"1号楼": 1.0, "2号楼": 0.8, "3号楼": 0.2}.items():
        for who in (*street.cadres.values(), desk):  # who holds the round belongs to none of its buildings
            await scored(who, found, name, share)
    await ok(desk.post(f"/observations/{found['id']}/close"))
    told = await ranks(street.cadres["书记"], found)
    assert {name: one["awards"] for name, one in told.items()} == {"1号楼": ["五星"], "2号楼": ["四星"], "3号楼": []}


async def test_a_community_is_no_judge_of_its_buildings_where_the_subdistrict_holds_the_round(street: Street) -> None:
    rubric = await a_rubric(street, name="星级楼组评定", scheme="stars", awards=STARS)
    places = [{"region_code": code} for code in BUILDINGS.values()]
    made = await ok(
        street.desk.post(
            "/observations",
            {
                "region_code": STREET,
                "rubric_id": rubric["id"],
                "level": "building",
                "year": 2026,
                "quarter": 2,
                "ends_at": LATER,
                "objects": places,
                "panel": [{"member_id": str(street.members[name].id), "role": "社区"} for name in ("周家山", "华森")],
            },
        ),
        201,
    )
    found = await ok(street.desk.post(f"/observations/{made['id']}/open"))
    path = f"/observed/{objects(found)['1号楼']}/scores"
    sheet = {"points": {"theme_day": 5}}
    assert refusal(await street.secretaries["周家山"].put(path, sheet)) == (409, "own_object")
    await ok(street.secretaries["华森"].put(path, sheet))


async def test_communities_win_each_flag_for_itself(street: Street) -> None:
    rubric = await a_rubric(street, name="夺旗争星", scheme="flags", awards=FLAGS)
    first = await ranked(street, rubric=rubric, quarter=1)
    told = await ranks(street.desk, first)
    assert told["周家山"]["awards"] == ["支部过硬星", "平安法治星"]
    assert told["金牛"]["awards"] == []
    assert [one["id"] for one in (await ok(street.desk.get("/observations", scheme="flags")))["items"]] == [first["id"]]


async def test_one_flag_is_won_without_the_other(street: Street) -> None:
    rubric = await a_rubric(street, name="夺旗争星", scheme="flags", awards=FLAGS)
    made = await ranked_but_one(street, rubric)
    assert (await ranks(street.desk, made))["金牛"]["awards"] == ["平安法治星"]


async def ranked_but_one(street: Street, rubric: dict[str, object]) -> dict[str, object]:
    found = await opened(street, rubric)
    await scored_by_cadres(street, found, SHARES)
    for who in street.cadres.values():
        await ok(who.put(f"/observed/{objects(found)['金牛']}/scores", {"points": {"grid_management": 8}}))
    return await closed(street, found)
