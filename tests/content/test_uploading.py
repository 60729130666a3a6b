"""POST /files: one file, once, within its bounds, by somebody signed in."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.content import uploading
from app.content.models import File
from app.kit import clock
from app.main import create_app
from app.policies.defaults import Key
from app.settings import Settings
from tests.client import API, Client, refusal
from tests.content import making
from tests.demands.world import World, ok

KEY = "a-key-of-this-upload"


def blobs(settings: Settings) -> list[Path]:
    """Everything that lies in the storage."""
    return [path for path in (settings.data_dir / "files").rglob("*") if path.is_file()]


async def rows(session: AsyncSession) -> int:
    """How many files have a row."""
    return await session.scalar(select(func.count()).select_from(File)) or 0


async def policy(world: World, key: str, value: object) -> None:
    """Set a rule everywhere from today on."""
    body = {"region_code": "", "value": value, "from": clock.today().isoformat()}
    assert (await world.admin.put(f"/policies/{key}", body)).status_code == 200


async def test_a_photo_is_taken_in_by_its_content(world: World, settings: Settings) -> None:
    taken = await ok(world.filer.upload(making.talkative_jpeg(6), name="无题.exe", declared="text/html"), 201)
    assert (taken["kind"], taken["media_type"], taken["width"], taken["height"]) == ("photo", "image/jpeg", 48, 64)
    stored = blobs(settings)
    assert {path.suffix for path in stored} == {".full", ".thumbnail"}
    assert {path.stat().st_mode & 0o777 for path in stored} == {0o600}
    assert not any(making.SECRET in path.read_bytes() for path in stored)


async def test_a_voice_note_is_taken_in(world: World) -> None:
    taken = await ok(world.filer.upload(making.talkative_mp3(), declared="audio/mp3"), 201)
    assert (taken["kind"], taken["media_type"], taken["width"]) == ("voice", "audio/mpeg", None)
    assert taken["seconds"] == pytest.approx(2, abs=0.03)


async def test_other_form_fields_are_passed_over(world: World) -> None:
    assert (await world.filer.upload(making.jpeg(), purpose="demand", user="somebody")).status_code == 201


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ([], "file"),
        ([("photo", ("a.jpg", making.jpeg()))], "file"),
        ([("file", ("a.jpg", making.jpeg())), ("file", ("b.jpg", making.jpeg()))], None),
        ([("file", (None, making.jpeg()))], "file"),
        ([("file", ("a.jpg", b""))], "file"),
        ([("file", ("a.jpg", making.SVG))], "file"),
        ([("file", ("a.jpg", making.jpeg())), *((f"field{n}", (None, b"x")) for n in range(9))], None),
        ([("file", ("a.jpg", making.jpeg())), ("long", (None, b"x" * 5000))], None),
    ],
    ids=["nothing", "other name", "two", "a text", "empty", "an SVG", "many fields", "a long field"],
)
async def test_anything_but_one_file_is_refused(
    world: World, settings: Settings, parts: list[tuple[str, tuple[str | None, bytes]]], field: str | None
) -> None:
    headers = {"Authorization": f"Bearer {world.filer.token}"}
    answer = await world.filer.http.post(f"{API}/files", files=parts or [("x", (None, b""))], headers=headers)
    assert refusal(answer) == (422, "invalid_request")
    assert field is None or answer.json()["errors"][0]["field"] == field
    assert blobs(settings) == []


@pytest.mark.parametrize("form", ["multipart/form-data", "multipart/form-data; boundary=x", "application/json", ""])
async def test_a_body_that_is_no_form_is_refused(world: World, form: str) -> None:
    headers = {"Authorization": f"Bearer {world.filer.token}", "Content-Type": form}
    answer = await world.filer.http.post(f"{API}/files", content=b"\xff\xd8\xff", headers=headers)
    assert refusal(answer) == (422, "invalid_request")


async def test_ten_megabytes_are_read_and_one_byte_more_is_not(world: World, settings: Settings) -> None:
    room = uploading.MOST_BYTES - len(making.jpeg())
    assert (await world.filer.upload(making.jpeg() + bytes(room))).status_code == 201
    before = blobs(settings)
    for more in (1, 100_000):  # past the file's limit, and past the request's
        answer = await world.filer.upload(making.jpeg() + bytes(room + more))
        assert refusal(answer) == (413, "payload_too_large")
    assert blobs(settings) == before


async def test_no_other_route_takes_as_much(world: World) -> None:
    answer = await world.filer.post("/demands", {"description": "x" * (2 << 20)})
    assert refusal(answer) == (413, "payload_too_large")


async def test_who_is_not_signed_in_is_told_so_before_the_body_is_read(client: Client) -> None:
    answer = await client.upload(making.SVG)
    assert refusal(answer) == (401, "token_invalid")


async def test_a_retry_with_its_key_has_one_effect_whatever_surrounds_the_file(
    world: World, session: AsyncSession
) -> None:
    first = await world.filer.upload(making.jpeg(), key=KEY, name="a.jpg")
    second = await world.filer.upload(making.jpeg(), key=KEY, name="b.jpg")
    assert second.json() == first.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    other = await world.filer.upload(making.png(), key=KEY)
    assert refusal(other) == (422, "idempotency_key_reused")
    assert await rows(session) == 1


async def test_a_retry_without_a_key_answers_the_same_file(world: World, session: AsyncSession) -> None:
    first = await ok(world.filer.upload(making.jpeg()), 201)
    assert await ok(world.filer.upload(making.jpeg()), 201) == first
    assert (await ok(world.stranger.upload(making.jpeg()), 201))["id"] != first["id"]
    assert await rows(session) == 2


async def test_a_key_that_is_none_is_refused(world: World) -> None:
    assert refusal(await world.filer.upload(making.jpeg(), key="short")) == (422, "invalid_request")


async def test_somebody_may_upload_so_many_a_day(world: World, settings: Settings) -> None:
    await policy(world, Key.UPLOADS_PER_DAY.key, 2)
    for width in (10, 11):
        assert (await world.filer.upload(making.jpeg(making.picture(width)))).status_code == 201
    answer = await world.filer.upload(making.jpeg(making.picture(12)))
    assert refusal(answer) == (429, "too_many_uploads")
    assert 0 < int(answer.headers["Retry-After"]) <= 24 * 3600 + 1
    assert (await world.filer.upload(making.jpeg(making.picture(10)))).status_code == 201  # it is there already
    assert (await world.stranger.upload(making.jpeg())).status_code == 201
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(timedelta(days=1).total_seconds()))
    tomorrow = await world.filer.signed_in("filer")
    assert (await tomorrow.upload(making.jpeg(making.picture(12)))).status_code == 201


async def test_what_is_refused_for_its_content_counts_too(world: World) -> None:
    await policy(world, Key.UPLOADS_PER_DAY.key, 1)
    assert refusal(await world.filer.upload(making.jpeg()[:100]))[0] == 422
    assert refusal(await world.filer.upload(making.jpeg())) == (429, "too_many_uploads")


async def test_of_many_at_once_exactly_as_many_as_allowed_are_taken(committing: Settings) -> None:
    application = create_app(committing)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(application), base_url="http://yihu.test") as http,
    ):
        who = await Client(http).signed_in("flooder")
        async with application.state.sessions() as session:
            await session.execute(
                text("INSERT INTO policies VALUES ('uploads_per_day', '', '2026-01-01', '3', NULL, now())")
            )
            await session.commit()
        photos = [making.jpeg(making.picture(10 + number)) for number in range(8)]
        answers = await asyncio.gather(*(who.upload(photo) for photo in photos))
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [429] * 5
        same = await asyncio.gather(*(_twice(http) for _ in range(3)))
        assert len({answer.json()["id"] for answer in same}) == 1
    assert len(blobs(committing)) >= 2 * 4


async def _twice(http: httpx2.AsyncClient) -> httpx2.Response:
    """The same photo by the same person, once more."""
    return await (await Client(http).signed_in("twice")).upload(making.jpeg(Image.new("RGB", (30, 30))))
