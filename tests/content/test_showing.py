"""Files of demands and claims: attached once, shown to those concerned, opened by links that end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.demands.models import Reveal
from app.kit import clock
from app.policies.defaults import Key
from app.settings import Settings
from tests.client import Client, refusal
from tests.content import making
from tests.demands.world import COMMUNITY, World, claimed, filed, ok, opened, seen


async def uploaded(who: Client, data: bytes | None = None) -> str:
    """The id of a photo that somebody has just sent."""
    file_id: str = (await ok(who.upload(data or making.jpeg()), 201))["id"]
    return file_id


async def policy(world: World, rule: Any, value: object) -> None:
    """Set a rule everywhere from today on."""
    body = {"region_code": "", "value": value, "from": clock.today().isoformat()}
    assert (await world.admin.put(f"/policies/{rule.key}", body)).status_code == 200


def later(settings: Settings, **by: float) -> None:
    """Move the clock."""
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(timedelta(**by).total_seconds()))


def wrong(answer: Any) -> tuple[int, str, str]:
    """Status, field and code of a refused field."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["field"], error["code"]


async def test_a_demand_has_the_photos_it_was_filed_with(world: World) -> None:
    first, second = await uploaded(world.filer), await uploaded(world.filer, making.png())
    demand = await filed(world.filer, file_ids=[second, first, first])
    assert demand["file_ids"] == [first, second]
    assert (await seen(world.desk, demand))["file_ids"] == [first, second]
    assert (await seen(world.district_desk, demand))["file_ids"] == [first, second]
    assert (await seen(world.observer, demand))["file_ids"] == []


async def test_a_supplement_may_bring_more(world: World) -> None:
    demand = await filed(world.filer, file_ids=[await uploaded(world.filer)])
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "哪一栋？"}))
    more = {"description": "12号楼", "file_ids": [await uploaded(world.filer, making.png())]}
    assert len((await ok(world.filer.post(f"/demands/{demand['id']}/supplement", more)))["file_ids"]) == 2


async def test_a_member_sees_the_photos_while_a_claim_of_theirs_lives(world: World) -> None:
    demand = await opened(world, file_ids=[await uploaded(world.filer)])
    path = f"/files/{demand['file_ids'][0]}" if demand["file_ids"] else ""
    assert (await seen(world.member, demand))["file_ids"] == []
    assert refusal(await world.member.get(path)) == (404, "not_found")
    claim = await claimed(world.member, demand)
    assert len((await seen(world.member, demand))["file_ids"]) == 1
    assert (await world.member.get(path)).status_code == 200
    await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 30}))
    assert (await seen(world.member, demand))["file_ids"] == []
    assert refusal(await world.member.get(path)) == (404, "not_found")
    assert (await world.filer.get(path)).status_code == 200


@pytest.mark.parametrize("change", [{"kind": "wish"}, {"anonymous": True}])
async def test_of_a_wish_and_of_an_anonymous_filer_only_the_desk_sees_photos(
    world: World, change: dict[str, Any]
) -> None:
    file_id = await uploaded(world.filer)
    demand = await opened(world, file_ids=[file_id], **change)
    await claimed(world.member, demand)
    assert (await seen(world.member, demand))["file_ids"] == []
    assert refusal(await world.member.get(f"/files/{file_id}")) == (404, "not_found")
    assert (await world.desk.get(f"/files/{file_id}")).status_code == 200


async def test_a_list_shows_photos_to_the_filer_only(world: World) -> None:
    await filed(world.filer, file_ids=[await uploaded(world.filer)])
    (mine,) = (await ok(world.filer.get("/demands", scope="mine")))["items"]
    (desks,) = (await ok(world.desk.get("/demands", scope="desk")))["items"]
    assert (len(mine["file_ids"]), desks["file_ids"]) == (1, [])


async def test_a_completion_carries_evidence_for_the_desk_and_the_filer(world: World) -> None:
    demand = await opened(world, slots=2)
    claim = await claimed(world.member, demand)
    await claimed(world.second, demand)
    file_id = await uploaded(world.member)
    done = await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 5, "file_ids": [file_id]}))
    assert done["file_ids"] == [file_id]
    for who, sees in {
        world.filer: 200,
        world.desk: 200,
        world.member: 200,
        world.second: 404,
        world.observer: 404,
    }.items():
        assert (await who.get(f"/files/{file_id}")).status_code == sees
    assert (await ok(world.filer.get(f"/claims/{claim['id']}")))["file_ids"] == [file_id]
    assert (await ok(world.observer.get(f"/claims/{claim['id']}")))["file_ids"] == []


