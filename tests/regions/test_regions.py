"""The tree of places, as everybody may read it."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.regions import codes, queries, reading, seeding
from tests.client import Client, refusal

FILE = Path(__file__).with_name("regions.csv")


@pytest.fixture(autouse=True)
async def _tree(session: AsyncSession) -> None:
    await seeding.seed(session, reading.read_file(FILE))
    await session.commit()


async def listed(client: Client, **parameters: str) -> list[str]:
    answer = await client.get("/regions", **parameters)
    assert answer.status_code == 200, answer.text
    return [item["code"] for item in answer.json()["items"]]


async def test_without_a_parent_the_provinces_are_listed(client: Client) -> None:
    assert await listed(client) == ["11", "62"]


async def test_filters_that_were_left_empty_do_not_count(client: Client) -> None:
    assert await listed(client, parent="", q=" ") == ["11", "62"]


async def test_below_a_parent_its_children_are_listed(client: Client) -> None:
    assert await listed(client, parent="110107003") == ["110107003001", "110107003024"]
    assert await listed(client, parent="99") == []


async def test_a_name_is_found_at_any_depth(client: Client) -> None:
    assert await listed(client, q="路社区") == ["110107003001", "110107003024"]
    assert await listed(client, q="社区", parent="62") == ["620201001003"]
    assert await listed(client, q="绿化", parent="620201001003") == []


async def test_a_percent_sign_is_not_a_wildcard(client: Client) -> None:
    assert await listed(client, q="%") == []


async def test_pages_follow_one_another(client: Client) -> None:
    first = (await client.get("/regions", parent="110107003", limit=1)).json()
    second = (await client.get("/regions", parent="110107003", limit=1, cursor=first["next_cursor"])).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["八角北路社区", "八角南路社区"]
    assert second["next_cursor"] is None


async def test_a_region_says_where_it_is(client: Client) -> None:
    answer = await client.get("/regions/110107003024")
    assert answer.json() == {
        "code": "110107003024",
        "level": "community",
        "name": "八角南路社区",
        "parent_code": "110107003",
        "full_name": "石景山区八角街道八角南路社区",
    }


@pytest.mark.parametrize(
    ("code", "full_name"),
    [
        ("11", "北京市"),
        ("1101", "北京市"),
        ("110107", "石景山区"),
        ("620201", "嘉峪关市"),
        ("620201001003", "嘉峪关市雄关街道绿化社区"),
        ("110107003024-03-07", "石景山区八角街道八角南路社区第三网格7号楼"),
    ],
)
async def test_a_full_name_leaves_statistical_fillers_out(session: AsyncSession, code: str, full_name: str) -> None:
    assert await queries.full_names(session, [code]) == {code: full_name}


@pytest.mark.parametrize("code", ["110107003099", "x", "110107003024%00", "11;drop"])
async def test_a_code_that_is_no_regions_is_not_found(client: Client, code: str) -> None:
    assert refusal(await client.get(f"/regions/{code}")) == (404, "not_found")


@pytest.mark.parametrize(
    "parameters", [{"parent": "x"}, {"q": "a\0b"}, {"q": "长" * 201}, {"limit": "0"}, {"level": "city"}]
)
async def test_filters_that_make_no_sense_are_refused(client: Client, parameters: dict[str, str]) -> None:
    assert refusal(await client.get("/regions", **parameters)) == (422, "invalid_request")


def test_a_path_names_every_step() -> None:
    assert codes.path("110107003024-03-07") == [
        "11",
        "1101",
        "110107",
        "110107003",
        "110107003024",
        "110107003024-03",
        "110107003024-03-07",
    ]


@pytest.mark.parametrize(
    ("held", "common"),
    [
        (["110107003024", "110107003001"], "110107003"),
        (["110107003024", "110107003"], "110107003"),
        (["110107003024-03", "110107003024-04"], "110107003024"),
        (["110107003024", "110108003024"], "1101"),
        (["110107003024", "620201001003"], ""),
        (["11"], "11"),
        ([], ""),
    ],
)
def test_the_common_code_ends_at_a_region(held: list[str], common: str) -> None:
    assert codes.common(held) == common
