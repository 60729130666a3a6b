"""Rows and variants agree, whatever crashes when."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.content import collecting, uploading
from app.content.models import File, UploadDay
from app.gateways.storage import FolderStorage
from app.kit import clock, db
from app.kit.timers import sweep
from app.settings import Settings
from tests.client import Client
from tests.content import making
from tests.content.test_uploading import blobs, rows
from tests.demands.world import World, filed, ok


class PowerCut(BaseException):
    """The process ends here: nothing of it runs any more, and nobody catches it."""


def later(settings: Settings, **by: float) -> None:
    """Move the clock of the app and of the worker."""
    assert settings.clock_file is not None
    settings.clock_file.write_text(str(timedelta(**by).total_seconds()))


async def collected(settings: Settings, sessions: db.Sessions) -> tuple[int, int]:
    """How many rows and how many variants the worker removes now."""
    removed = await sweep(sessions, collecting.UNUSED_FILES)
    return removed, await collecting.remove_orphans(sessions, FolderStorage(settings.data_dir / "files"))


async def test_what_nobody_uses_within_a_day_is_removed(
    world: World, settings: Settings, sessions: db.Sessions, session: AsyncSession
) -> None:
    await ok(world.filer.upload(making.jpeg()), 201)
    used = (await ok(world.filer.upload(making.png()), 201))["id"]
    await filed(world.filer, file_ids=[used])
    later(settings, hours=23, minutes=59)
    assert await collected(settings, sessions) == (0, 0)
    later(settings, hours=24, minutes=1)
    assert await collected(settings, sessions) == (1, 2)
    assert (await rows(session), len(blobs(settings))) == (1, 2)


async def test_an_expired_file_cannot_be_used_any_more(world: World, settings: Settings, sessions: db.Sessions) -> None:
    file_id = (await ok(world.filer.upload(making.jpeg()), 201))["id"]
    later(settings, hours=25)
    await collected(settings, sessions)
    filer = await world.filer.signed_in("filer")
    answer = await filer.post("/demands", {"description": "太晚了", "file_ids": [file_id]})
    assert answer.json()["errors"][0]["code"] == "unknown_file"


@pytest.mark.parametrize("stored", [1, 2])
async def test_a_crash_between_the_variants_and_the_row_leaves_nothing_for_long(
    world: World,
    settings: Settings,
    sessions: db.Sessions,
    session: AsyncSession,
    monkeypatch: pytest.MonkeyPatch,
    stored: int,
) -> None:
    put = FolderStorage.put

    async def dying(storage: FolderStorage, name: str, data: bytes) -> None:
        await put(storage, name, data)
        if len(blobs(settings)) == stored:
            raise PowerCut

    monkeypatch.setattr(FolderStorage, "put", dying)
    with pytest.raises(PowerCut):
        await world.filer.upload(making.jpeg())
    monkeypatch.undo()
    assert (await rows(session), len(blobs(settings))) == (0, stored)
    assert await collected(settings, sessions) == (0, 0)  # it might be an upload that is going on
    assert (await world.filer.upload(making.jpeg())).status_code == 201  # whoever tries again is served
    later(settings, hours=1, minutes=1)
    assert await collected(settings, sessions) == (0, stored)
    assert (await rows(session), len(blobs(settings))) == (1, 2)


async def test_a_transaction_that_fails_after_the_row_leaves_no_row_without_variants(
    world: World, settings: Settings, sessions: db.Sessions, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive = uploading.receive

    async def dying(*asked: object) -> File:
        await receive(*asked)  # type: ignore[arg-type]
        raise PowerCut

    monkeypatch.setattr(uploading, "receive", dying)
    with pytest.raises(PowerCut):
        await world.filer.upload(making.jpeg())
    assert (await rows(session), len(blobs(settings))) == (0, 2)
    later(settings, hours=2)
    assert await collected(settings, sessions) == (0, 2)


async def test_a_crash_between_removing_a_row_and_its_variants_leaves_nothing_for_long(
    world: World, client: Client, settings: Settings, sessions: db.Sessions, session: AsyncSession
) -> None:
    file_id = (await ok(world.filer.upload(making.jpeg()), 201))["id"]
    link = (await ok(world.filer.get(f"/files/{file_id}")))["links"]["full"]
    later(settings, hours=25)
    assert await sweep(sessions, collecting.UNUSED_FILES) == 1  # and here the worker dies
    assert (await rows(session), len(blobs(settings))) == (0, 2)
    assert (await client.http.get(link)).status_code == 404
    assert await collected(settings, sessions) == (0, 2)
    assert blobs(settings) == []


async def test_a_draft_that_a_crash_left_is_removed(
    settings: Settings, sessions: db.Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "rename", lambda *_: (_ for _ in ()).throw(PowerCut))
    with pytest.raises(PowerCut):
        await FolderStorage(settings.data_dir / "files").put(f"{'ab' * 16}.full", b"data")
    monkeypatch.undo()
    assert len(blobs(settings)) == 1
    clock.follow(settings.clock_file)
    later(settings, hours=2)
    assert await collected(settings, sessions) == (0, 1)
    assert blobs(settings) == []


async def test_the_counts_of_days_that_are_over_are_forgotten(
    world: World, settings: Settings, session: AsyncSession
) -> None:
    await ok(world.filer.upload(making.jpeg()), 201)
    counted = select(func.count()).select_from(UploadDay)
    for days, left in ((0, 1), (1, 0)):
        later(settings, days=days)
        await collecting.forget_days(session)
        assert await session.scalar(counted) == left


@pytest.mark.parametrize("name", ["../secret.key", "ab/cd", "x.full", f"{'ab' * 16}.full/..", f"{'ab' * 16}"])
async def test_a_name_that_is_not_ours_reaches_no_file(settings: Settings, name: str) -> None:
    storage = FolderStorage(settings.data_dir / "files")
    with pytest.raises(ValueError, match="not ours"):
        await storage.local(name)
    with pytest.raises(ValueError, match="not ours"):
        await storage.put(name, b"")