async def test_a_file_belongs_to_one_thing_of_its_uploader(world: World, settings: Settings) -> None:
    file_id = await uploaded(world.filer)
    unknown = (422, "file_ids", "unknown_file")
    assert wrong(await world.stranger.post("/demands", {"description": "帮忙", "file_ids": [file_id]})) == unknown
    await filed(world.filer, file_ids=[file_id])
    assert wrong(await world.filer.post("/demands", {"description": "又来", "file_ids": [file_id]})) == unknown
    absent = "00000000-0000-7000-8000-000000000000"
    assert wrong(await world.filer.post("/demands", {"description": "没有", "file_ids": [absent]})) == unknown
    assert len((await ok(world.filer.get("/demands")))["items"]) == 1


async def test_a_thing_has_so_many_files_at_most(world: World) -> None:
    await policy(world, Key.FILES_PER_DEMAND, 2)
    files = [await uploaded(world.filer, making.jpeg(making.picture(10 + number))) for number in range(3)]
    body = {"description": "帮忙", "region_code": COMMUNITY}
    assert wrong(await world.filer.post("/demands", body | {"file_ids": files})) == (422, "file_ids", "too_many_files")
    demand = await filed(world.filer, file_ids=files[:2])
    await ok(world.desk.post(f"/demands/{demand['id']}/return", {"reason": "哪一栋？"}))
    more = {"description": "12号楼", "file_ids": files[2:]}
    answer = await world.filer.post(f"/demands/{demand['id']}/supplement", more)
    assert wrong(answer) == (422, "file_ids", "too_many_files")


async def test_what_is_not_used_yet_is_the_uploaders_alone(world: World) -> None:
    file_id = await uploaded(world.filer)
    assert (await world.filer.get(f"/files/{file_id}")).status_code == 200
    for who in (world.stranger, world.desk, world.admin):
        assert refusal(await who.get(f"/files/{file_id}")) == (404, "not_found")


async def test_a_link_opens_each_variant_and_nothing_runs_of_it(world: World, client: Client) -> None:
    links = (await ok(world.filer.get(f"/files/{await uploaded(world.filer, making.jpeg_and_html())}")))["links"]
    for variant in ("full", "thumbnail"):
        answer = await client.http.get(links[variant])
        assert answer.status_code == 200
        assert answer.content.startswith(b"\xff\xd8\xff")
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["content-disposition"] == 'inline; filename="photo.jpg"'
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("private, max-age=")


async def test_a_player_may_ask_for_a_part_of_a_voice_note(world: World, client: Client) -> None:
    shown = await ok(world.filer.get(f"/files/{await uploaded(world.filer, making.mp3())}"))
    assert shown["links"]["thumbnail"] is None
    part = await client.http.get(shown["links"]["full"], headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, making.mp3()[:4])
    assert part.headers["content-range"].startswith("bytes 0-3/")


async def test_a_link_ends_after_the_policys_minutes(world: World, client: Client, settings: Settings) -> None:
    link = (await ok(world.filer.get(f"/files/{await uploaded(world.filer)}")))["links"]["full"]
    later(settings, minutes=9)
    assert (await client.http.get(link)).status_code == 200
    later(settings, minutes=11)
    assert refusal(await client.http.get(link)) == (404, "not_found")


async def test_an_altered_link_opens_nothing_and_says_no_more(world: World, client: Client) -> None:
    one, other = await uploaded(world.filer), await uploaded(world.filer, making.png())
    link = (await ok(world.filer.get(f"/files/{one}")))["links"]["thumbnail"]
    base, token = link.rsplit("/", 1)
    said, until = token.split("-")[:2], token.split("-")[2]
    altered = [
        token.replace(said[0], other.replace("-", "")),
        token.replace("-thumbnail-", "-full-"),
        token.replace(f"-{until}-", f"-{int(until) + 3600}-"),
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        token + "A",
        token.replace("-thumbnail-", "-nothing-"),
        "nonsense",
        "..%2f..%2fsecret.key",
        "%00",
    ]
    answers = [await client.http.get(f"{base}/{one}") for one in altered]
    assert {refusal(answer) for answer in answers} == {(404, "not_found")}
    assert len({tuple(sorted((k, v) for k, v in a.json().items() if k != "trace_id")) for a in answers}) == 1


async def test_a_link_opens_nothing_once_its_file_is_gone(world: World, client: Client, session: AsyncSession) -> None:
    file_id = await uploaded(world.filer)
    link = (await ok(world.filer.get(f"/files/{file_id}")))["links"]["full"]
    await session.execute(text("DELETE FROM files"))
    await session.commit()
    assert refusal(await client.http.get(link)) == (404, "not_found")


