"""Every select of files."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.content.models import File, UploadDay


async def file(session: AsyncSession, file_id: uuid.UUID) -> File | None:
    """One file, whoever may see it."""
    return await session.get(File, file_id)


async def same_content(session: AsyncSession, account_id: uuid.UUID, content_mac: str) -> File | None:
    """What somebody has uploaded with the same content and not used yet."""
    return await session.scalar(
        select(File).where(File.uploaded_by == account_id, File.content_mac == content_mac, File.subject_id.is_(None))
    )


async def count_upload(session: AsyncSession, account_id: uuid.UUID, day: date, most: int) -> bool:
    """Count one upload more, unless that would be more than `most`; of two at once the second waits."""
    if most < 1:
        return False
    counted = (
        insert(UploadDay)
        .values(account_id=account_id, day=day, count=1)
        .on_conflict_do_update(
            index_elements=["account_id", "day"],
            set_={"count": UploadDay.count + 1},
            where=UploadDay.count < most,
        )
        .returning(UploadDay.count)
    )
    return await session.scalar(counted) is not None


async def unused(session: AsyncSession, account_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> Sequence[File]:
    """Those of some files that somebody has uploaded and not used yet, locked."""
    statement = (
        select(File)
        .where(File.id.in_(ids), File.uploaded_by == account_id, File.subject_id.is_(None))
        .order_by(File.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def ids_of(session: AsyncSession, subjects: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    """The files of some things, each thing's in the order of uploading."""
    grouped: dict[uuid.UUID, list[uuid.UUID]] = {}
    if not subjects:
        return grouped
    statement = select(File).where(File.subject_id.in_(subjects)).order_by(File.id)
    for file in await session.scalars(statement):
        if file.subject_id:
            grouped.setdefault(file.subject_id, []).append(file.id)
    return grouped


async def count_of(session: AsyncSession, subject_id: uuid.UUID) -> int:
    """How many files a thing has."""
    return await session.scalar(select(func.count()).where(File.subject_id == subject_id)) or 0


def expired(now: datetime) -> Select[File]:
    """Files that nobody used in their time, longest first."""
    return select(File).where(File.expires_at <= now).order_by(File.expires_at)


async def known_blobs(session: AsyncSession, blobs: Sequence[str]) -> set[str]:
    """Those of some blobs that a row stands for."""
    return set(await session.scalars(select(File.blob).where(File.blob.in_(blobs))))


async def forget_days(session: AsyncSession, before: date) -> None:
    """Drop the counts of days that are over."""
    await session.execute(delete(UploadDay).where(UploadDay.day < before))