async def test_who_looks_at_somebody_elses_photo_is_written_down(world: World, session: AsyncSession) -> None:
    file_id = await uploaded(world.filer)
    plain = {"address": None, "location": None, "contact": None}
    demand = await filed(world.filer, file_ids=[file_id], **plain)
    await seen(world.desk, demand)
    await ok(world.filer.get(f"/files/{file_id}"))
    assert (await session.scalars(select(Reveal))).all() == []
    await ok(world.desk.get(f"/files/{file_id}"))
    (kept,) = (await session.scalars(select(Reveal))).all()
    assert str(kept.demand_id) == demand["id"]


async def evidence(world: World, who: Client, *, keeps: bool) -> dict[str, Any] | None:
    """What the desk, or whoever asks, learns of when and where a talkative photo was taken."""
    if keeps:
        await policy(world, Key.KEEP_PHOTO_EVIDENCE, True)
    file_id = await uploaded(world.filer, making.jpeg(exif=making.exif()))
    await filed(world.filer, file_ids=[file_id])
    found: dict[str, Any] | None = (await ok(who.get(f"/files/{file_id}")))["evidence"]
    return found


async def test_time_and_place_are_kept_for_the_desk_where_the_policy_says_so(world: World) -> None:
    found = await evidence(world, world.desk, keeps=True)
    assert found is not None
    assert found["taken_at"] == "2026-11-20T08:30:00+08:00"
    assert (found["lng"], found["lat"]) == (pytest.approx(116.39722), pytest.approx(39.91736))


async def test_they_are_not_kept_where_it_does_not(world: World, session: AsyncSession) -> None:
    assert await evidence(world, world.desk, keeps=False) is None
    assert (await session.execute(text("SELECT taken_at, lng, lat FROM files"))).one() == (None, None, None)


async def test_they_are_nobody_elses_and_sealed(world: World, session: AsyncSession) -> None:
    assert await evidence(world, world.filer, keeps=True) is None
    taken_at, lng, lat = (await session.execute(text("SELECT taken_at, lng, lat FROM files"))).one()
    assert b"2026" not in taken_at
    assert b"116" not in lng
    assert b"39" not in lat


@pytest.mark.parametrize("nonsense", [{"GPSLatitude": (91.0, 0.0, 0.0)}, {"GPSLongitude": (0.0, 0.0, 1_000_000.0)}])
async def test_a_place_that_is_none_is_dropped(world: World, nonsense: dict[str, Any]) -> None:
    await policy(world, Key.KEEP_PHOTO_EVIDENCE, True)
    file_id = await uploaded(world.filer, making.jpeg(exif=making.exif(**nonsense)))
    await filed(world.filer, file_ids=[file_id])
    found = (await ok(world.desk.get(f"/files/{file_id}")))["evidence"]
    assert found is None or found["lat"] is None


async def completed(world: World, asked: str, photos: int, **said: object) -> dict[str, Any]:
    """A completion with so many photos of a repair for which a policy asks for evidence, as the desk sees it."""
    await policy(world, Key.EVIDENCE, {"default": "none", "repair": asked})
    claim = await claimed(world.member, await opened(world))
    files = [await uploaded(world.member, making.jpeg(making.picture(20 + number))) for number in range(photos)]
    done = await ok(world.member.post(f"/claims/{claim['id']}/complete", {"minutes": 5, "file_ids": files, **said}))
    assert done["evidence_missing"] is None  # who serves is not reproached
    return await ok(world.desk.get(f"/claims/{claim['id']}"))


@pytest.mark.parametrize(
    ("asked", "photos", "said", "missing"),
    [
        ("none", 0, {}, False),
        ("photo", 0, {}, True),
        ("photo", 1, {}, False),
        ("before_after", 1, {}, True),
        ("before_after", 2, {}, False),
        ("note", 0, {}, True),
        ("note", 0, {"summary": "已修好"}, False),
    ],
)
async def test_the_desk_sees_where_a_category_asks_for_more(
    world: World, asked: str, photos: int, said: dict[str, object], missing: bool
) -> None:
    assert (await completed(world, asked, photos, **said))["evidence_missing"] is missing


async def test_a_completion_shows_so_many_photos_at_most(world: World) -> None:
    await policy(world, Key.EVIDENCE_LIMIT, {"default": 3, "repair": 1})
    claim = await claimed(world.member, await opened(world))
    files = [await uploaded(world.member, making.jpeg(making.picture(20 + number))) for number in range(2)]
    path = f"/claims/{claim['id']}/complete"
    assert wrong(await world.member.post(path, {"file_ids": files})) == (422, "file_ids", "too_many_files")
    assert (await world.member.post(path, {"file_ids": files[:1]})).status_code == 200
